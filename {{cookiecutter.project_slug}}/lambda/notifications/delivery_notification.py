"""The notification of a delivery event: its row in the ledger, and its text."""

from collections.abc import Callable
from typing import Any

from ledger.keys import action_row, build_row, event_row, execution_row
from ledger.ledger import Row

from notifications.message import Message
from notifications.messages.pipeline import approval_refused, build_failed, pipeline_failed, pipeline_started
from notifications.messages.repository import changed_directly, request_approved, request_opened, request_overridden
from notifications.origin import Origin

Notification = tuple[str, str, Message]
REQUESTS = {
    "pullRequestCreated": request_opened,
    "pullRequestApprovalStateChanged": request_approved,
    "pullRequestApprovalRuleOverridden": request_overridden,
}


def notification_of(origin: Origin, event: dict[str, Any], failed_action: Callable[[str], Row | None]) -> Notification:
    """Return the notification; `failed_action` finds the action at which an execution has stopped."""
    detail = event["detail"]
    if event["source"] == "aws.codepipeline":
        return _of_pipeline(origin, detail, failed_action)
    if event["source"] == "aws.codebuild":
        build = detail["build-id"].rpartition("build/")[2]
        log = detail.get("additional-information", {}).get("logs", {}).get("deep-link", "")
        return build_row(build), "failed", build_failed(origin, detail["project-name"], detail["build-status"], log)
    # EventBridge may deliver an event twice; it keeps its id.
    who = detail["callerUserArn"]
    if detail["event"] in REQUESTS:
        repository = detail["repositoryNames"][0]
        message = REQUESTS[detail["event"]](origin, who, repository, detail["pullRequestId"], detail.get("title", ""))
    else:
        commit = "" if detail["event"] == "referenceDeleted" else detail.get("commitId", "")
        message = changed_directly(origin, who, detail["repositoryName"], detail["referenceName"], commit)
    return event_row(event["id"]), "told", message


def _of_pipeline(origin: Origin, detail: Row, failed_action: Callable[[str], Row | None]) -> Notification:
    execution = detail["execution-id"]
    # A retried stage ends again, which is notified again.
    row = execution_row(execution, int(detail.get("pipeline-execution-attempt", 1)))
    if detail["state"] == "STARTED":
        return row, "started", pipeline_started(origin, execution)
    action = failed_action(execution)
    if action is None:
        return row, "failed", pipeline_failed(origin, execution, "", "", "", "")
    result = action["output"].get("executionResult", {})
    said = result.get("externalExecutionSummary", "")
    stage, name = action["stageName"], action["actionName"]
    if action["input"]["actionTypeId"]["category"] == "Approval":
        row = action_row(action["actionExecutionId"])
        return row, "failed", approval_refused(origin, execution, stage, action.get("updatedBy", ""), said)
    # A build that refuses sends the reason itself, with the same row, so this is already sent.
    row = build_row(result["externalExecutionId"]) if "externalExecutionId" in result else row
    log = result.get("externalExecutionUrl", "")
    return row, "failed", pipeline_failed(origin, execution, stage, name, said, log)
