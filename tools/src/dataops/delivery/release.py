"""The origin of deliveries: repository, pipeline, the record of what is deployed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dataops.project.job_settings import settings_of


@dataclass(frozen=True)
class Release:
    """The settings of the delivery account as modules/project composes them."""

    settings: dict[str, Any]

    @property
    def slug(self) -> str:
        """The project's short name."""
        return str(self.settings["project"]["slug"])

    @property
    def provider(self) -> str:
        """codecommit, github, gitlab or bitbucket."""
        return str(self.settings["project"]["git"]["provider"])

    @property
    def repository(self) -> str:
        """The repository's name; owner/name if the provider has owners."""
        return str(self.settings["project"]["git"]["repository"])

    @property
    def branch(self) -> str:
        """The branch that the pipeline delivers."""
        return str(self.settings["project"]["git"]["branch"])

    @property
    def account(self) -> str:
        """The delivery account."""
        return str(self.settings["delivery"]["account"])

    @property
    def region(self) -> str:
        """The region of the delivery account's part."""
        return str(self.settings["delivery"]["region"])

    @property
    def pipeline(self) -> str:
        """The name of the pipeline."""
        return str(self.settings["prefix"])

    @property
    def bucket(self) -> str:
        """The bucket with the summaries and the record of what is deployed."""
        return str(self.settings["delivery"]["buckets"]["artifact"])

    @property
    def environments(self) -> list[str]:
        """Every environment's name, in promotion order."""
        return [str(environment["name"]) for environment in self.settings["delivery"]["environments"]]

    @property
    def approvers(self) -> list[str]:
        """The roles that may answer the approvals."""
        return [str(role) for role in self.settings["project"]["approvers"]]

    def is_protected(self, environment: str) -> bool:
        """Return whether no command may destroy an environment."""
        return any(
            each["name"] == environment and each["protected"] for each in self.settings["delivery"]["environments"]
        )


def release_of(project: Path) -> Release:
    """Read project.yaml, with Terraform."""
    return Release(settings_of(project, "pipeline"))
