"""Records the end of a run in its day's row, and notifies."""

from ledger.day import note_run
from ledger.keys import run_row
from ledger.ledger import Row
from notifications.message import Message
from notifications.messages.run import run_failed, run_published
from notifications.notification import Notifications
from output_layout import report_key

from runs.job_run import JobRuns


class RunNotifications:
    """The notifications of runs. The canary's successes are not notified: the smoke test waits for its own file."""

    def __init__(self, jobs: JobRuns, notifications: Notifications, canary: str) -> None:
        self.jobs, self.notifications, self.canary = jobs, notifications, canary

    def published(self, dataset: str, run: str, known: Row, report: Row) -> None:
        """`known` is the run's row in the ledger."""
        message = run_published(self.notifications.origin, dataset, self._described(dataset, run, known), report)
        self._notify(dataset, run, known, "PUBLISHED", message)

    def failed(self, dataset: str, run: str, known: Row) -> None:
        """Notify of a failed run; its row has the failure."""
        described = self._described(dataset, run, known)
        message = run_failed(self.notifications.origin, dataset, described, known["failure"])
        self._notify(dataset, run, known, "FAILED", message)

    def _described(self, dataset: str, run: str, known: Row) -> Row:
        report = (self.jobs.output_bucket, report_key(dataset, run))
        return {"name": run, "job_run": known.get("job_run"), "report": report}

    def _notify(self, dataset: str, run: str, known: Row, state: str, message: Message) -> None:
        """Send, and only then remove the run from the list that the sweep reads."""
        ledger, row = self.jobs.ledger, run_row(run)
        # A run that is notified again on another day still ended on the first one.
        day = known.get("closed_on") or ledger.now()[:10]
        ledger.change(row, {"state": state, "dataset": dataset, "closed_on": day}, {})
        note_run(ledger, day, dataset, run, state, message.values)
        is_known = (dataset, state) == (self.canary, "PUBLISHED")
        if is_known or self.notifications.send_once(row, state.lower(), message):
            ledger.change(row, {}, {"state": state}, remove=("open",))
