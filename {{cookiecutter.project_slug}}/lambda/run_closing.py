"""Closes a run in the ledger, as often as it is asked to, and tells people once."""

from datetime import timedelta

from file_row import fail, finish
from instant import as_moment
from job_run import JobRuns
from ledger import Row
from notification import Notifications
from parallel import each
from run_metrics import measure_run
from run_outcome import Outcome, outcome_of

FINAL = ("SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED", "ERROR", "EXPIRED")
# A Lambda lives for 15 minutes at most: whoever claimed longer ago will not start the job any more.
GRACE = timedelta(minutes=20)


class Closing:
    """Closes runs: the job's state says when, the commit says how."""

    def __init__(self, jobs: JobRuns, notifications: Notifications, maximum_attempts: int, canary: str) -> None:
        self.jobs, self.notifications, self.maximum_attempts = jobs, notifications, maximum_attempts
        self.ledger, self.canary = jobs.ledger, canary

    def close(self, dataset: str, run: str) -> str:
        """Bring the run's files to their next state; the state of the run."""
        known = self.ledger.row(f"run/{run}") or {}
        job = self._job(dataset, run, known)
        if job and job["JobRunState"] not in FINAL:
            return "STARTED"
        rows = [row for row in self.ledger.open_rows(dataset, ("CLAIMED",)) if row["run"] == run]
        # The commit is read after the job's end was seen: a job that has ended cannot commit any more.
        outcome = outcome_of(self.jobs.s3, self.jobs.output_bucket, dataset, run)
        if known.get("state") == "STARTED" and (outcome.is_published or job):
            measure_run(self.jobs, dataset, run, job or {}, outcome, files=len(rows))
        if outcome.is_published:
            self._publish(dataset, run, rows, outcome)
            return "PUBLISHED"
        if job:
            self._fail(dataset, run, rows, outcome.reason(job["JobRunState"]))
            return "FAILED"
        return self._release(dataset, run, rows, known)

    def _job(self, dataset: str, run: str, known: Row) -> Row | None:
        job = known.get("job_run")
        return self.jobs.by_id(dataset, job) if job else self.jobs.by_run(dataset, run)

    def _publish(self, dataset: str, run: str, rows: list[Row], outcome: Outcome) -> None:
        each(lambda row: finish(self.ledger, row["file"], run, *outcome.of_file(row)), rows)
        self._tell(dataset, run, "PUBLISHED", "published", outcome.lines())

    def _fail(self, dataset: str, run: str, rows: list[Row], reason: str) -> None:
        # What will be told is kept first: after a crash, the rows that are given up are not open any more.
        dead = [row["file"] for row in rows if int(row["attempts"]) + 1 >= self.maximum_attempts]
        waiting = f"{len(rows) - len(dead)} files wait for another attempt, {len(dead)} are given up (DEAD)."
        told: Row = {"state": "FAILED", "words": "failed, files given up" if dead else "failed"}
        told |= {"lines": [f"Reason: {reason}", waiting, *dead[:20]]}
        self.ledger.change(f"run/{run}", told, {"state": "STARTED"})
        each(lambda row: fail(self.ledger, row, run, reason, self.maximum_attempts), rows)
        kept = told | (self.ledger.row(f"run/{run}") or {})
        self._tell(dataset, run, "FAILED", kept["words"], kept["lines"])

    def _release(self, dataset: str, run: str, rows: list[Row], known: Row) -> str:
        since = max([row["updated_at"] for row in rows] + [known.get("uploaded_at", "")])
        if since and self.ledger.clock() - as_moment(since) < GRACE:
            return "STARTED"
        self.jobs.give_back(dataset, run, rows)
        return "RELEASED"

    def _tell(self, dataset: str, run: str, state: str, words: str, lines: list[str]) -> None:
        """Send, and only then take the run off the list that the sweep looks at."""
        row = f"run/{run}"
        self.ledger.change(row, {"state": state, "dataset": dataset}, {})
        subject = f"{self.jobs.prefix}-{dataset} {words}"
        told = [subject, f"Run: {run}", *lines, f"Report: s3://{self.jobs.output_bucket}/_reports/{dataset}/{run}.json"]
        # The smoke test waits for its own file: its success is no news.
        is_known = (dataset, state) == (self.canary, "PUBLISHED")
        if is_known or self.notifications.send_once(row, state.lower(), subject, told):
            self.ledger.change(row, {}, {"state": state}, remove=("open",))
