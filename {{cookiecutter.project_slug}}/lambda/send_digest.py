"""Lambda: sends the daily digest: what ran the day before, and what is late."""

from datetime import timedelta
from typing import Any

from ledger.day import lateness, runs_of
from ledger.keys import digest_row
from ledger.ledger import Ledger
from ledger.timestamps import as_moment, as_text, utc_now
from notifications.messages.digest import daily_digest
from notifications.notification import Notifications
from runtime.aws import client, required, table_client
from runtime.metric import log

ledger = Ledger(table_client(), required("LEDGER_TABLE"), utc_now)
notifications = Notifications(client("sns"), required("NOTIFICATION_ROUTES"), ledger, required("PREFIX"))


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Handle the call of the schedule: its time, and each dataset with its `expected_every`, if it has one."""
    moment = as_moment(event["time"])
    day = as_text(moment - timedelta(days=1))[:10]
    datasets = event["datasets"]
    runs = {name: found for name in datasets if (found := runs_of(ledger, day, name))}
    late = {name: words for name, every in datasets.items() if (words := lateness(ledger, name, every))}
    log("digest", day=day, runs=sum(map(len, runs.values())), late=sorted(late))
    if runs or late:
        message = daily_digest(notifications.origin, day, runs, late)
        notifications.send_now(digest_row(day), moment.strftime("%Y%m%dT%H%M%S"), message)
    return {"day": day}
