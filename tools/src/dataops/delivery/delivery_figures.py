"""What the pipeline waits for, and how long its last deliveries took and how many of them failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from botocore.exceptions import ClientError

from dataops.project.deployment import REFUSED

COUNTED = 20


@dataclass(frozen=True)
class Delivery:
    """One execution that has ended: whether it reached every environment, and the time since the push."""

    is_delivered: bool
    took: timedelta


def sentences_about_the_pipeline(
    codepipeline: Any, pipeline: str, approvers: Sequence[str], now: datetime
) -> list[str]:
    """Return a sentence for each approval that the pipeline waits for, and one for its last deliveries."""
    try:
        waiting = approvals_that_wait(codepipeline, pipeline)
        ended = last_deliveries(codepipeline, pipeline)
    except ClientError as error:
        if error.response["Error"]["Code"] not in REFUSED:
            raise
        needs = f"codepipeline:{error.operation_name}"
        return [f"What waits for an approval is not known: your role may not read the pipeline {pipeline} ({needs})."]
    people = " or ".join(approvers) or "an approver"
    sentences = [
        f"{stage} waits for {people} since {since.astimezone(UTC):%Y-%m-%d %H:%M} UTC, {lasting(now - since)}."
        for stage, since in waiting
    ]
    return [*sentences, *([figures(ended)] if ended else [])]


def approvals_that_wait(codepipeline: Any, pipeline: str) -> list[tuple[str, datetime]]:
    """Return the stage of each approval that nobody has answered, and since when it waits."""
    stages = codepipeline.get_pipeline_state(name=pipeline)["stageStates"]
    actions = [
        (stage["stageName"], each.get("latestExecution", {})) for stage in stages for each in stage["actionStates"]
    ]
    # Only an approval that waits has a token.
    return [
        (stage, latest["lastStatusChange"])
        for stage, latest in actions
        if latest.get("status") == "InProgress" and "token" in latest
    ]


def last_deliveries(codepipeline: Any, pipeline: str) -> list[Delivery]:
    """Return the last deliveries that have ended, newest first; the one that a new pipeline starts does not count."""
    found = codepipeline.list_pipeline_executions(pipelineName=pipeline, maxResults=100)["pipelineExecutionSummaries"]
    ended = [
        Delivery(each["status"] == "Succeeded", each["lastUpdateTime"] - each["startTime"])
        for each in found
        if each["status"] in ("Succeeded", "Failed") and each.get("trigger", {}).get("triggerType") != "CreatePipeline"
    ]
    return ended[:COUNTED]


def figures(deliveries: Sequence[Delivery]) -> str:
    """Return the failure rate and the lead time of some deliveries in words."""
    took = [each.took for each in deliveries if each.is_delivered]
    failed = len(deliveries) - len(took)
    rate = f"{failed} of the last {len(deliveries)} deliveries failed ({100 * failed / len(deliveries):.0f} %)"
    if not took:
        return f"{rate}; rejected approvals count."
    seconds = median(each.total_seconds() for each in took)
    lead = f"{lasting(timedelta(seconds=seconds))} (median), at most {lasting(max(took))}"
    return f"{rate}; rejected approvals count. From the push to the last environment, approvals included: {lead}."


def lasting(time: timedelta) -> str:
    """Return a duration in its two largest units: 3 days 4 hours, 12 minutes."""
    minutes = max(1, round(time.total_seconds() / 60))
    parts = {"day": minutes // 1440, "hour": minutes // 60 % 24, "minute": minutes % 60}
    words = [f"{count} {unit}{'s' if count > 1 else ''}" for unit, count in parts.items() if count]
    return " ".join(words[:2])
