"""Measures queues, evaluates every alarm and runs its actions, as CloudWatch does."""

import json
import logging
import time
from datetime import UTC, datetime
from threading import Event as Signal
from threading import Lock
from typing import Any

from dataops.local_aws.access.authorization import DeniedCallError, Source, require_service_call
from dataops.local_aws.cloudwatch.alarm_evaluation import Evaluation, Values, evaluation_of
from dataops.local_aws.cloudwatch.embedded_metrics import Measured
from dataops.local_aws.cloudwatch.metric_store import MetricStore
from dataops.local_aws.server.client import LocalAws

log = logging.getLogger("alarms")
SECONDS = 5


class Alarms:
    """Every alarm of an account and region; moto stores definitions but evaluates nothing."""

    def __init__(self, aws: LocalAws, stopped: Signal) -> None:
        self.aws, self.stopped, self.looking = aws, stopped, Lock()
        self.metrics = MetricStore(aws.account, aws.region)

    def evaluate(self) -> None:
        """Measure and evaluate until the platform stops."""
        while not self.stopped.wait(SECONDS):
            try:
                self.look()
            except Exception as error:
                log.warning("%s: %s", type(error).__name__, error)

    def look(self) -> None:
        """Measure and evaluate once."""
        with self.looking:
            self.metrics.forget_old()
            self.metrics.put(self._queues())
            values, now = self.metrics.by_metric(), time.time()
            for alarm in list(self.metrics.model.alarms.values()):
                # A composite alarm has a rule instead of a metric.
                if alarm.metric_name or alarm.metric_data_queries:
                    self._evaluate_one(alarm, values, now)

    def _evaluate_one(self, alarm: Any, values: Values, now: float) -> None:
        """Evaluate an alarm; a formula that the local AWS cannot compute does not affect other alarms."""
        try:
            self._settle(alarm, evaluation_of(alarm, values, now))
        except Exception as error:
            log.warning("not evaluated: %s: %s: %s", alarm.name, type(error).__name__, error)

    def _queues(self) -> list[Measured]:
        found = []
        for name, queue in list(self.aws.model("sqs").queues.items()):
            waiting = [message for message in list(queue._messages) if message.visible]
            oldest = max((_age(message) for message in waiting), default=0)
            measured = {"ApproximateNumberOfMessagesVisible": len(waiting), "ApproximateAgeOfOldestMessage": oldest}
            found += [Measured("AWS/SQS", what, {"QueueName": name}, float(value)) for what, value in measured.items()]
        return found

    def _settle(self, alarm: Any, evaluation: Evaluation) -> None:
        if evaluation.state == alarm.state_value:
            return
        before = alarm.state_value
        alarm.update_state(evaluation.reason, "{}", evaluation.state)
        for action in {"ALARM": alarm.alarm_actions, "OK": alarm.ok_actions}.get(evaluation.state, []):
            if action.split(":")[2] == "sns":
                self._notify(action, alarm, evaluation, before)

    def _notify(self, topic: str, alarm: Any, evaluation: Evaluation, before: str) -> None:
        """Publish to a topic, if its policy and key allow CloudWatch; a failure is only in the alarm's history."""
        try:
            require_service_call(
                "cloudwatch.amazonaws.com", "sns:Publish", topic, Source(alarm.alarm_arn, self.aws.account)
            )
        except DeniedCallError as denied:
            log.warning("not published: %s: %s", alarm.name, denied)
        else:
            self._publish(topic, alarm, evaluation, before)

    def _publish(self, topic: str, alarm: Any, evaluation: Evaluation, before: str) -> None:
        text = {
            "AlarmName": alarm.name,
            "AlarmDescription": alarm.description,
            "OldStateValue": before,
            "NewStateValue": evaluation.state,
            "NewStateReason": evaluation.reason,
            "StateChangeTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f+0000"),
        }
        subject = f'{evaluation.state}: "{alarm.name}" in {self.aws.region}'[:100]
        self.aws.client("sns").publish(TopicArn=topic, Subject=subject, Message=json.dumps(text))


def _age(message: Any) -> float:
    return time.time() - float(message.sent_timestamp) / 1000
