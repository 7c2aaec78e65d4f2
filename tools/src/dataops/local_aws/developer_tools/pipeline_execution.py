"""One execution of a pipeline: the state of its stages and actions."""

from dataclasses import dataclass, field
from threading import Event as Signal
from typing import Any
from uuid import uuid4

from dataops.local_aws.developer_tools.artifact import Artifact
from dataops.local_aws.developer_tools.clock import now

Content = dict[str, Any]


@dataclass
class ActionRun:
    """One action in one execution."""

    stage: str
    definition: Content
    status: str = ""
    identity: str = field(default_factory=lambda: str(uuid4()))
    began: float = field(default_factory=now)
    updated: float = field(default_factory=now)
    configuration: dict[str, str] = field(default_factory=dict)
    inputs: list[Artifact] = field(default_factory=list)
    outputs: list[Artifact] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    external_id: str = ""
    external_url: str = ""
    error_code: str = ""
    token: str = ""
    updated_by: str = ""
    deadline: float = 0
    answer: str = ""
    answered: Signal = field(default_factory=Signal)

    @property
    def name(self) -> str:
        """The action's name in its stage."""
        return str(self.definition["name"])

    @property
    def result(self) -> Content:
        """The result from outside the pipeline, such as a build."""
        external = {"externalExecutionId": self.external_id, "externalExecutionUrl": self.external_url}
        external |= {"externalExecutionSummary": self.summary}
        error = {"errorDetails": {"code": self.error_code, "message": self.summary}} if self.error_code else {}
        return {name: value for name, value in (external | error).items() if value}


@dataclass
class StageRun:
    """One stage in one execution: the newest run of each of its actions."""

    name: str
    status: str = ""
    actions: dict[str, ActionRun] = field(default_factory=dict)


@dataclass
class Execution:
    """The definition at the start, the output of the actions, and the progress."""

    pipeline: Content
    trigger: Content
    variables: dict[str, dict[str, str]]
    # The commit that the start request overrides for a source action, by the action's name.
    chosen_commits: dict[str, str] = field(default_factory=dict)
    identity: str = field(default_factory=lambda: str(uuid4()))
    status: str = "InProgress"
    summary: str = ""
    began: float = field(default_factory=now)
    updated: float = field(default_factory=now)
    attempt: int = 1
    artifacts: dict[str, Artifact] = field(default_factory=dict)
    revisions: list[Content] = field(default_factory=list)
    stages: dict[str, StageRun] = field(default_factory=dict)
    actions: list[ActionRun] = field(default_factory=list)
    stopping: str = ""
    queues: bool = False
    waits_until: float = 0

    @property
    def is_busy(self) -> bool:
        """Whether it is working, rather than waiting for an approval or before a stage."""
        waits = self.queues or any(run.token and run.status == "InProgress" for run in self.actions)
        return self.status == "InProgress" and not waits

    @property
    def description(self) -> Content:
        """The execution in the form of GetPipelineExecution."""
        return {
            "pipelineName": self.pipeline["name"],
            "pipelineVersion": self.pipeline["version"],
            "pipelineExecutionId": self.identity,
            "status": self.status,
            "statusSummary": self.summary,
            "artifactRevisions": self.revisions,
            "variables": [
                {"name": name, "resolvedValue": value} for name, value in self.variables["variables"].items()
            ],
            "trigger": self.trigger,
            "executionMode": self.pipeline["executionMode"],
            "executionType": "STANDARD",
        }

    @property
    def summary_row(self) -> Content:
        """The execution in the form of ListPipelineExecutions."""
        sources = [
            {"actionName": each["name"], "revisionId": each["revisionId"], "revisionSummary": each["revisionSummary"]}
            for each in self.revisions
        ]
        return {
            "pipelineExecutionId": self.identity,
            "status": self.status,
            "statusSummary": self.summary,
            "startTime": self.began,
            "lastUpdateTime": self.updated,
            "sourceRevisions": sources,
            "trigger": self.trigger,
            "executionMode": self.pipeline["executionMode"],
            "executionType": "STANDARD",
        }


def action_description(execution: Execution, run: ActionRun, region: str) -> Content:
    """An action in the form of ListActionExecutions."""
    return {
        "pipelineExecutionId": execution.identity,
        "actionExecutionId": run.identity,
        "pipelineVersion": execution.pipeline["version"],
        "stageName": run.stage,
        "actionName": run.name,
        "startTime": run.began,
        "lastUpdateTime": run.updated,
        "updatedBy": run.updated_by,
        "status": run.status,
        "input": {
            "actionTypeId": run.definition["actionTypeId"],
            "configuration": run.definition["configuration"],
            "resolvedConfiguration": run.configuration,
            "region": region,
            "inputArtifacts": [artifact.description for artifact in run.inputs],
            "namespace": run.definition.get("namespace", ""),
        },
        "output": {
            "outputArtifacts": [artifact.description for artifact in run.outputs],
            "executionResult": run.result,
            "outputVariables": run.variables,
        },
    }


def action_state(run: ActionRun) -> Content:
    """The newest run of an action in the form of GetPipelineState."""
    names = {"externalExecutionId": run.external_id, "externalExecutionUrl": run.external_url, "summary": run.summary}
    names |= {"lastUpdatedBy": run.updated_by, "token": run.token if run.status == "InProgress" else ""}
    error = {"errorDetails": {"code": run.error_code, "message": run.summary}} if run.error_code else {}
    known = {name: value for name, value in names.items() if value} | error
    return {"actionExecutionId": run.identity, "status": run.status, "lastStatusChange": run.updated} | known
