"""Closes a run in the ledger and notifies once; repeating it changes nothing."""

from datetime import timedelta

from ledger.file_row import fail, finish
from ledger.keys import open_runs_of, run_of_row, run_row
from ledger.ledger import Row
from ledger.timestamps import as_moment
from notifications.messages.run import MOST_FILES
from runtime.aws import each

from runs.dataset_metrics import measure_run
from runs.job_run import JobRuns
from runs.run_notifications import RunNotifications
from runs.run_outcome import Outcome, is_explained, outcome_of

FINAL = ("SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED", "ERROR", "EXPIRED")
# A Lambda runs for at most 15 minutes: one that claimed files longer ago no longer starts the job.
GRACE = timedelta(minutes=20)


class Closing:
    """Closes runs: the job's state decides when, the commit decides how."""

    def __init__(self, jobs: JobRuns, notifications: RunNotifications, maximum_attempts: int) -> None:
        self.jobs, self.notifications, self.maximum_attempts = jobs, notifications, maximum_attempts
        self.ledger = jobs.ledger

    def open_runs(self, dataset: str, begun: list[Row]) -> list[str]:
        """Return the runs that are not closed: of claimed files, and those whose end was not notified."""
        claimed = {row["run"] for row in begun if row["state"] == "CLAIMED"}
        runs = self.ledger.open_rows(open_runs_of(dataset), ("STARTED", "PUBLISHED", "FAILED"))
        return sorted(claimed | {run_of_row(row["file"]) for row in runs})

    def close(self, dataset: str, run: str) -> str:
        """Set the run's files to their next state; return the state of the run."""
        known = self.ledger.row(run_row(run)) or {}
        job = self._job(dataset, run, known)
        if job and job["JobRunState"] not in FINAL:
            return "STARTED"
        rows = [row for row in self.ledger.open_rows(dataset, ("CLAIMED",)) if row["run"] == run]
        # The commit is read after the job has ended: an ended job cannot commit any more.
        outcome = outcome_of(self.jobs.s3, self.jobs.output_bucket, dataset, run, self.jobs.glue)
        if known.get("state") == "STARTED" and (outcome.is_published or job):
            measure_run(self.jobs, dataset, run, job or {}, outcome, files=len(rows))
        if outcome.is_published:
            self._publish(dataset, run, rows, outcome, known)
            return "PUBLISHED"
        if job:
            self._fail(dataset, run, rows, outcome, outcome.reason(job["JobRunState"]), known)
            return "FAILED"
        return self._release(dataset, run, rows, known)

    def _job(self, dataset: str, run: str, known: Row) -> Row | None:
        job = known.get("job_run")
        return self.jobs.by_id(dataset, job) if job else self.jobs.by_run(dataset, run)

    def _publish(self, dataset: str, run: str, rows: list[Row], outcome: Outcome, known: Row) -> None:
        each(lambda row: finish(self.ledger, row["file"], run, *outcome.of_file(row)), rows)
        self.notifications.published(dataset, run, known, outcome.report)

    def _fail(self, dataset: str, run: str, rows: list[Row], outcome: Outcome, reason: str, known: Row) -> None:
        most, advice = self.maximum_attempts, None
        if "text" in known and not is_explained(reason):
            text, workers = int(known["text"]), self.jobs.workers
            # A file that exceeds all workers together would end the same way at a second attempt.
            most, advice = 1 if text > workers.text_held else most, workers.advice(text)
            reason = f"{reason}, {workers.excess(text)}"
        # The notification is recorded first: after a crash, the rows that are given up are no longer open.
        lasting = [row["file"] for row in rows if outcome.is_lasting(row)]
        dead = [row["key"] for row in rows if row["file"] in lasting or int(row["attempts"]) + 1 >= most]
        failure: Row = {"reason": reason, "waiting": len(rows) - len(dead), "dead": len(dead), "advice": advice}
        failure |= {"lasting": True} if len(lasting) == len(dead) > 0 else {}
        failed: Row = {"state": "FAILED", "failure": failure | {"dead_files": dead[:MOST_FILES]}}
        self.ledger.change(run_row(run), failed, {"state": "STARTED"})
        each(lambda row: fail(self.ledger, row, run, reason, 1 if row["file"] in lasting else most), rows)
        self.notifications.failed(dataset, run, failed | (self.ledger.row(run_row(run)) or {}))

    def _release(self, dataset: str, run: str, rows: list[Row], known: Row) -> str:
        since = max([row["updated_at"] for row in rows] + [known.get("uploaded_at", "")])
        if since and self.ledger.clock() - as_moment(since) < GRACE:
            return "STARTED"
        self.jobs.give_back(dataset, run, rows)
        return "RELEASED"
