"""Lambda: turns the text of an alarm or a budget into a notification."""

import hashlib
import json
import re
from typing import Any

from ledger.keys import alarm_row, budget_row, message_row
from ledger.ledger import Ledger
from ledger.timestamps import as_moment, earlier, utc_now
from notifications.messages.alarm import NOTIFIED_AS_IT_HAPPENS, alarm_rings, budget_reached, unknown
from notifications.notification import Notifications
from runtime.aws import client, required, table_client

# An alarm covers at most half an hour of what a Lambda notifies itself, and becomes active some minutes later.
MINUTES_UNTIL_IT_RINGS = 60

ledger = Ledger(table_client(), required("LEDGER_TABLE"), utc_now)
notifications = Notifications(client("sns"), required("NOTIFICATION_ROUTES"), ledger, required("PREFIX"))


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Handle messages of this environment's topic, which SNS delivers at least once."""
    for record in event["Records"]:
        notify(record["Sns"].get("Subject") or "", record["Sns"]["Message"], record["Sns"]["MessageId"])
    return {}


def notify(subject: str, text: str, identity: str) -> None:
    """Notify: CloudWatch sends JSON, a budget sends lines; anything else is forwarded unchanged."""
    origin = notifications.origin
    alarm = alarm_in(text)
    if alarm:
        if not is_a_beginning(alarm):
            notify_of_alarm(alarm)
    elif re.search(r"^Budget Name: ", text, re.MULTILINE):
        # A budget message has no id and is sent once, so its text identifies it.
        row = budget_row(hashlib.sha256(text.encode()).hexdigest()[:16])
        notifications.send_now(row, "budget", budget_reached(origin, text))
    else:
        notifications.send_now(message_row(identity), "message", unknown(origin, subject, text))


def notify_of_alarm(alarm: dict[str, Any]) -> None:
    """Notify of an alarm, except recipients of the Lambda's own notification; everybody gets its end."""
    message = alarm_rings(notifications.origin, alarm)
    repeated = NOTIFIED_AS_IT_HAPPENS.intersection(message.kinds) if alarm["NewStateValue"] == "ALARM" else set()
    since = earlier(as_moment(alarm["StateChangeTime"]), MINUTES_UNTIL_IT_RINGS)
    row = alarm_row(alarm["AlarmName"], alarm["StateChangeTime"])
    notifications.send_now(row, "alarm", message, lambda topic: notifications.has_notified(topic, repeated, since))


def is_a_beginning(alarm: dict[str, Any]) -> bool:
    """Return whether the alarm is OK after its first measurement: nothing is over, because nothing was wrong."""
    return alarm["NewStateValue"] == "OK" and alarm.get("OldStateValue") == "INSUFFICIENT_DATA"


def alarm_in(text: str) -> dict[str, Any] | None:
    """Return the alarm in a text, or None."""
    try:
        said = json.loads(text)
    except ValueError:
        return None
    return said if isinstance(said, dict) and "AlarmName" in said else None
