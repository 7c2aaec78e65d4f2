"""The result of a run in the output bucket: the commit decides, the report explains."""

import json
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from ledger.ledger import Row
from output_layout import commit_key, report_key

from runs.published_batch import commit_for

MISSING = ("NoSuchKey", "404")


@dataclass(frozen=True)
class Outcome:
    """One run as the job left it; the report is empty if there is none."""

    is_published: bool
    report: Row

    def of_file(self, row: Row) -> tuple[str, str | None]:
        """Return the final state of a file of a published run, and the reason."""
        version = (row["key"], row.get("version_id"))
        for file in self.report.get("files", []):
            if (file["key"], file.get("version_id")) == version and file["file_reason"]:
                reason = str(file["file_reason"])
                return ("GONE" if reason == "gone" else "QUARANTINED"), reason
        return "DONE", None

    def is_lasting(self, row: Row) -> bool:
        """Whether another attempt of a file of a failed run would end in the same way, as files/etl.py reports it."""
        version = (row["key"], row.get("version_id"))
        files = self.report.get("files", [])
        return any(file.get("lasting") and (file["key"], file.get("version_id")) == version for file in files)

    def reason(self, job_state: str) -> str:
        """Return why a run that did not publish failed, in one line."""
        said = self.report.get("reason")
        return str(said) if said and said != "did-not-finish" else f"job-{job_state.lower()}"


def is_explained(reason: str) -> bool:
    """Return whether a run reported why it failed; a run that is out of disk, memory or time cannot."""
    return reason not in ("job-failed", "job-error", "job-timeout") and not reason.endswith("the job's log says where.")


def outcome_of(s3: Any, bucket: str, dataset: str, run: str, glue: Any = None) -> Outcome:
    """Read commit and report of a run; a batch is published if its commit exists, whichever run wrote it.

    With `glue`, the run has ended: if it died right before its commit, the table is asked.
    """
    commit = _stored(s3, bucket, commit_key(dataset, run.rpartition("-")[0]))
    if not commit and glue and (report := _stored(s3, bucket, report_key(dataset, run))):
        commit = commit_for(s3, glue, bucket, report)
    # The committing run has the numbers; a later attempt found nothing left to do.
    reported_by = commit["run"] if commit else run
    return Outcome(commit is not None, _stored(s3, bucket, report_key(dataset, reported_by)) or {})


def _stored(s3: Any, bucket: str, key: str) -> Row | None:
    try:
        stored: Row = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    except ClientError as error:
        if error.response["Error"]["Code"] in MISSING:
            return None
        raise
    return stored
