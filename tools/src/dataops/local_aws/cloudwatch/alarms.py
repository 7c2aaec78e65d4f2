"""Measures queues, lets every alarm be judged, and does what it says, as CloudWatch does."""

import json
import logging
import time
from datetime import UTC, datetime
from threading import Event as Signal
from threading import Lock
from typing import Any

from dataops.local_aws.access.authorization import DeniedCallError, Source, judge_service
from dataops.local_aws.cloudwatch.alarm_judgement import Judgement, Values, judged
from dataops.local_aws.cloudwatch.embedded_metrics import Measured
from dataops.local_aws.cloudwatch.metric_store import MetricStore
from dataops.local_aws.server.client import LocalAws

log = logging.getLogger("alarms")
SECONDS = 5


class Alarms:
    """Every alarm of an account and region; moto itself keeps definitions, but judges nothing."""

    def __init__(self, aws: LocalAws, stopped: Signal) -> None:
        self.aws, self.stopped, self.looking = aws, stopped, Lock()
        self.metrics = MetricStore(aws.account, aws.region)

    def judge(self) -> None:
        """Go on until the platform stops."""
        while not self.stopped.wait(SECONDS):
            try:
                self.look()
            except Exception as error:
                log.warning("%s: %s", type(error).__name__, error)

    def look(self) -> None:
        """Measure and judge once."""
        with self.looking:
            self.metrics.forget_old()
            self.metrics.put(self._queues())
            values, now = self.metrics.by_place(), time.time()
            for alarm in list(self.metrics.model.alarms.values()):
                # One of several alarms has a rule instead of a metric.
                if alarm.metric_name or alarm.metric_data_queries:
                    self._judge_one(alarm, values, now)

    def _judge_one(self, alarm: Any, values: Values, now: float) -> None:
        """Judge an alarm; one whose formula nothing here computes leaves all others as they are."""
        try:
            self._settle(alarm, judged(alarm, values, now))
        except Exception as error:
            log.warning("not judged: %s: %s: %s", alarm.name, type(error).__name__, error)

    def _queues(self) -> list[Measured]:
        found = []
        for name, queue in list(self.aws.model("sqs").queues.items()):
            waiting = [message for message in list(queue._messages) if message.visible]
            oldest = max((_age(message) for message in waiting), default=0)
            told = {"ApproximateNumberOfMessagesVisible": len(waiting), "ApproximateAgeOfOldestMessage": oldest}
            found += [Measured("AWS/SQS", what, {"QueueName": name}, float(value)) for what, value in told.items()]
        return found

    def _settle(self, alarm: Any, judgement: Judgement) -> None:
        if judgement.state == alarm.state_value:
            return
        before = alarm.state_value
        alarm.update_state(judgement.reason, "{}", judgement.state)
        for action in {"ALARM": alarm.alarm_actions, "OK": alarm.ok_actions}.get(judgement.state, []):
            if action.split(":")[2] == "sns":
                self._notify(action, alarm, judgement, before)

    def _notify(self, topic: str, alarm: Any, judgement: Judgement, before: str) -> None:
        """Tell a topic, if its policy and its key let CloudWatch; AWS notes a failure in the alarm's history only."""
        try:
            judge_service("cloudwatch.amazonaws.com", "sns:Publish", topic, Source(alarm.alarm_arn, self.aws.account))
        except DeniedCallError as denied:
            log.warning("not told: %s: %s", alarm.name, denied)
        else:
            self._tell(topic, alarm, judgement, before)

    def _tell(self, topic: str, alarm: Any, judgement: Judgement, before: str) -> None:
        told = {
            "AlarmName": alarm.name,
            "AlarmDescription": alarm.description,
            "OldStateValue": before,
            "NewStateValue": judgement.state,
            "NewStateReason": judgement.reason,
            "StateChangeTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f+0000"),
        }
        subject = f'{judgement.state}: "{alarm.name}" in {self.aws.region}'[:100]
        self.aws.client("sns").publish(TopicArn=topic, Subject=subject, Message=json.dumps(told))


def _age(message: Any) -> float:
    return time.time() - float(message.sent_timestamp) / 1000
