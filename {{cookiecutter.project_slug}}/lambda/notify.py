"""Lambda: turns what a service says by itself, an alarm or a budget, into a message for people."""

import hashlib
import json
import re
from typing import Any

from aws import client, table_client
from environment_variable import required
from instant import utc_now
from ledger import Ledger
from messages.alarm import alarm_rings, budget_reached, unknown
from notification import Notifications

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
        row = f"alarm/{alarm['AlarmName']}/{alarm['StateChangeTime']}"
        notifications.send_now(row, "alarm", alarm_rings(place, alarm))
    elif re.search(r"^Budget Name: ", text, re.MULTILINE):
        # A budget has no name for an occasion, and says a thing once: its text is what is told once.
        row = f"budget/{hashlib.sha256(text.encode()).hexdigest()[:16]}"
        notifications.send_now(row, "budget", budget_reached(place, text))
    else:
        notifications.send_now(f"message/{identity}", "message", unknown(place, subject, text))


def alarm_in(text: str) -> dict[str, Any] | None:
    """The alarm that a text stands for, or None."""
    try:
        said = json.loads(text)
    except ValueError:
        return None
    return said if isinstance(said, dict) and "AlarmName" in said else None
