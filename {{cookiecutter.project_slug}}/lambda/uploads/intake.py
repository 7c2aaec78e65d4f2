"""Handles queue messages about uploads, each by itself, and the calls of a dataset's schedule."""

from typing import Any

from crawls.crawler import Crawlers
from ledger.file_row import close_refused
from ledger.timestamps import from_milliseconds
from notifications.messages.upload import file_refused
from notifications.notification import Notifications
from runs.next_step import start_crawl
from runtime.aws import each
from runtime.metric import kind_of, log

from uploads.admission import is_no_data, record
from uploads.upload_event import Upload, message_from


class Intake:
    """Records files and requests crawls."""

    def __init__(self, crawlers: Crawlers, notifications: Notifications, input_bucket: str) -> None:
        self.crawlers, self.notifications, self.input_bucket = crawlers, notifications, input_bucket

    def take(self, messages: list[dict[str, Any]]) -> list[str]:
        """Handle all messages; return the ids of those to be delivered again."""
        names = [message["messageId"] for message in messages]
        asked = dict(zip(names, each(self._asks, messages), strict=True))
        failed = {message for message, datasets in asked.items() if datasets is None}
        for dataset in sorted({name for datasets in asked.values() for name in datasets or ()}):
            try:
                self.crawl(dataset)
            except Exception as error:
                log("crawl-not-started", dataset=dataset, error=kind_of(error))
                failed |= {message for message, datasets in asked.items() if dataset in (datasets or ())}
        return sorted(failed)

    def crawl(self, dataset: str) -> None:
        """Record that a crawl is due, then try to start it."""
        self.crawlers.want(dataset)
        start_crawl(dataset, self.crawlers, self.notifications)

    def _asks(self, message: dict[str, Any]) -> set[str] | None:
        """Return the datasets for which a message requests a crawl; None if it could not be handled."""
        try:
            sent_at = from_milliseconds(message["attributes"]["SentTimestamp"])
            parsed = message_from(message["body"], sent_at)
            waiting = {upload.dataset for upload in parsed.uploads if self.record(upload) == "PENDING"}
        except Exception as error:
            log("message-failed", message=message["messageId"], error=kind_of(error))
            return None
        return waiting if parsed.crawl_on_upload else set()

    def record(self, upload: Upload) -> str:
        """Record one upload; return the state of its file, IGNORED if it is no data."""
        if upload.bucket != self.input_bucket:
            raise PermissionError("This is not the input bucket.")
        if is_no_data(upload.key):
            log("file-ignored", file=upload.file, dataset=upload.dataset)
            return "IGNORED"
        state = record(self.crawlers.ledger, upload)
        if state == "QUARANTINED":
            self.notify_of_refusal(upload.dataset, upload.file)
        return state

    def notify_of_refusal(self, dataset: str, file: str) -> None:
        """Notify of a file that was quarantined on arrival; the run notifies of those that it quarantined."""
        row = self.crawlers.ledger.row(file) or {}
        if "open" not in row:
            return
        message = file_refused(self.notifications.origin, dataset, row)
        if self.notifications.send_once(file, "refused", message):
            close_refused(self.crawlers.ledger, file)
