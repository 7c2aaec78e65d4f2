"""The metrics that AWS's own services would send, made from what has happened here."""

import json
from datetime import UTC, datetime
from typing import Any

from dataops.local_aws.cloudwatch.embedded_metrics import Measured


def of_call(function: str, milliseconds: float, failed: bool) -> list[Measured]:
    """What Lambda measures of one call."""
    told = {"Invocations": 1.0, "Errors": float(failed), "Duration": milliseconds}
    return [Measured("AWS/Lambda", name, {"FunctionName": function}, value) for name, value in told.items()]


def of_throttle(function: str) -> list[Measured]:
    """What Lambda measures when a call has to wait."""
    return [Measured("AWS/Lambda", "Throttles", {"FunctionName": function}, 1.0)]


def of_job(job: str, memory_share: float) -> list[Measured]:
    """What Glue measures of a run's memory: here driver and executors are one process."""
    dimensions = {"JobName": job, "JobRunId": "ALL", "Type": "gauge"}
    return [Measured("Glue", f"glue.{who}.jvm.heap.usage", dimensions, memory_share) for who in ("driver", "ALL")]


def of_delivery(topic: str, delivered: int, failed: int) -> list[Measured]:
    """What SNS measures of one message."""
    told = {"NumberOfMessagesPublished": 1, "NumberOfNotificationsDelivered": delivered}
    told |= {"NumberOfNotificationsFailed": failed} if failed else {}
    return [Measured("AWS/SNS", name, {"TopicName": topic}, float(value)) for name, value in told.items()]


def report_line(request: str, milliseconds: float, memory: int, failed: bool) -> str:
    """The line that Lambda itself ends a call's log with, in its JSON format."""
    metrics = {"durationMs": milliseconds, "billedDurationMs": milliseconds, "memorySizeMB": memory}
    record: dict[str, Any] = {"requestId": request, "metrics": metrics, "status": "error" if failed else "success"}
    return json.dumps({"time": datetime.now(UTC).isoformat(), "type": "platform.report", "record": record})
