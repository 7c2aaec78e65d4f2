"""Lambda: writes uploaded files into the ledger and starts their datasets' crawlers."""

from typing import Any

from crawls.crawler import Crawlers
from ledger.ledger import Ledger
from ledger.timestamps import utc_now
from notifications.notification import Notifications
from runtime.aws import client, required, table_client
from uploads.intake import Intake

ledger = Ledger(table_client(), required("LEDGER_TABLE"), utc_now)
intake = Intake(
    Crawlers(client("glue"), required("PREFIX"), ledger),
    Notifications(client("sns"), required("NOTIFICATION_ROUTES"), ledger, required("PREFIX")),
    required("INPUT_BUCKET"),
)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Messages of the queue, or the call of a dataset's schedule."""
    if event.get("scheduled"):
        intake.crawl(event["dataset"])
        return {}
    return {"batchItemFailures": [{"itemIdentifier": message} for message in intake.take(event["Records"])]}
