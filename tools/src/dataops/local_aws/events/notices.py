"""Remembers what SNS sent and to whom: nobody outside this machine gets it."""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from moto.sns.models import Topic

from dataops.local_aws.cloudwatch.metric_store import MetricStore
from dataops.local_aws.cloudwatch.service_metrics import of_delivery
from dataops.local_aws.events.chat import Chat
from dataops.local_aws.events.subscription import is_for
from dataops.local_aws.moto_patches.patching import replace

log = logging.getLogger("notices")


class Notices:
    """Every message that people get, in the order in which it was published."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self.sent: list[dict[str, Any]] = []
        self.refusals = 0
        replace(Topic, "publish", self._recording)

    def _recording(self, original: Callable[..., str]) -> Callable[..., str]:
        def publish(topic: Any, message: str, subject: str | None = None, *more: Any, **options: Any) -> str:
            attributes = (more[0] if more else options.get("message_attributes")) or {}
            readers = self._readers(topic, message, attributes)
            if readers and not self._is_delivered(topic, len(readers)):
                log.warning("refused on purpose by %s: %s", ", ".join(readers), subject)
            elif readers:
                said = {"subject": subject or "", "message": _for_people(message, options.get("message_structure"))}
                told = {"topic": topic.arn, "to": readers, "dataset": attributes.get("dataset", {}).get("Value", "")}
                self.sent.append({"at": datetime.now(UTC).isoformat(timespec="seconds")} | said | told)
            return original(topic, message, subject, *more, **options)

        return publish

    def refuse(self) -> None:
        """Let the next message be refused by everybody whom it is for, as endpoints that are gone do."""
        self.refusals += 1

    def _is_delivered(self, topic: Any, readers: int) -> bool:
        """Whether a message is taken; SNS measures it either way."""
        is_refused = self.refusals > 0
        self.refusals -= is_refused
        told = of_delivery(topic.name, 0 if is_refused else readers, readers if is_refused else 0)
        MetricStore(topic.account_id, topic.sns_backend.region_name).put(told)
        return not is_refused

    def _readers(self, topic: Any, message: str, attributes: dict[str, Any]) -> list[str]:
        """Who reads a message; a topic that nobody subscribes to is somebody's own, one read by a function is not."""
        subscriptions = topic.sns_backend.list_subscriptions_by_topic(topic_arn=topic.arn)[0]
        people = [
            f"{each.protocol} {each.endpoint}"
            for each in subscriptions
            if each.protocol not in ("lambda", "sqs") and is_for(each, message, attributes)
        ]
        channels = [
            f"slack {channel['SlackChannelId']}" if "SlackChannelId" in channel else f"teams {channel['ChannelId']}"
            for channel in self.chat.channels.values()
            if topic.arn in channel["SnsTopicArns"]
        ]
        return [*people, *channels] or ([] if subscriptions else [f"topic {topic.name}"])


def _for_people(message: str, structure: str | None) -> str:
    """What a mail holds: a message may have a text of its own for each protocol."""
    if structure != "json":
        return message
    texts = json.loads(message)
    return str(texts.get("email", texts["default"]))
