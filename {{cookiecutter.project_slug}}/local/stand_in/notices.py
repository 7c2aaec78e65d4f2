"""Remembers what SNS sent and to whom: nobody outside this machine gets it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from moto.sns.models import Subscription, Topic

from local.stand_in.chat import Chat
from local.stand_in.mending import replace


class Notices:
    """Every message in the order in which it was published."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self.sent: list[dict[str, Any]] = []
        replace(Topic, "publish", self._recording)
        replace(Subscription, "publish", _staying_here)

    def _recording(self, original: Callable[..., str]) -> Callable[..., str]:
        def publish(topic: Any, message: str, subject: str | None = None, *more: Any, **options: Any) -> str:
            self.sent.append(
                {
                    "at": datetime.now(UTC).isoformat(timespec="seconds"),
                    "subject": subject or "",
                    "message": _for_people(message, options.get("message_structure")),
                    "topic": topic.arn,
                    "to": self._readers(topic),
                }
            )
            return original(topic, message, subject, *more, **options)

        return publish

    def _readers(self, topic: Any) -> list[str]:
        subscriptions = topic.sns_backend.list_subscriptions_by_topic(topic_arn=topic.arn)[0]
        people = [f"{each.protocol} {each.endpoint}" for each in subscriptions]
        channels = [
            f"slack {channel['SlackChannelId']}" if "SlackChannelId" in channel else f"teams {channel['ChannelId']}"
            for channel in self.chat.channels.values()
            if topic.arn in channel["SnsTopicArns"]
        ]
        return [*people, *channels] or [f"topic {topic.name}"]


def _staying_here(original: Callable[..., None]) -> Callable[..., None]:
    """moto would really call an https endpoint, which is somebody's, on the network."""

    def publish(subscription: Any, *message: Any, **options: Any) -> None:
        if subscription.protocol not in ("http", "https"):
            original(subscription, *message, **options)

    return publish


def _for_people(message: str, structure: str | None) -> str:
    """What a mail holds: a message may have a text of its own for each protocol."""
    if structure != "json":
        return message
    texts = json.loads(message)
    return str(texts.get("email", texts["default"]))
