"""Runs executions of pipelines: stage after stage, the actions of each in their run order."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import groupby
from threading import Thread
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError

from dataops.local_aws.access.identity import AccessDeniedError
from dataops.local_aws.access.roles import as_service
from dataops.local_aws.developer_tools.artifact import Artifact
from dataops.local_aws.developer_tools.clock import now
from dataops.local_aws.developer_tools.deployment_window import is_open
from dataops.local_aws.developer_tools.pipeline_actions import ActionAbandonedError, ActionFailedError, PipelineActions
from dataops.local_aws.developer_tools.pipeline_events import PipelineEvents
from dataops.local_aws.developer_tools.pipeline_execution import ActionRun, Execution, StageRun
from dataops.local_aws.developer_tools.pipeline_variables import UnsetVariableError, resolved
from dataops.local_aws.developer_tools.refusal import RefusedError
from dataops.local_aws.developer_tools.stage_turns import StageTurns

log = logging.getLogger("pipelines")
Content = dict[str, Any]
LOOK_SECONDS = 0.2
WINDOW_MINUTES = 7 * 24 * 60


class PipelineEngine:
    """Runs each execution in a thread of its own; stages admit one execution at a time."""

    def __init__(self, actions: PipelineActions, events: PipelineEvents, arn_of: Callable[[str], str]) -> None:
        self.actions, self.events, self.arn_of = actions, events, arn_of
        self.turns = StageTurns()

    def begin(self, execution: Execution) -> None:
        """Run an execution from its first stage."""
        self._go(execution, execution.pipeline["stages"], "STARTED")

    def retry(self, execution: Execution, stage: str) -> None:
        """Continue an execution from the stage in which it failed."""
        execution.status, execution.summary, execution.attempt = "InProgress", "", execution.attempt + 1
        actions = execution.stages[stage].actions
        execution.stages[stage].actions = {name: run for name, run in actions.items() if run.status == "Succeeded"}
        names = [each["name"] for each in execution.pipeline["stages"]]
        self._go(execution, execution.pipeline["stages"][names.index(stage) :], "RESUMED")

    def _go(self, execution: Execution, stages: list[Content], state: str) -> None:
        Thread(target=self._run, args=(execution, stages, state), name=execution.identity, daemon=True).start()

    def _run(self, execution: Execution, stages: list[Content], state: str) -> None:
        self.events.of_pipeline(execution, state)
        status = "Succeeded"
        for stage in stages:
            where = execution.pipeline["name"], stage["name"], execution.identity
            execution.queues = True
            with self.turns.turn(*where, lambda: bool(execution.stopping)) as is_inside:
                execution.queues = False
                status = self._stage(execution, stage) if is_inside else "Stopped"
            if status not in ("Succeeded", "Skipped"):
                break
        execution.status = "Succeeded" if status == "Skipped" else status
        execution.updated = now()
        self.events.of_pipeline(execution, execution.status.upper())

    def _stage(self, execution: Execution, stage: Content) -> str:
        name = stage["name"]
        run = execution.stages.setdefault(name, StageRun(name))
        run.status = "InProgress"
        self.events.of_stage(execution, name, "STARTED")
        run.status = self._entry(execution, stage) or self._actions(execution, stage, run)
        self.events.of_stage(execution, name, run.status.upper())
        return run.status

    def _entry(self, execution: Execution, stage: Content) -> str:
        """The result of a stage's entry conditions, once their windows open; empty if the execution may enter."""
        for condition in stage.get("beforeEntry", {}).get("conditions", []):
            for rule in condition["rules"]:
                self._wait_for_window(execution, rule)
                if execution.stopping:
                    return "Stopped"
                if not is_open(rule["configuration"], datetime.now(UTC)):
                    summary = f"Stage {stage['name']} was not entered: the window {rule['name']} did not open in time."
                    execution.summary = summary
                    return "Skipped" if condition["result"] == "SKIP" else "Failed"
        return ""

    def _wait_for_window(self, execution: Execution, rule: Content) -> None:
        execution.waits_until = now() + float(rule.get("timeoutInMinutes") or WINDOW_MINUTES) * 60
        execution.queues = True
        while not is_open(rule["configuration"], datetime.now(UTC)):
            if execution.stopping or now() > execution.waits_until:
                break
            time.sleep(LOOK_SECONDS)
        execution.queues = False

    def _actions(self, execution: Execution, stage: Content, run: StageRun) -> str:
        """Run the actions of one run order at once; the status of the stage."""
        ordered = sorted(stage["actions"], key=lambda action: int(action["runOrder"]))
        for _, group in groupby(ordered, key=lambda action: int(action["runOrder"])):
            threads = []
            for action in group:
                if action["name"] in run.actions:
                    # It succeeded before the stage was retried.
                    continue
                run.actions[action["name"]] = begun = ActionRun(run.name, action)
                execution.actions.append(begun)
                threads.append(Thread(target=self._action, args=(execution, begun), daemon=True))
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            if any(each.status in ("Failed", "Abandoned") for each in run.actions.values()):
                return "Stopped" if execution.stopping else "Failed"
            if execution.stopping:
                return "Stopped"
        return "Succeeded"

    def _action(self, execution: Execution, run: ActionRun) -> None:
        self._schedule(execution, run)
        run.status = "InProgress"
        self.events.of_action(execution, run, "STARTED")
        try:
            self._work(execution, run)
            state = "Succeeded"
        except ActionAbandonedError:
            state = "Abandoned"
        except ActionFailedError as error:
            state, run.error_code, run.summary = "Failed", error.code, str(error)
        execution.artifacts |= {artifact.name: artifact for artifact in run.outputs} if state == "Succeeded" else {}
        if run.definition.get("namespace"):
            execution.variables[run.definition["namespace"]] = run.variables
        run.status, run.updated, execution.updated = state, now(), now()
        self.events.of_action(execution, run, state.upper())

    def _schedule(self, execution: Execution, run: ActionRun) -> None:
        """Set the action's input artifacts, and the locations of its output artifacts."""
        action, name = run.definition, execution.pipeline["name"]
        run.inputs = [execution.artifacts[each["name"]] for each in action["inputArtifacts"]]
        bucket = execution.pipeline["artifactStore"]["location"]
        run.outputs = [
            Artifact(each["name"], bucket, f"{name[:20]}/{each['name'][:10]}/{uuid4().hex[:7]}")
            for each in action["outputArtifacts"]
        ]

    def _work(self, execution: Execution, run: ActionRun) -> None:
        """Execute the action; every failure becomes an ActionFailedError."""
        try:
            role = run.definition.get("roleArn") or execution.pipeline["roleArn"]
            session = as_service("codepipeline", role, self.arn_of(execution.pipeline["name"]), self.events.region)
            run.configuration = resolved(run.definition["configuration"], execution.variables)
            self.actions.work(execution, run, session)
        except (ActionFailedError, ActionAbandonedError):
            raise
        except (AccessDeniedError, ClientError) as error:
            message = f"The service role or action role doesn't have the permissions required. {error}"
            raise ActionFailedError("PermissionError", message) from error
        except (RefusedError, UnsetVariableError) as error:
            raise ActionFailedError("ConfigurationError", f"The action cannot be run: {error}") from error
        except Exception as error:
            log.exception("%s of %s", run.name, execution.identity)
            raise ActionFailedError("InternalError", f"{type(error).__name__}: {error}") from error
