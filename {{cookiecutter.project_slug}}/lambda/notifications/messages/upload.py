"""The notification of a file that was quarantined on arrival: no run reads it."""

from typing import Any

from notifications.message import Message
from notifications.origin import Origin

WHY = {
    "unreadable-name": "Its name has a colon, which no job can open.",
    "too-large": "It is a gzip of more than 2 GiB, which a single worker would have to read.",
}
WHAT_TO_DO = {
    "unreadable-name": "Upload it again under a name without a colon.",
    "too-large": "Split it, or upload it uncompressed.",
}


def file_refused(origin: Origin, dataset: str, row: dict[str, Any]) -> Message:
    """Return the notification; `row` is the file's row in the ledger."""
    key, reason, version = row["key"], row["reason"], row.get("version_id") or row["etag"]
    return Message(
        kinds=("rows quarantined",),
        origin=origin,
        about=dataset,
        headline=f"file quarantined: {reason}",
        facts=[f"{key}, version {version}, was quarantined as a whole: {reason}. {WHY[reason]}"],
        next_steps=[WHAT_TO_DO[reason]],
        links={"file": origin.stored_object(row["bucket"], key)},
        values={"file": row["file"], "reason": reason},
    )
