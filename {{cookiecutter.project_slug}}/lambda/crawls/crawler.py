"""Starts a dataset's crawler when its files need it, and checks which files a crawl has seen."""

import hashlib
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from ledger.keys import NOTIFICATION_FLAG, dataset_row
from ledger.ledger import Ledger, Row
from ledger.timestamps import as_text
from runtime.aws import full_name
from runtime.metric import log

# The state is SUCCEEDED for a crawler and COMPLETED in the list of its crawls.
SUCCESS = ("SUCCEEDED", "COMPLETED")
FAILURE = ("FAILED", "CANCELLED")


@dataclass(frozen=True)
class Crawl:
    """A crawler's state, its newest crawl's result and start (empty if there was none), seconds of a running one."""

    state: str
    result: str
    started_at: str
    seconds: float = 0

    @property
    def has_failed(self) -> bool:
        """Whether the newest crawl ended without success."""
        return self.state == "READY" and self.result in FAILURE

    def has_seen(self, row: Row) -> bool:
        """Whether the file existed when a successful crawl started."""
        return bool(self.result in SUCCESS and row["uploaded_at"] <= self.started_at)


def crawl_from(crawler: Row) -> Crawl:
    """Read the answer of GetCrawler."""
    last = crawler.get("LastCrawl", {})
    started = as_text(last["StartTime"]) if "StartTime" in last else ""
    # For a running crawler, Glue gives the duration in milliseconds.
    return Crawl(crawler["State"], last.get("Status", ""), started, crawler.get("CrawlElapsedTime", 0) / 1000)


MOST_IDLE_STARTS = 2
COMPARED_ROWS = 1_000


class Crawlers:
    """The crawlers of this environment, and the ledger that remembers why they were started."""

    def __init__(self, glue: Any, prefix: str, ledger: Ledger) -> None:
        self.glue, self.prefix, self.ledger = glue, prefix, ledger

    def newest(self, dataset: str, just_succeeded: bool = False) -> Crawl:
        """Return Glue's description of the dataset's crawler."""
        crawler = self.glue.get_crawler(Name=full_name(self.prefix, dataset))["Crawler"]
        if just_succeeded and crawler["State"] == "STOPPING":
            # Glue may send its event before LastCrawl has the ending crawl, which is the one that we started.
            return Crawl("STOPPING", SUCCESS[0], self._remembered(dataset).get("started_at", ""))
        return crawl_from(crawler)

    def want(self, dataset: str) -> None:
        """Record that a crawl is due, so that a refused start loses nothing."""
        self.ledger.change(dataset_row(dataset), {"wanted_at": self.ledger.now()}, {})

    def is_due(self, dataset: str, crawl: Crawl) -> bool:
        """Whether a crawl was requested after the newest one started."""
        return bool(self._remembered(dataset).get("wanted_at", "") > crawl.started_at)

    def start(self, dataset: str) -> str:
        """Start the crawler: `started`; `running` if it runs already; `stuck` if another start would not help."""
        before = self._remembered(dataset)
        idle = int(before.get("idle_starts", 0))
        if idle >= MOST_IDLE_STARTS and before["waiting"] == self._waiting(dataset):
            log("crawler-stuck", dataset=dataset, idle_starts=idle)
            return "stuck"
        now = self.ledger.now()
        try:
            self.glue.start_crawler(Name=full_name(self.prefix, dataset))
        except ClientError as error:
            if error.response["Error"]["Code"] != "CrawlerRunningException":
                raise
            log("crawler-running", dataset=dataset)
            return "running"
        waiting = self._waiting(dataset)
        idle = idle + 1 if before.get("waiting") == waiting else 1
        starts = {"idle_starts": idle if waiting else 0, "waiting": waiting}
        flags = tuple(name for name in before if name.startswith(NOTIFICATION_FLAG))
        self.ledger.change(dataset_row(dataset), starts | {"started_at": now}, {}, remove=flags)
        log("crawler-started", dataset=dataset)
        return "started"

    def _remembered(self, dataset: str) -> Row:
        return self.ledger.row(dataset_row(dataset)) or {}

    def _waiting(self, dataset: str) -> str:
        """Return a digest of the waiting files, the same at two starts without progress; empty if none waits."""
        rows = self.ledger.open_rows(dataset, ("PENDING",), COMPARED_ROWS)
        names = sorted(f"{row['file']} {row['attempts']}" for row in rows)
        return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16] if names else ""
