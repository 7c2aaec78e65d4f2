"""Handles a drift: records it, notifies once, and stops the runs of a dataset with `on_drift: stop`."""

import hashlib
from dataclasses import dataclass

from ledger.keys import NOTICE, dataset_row, drift_row
from ledger.ledger import Row
from notifications.messages.drift import drift_found
from notifications.notification import Notifications
from runtime.aws import full_name
from runtime.metric import log

from crawls.crawler import Crawlers
from crawls.drift import drift_of, raw_and_published


@dataclass(frozen=True)
class Drift:
    """What differs, nothing when nothing does, and the dataset's `on_drift`."""

    changes: tuple[str, ...] = ()
    policy: str = "report"

    @property
    def stops(self) -> bool:
        """Whether no run may start. Another order stops none: the job reads columns by their names."""
        return self.policy == "stop" and any(change != "reordered" for change in self.changes)

    @property
    def fingerprint(self) -> str:
        """Tells one drift from another, where it is kept that people know of it."""
        return hashlib.sha256("\n".join((str(self.stops), *self.changes)).encode()).hexdigest()[:16]


def observed_drift(dataset: str, crawlers: Crawlers) -> Drift:
    """Compare what was crawled with project.yaml, and remember the result."""
    known = crawlers.ledger.row(dataset_row(dataset)) or {}
    tables = raw_and_published(crawlers.glue, full_name(crawlers.prefix, dataset), dataset)
    policy = tables[1].get("Parameters", {}).get("on_drift", "report") if tables else "report"
    drift = Drift(tuple(drift_of(*tables)) if tables else (), policy)
    if (list(drift.changes), drift.policy) != (known.get("drift", []), known.get("on_drift", drift.policy)):
        _remember(dataset, crawlers, known, drift)
    if drift.stops and known.get("idle_starts"):
        # That the files wait is no sign of a crawler without progress: a schedule may go on starting it.
        crawlers.ledger.change(dataset_row(dataset), {"idle_starts": 0}, {})
    return drift


def tell_of_drift(dataset: str, drift: Drift, notifications: Notifications) -> None:
    """Tell people of a drift, once: the notices of a drift have a row that the start of a crawl leaves alone."""
    if drift.changes:
        message = drift_found(notifications.place, dataset, drift.changes, drift.stops)
        notifications.send_once(drift_row(dataset), drift.fingerprint, message)


def _remember(dataset: str, crawlers: Crawlers, known: Row, drift: Drift) -> None:
    ledger = crawlers.ledger
    # Remove the records of earlier drifts first, so that a drift that comes back is notified again.
    notices = [name for name in ledger.row(drift_row(dataset)) or {} if name.startswith(NOTICE)]
    old = tuple(name for name in notices if drift.fingerprint not in name)
    ledger.change(drift_row(dataset), {}, {}, remove=old)
    if not drift.changes:
        ledger.change(dataset_row(dataset), {}, {}, remove=("drift", "drift_since", "on_drift"))
        log("drift-gone", dataset=dataset)
        return
    since = known["drift_since"] if known.get("drift") == list(drift.changes) else ledger.now()
    told = {"drift": list(drift.changes), "drift_since": since, "on_drift": drift.policy}
    ledger.change(dataset_row(dataset), told, {})
    log("drift-found", dataset=dataset, drift=drift.changes, on_drift=drift.policy)
