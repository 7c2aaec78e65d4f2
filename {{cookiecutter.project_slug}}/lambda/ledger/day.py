"""The ledger's rows of one day and dataset: each run that ended, for the daily digest."""

from datetime import timedelta
from typing import Any

from ledger.keys import dataset_row, day_row
from ledger.ledger import Ledger, Row
from ledger.timestamps import as_moment

# The counts in the report of a run.
COUNTS = ("rows_in", "published", "quarantined", "duplicates", "superseded")


def note_run(ledger: Ledger, day: str, dataset: str, run: str, state: str, values: dict[str, Any]) -> None:
    """Record how a run ended; repeating it changes nothing. A job takes a minute or more: a day's row stays small."""
    kept: Row = {"state": state} | {name: values[name] for name in COUNTS if name in values}
    ledger.change(day_row(day, dataset), {f"run_{run.replace('-', '_')}": kept, "dataset": dataset}, {})


def runs_of(ledger: Ledger, day: str, dataset: str) -> list[Row]:
    """Return the runs of a dataset that ended on a day."""
    row = ledger.row(day_row(day, dataset)) or {}
    return [value for name, value in sorted(row.items()) if name.startswith("run_")]


def lateness(ledger: Ledger, dataset: str, expected_every: str | None) -> str | None:
    """Return since when a dataset is late, in words; None if it is not, or has never published anything."""
    published_at = (ledger.row(dataset_row(dataset)) or {}).get("published_at")
    if not published_at or not expected_every:
        return None
    number, unit = expected_every.split(" ")
    if ledger.clock() - as_moment(published_at) <= timedelta(**{unit: int(number)}):
        return None
    last = published_at[:16].replace("T", " ")
    return f"late, last published {last} UTC, expected every {expected_every}"
