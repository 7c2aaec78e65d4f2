"""The progress of a delivery: the stages and actions of one pipeline execution, as data and as a table."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rich.table import Table
from rich.text import Text

STYLES = {"Succeeded": "green", "Failed": "red", "Stopped": "red", "InProgress": "yellow", "waits": "bold yellow"}
SIGNS = {"Succeeded": "✔", "Failed": "✘", "Stopped": "✘", "InProgress": "▶", "waits": "?"}


@dataclass(frozen=True)
class ActionView:
    """One action: its status, its duration so far, its summary, and the identifier of its build."""

    stage: str
    name: str
    status: str
    seconds: float
    summary: str
    token: str = ""
    build: str = ""


@dataclass(frozen=True)
class DeliveryView:
    """Every action of the pipeline in order; those that have not begun have no status."""

    status: str
    actions: list[ActionView]

    @property
    def waiting(self) -> ActionView | None:
        """The approval that the execution waits for."""
        return next((action for action in self.actions if action.status == "waits"), None)

    @property
    def at_work(self) -> list[ActionView]:
        """The actions in progress that wait for nobody."""
        return [action for action in self.actions if action.status == "InProgress"]

    @property
    def failed_builds(self) -> list[ActionView]:
        """The actions whose build has failed."""
        return [action for action in self.actions if action.status == "Failed" and action.build]

    @property
    def is_over(self) -> bool:
        """Whether the execution has ended."""
        return self.status not in ("InProgress", "Stopping")


def view_of(client: Any, pipeline: str, execution: str) -> DeliveryView:
    """The present state of the execution in the pipeline."""
    execution_state = client.get_pipeline_execution(pipelineName=pipeline, pipelineExecutionId=execution)[
        "pipelineExecution"
    ]
    wanted = {"pipelineExecutionId": execution}
    runs = client.list_action_executions(pipelineName=pipeline, filter=wanted)["actionExecutionDetails"]
    begun = {(run["stageName"], run["actionName"]): run for run in reversed(runs)}
    state = client.get_pipeline_state(name=pipeline)["stageStates"]
    actions = [
        _action(stage["stageName"], action, begun.get((stage["stageName"], action["actionName"])))
        for stage in state
        for action in stage["actionStates"]
    ]
    return DeliveryView(execution_state["status"], actions)


def _action(stage: str, action: dict[str, Any], run: dict[str, Any] | None) -> ActionView:
    name, latest = action["actionName"], action.get("latestExecution", {})
    if run is None:
        return ActionView(stage, name, "", 0, "")
    token = latest.get("token", "") if latest.get("actionExecutionId") == run["actionExecutionId"] else ""
    end = datetime.now(UTC) if run["status"] == "InProgress" else run["lastUpdateTime"]
    seconds = (end - run["startTime"]).total_seconds()
    result = run["output"]["executionResult"]
    summary = result.get("externalExecutionSummary", "")
    build = result.get("externalExecutionId", "") if _is_of_codebuild(run) else ""
    return ActionView(stage, name, "waits" if token else run["status"], seconds, summary, token, build)


def _is_of_codebuild(run: dict[str, Any]) -> bool:
    return bool(run["input"]["actionTypeId"]["provider"] == "CodeBuild")


def table_of(view: DeliveryView, step: str) -> Table:
    """The table in the terminal during a delivery; beside a build, the step that it is at."""
    table = Table(box=None, pad_edge=False, expand=True)
    for heading, ratio in (("stage", 1), ("action", 1), ("", 1), ("", 6)):
        table.add_column(heading, ratio=ratio, no_wrap=True, overflow="ellipsis")
    before = ""
    for action in view.actions:
        style, sign = STYLES.get(action.status, "dim"), SIGNS.get(action.status, "·")
        took = f"{action.seconds:.0f} s" if action.status else ""
        text = step if action.status == "InProgress" else action.summary
        text = "waits for an approval" if action.status == "waits" else text.splitlines()[0] if text else ""
        stage = "" if action.stage == before else action.stage
        table.add_row(stage, Text(f"{sign} {action.name}", style), Text(took, style), Text(text, "dim"))
        before = action.stage
    return table
