"""The topics of targets: which of them hear of a message, and how it is put into one."""

import hashlib
import json
from typing import Any

from ledger import Row
from message import Message
from message_form import FORMS


def told_of(routes: list[Row], message: Message) -> list[tuple[str, str]]:
    """The topics whose targets hear of a message, each with the form that its target reads."""
    heard = [route for route in routes if set(route["kinds"]) & set(message.kinds)]
    return [(topic, route["form"]) for route in heard for topic in route["topics"]]


def publish(sns: Any, topic: str, message: Message, form: str) -> None:
    """Send one message to one topic, in the form that its target reads."""
    told = {"environment": message.place.environment} | ({"dataset": message.about} if message.about else {})
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in told.items()}
    # For the owner of an existing topic, whose subscriptions may filter by these.
    attributes["kind"] = {"DataType": "String.Array", "StringValue": json.dumps(message.kinds)}
    text = FORMS[form](message)
    sns.publish(TopicArn=topic, Subject=message.subject, Message=text, MessageAttributes=attributes)


def hash_of(topic: str) -> str:
    """A topic as the ledger knows it."""
    return hashlib.sha256(topic.encode()).hexdigest()[:8]
