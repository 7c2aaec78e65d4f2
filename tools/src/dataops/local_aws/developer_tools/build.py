"""One CodeBuild build: its request, its variables, and its form in answers and events."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from dataops.local_aws.developer_tools.artifact import Artifact
from dataops.local_aws.developer_tools.build_run import BuildPhase, BuildRun
from dataops.local_aws.developer_tools.clock import as_text, now
from dataops.local_aws.server.client import LocalAws

Content = dict[str, Any]
OF_THE_PROJECT = (
    "source",
    "artifacts",
    "cache",
    "serviceRole",
    "encryptionKey",
    "timeoutInMinutes",
    "queuedTimeoutInMinutes",
)


@dataclass
class Build:
    """A project at the time of the build, the build's request, and its run once it has begun."""

    project: Content
    number: int
    initiator: str
    order: Content
    inputs: dict[str, Artifact] = field(default_factory=dict)
    output: Artifact | None = None
    identity: str = field(default_factory=lambda: str(uuid4()))
    began: float = field(default_factory=now)
    ended: float = 0
    resolved: str = ""
    run: BuildRun | None = None
    status: str = "IN_PROGRESS"
    complaint: str = ""

    @property
    def id(self) -> str:
        """The build id: project and number."""
        return f"{self.project['name']}:{self.identity}"

    @property
    def arn(self) -> str:
        """The build's own ARN."""
        return f"{self.project['arn'].partition(':project/')[0]}:build/{self.id}"

    @property
    def source_version(self) -> str:
        """The artifact or the repository version that the build was requested for."""
        first = next(iter(self.inputs.values()), None)
        wanted = self.order.get("sourceVersion") or self.project.get("sourceVersion", "")
        return f"arn:aws:s3:::{first.bucket}/{first.key}" if first else str(wanted)

    @property
    def log_group(self) -> str:
        """The log group of the project, or CodeBuild's default."""
        given = self.project.get("logsConfig", {}).get("cloudWatchLogs", {}).get("groupName")
        return given or f"/aws/codebuild/{self.project['name']}"

    @property
    def variables(self) -> list[Content]:
        """The variables of the project and of the build's request."""
        named = {each["name"]: each for each in self.project["environment"].get("environmentVariables", [])}
        named |= {each["name"]: each for each in self.order.get("environmentVariablesOverride") or []}
        return list(named.values())

    @property
    def phases(self) -> list[BuildPhase]:
        """The phases that have begun."""
        return self.run.phases if self.run else []

    @property
    def current_phase(self) -> str:
        """The current phase."""
        if self.status != "IN_PROGRESS":
            return "COMPLETED"
        return self.phases[-1].name if self.phases else "QUEUED"

    @property
    def why(self) -> str:
        """The reason of the failure: the first that a phase gives."""
        return self.complaint or next((phase.reason for phase in self.phases if phase.reason), "")

    @property
    def where(self) -> str:
        """The phase that failed."""
        return next((phase.name for phase in self.phases if phase.reason), "PROVISIONING")


def variables_of(aws: LocalAws, build: Build, source: Path, folders: dict[str, Path]) -> dict[str, str]:
    """The variables that CodeBuild and the project set for a build."""
    project = build.project
    return {
        "CODEBUILD_BUILD_ARN": build.arn,
        "CODEBUILD_BUILD_ID": build.id,
        "CODEBUILD_BUILD_IMAGE": project["environment"]["image"],
        "CODEBUILD_BUILD_NUMBER": str(build.number),
        "CODEBUILD_INITIATOR": build.initiator,
        "CODEBUILD_KMS_KEY_ID": project["encryptionKey"],
        "CODEBUILD_LOG_PATH": build.identity,
        "CODEBUILD_PROJECT_ARN": project["arn"],
        "CODEBUILD_PUBLIC_BUILD_URL": "",
        "CODEBUILD_RESOLVED_SOURCE_VERSION": build.resolved,
        "CODEBUILD_SOURCE_REPO_URL": project["source"].get("location", ""),
        "CODEBUILD_SOURCE_VERSION": build.source_version,
        "CODEBUILD_SRC_DIR": str(source),
        "CODEBUILD_START_TIME": str(round(build.began * 1000)),
        "AWS_DEFAULT_REGION": aws.region,
        "AWS_REGION": aws.region,
        **{f"CODEBUILD_SRC_DIR_{name}": str(folder) for name, folder in folders.items()},
        **{each["name"]: str(each["value"]) for each in build.variables},
    }


def build_description(aws: LocalAws, build: Build) -> Content:
    """A build in the form of BatchGetBuilds."""
    project, is_over = build.project, build.status != "IN_PROGRESS"
    return {
        **{name: project[name] for name in OF_THE_PROJECT},
        "environment": project["environment"] | {"environmentVariables": build.variables},
        "id": build.id,
        "arn": build.arn,
        "buildNumber": build.number,
        "startTime": build.began,
        "currentPhase": build.current_phase,
        "buildStatus": build.status,
        "sourceVersion": build.source_version,
        "resolvedSourceVersion": build.resolved,
        "projectName": project["name"],
        "phases": [_phase(phase) for phase in build.phases],
        "logs": _logs(aws, build),
        "buildComplete": is_over,
        "initiator": build.initiator,
        "exportedEnvironmentVariables": build.run.exported if build.run else [],
        **({"endTime": build.ended} if is_over else {}),
    }


def event_of(aws: LocalAws, build: Build) -> tuple[str, Content, list[str]]:
    """The type, detail and resources of the event about a build's state."""
    described = build_description(aws, build)
    information = {
        "artifact": {"location": build.output.bucket} if build.output else {"location": ""},
        "environment": _dashed(described["environment"]),
        "timeout-in-minutes": build.project["timeoutInMinutes"],
        "build-complete": described["buildComplete"],
        "initiator": build.initiator,
        "build-start-time": as_text(build.began),
        "source": build.project["source"],
        "source-version": build.source_version,
        "logs": {_dash(name): value for name, value in described["logs"].items() if isinstance(value, str)},
        "phases": [_dashed(phase) for phase in described["phases"]],
    }
    detail = {
        "build-status": build.status,
        "project-name": build.project["name"],
        "build-id": build.arn,
        "additional-information": information,
        "current-phase": described["currentPhase"],
        "current-phase-context": f"[{build.why}]",
        "version": "1",
    }
    return "CodeBuild Build State Change", detail, [build.arn]


def _phase(phase: BuildPhase) -> Content:
    content: Content = {"phaseType": phase.name, "startTime": phase.began}
    if phase.ended:
        content |= {"endTime": phase.ended, "phaseStatus": phase.status}
        content |= {"durationInSeconds": round(phase.ended - phase.began)}
    code, _, message = phase.reason.partition(": ")
    return content | ({"contexts": [{"statusCode": code, "message": message}]} if phase.reason else {})


def _logs(aws: LocalAws, build: Build) -> Content:
    group = f"arn:aws:logs:{aws.region}:{aws.account}:log-group:{build.log_group}"
    escaped = build.log_group.replace("/", "$252F")
    page = f"logsV2:log-groups/log-group/{escaped}/log-events/{build.identity}"
    return {
        "groupName": build.log_group,
        "streamName": build.identity,
        "deepLink": f"https://console.aws.amazon.com/cloudwatch/home?region={aws.region}#{page}",
        "cloudWatchLogsArn": f"{group}:log-stream:{build.identity}",
        "cloudWatchLogs": {"status": "ENABLED", "groupName": build.log_group},
    }


def _dashed(given: Content) -> Content:
    return {_dash(name): value for name, value in given.items()}


def _dash(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)
