"""Starts a run: claims waiting files, writes their manifest, starts the job."""

from botocore.exceptions import ClientError
from ledger.file_row import claim, reassign
from ledger.keys import open_runs_of, run_row
from ledger.ledger import Ledger, Row
from runtime.aws import each, full_name
from runtime.metric import log

from runs.job_run import JobRuns
from runs.manifest import batch_of, chosen, run_of, text_in, write_manifest

BUSY = "ConcurrentRunsExceededException"
ACCOUNT_LIMIT = "ResourceNumberLimitExceededException"


class AccountLimitError(Exception):
    """The account's runs or workers are all in use: Glue starts no more. The files wait for the next sweep."""


def start_run(jobs: JobRuns, dataset: str, waiting: list[Row]) -> str | None:
    """Start one run of the oldest waiting files; None if other runs have them or the job is running."""
    rows = claim_files(jobs.ledger, chosen(waiting, jobs.workers)) if waiting else []
    if not rows:
        return None
    run = run_of(rows)
    write_manifest(jobs.s3, jobs.output_bucket, dataset, run, rows)
    _note(jobs, dataset, run, rows)
    try:
        started = jobs.glue.start_job_run(
            JobName=full_name(jobs.prefix, dataset),
            Arguments={"--manifest": jobs.manifest_address(dataset, run)},
        )
        jobs.ledger.change(run_row(run), {"job_run": started["JobRunId"]}, {})
    except ClientError as error:
        # A refused call may have started the job at its first try, whose answer was lost: then our own run is
        # what keeps the job busy, and its files must stay claimed.
        if not jobs.by_run(dataset, run):
            jobs.give_back(dataset, run, rows)
            _refuse(error)
            return None
    log("job-started", dataset=dataset, run=run, files=len(rows))
    return run


def claim_files(ledger: Ledger, planned: list[Row]) -> list[Row]:
    """The planned files that no other run claimed first, all of them with the name of their own run."""
    run = run_of(planned)
    won = each(lambda row: claim(ledger, row, run), planned)
    rows = [row for row, is_ours in zip(planned, won, strict=True) if is_ours]
    if rows and len(rows) < len(planned):
        each(lambda row: reassign(ledger, row, run, run_of(rows)), rows)
    return rows


def _refuse(error: ClientError) -> None:
    """None if the job is running; any other refusal of Glue is an error."""
    code = error.response["Error"]["Code"]
    if code == ACCOUNT_LIMIT:
        raise AccountLimitError from error
    if code != BUSY:
        raise error


def _note(jobs: JobRuns, dataset: str, run: str, rows: list[Row]) -> None:
    values = {"dataset": dataset, "state": "STARTED", "batch": batch_of(rows), "files": len(rows)}
    opened = {"open": open_runs_of(dataset), "uploaded_at": jobs.ledger.now()}
    # A file that may be too much for a worker has a run of its own.
    text = max(map(text_in, rows))
    excess = {"text": text} if text > jobs.workers.text_held_by_one else {}
    jobs.ledger.change(run_row(run), values | opened | excess, {}, remove=("job_run",))
