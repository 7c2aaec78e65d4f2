"""CodeBuild's projects, as applied."""

from typing import Any

from dataops.local_aws.access.caller import Caller
from dataops.local_aws.access.identity import is_trusted
from dataops.local_aws.account import account_profile
from dataops.local_aws.developer_tools.clock import now
from dataops.local_aws.developer_tools.refusal import RefusedError
from dataops.local_aws.server.client import LocalAws

Content = dict[str, Any]
SOURCES = ("CODEPIPELINE", "CODECOMMIT", "NO_SOURCE", "GITHUB", "GITHUB_ENTERPRISE", "BITBUCKET", "GITLAB", "S3")
DEFAULTS: Content = {
    "cache": {"type": "NO_CACHE"},
    "timeoutInMinutes": 60,
    "queuedTimeoutInMinutes": 480,
    "secondarySources": [],
    "secondaryArtifacts": [],
}


class BuildProjects:
    """The projects of one account and region, and CodeBuild's operations on them."""

    def __init__(self, aws: LocalAws) -> None:
        self.aws = aws
        self.by_name: dict[str, Content] = {}

    def named(self, name: str) -> Content:
        """A project by name or ARN; an error if there is none."""
        short = name.rpartition("/")[2]
        if short not in self.by_name:
            raise RefusedError("ResourceNotFoundException", f"Project cannot be found: {name}")
        return self.by_name[short]

    def create_project(self, caller: Caller, given: Content) -> Content:
        name = given["name"]
        if name in self.by_name:
            raise RefusedError("ResourceAlreadyExistsException", f"Project already exists: {name}")
        self._refuse(given, name)
        scope = f"{self.aws.region}:{self.aws.account}"
        own = {
            "arn": f"arn:aws:codebuild:{scope}:project/{name}",
            "created": now(),
            "encryptionKey": f"arn:aws:kms:{scope}:alias/aws/s3",
        }
        self.by_name[name] = DEFAULTS | own
        return self._changed(name, given)

    def update_project(self, caller: Caller, given: Content) -> Content:
        before = self.named(given["name"])
        self._refuse(before | given, before["name"])
        return self._changed(before["name"], given)

    def batch_get_projects(self, caller: Caller, given: Content) -> Content:
        short = {name: name.rpartition("/")[2] for name in given["names"]}
        found = [self.by_name[each] for each in short.values() if each in self.by_name]
        return {"projects": found, "projectsNotFound": [name for name in short if short[name] not in self.by_name]}

    def list_projects(self, caller: Caller, given: Content) -> Content:
        return {"projects": sorted(self.by_name)}

    def delete_project(self, caller: Caller, given: Content) -> Content:
        self.by_name.pop(given["name"].rpartition("/")[2], None)
        return {}

    def _refuse(self, project: Content, name: str) -> None:
        """Refuse a project that CodeBuild refuses on creation and change."""
        _refuse(project)
        arn = f"arn:aws:codebuild:{self.aws.region}:{self.aws.account}:project/{name}"
        role = project["serviceRole"]
        known = {"aws:SourceArn": arn, "aws:SourceAccount": self.aws.account}
        if not is_trusted(role, frozenset({"codebuild.amazonaws.com"}), known):
            # hashicorp/terraform-provider-aws, codebuild/project.go waits for this sentence to go away.
            message = f"CodeBuild is not authorized to perform: sts:AssumeRole on {role}"
            raise RefusedError("InvalidInputException", message)
        most = account_profile.current().concurrent_builds
        if (project.get("concurrentBuildLimit") or 0) > most:
            # hashicorp/terraform-provider-aws#37748.
            both = "Project-level concurrent build limit cannot exceed the account-level concurrent build limit"
            message = f"{both} of {most}."
            raise RefusedError("InvalidInputException", message)

    def _changed(self, name: str, given: Content) -> Content:
        project = self.by_name[name]
        project |= {key: value for key, value in given.items() if key != "badgeEnabled"} | {"lastModified": now()}
        project["badge"] = {
            "badgeEnabled": bool(given.get("badgeEnabled", project.get("badge", {}).get("badgeEnabled")))
        }
        return {"project": project}


def _refuse(project: Content) -> None:
    """Refuse a project that CodeBuild refuses too, and that would only seem to be right here."""
    source, artifacts = project["source"]["type"], project["artifacts"]["type"]
    if source not in SOURCES:
        raise RefusedError("InvalidInputException", f"Invalid type provided: {source}")
    if (source == "CODEPIPELINE") != (artifacts == "CODEPIPELINE"):
        raise RefusedError("InvalidInputException", "source and artifacts must both be of CODEPIPELINE, or neither")
    if source not in ("CODEPIPELINE", "NO_SOURCE") and not project["source"].get("location"):
        raise RefusedError("InvalidInputException", "Project source location is required")
    names = [variable["name"] for variable in project["environment"].get("environmentVariables", [])]
    if len(names) != len(set(names)):
        raise RefusedError("InvalidInputException", "Duplicate environment variables")
