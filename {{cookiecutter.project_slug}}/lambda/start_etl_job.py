"""Lambda: starts a dataset's job when its crawler has succeeded, or when a job run leaves files waiting."""

from typing import Any

from crawls.crawler import Crawlers
from ledger.ledger import Ledger
from ledger.timestamps import utc_now
from notifications.notification import Notifications
from runs.dataset_metrics import measure_ended_crawl
from runs.job_run import JobRuns
from runs.next_step import advance, notify_of_failed_crawl
from runs.run_capacity import Workers
from runtime.aws import client, dataset_of, required, table_client
from runtime.metric import log

prefix = required("PREFIX")
ledger = Ledger(table_client(), required("LEDGER_TABLE"), utc_now)
glue = client("glue")
crawlers = Crawlers(glue, prefix, ledger)
workers = Workers(required("WORKER_TYPE"), int(required("WORKERS")))
jobs = JobRuns(glue, client("s3"), required("OUTPUT_BUCKET"), prefix, ledger, workers)
notifications = Notifications(client("sns"), required("NOTIFICATION_ROUTES"), ledger, prefix)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Handle a state change of a crawler or a job from Glue: the event is only a hint, the ledger decides."""
    detail = event["detail"]
    name = detail.get("crawlerName") or detail["jobName"]
    dataset = dataset_of(prefix, name)
    if dataset is None:
        log("event-of-another-project", name=name)
        return {}
    is_crawl = "crawlerName" in detail
    if is_crawl:
        measure_ended_crawl(prefix, dataset, detail)
    if is_crawl and detail["state"] == "Failed":
        notify_of_failed_crawl(dataset, notifications)
    # The files of a failed job wait for the sweep, so that a broken source does not cause a loop.
    if detail["state"].upper() != "SUCCEEDED":
        return {}
    crawl = crawlers.newest(dataset, just_succeeded=is_crawl)
    return dict(advance(dataset, crawl, crawlers, jobs, notifications, crawl_unseen=False))
