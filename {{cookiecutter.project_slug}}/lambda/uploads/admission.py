"""Which uploads are data, which of those can never be read, and the row that each gets in the ledger."""

import re
from dataclasses import asdict

from ledger.keys import newest_row
from ledger.ledger import Ledger
from runtime.metric import log

from uploads.upload_event import Upload

# A gzip file cannot be split: one worker reads all of it, so this bounds how long a run takes.
LARGEST_GZIP = 2 * 1024**3
# Only exact names of markers: a file with a similar name is data.
MARKER = re.compile(r"_SUCCESS|_started_\d+|_committed_(vacuum)?\d+|_(common_)?metadata")


def is_no_data(key: str) -> bool:
    """Whether a key is a folder marker or a file that Spark and Hadoop write next to their data."""
    *folders, name = key.split("/")
    is_marker = name.endswith((".crc", "_$folder$")) or MARKER.fullmatch(name) is not None
    return not name or is_marker or "_temporary" in folders


def refusal(upload: Upload) -> str | None:
    """Why a file can never be read, or None."""
    if ":" in upload.key:
        return "unreadable-name"
    if upload.key.lower().endswith((".gz", ".gzip")) and upload.size > LARGEST_GZIP:
        return "too-large"
    return None


def record(ledger: Ledger, upload: Upload) -> str:
    """Record a version once; returns its state. A quarantined one stays open until it was notified."""
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
    name = newest_row(upload.bucket, upload.key)
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
