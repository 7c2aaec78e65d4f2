"""CodePipeline's pipelines and their executions."""

from collections.abc import Callable
from typing import Any

from dataops.local_aws.access.caller import Caller
from dataops.local_aws.access.identity import is_trusted
from dataops.local_aws.developer_tools.clock import now
from dataops.local_aws.developer_tools.pipeline_definition import validate, with_defaults
from dataops.local_aws.developer_tools.pipeline_engine import PipelineEngine
from dataops.local_aws.developer_tools.pipeline_execution import (
    ActionRun,
    Execution,
    action_description,
    action_state,
)
from dataops.local_aws.developer_tools.refusal import RefusedError

Content = dict[str, Any]
LONGEST_ANSWER = 512


class Pipelines:
    """The pipelines of one account and region, and CodePipeline's operations on them."""

    def __init__(self, engine: PipelineEngine, arn_of: Callable[[str], str]) -> None:
        self.engine, self.arn_of = engine, arn_of
        self.by_name: dict[str, Content] = {}
        self.metadata: dict[str, Content] = {}
        self.tags: dict[str, dict[str, str]] = {}
        self.executions: dict[str, list[Execution]] = {}

    @property
    def is_busy(self) -> bool:
        """Whether an execution is working, rather than waiting for an approval."""
        return any(execution.is_busy for some in list(self.executions.values()) for execution in some)

    def start(
        self,
        name: str,
        kind: str,
        detail: str,
        variables: list[Content] | None = None,
        revisions: list[Content] | None = None,
    ) -> Execution:
        """Start an execution; the trigger is who or what started it."""
        pipeline = self._named(name)
        chosen = _chosen_commits(pipeline, revisions or [])
        given = {each["name"]: each["value"] for each in variables or []}
        own = {
            each["name"]: given.get(each["name"], each.get("defaultValue", ""))
            for each in pipeline.get("variables", [])
        }
        trigger = {"triggerType": kind, "triggerDetail": detail}
        execution = Execution(pipeline, trigger, {"variables": own}, chosen)
        execution.variables["codepipeline"] = {"PipelineExecutionId": execution.identity}
        self.executions[name].append(execution)
        self.engine.begin(execution)
        return execution

    def expire(self) -> None:
        """Expire every approval and every window that an execution waits for."""
        for execution in [execution for some in self.executions.values() for execution in some]:
            execution.waits_until = 0
            for run in execution.actions:
                run.deadline = 0

    def create_pipeline(self, caller: Caller, given: Content) -> Content:
        pipeline = with_defaults(given["pipeline"])
        name = pipeline["name"]
        if name in self.by_name:
            raise RefusedError("PipelineNameInUseException", f"A pipeline with the name {name} already exists")
        validate(pipeline)
        self._refuse_role(pipeline)
        self.by_name[name] = pipeline | {"version": 1}
        self.metadata[name] = {"pipelineArn": self.arn_of(name), "created": now(), "updated": now()}
        self.tags[self.arn_of(name)] = {tag["key"]: tag["value"] for tag in given.get("tags") or []}
        self.executions[name] = []
        # A new pipeline runs once, even if nothing has been pushed yet.
        self.start(name, "CreatePipeline", caller.arn)
        return {"pipeline": self.by_name[name], "tags": given.get("tags") or []}

    def update_pipeline(self, caller: Caller, given: Content) -> Content:
        pipeline = with_defaults(given["pipeline"])
        before = self._named(pipeline["name"])
        validate(pipeline)
        self._refuse_role(pipeline)
        self.by_name[before["name"]] = pipeline | {"version": before["version"] + 1}
        self.metadata[before["name"]]["updated"] = now()
        return {"pipeline": self.by_name[before["name"]]}

    def get_pipeline(self, caller: Caller, given: Content) -> Content:
        return {"pipeline": self._named(given["name"]), "metadata": self.metadata[given["name"]]}

    def delete_pipeline(self, caller: Caller, given: Content) -> Content:
        self.by_name.pop(given["name"], None)
        for execution in self.executions.pop(given["name"], []):
            execution.stopping = "abandon"
        return {}

    def list_pipelines(self, caller: Caller, given: Content) -> Content:
        named = [{"name": name, "version": each["version"]} for name, each in sorted(self.by_name.items())]
        return {"pipelines": [each | self.metadata[each["name"]] for each in named]}

    def list_tags_for_resource(self, caller: Caller, given: Content) -> Content:
        found = self.tags.get(given["resourceArn"], {})
        return {"tags": [{"key": key, "value": value} for key, value in sorted(found.items())]}

    def tag_resource(self, caller: Caller, given: Content) -> Content:
        self.tags.setdefault(given["resourceArn"], {}).update({tag["key"]: tag["value"] for tag in given["tags"]})
        return {}

    def untag_resource(self, caller: Caller, given: Content) -> Content:
        for key in given["tagKeys"]:
            self.tags.get(given["resourceArn"], {}).pop(key, None)
        return {}

    def start_pipeline_execution(self, caller: Caller, given: Content) -> Content:
        order = (given.get("variables"), given.get("sourceRevisions"))
        execution = self.start(given["name"], "StartPipelineExecution", caller.arn, *order)
        return {"pipelineExecutionId": execution.identity}

    def stop_pipeline_execution(self, caller: Caller, given: Content) -> Content:
        execution = self._execution(given)
        if execution.status != "InProgress":
            raise RefusedError("PipelineExecutionNotStoppableException", f"The execution has {execution.status}")
        execution.stopping = "abandon" if given.get("abandon") else "wait"
        execution.summary = given.get("reason", "")
        return {"pipelineExecutionId": execution.identity}

    def retry_stage_execution(self, caller: Caller, given: Content) -> Content:
        execution = self._execution(given)
        if execution.status != "Failed" or execution.stages[given["stageName"]].status != "Failed":
            raise RefusedError("StageNotRetryableException", f"Stage {given['stageName']} has not failed")
        if given["retryMode"] == "ALL_ACTIONS":
            execution.stages[given["stageName"]].actions.clear()
        self.engine.retry(execution, given["stageName"])
        return {"pipelineExecutionId": execution.identity}

    def get_pipeline_execution(self, caller: Caller, given: Content) -> Content:
        return {"pipelineExecution": self._execution(given).description}

    def list_pipeline_executions(self, caller: Caller, given: Content) -> Content:
        self._named(given["pipelineName"])
        newest = [each.summary_row for each in reversed(self.executions[given["pipelineName"]])]
        return {"pipelineExecutionSummaries": newest[: given.get("maxResults", 100)]}

    def list_action_executions(self, caller: Caller, given: Content) -> Content:
        self._named(given["pipelineName"])
        wanted = (given.get("filter") or {}).get("pipelineExecutionId")
        region = self.engine.events.region
        found = [
            action_description(execution, run, region)
            for execution in reversed(self.executions[given["pipelineName"]])
            for run in reversed(execution.actions)
            if wanted in (None, execution.identity)
        ]
        return {"actionExecutionDetails": found}

    def get_pipeline_state(self, caller: Caller, given: Content) -> Content:
        pipeline, own = self._named(given["name"]), self.metadata[given["name"]]
        return {
            "pipelineName": pipeline["name"],
            "pipelineVersion": pipeline["version"],
            "created": own["created"],
            "updated": own["updated"],
            "stageStates": [self._stage_state(pipeline["name"], stage) for stage in pipeline["stages"]],
        }

    def put_approval_result(self, caller: Caller, given: Content) -> Content:
        run, result = self._waiting(given), given["result"]
        if len(result["summary"]) > LONGEST_ANSWER:
            raise RefusedError("ValidationException", f"summary: at most {LONGEST_ANSWER} characters")
        run.answer, run.summary, run.updated_by = result["status"], result["summary"], caller.arn
        run.answered.set()
        return {"approvedAt": now()}

    def _waiting(self, given: Content) -> ActionRun:
        """The action that waits for this answer."""
        self._named(given["pipelineName"])
        for execution in reversed(self.executions[given["pipelineName"]]):
            stage = execution.stages.get(given["stageName"])
            run = stage.actions.get(given["actionName"]) if stage else None
            if run and run.token == given["token"]:
                if run.answered.is_set() or run.status != "InProgress":
                    raise RefusedError("ApprovalAlreadyCompletedException", "The approval has been answered already")
                return run
        raise RefusedError("InvalidApprovalTokenException", "No approval is waited for with this token")

    def _stage_state(self, pipeline: str, stage: Content) -> Content:
        runs = [each for each in self.executions[pipeline] if stage["name"] in each.stages]
        newest = runs[-1] if runs else None
        actions = newest.stages[stage["name"]].actions if newest else {}
        content: Content = {
            "stageName": stage["name"],
            "inboundTransitionState": {"enabled": True},
            "actionStates": [
                {"actionName": action["name"]}
                | ({"latestExecution": action_state(actions[action["name"]])} if action["name"] in actions else {})
                for action in stage["actions"]
            ],
        }
        if newest:
            status = newest.stages[stage["name"]].status
            content["latestExecution"] = {"pipelineExecutionId": newest.identity, "status": status}
        return content

    def _refuse_role(self, pipeline: Content) -> None:
        """Assume the role of a pipeline before accepting the definition, as CodePipeline does."""
        arn = self.arn_of(pipeline["name"])
        known = {"aws:SourceArn": arn, "aws:SourceAccount": arn.split(":")[4]}
        if not is_trusted(pipeline["roleArn"], frozenset({"codepipeline.amazonaws.com"}), known):
            # hashicorp/terraform-provider-aws, codepipeline/codepipeline.go waits for "not authorized" to go away.
            message = f"CodePipeline is not authorized to perform AssumeRole on role {pipeline['roleArn']}"
            raise RefusedError("InvalidStructureException", message)

    def _named(self, name: str) -> Content:
        if name not in self.by_name:
            raise RefusedError("PipelineNotFoundException", f"The account has no pipeline with the name '{name}'")
        return self.by_name[name]

    def _execution(self, given: Content) -> Execution:
        self._named(given["pipelineName"])
        for execution in self.executions[given["pipelineName"]]:
            if execution.identity == given["pipelineExecutionId"]:
                return execution
        raise RefusedError("PipelineExecutionNotFoundException", f"No execution {given['pipelineExecutionId']}")


def _chosen_commits(pipeline: Content, revisions: list[Content]) -> dict[str, str]:
    """The commit of each source action that a start request overrides; CodePipeline API, SourceRevisionOverride."""
    sources = [action["name"] for action in pipeline["stages"][0]["actions"]]
    for each in revisions:
        if each["actionName"] not in sources:
            raise RefusedError("ValidationException", f"There is no source action {each['actionName']}")
        if each["revisionType"] != "COMMIT_ID":
            raise RefusedError("ValidationException", f"A git source takes a COMMIT_ID, not {each['revisionType']}")
    return {each["actionName"]: each["revisionValue"] for each in revisions}
