"""What is measured of a dataset: how runs end, what waits, how old the published data is, how its crawler does."""

from crawls.crawler import Crawl
from ledger.day import COUNTS
from ledger.keys import dataset_row
from ledger.ledger import Ledger, Row
from ledger.timestamps import as_moment
from runtime.metric import measure

from runs.job_run import JobRuns
from runs.run_outcome import Outcome


def measure_run(jobs: JobRuns, dataset: str, run: str, job: Row, outcome: Outcome, files: int) -> None:
    """Count a run that was seen to end, and remember when the dataset last got something published."""
    if outcome.is_published:
        jobs.ledger.change(dataset_row(dataset), {"published_at": jobs.ledger.now()}, {})
    values = {
        "runs_published": float(outcome.is_published),
        "runs_failed": float(not outcome.is_published),
        "runs_timed_out": float(not outcome.is_published and job.get("JobRunState") == "TIMEOUT"),
    }
    # A job that was replaced has forgotten its runs and how long they took.
    values |= {"run_seconds": float(job["ExecutionTime"])} if "ExecutionTime" in job else {}
    # The job itself publishes metrics of the rows; these lines are for searches in the log.
    rows = {count: outcome.report[count] for count in COUNTS if count in outcome.report}
    measure(jobs.prefix, "run-ended", values, dataset=dataset, run=run, files=files, **rows)


UNFINISHED = ("PENDING", "CLAIMED")


def measure_dataset(ledger: Ledger, prefix: str, dataset: str) -> None:
    """Log how long the oldest file has waited, and for how long nothing has been published."""
    waiting = ledger.open_rows(dataset, UNFINISHED)
    values = {
        "files_waiting": float(len(waiting)),
        "seconds_waited": max((_age(ledger, row["uploaded_at"]) for row in waiting), default=0.0),
        "seconds_since_published": _age(ledger, _published_at(ledger, dataset)),
    }
    measure(prefix, "dataset-swept", values, dataset=dataset)


def measure_crawl(prefix: str, dataset: str, crawl: Crawl) -> None:
    """Log whether the newest crawl failed, and how long a running one has taken so far."""
    values = {"crawls_failing": float(crawl.has_failed)}
    values |= {"crawl_seconds": crawl.seconds} if crawl.state == "RUNNING" else {}
    measure(prefix, "crawl-seen", values, dataset=dataset)


def measure_ended_crawl(prefix: str, dataset: str, detail: Row) -> None:
    """Log the content of Glue's event of the end of a crawl."""
    values = {"crawls_failing": float(detail["state"] == "Failed")}
    values |= {"crawl_seconds": float(detail["runningTime (sec)"])} if "runningTime (sec)" in detail else {}
    measure(prefix, "crawl-ended", values, dataset=dataset)


def _published_at(ledger: Ledger, dataset: str) -> str:
    """When something was last published; before the first time, when the sweep first looked."""
    known: Row = ledger.row(dataset_row(dataset)) or {}
    if "published_at" not in known and "watched_since" not in known:
        known = {"watched_since": ledger.now()}
        ledger.change(dataset_row(dataset), known, {})
    return str(known.get("published_at") or known["watched_since"])


def _age(ledger: Ledger, moment: str) -> float:
    return max((ledger.clock() - as_moment(moment)).total_seconds(), 0.0)
