"""Lambda: turns the text of an alarm or a budget into a notification."""

import hashlib
import json
import re
from typing import Any

from ledger.keys import alarm_row, budget_row, message_row
from ledger.ledger import Ledger
from ledger.timestamps import as_moment, earlier, utc_now
from notifications.messages.alarm import TOLD_AS_IT_HAPPENS, alarm_rings, budget_reached, unknown
from notifications.notification import Notifications
from runtime.aws import client, required, table_client

# An alarm covers at most half an hour of what a Lambda notifies itself, and rings some minutes later.
MINUTES_UNTIL_IT_RINGS = 60

ledger = Ledger(table_client(), required("LEDGER_TABLE"), utc_now)
notifications = Notifications(client("sns"), required("NOTIFICATION_ROUTES"), ledger, required("PREFIX"))


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Messages of this environment's topic, as SNS hands them over: at least once."""
    for record in event["Records"]:
        tell(record["Sns"].get("Subject") or "", record["Sns"]["Message"], record["Sns"]["MessageId"])
    return {}


def tell(subject: str, text: str, identity: str) -> None:
    """CloudWatch sends JSON, a budget sends lines; anything else is forwarded unchanged."""
    place = notifications.place
    alarm = alarm_in(text)
    if alarm:
        if not is_a_beginning(alarm):
            tell_of_alarm(alarm)
    elif re.search(r"^Budget Name: ", text, re.MULTILINE):
        # A budget message has no id and is sent once, so its text identifies it.
        row = budget_row(hashlib.sha256(text.encode()).hexdigest()[:16])
        notifications.send_now(row, "budget", budget_reached(place, text))
    else:
        notifications.send_now(message_row(identity), "message", unknown(place, subject, text))


def tell_of_alarm(alarm: dict[str, Any]) -> None:
    """Recipients who already got the notification of a Lambda do not get the alarm; everybody gets its end."""
    message = alarm_rings(notifications.place, alarm)
    repeated = TOLD_AS_IT_HAPPENS.intersection(message.kinds) if alarm["NewStateValue"] == "ALARM" else set()
    since = earlier(as_moment(alarm["StateChangeTime"]), MINUTES_UNTIL_IT_RINGS)
    row = alarm_row(alarm["AlarmName"], alarm["StateChangeTime"])
    notifications.send_now(row, "alarm", message, lambda topic: notifications.has_told(topic, repeated, since))


def is_a_beginning(alarm: dict[str, Any]) -> bool:
    """Whether all is well since CloudWatch has measured for the first time: nothing is over, because nothing was."""
    return alarm["NewStateValue"] == "OK" and alarm.get("OldStateValue") == "INSUFFICIENT_DATA"


def alarm_in(text: str) -> dict[str, Any] | None:
    """The alarm in a text, or None."""
    try:
        said = json.loads(text)
    except ValueError:
        return None
    return said if isinstance(said, dict) and "AlarmName" in said else None
