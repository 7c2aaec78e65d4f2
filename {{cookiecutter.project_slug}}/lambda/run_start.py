"""Starts a run: claims waiting files, writes their manifest, starts the job."""

from botocore.exceptions import ClientError
from file_row import claim, reassign
from job_run import JobRuns
from ledger import Ledger, Row
from log_line import log
from manifest import batch_of, chosen, run_of, write_manifest
from parallel import each

BUSY = ("ConcurrentRunsExceededException", "ResourceNumberLimitExceededException")


def start_run(jobs: JobRuns, dataset: str, waiting: list[Row]) -> str | None:
    """Start one run over the oldest waiting files; None when others have them or the job is busy."""
    rows = claim_files(jobs.ledger, chosen(waiting)) if waiting else []
    if not rows:
        return None
    run = run_of(rows)
    write_manifest(jobs.s3, jobs.output_bucket, dataset, run, rows)
    _note(jobs.ledger, dataset, run, rows)
    try:
        started = jobs.glue.start_job_run(
            JobName=f"{jobs.prefix}-{dataset}",
            Arguments={"--manifest": jobs.manifest_address(dataset, run)},
        )
        jobs.ledger.change(f"run/{run}", {"job_run": started["JobRunId"]}, {})
    except ClientError as error:
        # A refused call may have started the job at its first try, whose answer was lost: then our own run is
        # what keeps the job busy, and its files must stay claimed.
        if not jobs.by_run(dataset, run):
            jobs.give_back(dataset, run, rows)
            if error.response["Error"]["Code"] not in BUSY:
                raise
            return None
    log("job-started", dataset=dataset, run=run, files=len(rows))
    return run


def claim_files(ledger: Ledger, planned: list[Row]) -> list[Row]:
    """The planned files that nobody else took first, all of them under the name of their own run."""
    run = run_of(planned)
    won = each(lambda row: claim(ledger, row, run), planned)
    rows = [row for row, is_ours in zip(planned, won, strict=True) if is_ours]
    if rows and len(rows) < len(planned):
        each(lambda row: reassign(ledger, row, run, run_of(rows)), rows)
    return rows


def _note(ledger: Ledger, dataset: str, run: str, rows: list[Row]) -> None:
    values = {"dataset": dataset, "state": "STARTED", "batch": batch_of(rows), "files": len(rows)}
    opened = {"open": f"{dataset}/runs", "uploaded_at": ledger.now()}
    ledger.change(f"run/{run}", values | opened, {}, remove=("job_run",))
