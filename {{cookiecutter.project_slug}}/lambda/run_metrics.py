"""What is measured when a run ends."""

from job_run import JobRuns
from ledger import Row
from metric import measure
from run_outcome import COUNTS, Outcome


def measure_run(jobs: JobRuns, dataset: str, run: str, job: Row, outcome: Outcome, files: int) -> None:
    """Count a run that was seen to end, and remember when the dataset last got something published."""
    if outcome.is_published:
        jobs.ledger.change(f"dataset/{dataset}", {"published_at": jobs.ledger.now()}, {})
    values = {
        "runs_published": float(outcome.is_published),
        "runs_failed": float(not outcome.is_published),
        "runs_timed_out": float(not outcome.is_published and job.get("JobRunState") == "TIMEOUT"),
    }
    # A job that was replaced has forgotten its runs and how long they took.
    values |= {"run_seconds": float(job["ExecutionTime"])} if "ExecutionTime" in job else {}
    # The job itself makes metrics of the rows; here they are for whoever searches the log.
    rows = {count: outcome.report[count] for count in COUNTS if count in outcome.report}
    measure(jobs.prefix, "run-ended", values, dataset=dataset, run=run, files=files, **rows)
