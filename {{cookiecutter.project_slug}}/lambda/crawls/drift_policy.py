"""Handles a drift: records it, notifies once, and stops the runs of a dataset with `on_drift: stop`."""

import hashlib
from dataclasses import dataclass

from ledger.keys import NOTIFICATION_FLAG, dataset_row, drift_row
from ledger.ledger import Row
from notifications.messages.drift import drift_found
from notifications.notification import Notifications
from runtime.aws import full_name
from runtime.metric import log

from crawls.crawler import Crawlers
from crawls.drift import drift_of, raw_and_published


@dataclass(frozen=True)
class Drift:
    """The differences, if any, and the dataset's `on_drift`."""

    changes: tuple[str, ...] = ()
    policy: str = "report"

    @property
    def stops(self) -> bool:
        """Return whether no run may start. A different order stops none: the job reads columns by their names."""
        return self.policy == "stop" and any(change != "reordered" for change in self.changes)

    @property
    def fingerprint(self) -> str:
        """Return the identity of a drift, under which the ledger records its notification."""
        return hashlib.sha256("\n".join((str(self.stops), *self.changes)).encode()).hexdigest()[:16]


def observed_drift(dataset: str, crawlers: Crawlers) -> Drift:
    """Compare the crawled columns with project.yaml, and record the result."""
    known = crawlers.ledger.row(dataset_row(dataset)) or {}
    tables = raw_and_published(crawlers.glue, full_name(crawlers.prefix, dataset), dataset)
    policy = tables[1].get("Parameters", {}).get("on_drift", "report") if tables else "report"
    drift = Drift(tuple(drift_of(*tables)) if tables else (), policy)
    if (list(drift.changes), drift.policy) != (known.get("drift", []), known.get("on_drift", drift.policy)):
        _remember(dataset, crawlers, known, drift)
    if drift.stops and known.get("idle_starts"):
        # Waiting files do not mean a crawler without progress here: a schedule may continue to start it.
        crawlers.ledger.change(dataset_row(dataset), {"idle_starts": 0}, {})
    return drift


def notify_of_drift(dataset: str, drift: Drift, notifications: Notifications) -> None:
    """Notify of a drift once: a drift's notifications have a row that the start of a crawl does not change."""
    if drift.changes:
        message = drift_found(notifications.origin, dataset, drift.changes, drift.stops)
        notifications.send_once(drift_row(dataset), drift.fingerprint, message)


def _remember(dataset: str, crawlers: Crawlers, known: Row, drift: Drift) -> None:
    ledger = crawlers.ledger
    # Remove the records of earlier drifts first, so that a drift that comes back is notified again.
    flags = [name for name in ledger.row(drift_row(dataset)) or {} if name.startswith(NOTIFICATION_FLAG)]
    old = tuple(name for name in flags if drift.fingerprint not in name)
    ledger.change(drift_row(dataset), {}, {}, remove=old)
    if not drift.changes:
        ledger.change(dataset_row(dataset), {}, {}, remove=("drift", "drift_since", "on_drift"))
        log("drift-gone", dataset=dataset)
        return
    since = known["drift_since"] if known.get("drift") == list(drift.changes) else ledger.now()
    known_drift = {"drift": list(drift.changes), "drift_since": since, "on_drift": drift.policy}
    ledger.change(dataset_row(dataset), known_drift, {})
    log("drift-found", dataset=dataset, drift=drift.changes, on_drift=drift.policy)
