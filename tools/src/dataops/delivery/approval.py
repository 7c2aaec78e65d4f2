"""The approver of an apply, the time and the comment, as CodePipeline has them."""

from datetime import UTC
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from dataops.delivery.build import Build
from dataops.delivery.delivered_change import person
from dataops.delivery.plain_text import plain_text

ACTION = "Approve"
LONGEST_COMMENT = 300


def approval_of(codepipeline: Any, build: Build) -> dict[str, str]:
    """Return the approval for the record of a deployment: empty if none is needed, or why it is not known."""
    try:
        found = _approvals(codepipeline, build)
    except (ClientError, BotoCoreError) as error:
        # The apply is done: the record is written, and has the reason why the approval is missing.
        return {"approval": f"not known: {plain_text(str(error), LONGEST_COMMENT).rstrip('.')}"}
    if not found:
        return {}
    # updatedBy: "The ARN of the user who changed the pipeline execution details" (CodePipeline API Reference).
    newest = max(found, key=lambda each: each["lastUpdateTime"])
    comment = newest.get("output", {}).get("executionResult", {}).get("externalExecutionSummary", "")
    return {
        "approved_by": person(newest["updatedBy"]) if newest.get("updatedBy") else "not known",
        "approved_at": newest["lastUpdateTime"].astimezone(UTC).isoformat(timespec="seconds"),
        "approval_comment": plain_text(comment, LONGEST_COMMENT),
    }


def approval_in_words(entry: dict[str, str]) -> str:
    """Return the approval of a record in words; an older record has none."""
    if "approval" in entry:
        return f", approval {entry['approval']}"
    if "approved_by" not in entry:
        return ""
    comment = f', who wrote "{entry["approval_comment"]}"' if entry.get("approval_comment") else ""
    return f", approved {entry['approved_at']} by {entry['approved_by']}{comment}"


def _approvals(codepipeline: Any, build: Build) -> list[dict[str, Any]]:
    """Return the approvals of this environment in this execution: a retried stage may ask again."""
    pages = codepipeline.get_paginator("list_action_executions").paginate(
        pipelineName=build.variable("PREFIX"), filter={"pipelineExecutionId": build.execution}
    )
    wanted = (build.environment, ACTION, "Succeeded")
    runs = [run for page in pages for run in page["actionExecutionDetails"]]
    return [run for run in runs if (run["stageName"], run["actionName"], run["status"]) == wanted]
