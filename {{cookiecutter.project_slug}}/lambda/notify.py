"""Lambda: turns what a service says by itself, an alarm or a budget, into a message for people."""

import hashlib
import json
import re
from typing import Any

from ledger.instant import as_moment, earlier, utc_now
from ledger.keys import alarm_row, budget_row, message_row
from ledger.ledger import Ledger
from notifications.messages.alarm import TOLD_AS_IT_HAPPENS, alarm_rings, budget_reached, unknown
from notifications.notification import Notifications
from runtime.aws import client, required, table_client

# CloudWatch looks at half an hour at most of what a Lambda tells at once, and takes some minutes to ring.
MINUTES_UNTIL_IT_RINGS = 60

ledger = Ledger(table_client(), required("LEDGER_TABLE"), utc_now)
notifications = Notifications(client("sns"), required("NOTIFICATION_ROUTES"), ledger, required("PREFIX"))


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Messages of this environment's topic, as SNS hands them over: at least once."""
    for record in event["Records"]:
        tell(record["Sns"].get("Subject") or "", record["Sns"]["Message"], record["Sns"]["MessageId"])
    return {}


def tell(subject: str, text: str, identity: str) -> None:
    """CloudWatch speaks JSON, a budget speaks lines; what is neither is told as it came."""
    place = notifications.place
    alarm = alarm_in(text)
    if alarm:
        if not is_a_beginning(alarm):
            tell_of_alarm(alarm)
    elif re.search(r"^Budget Name: ", text, re.MULTILINE):
        # A budget has no name for an occasion, and says a thing once: its text is what is told once.
        row = budget_row(hashlib.sha256(text.encode()).hexdigest()[:16])
        notifications.send_now(row, "budget", budget_reached(place, text))
    else:
        notifications.send_now(message_row(identity), "message", unknown(place, subject, text))


def tell_of_alarm(alarm: dict[str, Any]) -> None:
    """Whoever was just told by a Lambda what the alarm is about is not told a second time; its end is news to all."""
    message = alarm_rings(notifications.place, alarm)
    repeated = TOLD_AS_IT_HAPPENS.intersection(message.kinds) if alarm["NewStateValue"] == "ALARM" else set()
    since = earlier(as_moment(alarm["StateChangeTime"]), MINUTES_UNTIL_IT_RINGS)
    row = alarm_row(alarm["AlarmName"], alarm["StateChangeTime"])
    notifications.send_now(row, "alarm", message, lambda topic: notifications.has_told(topic, repeated, since))


def is_a_beginning(alarm: dict[str, Any]) -> bool:
    """Whether all is well since CloudWatch has measured for the first time: nothing is over, because nothing was."""
    return alarm["NewStateValue"] == "OK" and alarm.get("OldStateValue") == "INSUFFICIENT_DATA"


def alarm_in(text: str) -> dict[str, Any] | None:
    """The alarm that a text stands for, or None."""
    try:
        said = json.loads(text)
    except ValueError:
        return None
    return said if isinstance(said, dict) and "AlarmName" in said else None
