"""The states of one file in the ledger: PENDING, CLAIMED, then DONE, QUARANTINED, GONE or DEAD."""

from typing import Any

from ledger.ledger import Ledger, Row


def claim(ledger: Ledger, row: Row, run: str) -> bool:
    """Take a PENDING file for a run; False when another one has it."""
    return ledger.change(row["file"], {"state": "CLAIMED", "run": run}, {"state": "PENDING"})


def reassign(ledger: Ledger, row: Row, run: str, to_run: str) -> bool:
    """Move a claimed file to the run that it really is part of."""
    return ledger.change(row["file"], {"run": to_run}, {"state": "CLAIMED", "run": run})


def finish(ledger: Ledger, file: str, run: str, state: str, reason: str | None) -> bool:
    """End a claimed file as DONE, QUARANTINED or GONE."""
    values: dict[str, Any] = {"state": state} | ({"reason": reason} if reason else {})
    return ledger.change(file, values, {"state": "CLAIMED", "run": run}, remove=("open",))


def close_refused(ledger: Ledger, file: str) -> bool:
    """Remove a quarantined and notified file from the list of open files."""
    return ledger.change(file, {}, {"state": "QUARANTINED"}, remove=("open",))


def release(ledger: Ledger, file: str, run: str) -> bool:
    """Release a file whose run never started; this does not count as an attempt."""
    return ledger.change(file, {"state": "PENDING"}, {"state": "CLAIMED", "run": run}, remove=("run",))


def fail(ledger: Ledger, row: Row, run: str, reason: str, maximum_attempts: int) -> str | None:
    """Give a file back after a failed attempt, or declare it DEAD; its new state, None when already done."""
    attempts = int(row["attempts"]) + 1
    values = {"attempts": attempts, "reason": reason}
    expected = {"state": "CLAIMED", "run": run}
    state, remove = ("PENDING", ("run",)) if attempts < maximum_attempts else ("DEAD", ("open",))
    return state if ledger.change(row["file"], values | {"state": state}, expected, remove) else None
