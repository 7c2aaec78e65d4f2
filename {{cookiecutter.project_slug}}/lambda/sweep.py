"""Lambda: brings one dataset to the state that all its events would have caused, if any were lost."""

from collections.abc import Callable
from functools import partial
from typing import Any

from crawls.crawler import Crawlers
from ledger.ledger import Ledger
from ledger.timestamps import as_moment, utc_now
from notifications.notification import Notifications
from runs.dataset_metrics import measure_crawl, measure_dataset
from runs.job_run import JobRuns
from runs.next_step import advance, notify_of_failed_crawl
from runs.run_capacity import Workers
from runs.run_closing import Closing
from runs.run_notifications import RunNotifications
from runtime.aws import client, each, required, table_client
from runtime.metric import kind_of, log
from uploads.intake import Intake
from uploads.missed_upload import record_missed
from uploads.upload_listing import listing_of

prefix = required("PREFIX")
input_bucket = required("INPUT_BUCKET")
ledger = Ledger(table_client(), required("LEDGER_TABLE"), utc_now)
glue, s3 = client("glue"), client("s3")
crawlers = Crawlers(glue, prefix, ledger)
workers = Workers(required("WORKER_TYPE"), int(required("WORKERS")))
jobs = JobRuns(glue, s3, required("OUTPUT_BUCKET"), prefix, ledger, workers)
notifications = Notifications(client("sns"), required("NOTIFICATION_ROUTES"), ledger, prefix)
intake = Intake(crawlers, notifications, input_bucket)
closing = Closing(jobs, RunNotifications(jobs, notifications, required("CANARY")), int(required("MAXIMUM_ATTEMPTS")))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle one dataset, on a schedule; an error in one step does not stop the other steps."""
    dataset, on_upload = event["dataset"], event["crawl"] == "on-upload"
    begun = ledger.open_rows(dataset, ("CLAIMED", "QUARANTINED"))
    refused = [row["file"] for row in begun if row["state"] == "QUARANTINED"]
    failures = _try("notify-of-refusals", dataset, lambda: each(partial(intake.notify_of_refusal, dataset), refused))
    for run in closing.open_runs(dataset, begun):
        failures += _try("close-run", dataset, partial(closing.close, dataset, run))
    failures += _try("measure", dataset, lambda: measure_dataset(ledger, prefix, dataset))
    failures += _try("advance", dataset, lambda: _advance(dataset, on_upload))
    # Last: nothing depends on it, and with many versions it takes all the time that is left.
    failures += _try("find-missed-uploads", dataset, lambda: _find_missed(event, context))
    if failures:
        raise RuntimeError(f"The sweep of {dataset} has failed at: {', '.join(failures)}.")
    return {"dataset": dataset}


def _find_missed(event: dict[str, Any], context: Any) -> None:
    dataset, since = event["dataset"], as_moment(event["since"]) if "since" in event else None
    listing = listing_of(ledger, dataset, since)
    found = record_missed(s3, intake, event["prefix"], dataset, listing, context)
    log("missed-uploads", dataset=dataset, files=found)
    if found:
        # A file that was found requests a crawl, as its event would have.
        _advance(dataset, event["crawl"] == "on-upload")


def _advance(dataset: str, crawl_on_upload: bool) -> None:
    crawl = crawlers.newest(dataset)
    measure_crawl(prefix, dataset, crawl)
    if crawl.has_failed:
        notify_of_failed_crawl(dataset, notifications)
    advance(dataset, crawl, crawlers, jobs, notifications, crawl_unseen=crawl_on_upload)


def _try(step: str, dataset: str, act: Callable[[], object]) -> list[str]:
    try:
        act()
    except Exception as error:
        log("sweep-failed", step=step, dataset=dataset, error=kind_of(error))
        return [step]
    return []
