"""The metrics that AWS services would send, computed from local activity."""

import json
from datetime import UTC, datetime
from typing import Any

from dataops.local_aws.cloudwatch.embedded_metrics import Measured


def of_call(function: str, milliseconds: float, failed: bool) -> list[Measured]:
    """Lambda's metrics of one call."""
    values = {"Invocations": 1.0, "Errors": float(failed), "Duration": milliseconds}
    return [Measured("AWS/Lambda", name, {"FunctionName": function}, value) for name, value in values.items()]


def of_throttle(function: str) -> list[Measured]:
    """Lambda's metric of a throttled call."""
    return [Measured("AWS/Lambda", "Throttles", {"FunctionName": function}, 1.0)]


def of_job(job: str, memory_share: float) -> list[Measured]:
    """Glue's memory metrics of a run: here driver and executors are one process."""
    dimensions = {"JobName": job, "JobRunId": "ALL", "Type": "gauge"}
    return [Measured("Glue", f"glue.{who}.jvm.heap.usage", dimensions, memory_share) for who in ("driver", "ALL")]


def of_delivery(topic: str, delivered: int, failed: int) -> list[Measured]:
    """SNS's metrics of one message."""
    values = {"NumberOfMessagesPublished": 1, "NumberOfNotificationsDelivered": delivered}
    values |= {"NumberOfNotificationsFailed": failed} if failed else {}
    return [Measured("AWS/SNS", name, {"TopicName": topic}, float(value)) for name, value in values.items()]


def report_line(request: str, milliseconds: float, memory: int, failed: bool) -> str:
    """The report line at the end of a call's log, in Lambda's JSON format."""
    metrics = {"durationMs": milliseconds, "billedDurationMs": milliseconds, "memorySizeMB": memory}
    record: dict[str, Any] = {"requestId": request, "metrics": metrics, "status": "error" if failed else "success"}
    return json.dumps({"time": datetime.now(UTC).isoformat(), "type": "platform.report", "record": record})
