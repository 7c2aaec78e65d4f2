"""Lambda: brings one dataset to where all its events would have brought it, had none been lost."""

from collections.abc import Callable
from functools import partial
from typing import Any

from aws import client, table_client
from crawler import Crawlers
from dataset_metrics import measure_crawl, measure_dataset
from environment_variable import required
from instant import as_moment, utc_now
from intake import Intake
from job_run import JobRuns
from ledger import Ledger, Row
from log_line import kind_of, log
from missed_upload import PAGES_PER_SWEEP, Listing, listing_of, missed_uploads, remember
from next_step import advance, tell_of_failed_crawl
from notification import Notifications
from parallel import each
from run_capacity import Workers
from run_closing import Closing
from run_news import RunNews

# The longest that one page may take: a thousand files that the ledger does not know.
MILLISECONDS_FOR_A_PAGE = 60_000

prefix = required("PREFIX")
input_bucket = required("INPUT_BUCKET")
ledger = Ledger(table_client(), required("LEDGER_TABLE"), utc_now)
glue, s3 = client("glue"), client("s3")
crawlers = Crawlers(glue, prefix, ledger)
workers = Workers(required("WORKER_TYPE"), int(required("WORKERS")))
jobs = JobRuns(glue, s3, required("OUTPUT_BUCKET"), prefix, ledger, workers)
notifications = Notifications(client("sns"), required("NOTIFICATION_ROUTES"), ledger, prefix)
intake = Intake(crawlers, notifications, input_bucket)
closing = Closing(jobs, RunNews(jobs, notifications, required("CANARY")), int(required("MAXIMUM_ATTEMPTS")))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One dataset, on a schedule; an error in one step keeps no other step from its work."""
    dataset, on_upload = event["dataset"], event["crawl"] == "on-upload"
    begun = ledger.open_rows(dataset, ("CLAIMED", "QUARANTINED"))
    refused = [row["file"] for row in begun if row["state"] == "QUARANTINED"]
    failures = _try("tell-of-refusals", dataset, lambda: each(partial(intake.tell_of_refusal, dataset), refused))
    for run in _open_runs(dataset, begun):
        failures += _try("close-run", dataset, partial(closing.close, dataset, run))
    failures += _try("measure", dataset, lambda: measure_dataset(ledger, prefix, dataset))
    failures += _try("advance", dataset, lambda: _advance(dataset, on_upload))
    # Last: nothing depends on it, and of many versions it takes all the time that is left.
    failures += _try("find-missed-uploads", dataset, lambda: _find_missed(event, context))
    if failures:
        raise RuntimeError(f"The sweep of {dataset} has failed at: {', '.join(failures)}.")
    return {"dataset": dataset}


def _find_missed(event: dict[str, Any], context: Any) -> None:
    """Go on with the listing for some pages; a file that is found asks for a crawl, as its event would have."""
    dataset, found, pages = event["dataset"], 0, 0
    since = as_moment(event["since"]) if "since" in event else None
    listing: Listing | None = listing_of(ledger, dataset, since)
    while listing and pages < PAGES_PER_SWEEP and _has_time(context):
        missed, following = missed_uploads(s3, ledger, input_bucket, event["prefix"], dataset, listing)
        each(intake.record, missed)
        remember(ledger, dataset, listing, following)
        listing, found, pages = following, found + len(missed), pages + 1
    log("missed-uploads", dataset=dataset, files=found, pages=pages, complete=listing is None)
    if found:
        _advance(dataset, event["crawl"] == "on-upload")


def _has_time(context: Any) -> bool:
    return context is None or context.get_remaining_time_in_millis() > MILLISECONDS_FOR_A_PAGE


def _open_runs(dataset: str, begun: list[Row]) -> list[str]:
    claimed = {row["run"] for row in begun if row["state"] == "CLAIMED"}
    runs = ledger.open_rows(f"{dataset}/runs", ("STARTED", "PUBLISHED", "FAILED"))
    return sorted(claimed | {row["file"].removeprefix("run/") for row in runs})


def _advance(dataset: str, crawl_on_upload: bool) -> None:
    crawl = crawlers.newest(dataset)
    measure_crawl(prefix, dataset, crawl)
    if crawl.has_failed:
        tell_of_failed_crawl(dataset, notifications)
    advance(dataset, crawl, crawlers, jobs, notifications, crawl_unseen=crawl_on_upload)


def _try(step: str, dataset: str, act: Callable[[], object]) -> list[str]:
    try:
        act()
    except Exception as error:
        log("sweep-failed", step=step, dataset=dataset, error=kind_of(error))
        return [step]
    return []
