"""Measures queues, judges alarms, and does what they say, as CloudWatch does."""

import json
import logging
import math
from datetime import UTC, datetime, timedelta
from threading import Event as Signal
from typing import Any

from local.stand_in.local_aws import LocalAws

log = logging.getLogger("alarms")
SECONDS = 5
MEMORY = timedelta(hours=3)
HOLDS = {
    "GreaterThanThreshold": float.__gt__,
    "GreaterThanOrEqualToThreshold": float.__ge__,
    "LessThanThreshold": float.__lt__,
    "LessThanOrEqualToThreshold": float.__le__,
}


class Alarms:
    """Every alarm of one metric; moto itself keeps definitions, but judges nothing."""

    def __init__(self, aws: LocalAws, stopped: Signal) -> None:
        self.aws, self.stopped = aws, stopped

    def judge(self) -> None:
        """Go on until the platform stops."""
        while not self.stopped.wait(SECONDS):
            try:
                self.look()
            except Exception as error:
                log.warning("%s: %s", type(error).__name__, error)

    def look(self) -> None:
        """Measure and judge once."""
        self._measure_queues()
        now = datetime.now(UTC)
        for page in self.aws.client("cloudwatch").get_paginator("describe_alarms").paginate():
            for alarm in page["MetricAlarms"]:
                # Those of several metrics, percentiles and bands are kept, not judged.
                if alarm.get("Statistic") and alarm["ComparisonOperator"] in HOLDS:
                    self._judge(alarm, now)

    def _measure_queues(self) -> None:
        self._forget_old()
        for name, queue in list(self.aws.model("sqs").queues.items()):
            waiting = [message for message in list(queue._messages) if message.visible]
            measured = {
                "ApproximateNumberOfMessagesVisible": len(waiting),
                "ApproximateAgeOfOldestMessage": max((_age(message) for message in waiting), default=0),
            }
            dimensions = [{"Name": "QueueName", "Value": name}]
            data = [{"MetricName": what, "Dimensions": dimensions, "Value": value} for what, value in measured.items()]
            self.aws.client("cloudwatch").put_metric_data(Namespace="AWS/SQS", MetricData=data)

    def _forget_old(self) -> None:
        """moto keeps every value for ever and reads them all for each answer."""
        kept, oldest = self.aws.model("cloudwatch").metric_data, datetime.now(UTC) - MEMORY
        young = (number for number, each in enumerate(kept) if each.timestamp.replace(tzinfo=UTC) >= oldest)
        old = next(young, len(kept))
        del kept[:old]

    def _judge(self, alarm: dict[str, Any], now: datetime) -> None:
        values = self._values(alarm, now)
        state = state_of(alarm, values)
        if state == alarm["StateValue"]:
            return
        reason = f"The last values were {[value for value in values if value is not None]}."
        told = {"AlarmName": alarm["AlarmName"], "StateValue": state, "StateReason": reason}
        self.aws.client("cloudwatch").set_alarm_state(**told)
        for action in alarm.get({"ALARM": "AlarmActions", "OK": "OKActions"}.get(state, ""), []):
            if action.split(":")[2] == "sns":
                self._tell(action, alarm, state, reason)

    def _tell(self, topic: str, alarm: dict[str, Any], state: str, reason: str) -> None:
        names = ("AlarmName", "AlarmDescription", "StateReason")
        told = {name: alarm.get(name) for name in names} | {"NewStateValue": state, "NewStateReason": reason}
        subject = f'{state}: "{alarm["AlarmName"]}" in {self.aws.region}'[:100]
        self.aws.client("sns").publish(TopicArn=topic, Subject=subject, Message=json.dumps(told))

    def _values(self, alarm: dict[str, Any], now: datetime) -> list[float | None]:
        """The metric's value of each period that counts, oldest first; None where nothing was measured."""
        period, count = alarm["Period"], alarm["EvaluationPeriods"]
        # The running period counts too: who tries things out on a laptop shall not wait for its end.
        end = datetime.fromtimestamp(math.ceil(now.timestamp() / period) * period, UTC)
        statistics = self.aws.client("cloudwatch").get_metric_statistics(
            Namespace=alarm["Namespace"],
            MetricName=alarm["MetricName"],
            Dimensions=alarm.get("Dimensions", []),
            StartTime=end - timedelta(seconds=period * count),
            EndTime=end,
            Period=period,
            Statistics=[alarm["Statistic"]],
        )["Datapoints"]
        found = {math.floor(point["Timestamp"].timestamp() / period): point[alarm["Statistic"]] for point in statistics}
        last = math.floor(end.timestamp() / period)
        return [found.get(number) for number in range(last - count, last)]


def state_of(alarm: dict[str, Any], values: list[float | None]) -> str:
    """OK, ALARM or INSUFFICIENT_DATA, out of the values of the periods that count."""
    breaches = HOLDS[alarm["ComparisonOperator"]]
    missing = {"breaching": True, "notBreaching": False}.get(alarm.get("TreatMissingData", "missing"))
    judged = [missing if value is None else breaches(float(value), float(alarm["Threshold"])) for value in values]
    if all(verdict is None for verdict in judged):
        return "INSUFFICIENT_DATA"
    needed = alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"]
    return "ALARM" if sum(bool(verdict) for verdict in judged) >= needed else "OK"


def _age(message: Any) -> float:
    return datetime.now(UTC).timestamp() - float(message.sent_timestamp) / 1000
