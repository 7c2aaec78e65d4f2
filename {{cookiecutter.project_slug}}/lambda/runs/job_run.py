"""Finds the Glue job run that works on a run, and releases the files of a run that never started."""

from typing import Any

from ledger.file_row import release
from ledger.keys import run_row
from ledger.ledger import Ledger, Row
from output_layout import manifest_key
from runtime.aws import each, full_name
from runtime.metric import log

from runs.run_capacity import Workers

RUNS_TO_SEARCH = 1_000


class JobRuns:
    """The jobs of this environment and the bucket that holds their manifests, commits and reports."""

    def __init__(self, glue: Any, s3: Any, output_bucket: str, prefix: str, ledger: Ledger, workers: Workers) -> None:
        self.glue, self.s3, self.ledger = glue, s3, ledger
        self.output_bucket, self.prefix, self.workers = output_bucket, prefix, workers

    def manifest_address(self, dataset: str, run: str) -> str:
        """What the job gets as its `--manifest`."""
        return f"s3://{self.output_bucket}/{manifest_key(dataset, run)}"

    def by_id(self, dataset: str, job_run: str) -> Row | None:
        """The Glue job run of an id; None when the job was replaced and has forgotten its runs."""
        try:
            found: Row = self.glue.get_job_run(JobName=full_name(self.prefix, dataset), RunId=job_run)["JobRun"]
        except self.glue.exceptions.EntityNotFoundException:
            return None
        return found

    def by_run(self, dataset: str, run: str) -> Row | None:
        """The newest Glue job run that was given a run's manifest, if there is one."""
        pages = self.glue.get_paginator("get_job_runs").paginate(
            JobName=full_name(self.prefix, dataset), PaginationConfig={"MaxItems": RUNS_TO_SEARCH}
        )
        job_runs = (job_run for page in pages for job_run in page["JobRuns"])
        try:
            return next((job_run for job_run in job_runs if run_in(job_run) == run), None)
        except self.glue.exceptions.EntityNotFoundException:
            return None

    def give_back(self, dataset: str, run: str, rows: list[Row]) -> None:
        """Let the files of a run that never started wait again."""
        each(lambda row: release(self.ledger, row["file"], run), rows)
        self.ledger.change(run_row(run), {"state": "RELEASED", "dataset": dataset}, {}, remove=("open",))
        log("run-released", dataset=dataset, run=run, files=len(rows))


def run_in(job_run: Row) -> str | None:
    """The run that a Glue job run works on, or None if it was started without a manifest."""
    address = str(job_run.get("Arguments", {}).get("--manifest", ""))
    return address.rpartition("/")[2].removesuffix(".json") or None
