"""What becomes of one file in the ledger: PENDING, CLAIMED, then DONE, QUARANTINED, GONE or DEAD."""

from dataclasses import asdict
from typing import Any

from runtime.metric import log
from uploads.admission import refusal
from uploads.upload_event import Upload

from ledger.ledger import Ledger, Row


def record(ledger: Ledger, upload: Upload) -> str:
    """Write a version down once; the state that it is in. A refused one stays open until somebody was told."""
    reason = refusal(upload)
    row = asdict(upload) | {"file": upload.file, "attempts": 0, "reason": reason}
    row |= {"state": "QUARANTINED" if reason else "PENDING", "open": upload.dataset}
    if ledger.add(row):
        _note_newest(ledger, upload)
        log("file-recorded", file=upload.file, dataset=upload.dataset, state=row["state"], reason=reason)
        return str(row["state"])
    known = ledger.row(upload.file) or row
    log("event-repeated", file=upload.file, dataset=upload.dataset, state=known["state"])
    return str(known["state"])


def _note_newest(ledger: Ledger, upload: Upload) -> None:
    """Let the key's own row name its newest version, in whatever order the events come."""
    name = f"key/{upload.bucket}/{upload.key}"
    newest = {"newest": upload.file, "etag": upload.etag, "sequencer": upload.sequencer}
    if ledger.add({"file": name, "dataset": upload.dataset, **newest}):
        return
    known = ledger.row(name) or {}
    if known["etag"] == upload.etag:
        log("same-content-again", file=upload.file, dataset=upload.dataset, first=known["newest"])
    if known["sequencer"] > upload.sequencer:
        log("older-version-came-later", file=upload.file, dataset=upload.dataset, newest=known["newest"])
    elif not ledger.change(name, newest, {"sequencer": known["sequencer"]}):
        _note_newest(ledger, upload)


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
    """Take a file that was refused, and told of, off the list of those that need something."""
    return ledger.change(file, {}, {"state": "QUARANTINED"}, remove=("open",))


def release(ledger: Ledger, file: str, run: str) -> bool:
    """Give a file back that its run never began with: this is no attempt."""
    return ledger.change(file, {"state": "PENDING"}, {"state": "CLAIMED", "run": run}, remove=("run",))


def fail(ledger: Ledger, row: Row, run: str, reason: str, maximum_attempts: int) -> str | None:
    """Give a file back after a failed attempt, or declare it DEAD; its new state, None when already done."""
    attempts = int(row["attempts"]) + 1
    values = {"attempts": attempts, "reason": reason}
    expected = {"state": "CLAIMED", "run": run}
    state, remove = ("PENDING", ("run",)) if attempts < maximum_attempts else ("DEAD", ("open",))
    return state if ledger.change(row["file"], values | {"state": state}, expected, remove) else None
