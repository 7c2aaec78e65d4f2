"""Times as the ledger keeps them: UTC, ISO 8601, always equally long, so that text order is time order."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The clock of every Lambda; tests bring their own."""
    return datetime.now(UTC)


def as_text(moment: datetime) -> str:
    """2026-11-22T21:14:39.000000Z, whatever zone the moment was given in."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def as_moment(text: str) -> datetime:
    """Read ISO 8601; a time without a zone is refused, because it is ambiguous."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"The time {text!r} has no zone.")
    return moment.astimezone(UTC)


def earlier(moment: datetime, minutes: int) -> str:
    """The text of a time some minutes before."""
    return as_text(moment - timedelta(minutes=minutes))


def from_milliseconds(since_1970: str) -> str:
    """The text of a time as SQS gives it."""
    return as_text(datetime.fromtimestamp(int(since_1970) / 1000, UTC))
