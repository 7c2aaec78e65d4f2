"""The current time in the formats of AWS's JSON services."""

import time
from datetime import UTC, datetime


def now() -> float:
    """Seconds since 1970, with milliseconds."""
    return round(time.time(), 3)


def as_text(moment: float) -> str:
    """A time as the details of events contain it."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
