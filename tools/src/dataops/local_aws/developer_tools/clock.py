"""The time as AWS's JSON services tell it."""

import time
from datetime import UTC, datetime


def now() -> float:
    """Seconds since 1970, with milliseconds."""
    return round(time.time(), 3)


def as_text(moment: float) -> str:
    """A moment as the details of events have it."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
