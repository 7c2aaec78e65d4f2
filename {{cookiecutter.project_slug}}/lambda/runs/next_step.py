"""Decides from the ledger and the crawler what a dataset needs next."""

from crawls.crawler import Crawl, Crawlers
from crawls.drift_policy import Drift, notify_of_drift, observed_drift
from ledger.keys import dataset_row
from notifications.messages.crawl import crawl_failed, crawler_stuck
from notifications.messages.run import account_limit_reached
from notifications.notification import Notifications

from runs.job_run import JobRuns
from runs.run_start import AccountLimitError, start_run


def advance(
    dataset: str,
    crawl: Crawl,
    crawlers: Crawlers,
    jobs: JobRuns,
    notifications: Notifications,
    crawl_unseen: bool,
) -> dict[str, str | None]:
    """Start the job for files that a crawl has seen, and the crawler for files that it has not."""
    waiting = jobs.ledger.open_rows(dataset, ("PENDING",))
    seen = [row for row in waiting if crawl.has_seen(row)]
    drift = observed_drift(dataset, crawlers) if seen else Drift()
    run, is_limited = None, False
    try:
        run = None if drift.stops else start_run(jobs, dataset, seen)
    except AccountLimitError:
        is_limited = True
    unseen = len(seen) < len(waiting)
    started = None
    if unseen and crawl.state == "READY" and (crawl_unseen or crawlers.is_due(dataset, crawl)):
        started = start_crawl(dataset, crawlers, notifications)
    # Last, because neither run nor crawl depends on whether a notification goes out.
    if is_limited:
        notify_of_account_limit(dataset, jobs, len(seen), notifications)
    notify_of_drift(dataset, drift, notifications)
    return {"run": run, "crawler": started}


def start_crawl(dataset: str, crawlers: Crawlers, notifications: Notifications) -> str:
    """Start the crawler; if that no longer helps, notify instead of trying forever."""
    result = crawlers.start(dataset)
    if result == "stuck":
        notifications.send_once(dataset_row(dataset), "crawl_stuck", crawler_stuck(notifications.origin, dataset))
    return result


def notify_of_failed_crawl(dataset: str, notifications: Notifications) -> None:
    """Tell people that a crawl failed; its files keep waiting."""
    notifications.send_once(dataset_row(dataset), "crawl_failed", crawl_failed(notifications.origin, dataset))


def notify_of_account_limit(dataset: str, jobs: JobRuns, waiting: int, notifications: Notifications) -> None:
    """Tell people once a day that the account's Glue quotas keep files waiting."""
    name = f"limit_{jobs.ledger.now()[:10].replace('-', '')}"
    message = account_limit_reached(notifications.origin, dataset, waiting, str(jobs.workers))
    notifications.send_once(dataset_row(dataset), name, message)
