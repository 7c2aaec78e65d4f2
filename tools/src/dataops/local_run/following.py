"""Follows uploaded files through the ledger to their final state."""

import time
from collections import Counter
from typing import Any

import boto3
from uploads.admission import is_no_data

from dataops.local_platform import Platform
from dataops.local_run.steps import Steps
from dataops.local_run.upload import Files
from dataops.project.control import ask

ENDED = ("DONE", "QUARANTINED", "GONE", "DEAD")
# The queue collects a batch for five seconds; in every other state something is in progress.
QUIET_SECONDS = 30


class Following:
    """Some files, and their rows in the ledger."""

    def __init__(self, platform: Platform, settings: dict[str, Any], files: Files, steps: Steps) -> None:
        self.platform, self.prefix, self.steps = platform, settings["prefix"], steps
        self.table = boto3.resource("dynamodb", **platform.access).Table(settings["names"]["ledger"])
        self.datasets = {each.file: each.dataset for each in files if not is_no_data(each.key)}
        self.rows: dict[str, dict[str, Any]] = {file: {} for file in self.datasets}
        self.shown: dict[str, str] = {}
        self.changed_at, self.is_swept = time.monotonic(), False

    def until_ended(self, seconds: float) -> bool:
        """Wait until every file has reached its final state; return False if nothing will change without help."""
        self._look()
        has_work, began, deadline = bool(self._open()), self.steps.elapsed, time.monotonic() + seconds
        while self._is_under_way() and time.monotonic() < deadline:
            if has_work:
                self._show()
            time.sleep(0.5)
            self._look()
        if has_work:
            self._show()
            self.steps.note("the event chain", began, self.steps.elapsed - began)
        return not self._open()

    def _open(self) -> list[str]:
        return [file for file in self.datasets if self._state(file) not in ENDED]

    def _state(self, file: str) -> str:
        return str(self.rows[file].get("state", "on its way"))

    def _look(self) -> None:
        for file in self._open():
            row = self.table.get_item(Key={"file": file}, ConsistentRead=True).get("Item", {})
            if row != self.rows[file]:
                self.rows[file], self.changed_at, self.is_swept = row, time.monotonic(), False

    def _show(self) -> None:
        for dataset in sorted(set(self.datasets.values())):
            counts = Counter(self._state(file) for file, its in self.datasets.items() if its == dataset)
            text = ", ".join(f"{count} {state.lower()}" for state, count in sorted(counts.items()))
            if self.shown.get(dataset) != text:
                self.shown[dataset] = text
                self.steps.say(f"{dataset}: {text}")

    def _is_under_way(self) -> bool:
        """Whether more changes are due. A waiting file is swept at once; AWS sweeps it within a quarter of an hour."""
        waiting = self._open()
        if ask(self.platform, "status")["busy"]:
            return True
        if not waiting:
            return False
        is_quiet = time.monotonic() - self.changed_at > QUIET_SECONDS
        if self.is_swept:
            return not is_quiet
        if is_quiet or all(self.rows[file].get("attempts") for file in waiting):
            self._sweep({self.datasets[file] for file in waiting})
        return True

    def _sweep(self, datasets: set[str]) -> None:
        self.steps.say("Files wait for another attempt: calling the sweep, as AWS does every quarter of an hour.")
        for dataset in sorted(datasets):
            ask(self.platform, "fire", rule=f"{self.prefix}-{dataset}-sweep")
        self.changed_at, self.is_swept = time.monotonic(), True
