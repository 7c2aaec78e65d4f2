"""Tells people once what happened: at least once, and twice only when a Lambda dies between two calls."""

import hashlib
import json
from collections.abc import Callable, Collection
from typing import Any

from ledger.keys import NOTICE, told_row
from ledger.ledger import Ledger, Row
from ledger.timestamps import earlier
from runtime.metric import kind_of, log

from notifications.message import Message
from notifications.message_form import FORMS
from notifications.place import Place

MINUTES_TO_SEND = 5
SENT = "sent"


def reserve(ledger: Ledger, row: str, flag: str, now: str) -> bool:
    """Reserve a notification; False if it was sent, or if it was reserved less than five minutes ago."""
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
    """Whether a notification was sent."""
    return (ledger.row(row) or {}).get(flag) == SENT


def told_of(routes: list[Row], message: Message) -> list[tuple[str, str]]:
    """The topics whose targets get a message, each with the format of its target."""
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


IsTold = Callable[[str], bool]


class Notifications:
    """Who gets which kinds, and the ledger that records what was sent to whom.

    `routes` is JSON: [{form, kinds, topics}], one entry for all targets that hear the same in the same form.
    """

    def __init__(self, sns: Any, routes: str, ledger: Ledger, prefix: str) -> None:
        self.sns, self.routes, self.ledger = sns, json.loads(routes), ledger
        self.place = Place(prefix, sns.meta.region_name)

    def send_once(self, row: str, notice: str, message: Message, is_told: IsTold = lambda topic: False) -> bool:
        """Send to each topic whose target gets it, unless it was sent there; True if it is sent everywhere.

        Losing a notification is worse than reading it twice. So a sender first reserves the notice, sends,
        and then marks it as sent: a reservation that was never kept runs out, and the sweep sends again.
        """
        refused: list[Exception] = []
        told = [(topic, form) for topic, form in told_of(self.routes, message) if not is_told(topic)]
        is_out = [self._send(row, notice, topic, message, form, refused) for topic, form in told]
        if refused:
            raise refused[0]
        return all(is_out)

    def send_now(self, row: str, notice: str, message: Message, is_told: IsTold = lambda topic: False) -> None:
        """The same for a caller whom no sweep follows: it fails, and is called again, unless it is out everywhere."""
        if not self.send_once(row, notice, message, is_told):
            raise RuntimeError(f"Who began to send {row} has not finished: it is tried again.")

    def has_told(self, topic: str, kinds: Collection[str], since: str) -> bool:
        """Whether a topic has got something of one of these kinds since then."""
        known = (self.ledger.row(told_row(hash_of(topic))) or {}) if kinds else {}
        return any(known.get(kind.replace(" ", "_"), "") >= since for kind in kinds)

    def _send(self, row: str, notice: str, topic: str, message: Message, form: str, refused: list[Exception]) -> bool:
        flag, reservation = flag_of(notice, topic), self.ledger.now()
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
        self.ledger.change(told_row(hash_of(topic)), times, {})
        log("notification-sent", row=row, notice=flag, kinds=message.kinds)
        return True


def flag_of(notice: str, topic: str) -> str:
    """The ledger's name of a notification to one topic; other targets that come or go do not change it."""
    return f"{NOTICE}{notice}_{hash_of(topic)}"
