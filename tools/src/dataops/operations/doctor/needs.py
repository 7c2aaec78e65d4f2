"""The requirements of a deployment for its account, from the outputs of modules/project, without duplicates here."""

from dataclasses import dataclass
from typing import Any

PIPELINE = "pipeline"


@dataclass(frozen=True)
class Needs:
    """The settings of one environment, or of the delivery account, for the checks."""

    settings: dict[str, Any]

    @property
    def environment(self) -> str:
        """A name from project.yaml, or pipeline."""
        return str(self.settings["environment"]["name"])

    @property
    def is_pipeline(self) -> bool:
        """Whether this is the delivery account, which has no environment of its own."""
        return self.environment == PIPELINE

    @property
    def account(self) -> str:
        """The account that project.yaml names."""
        return str(self.settings["environment"]["account"])

    @property
    def region(self) -> str:
        """The region of everything but IAM."""
        return str(self.settings["environment"]["region"])

    @property
    def prefix(self) -> str:
        """The prefix of every name except those of buckets."""
        return str(self.settings["prefix"])

    @property
    def names(self) -> dict[str, str]:
        """The names of resources that a deployment has once."""
        return dict(self.settings["names"])

    @property
    def buckets(self) -> list[str]:
        """Every bucket that bootstrap/ and the deployment create."""
        own = self.settings["delivery"]["buckets"] if self.is_pipeline else self.settings["buckets"]
        return [self.names["state_bucket"], self.names["state_log_bucket"], *own.values()]

    @property
    def tags(self) -> dict[str, str]:
        """The tags of every resource."""
        return dict(self.settings["tags"])

    @property
    def capacity(self) -> dict[str, Any]:
        """The use of quotas: executions, rules, endpoints."""
        return dict(self.settings["capacity"])

    @property
    def datasets(self) -> dict[str, Any]:
        """The datasets with their settings; each has a job and a crawler."""
        return dict(self.settings["datasets"])

    @property
    def entry(self) -> dict[str, Any]:
        """The environment's own entry: workers, jdbc, monthly_budget."""
        return dict(self.settings["environment"])

    @property
    def own_network(self) -> bool:
        """Whether a VPC is created."""
        return not self.is_pipeline and not self.entry["network"]["vpc"]

    @property
    def existing_network(self) -> dict[str, Any] | None:
        """The VPC and the subnets that project.yaml names."""
        return None if self.is_pipeline or self.own_network else dict(self.entry["network"])

    @property
    def git(self) -> dict[str, Any]:
        """Provider, repository and branch."""
        return dict(self.settings["project"]["git"])

    @property
    def connection(self) -> str | None:
        """The git connection that project.yaml names."""
        found: str | None = self.settings["delivery"]["connection"]
        return found

    @property
    def people(self) -> list[str]:
        """The roles of approvers and developers in the delivery account, those of readers in an environment's."""
        return sorted(self.policies_of_people)

    @property
    def policies_of_people(self) -> dict[str, int]:
        """How many policies each role of people gets here."""
        if self.is_pipeline:
            roles = {*self.settings["project"]["approvers"], *self.settings["delivery"]["developers"]}
            return dict.fromkeys(roles, self.capacity["policies_of_a_person"])
        groups = self.settings["queries"]["workgroups"].values()
        return {arn.rpartition("/")[2]: len(each["policies"]) for each in groups for arn in each["roles"]}

    @property
    def targets(self) -> list[dict[str, Any]]:
        """Who is notified here."""
        return list(self.settings["notifications"].values())

    def targets_of(self, protocol: str) -> list[dict[str, Any]]:
        """Return the targets of one protocol."""
        return [target for target in self.targets if target["protocol"] == protocol]

    def is_own(self, tags: dict[str, str]) -> bool:
        """Return whether a resource with these tags belongs to this deployment."""
        return tags.get("Deployment") == self.tags["Deployment"]

    @property
    def uses_lake_formation(self) -> bool:
        """Whether project.yaml says that Lake Formation governs the account's catalog."""
        return bool(self.entry["lake_formation"])

    @property
    def foreign_keys(self) -> list[str]:
        """The KMS keys of other owners that roles may use, as project.yaml names them."""
        return list(self.entry.get("foreign_keys") or [])
