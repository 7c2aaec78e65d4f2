"""What Glue says about the newest crawl of a dataset."""

from dataclasses import dataclass

from instant import as_text
from ledger import Row

# A crawler says SUCCEEDED, the list of its crawls says COMPLETED.
SUCCESS = ("SUCCEEDED", "COMPLETED")
FAILURE = ("FAILED", "CANCELLED")


@dataclass(frozen=True)
class Crawl:
    """A crawler's state, its newest crawl's result and start (empty when there was none), seconds of a running one."""

    state: str
    result: str
    started_at: str
    seconds: float = 0

    @property
    def has_failed(self) -> bool:
        """Whether the newest crawl ended without success."""
        return self.state == "READY" and self.result in FAILURE

    def has_seen(self, row: Row) -> bool:
        """Whether the file was there when a crawl began that has succeeded."""
        return bool(self.result in SUCCESS and row["uploaded_at"] <= self.started_at)


def crawl_from(crawler: Row) -> Crawl:
    """Read the answer of GetCrawler."""
    last = crawler.get("LastCrawl", {})
    started = as_text(last["StartTime"]) if "StartTime" in last else ""
    # Of a crawler that is at work, Glue says in milliseconds how long it has been.
    return Crawl(crawler["State"], last.get("Status", ""), started, crawler.get("CrawlElapsedTime", 0) / 1000)
