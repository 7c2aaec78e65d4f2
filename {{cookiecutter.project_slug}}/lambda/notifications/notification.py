"""Sends a notification once: at least once, and twice only if a Lambda dies between two calls."""

import hashlib
import json
from collections.abc import Callable, Collection
from typing import Any

from ledger.keys import NOTIFICATION_FLAG, topic_row
from ledger.ledger import Ledger, Row
from ledger.timestamps import earlier
from runtime.metric import kind_of, log

from notifications.message import Message
from notifications.message_form import FORMS
from notifications.origin import Origin

MINUTES_TO_SEND = 5
SENT = "sent"


def reserve(ledger: Ledger, row: str, flag: str, now: str) -> bool:
    """Reserve a notification; return False if it was sent, or if it was reserved less than five minutes ago."""
    # "sent" is greater than any time, so one comparison separates a valid reservation from an expired one.
    try:
        ledger.client.update_item(
            TableName=ledger.table,
            Key={"file": row},
            UpdateExpression="SET #flag = :now",
            ConditionExpression="attribute_not_exists(#flag) OR #flag < :overdue",
            ExpressionAttributeNames={"#flag": flag},
            ExpressionAttributeValues={":now": now, ":overdue": earlier(ledger.clock(), MINUTES_TO_SEND)},
        )
    except ledger.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def give_up(ledger: Ledger, row: str, flag: str, now: str) -> None:
    """Release a reservation, so that another sender can send the notification."""
    ledger.change(row, {}, {flag: now}, remove=(flag,))


def keep(ledger: Ledger, row: str, flag: str) -> None:
    """Mark a notification as sent."""
    ledger.change(row, {flag: SENT}, {})


def is_sent(ledger: Ledger, row: str, flag: str) -> bool:
    """Return whether a notification was sent."""
    return (ledger.row(row) or {}).get(flag) == SENT


def recipients_of(routes: list[Row], message: Message) -> list[tuple[str, str]]:
    """Return the topics whose targets get a notification, each with the format of its target."""
    matching = [route for route in routes if set(route["kinds"]) & set(message.kinds)]
    return [(topic, route["form"]) for route in matching for topic in route["topics"]]


def publish(sns: Any, topic: str, message: Message, form: str) -> None:
    """Publish one notification to one topic, in the format of its target."""
    named = {"environment": message.origin.environment} | ({"dataset": message.about} if message.about else {})
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in named.items()}
    # For the owner of an existing topic, whose subscriptions may filter by these.
    attributes["kind"] = {"DataType": "String.Array", "StringValue": json.dumps(message.kinds)}
    text = FORMS[form](message)
    sns.publish(TopicArn=topic, Subject=message.subject, Message=text, MessageAttributes=attributes)


def hash_of(topic: str) -> str:
    """Return the ledger's name of a topic."""
    return hashlib.sha256(topic.encode()).hexdigest()[:8]


IsNotified = Callable[[str], bool]


class Notifications:
    """The recipients of each kind, and the ledger that records what was sent to whom.

    `routes` is JSON: [{form, kinds, topics}], one entry for all targets with the same kinds in the same form.
    """

    def __init__(self, sns: Any, routes: str, ledger: Ledger, prefix: str) -> None:
        self.sns, self.routes, self.ledger = sns, json.loads(routes), ledger
        self.origin = Origin(prefix, sns.meta.region_name)

    def send_once(self, row: str, name: str, message: Message, is_notified: IsNotified = lambda topic: False) -> bool:
        """Send to each topic whose target gets it, unless it was sent there; return True if it is sent everywhere.

        Losing a notification is worse than reading it twice. So a sender first reserves the notification, sends,
        and then marks it as sent: an unconfirmed reservation expires, and the sweep sends again.
        """
        refused: list[Exception] = []
        recipients = [(topic, form) for topic, form in recipients_of(self.routes, message) if not is_notified(topic)]
        is_out = [self._send(row, name, topic, message, form, refused) for topic, form in recipients]
        if refused:
            raise refused[0]
        return all(is_out)

    def send_now(self, row: str, name: str, message: Message, is_notified: IsNotified = lambda topic: False) -> None:
        """Send for a caller without a sweep: fail, so that AWS calls it again, unless it is sent everywhere."""
        if not self.send_once(row, name, message, is_notified):
            raise RuntimeError(f"Another sender reserved {row} and has not finished. AWS retries this call.")

    def has_notified(self, topic: str, kinds: Collection[str], since: str) -> bool:
        """Return whether a topic has got a notification of one of these kinds since a time."""
        known = (self.ledger.row(topic_row(hash_of(topic))) or {}) if kinds else {}
        return any(known.get(kind.replace(" ", "_"), "") >= since for kind in kinds)

    def _send(self, row: str, name: str, topic: str, message: Message, form: str, refused: list[Exception]) -> bool:
        flag, reservation = flag_of(name, topic), self.ledger.now()
        if not reserve(self.ledger, row, flag, reservation):
            return is_sent(self.ledger, row, flag)
        try:
            publish(self.sns, topic, message, form)
        except Exception as error:
            give_up(self.ledger, row, flag, reservation)
            log("notification-failed", row=row, notice=flag, error=kind_of(error))
            refused.append(error)
            return False
        keep(self.ledger, row, flag)
        times = {kind.replace(" ", "_"): self.ledger.now() for kind in message.kinds}
        self.ledger.change(topic_row(hash_of(topic)), times, {})
        log("notification-sent", row=row, notice=flag, kinds=message.kinds)
        return True


def flag_of(name: str, topic: str) -> str:
    """Return the ledger's name of a notification to one topic; it does not depend on other targets."""
    return f"{NOTIFICATION_FLAG}{name}_{hash_of(topic)}"
