"""The events that CodePipeline sends about pipelines, stages and actions."""

from collections.abc import Callable
from typing import Any

from dataops.local_aws.developer_tools.clock import as_text
from dataops.local_aws.developer_tools.pipeline_execution import ActionRun, Execution

Content = dict[str, Any]
Emit = Callable[[str, str, Content, list[str]], None]
KIND = "CodePipeline {} Execution State Change"


class PipelineEvents:
    """Sends an event for each change, with the ARN of the pipeline as its resource."""

    def __init__(self, emit: Emit, region: str, arn_of: Callable[[str], str]) -> None:
        self.emit, self.region, self.arn_of = emit, region, arn_of

    def of_pipeline(self, execution: Execution, state: str) -> None:
        """STARTED, SUCCEEDED, FAILED, STOPPING, STOPPED, RESUMED."""
        trigger = {
            "trigger-type": execution.trigger["triggerType"],
            "trigger-detail": execution.trigger["triggerDetail"],
        }
        self._send("Pipeline", execution, {"state": state, "execution-trigger": trigger})

    def of_stage(self, execution: Execution, stage: str, state: str) -> None:
        """STARTED, SUCCEEDED, FAILED, STOPPED, SKIPPED, RESUMED."""
        self._send("Stage", execution, {"stage": stage, "state": state})

    def of_action(self, execution: Execution, run: ActionRun, state: str) -> None:
        """STARTED, SUCCEEDED, FAILED, ABANDONED."""
        kind = run.definition["actionTypeId"]
        detail: Content = {
            "stage": run.stage,
            "action": run.name,
            "state": state,
            "region": self.region,
            "type": {name: kind[name] for name in ("owner", "provider", "category", "version")},
            "input-artifacts": [artifact.description for artifact in run.inputs],
        }
        if state != "STARTED":
            detail["output-artifacts"] = [artifact.description for artifact in run.outputs]
            result = {
                "external-execution-id": run.external_id,
                "external-execution-url": run.external_url,
                "external-execution-summary": run.summary,
                "error-code": run.error_code,
            }
            detail["execution-result"] = {name: value for name, value in result.items() if value}
        self._send("Action", execution, detail)

    def _send(self, what: str, execution: Execution, detail: Content) -> None:
        pipeline = execution.pipeline
        always = {
            "pipeline": pipeline["name"],
            "execution-id": execution.identity,
            "start-time": as_text(execution.began),
            "version": float(pipeline["version"]),
            "pipeline-execution-attempt": float(execution.attempt),
        }
        self.emit("aws.codepipeline", KIND.format(what), always | detail, [self.arn_of(pipeline["name"])])
