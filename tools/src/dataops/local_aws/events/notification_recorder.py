"""Stores the messages that SNS sent, with their recipients: nothing leaves this machine."""

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

log = logging.getLogger("notifications")


class NotificationRecorder:
    """Every message to people, in the order of publication."""

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
                content = {"subject": subject or "", "message": _for_people(message, options.get("message_structure"))}
                recipients = {
                    "topic": topic.arn,
                    "to": readers,
                    "dataset": attributes.get("dataset", {}).get("Value", ""),
                }
                self.sent.append({"at": datetime.now(UTC).isoformat(timespec="seconds")} | content | recipients)
            return original(topic, message, subject, *more, **options)

        return publish

    def refuse(self) -> None:
        """Fail the next message for all its recipients, as deleted endpoints do."""
        self.refusals += 1

    def _is_delivered(self, topic: Any, readers: int) -> bool:
        """Whether a message is delivered; SNS measures it either way."""
        is_refused = self.refusals > 0
        self.refusals -= is_refused
        measured = of_delivery(topic.name, 0 if is_refused else readers, readers if is_refused else 0)
        MetricStore(topic.account_id, topic.sns_backend.region_name).put(measured)
        return not is_refused

    def _readers(self, topic: Any, message: str, attributes: dict[str, Any]) -> list[str]:
        """The recipients of a message: a topic without subscriptions counts as one, a function or a queue does not."""
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
    """The text of a mail: a message may have a text of its own for each protocol."""
    if structure != "json":
        return message
    texts = json.loads(message)
    return str(texts.get("email", texts["default"]))
