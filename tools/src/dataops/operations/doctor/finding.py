"""What a check finds, and what that means for a deployment."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """The values are the words of the table."""

    FAILS = "will fail"
    LOOK = "look"
    UNREAD = "not read"
    FINE = "fine"


@dataclass(frozen=True)
class Finding:
    """One row of the table: what is the case, and what to do about it."""

    state: State
    says: str
    advice: str = ""
    subject: str = ""


def fine(says: str) -> Finding:
    """Nothing to do."""
    return Finding(State.FINE, says)


def look(says: str, advice: str) -> Finding:
    """Nothing stops because of it, but something works differently than a person may expect."""
    return Finding(State.LOOK, says, advice)


def fails(says: str, advice: str) -> Finding:
    """A deployment or a run stops because of it."""
    return Finding(State.FAILS, says, advice)


def unread(reason: str) -> Finding:
    """Nobody knows: never a failure."""
    return Finding(State.UNREAD, reason)


def exit_code(findings: Iterable[Finding]) -> int:
    """0 where nothing is known to fail, else 1; 2 belongs to a doctor that could not start."""
    return int(any(finding.state is State.FAILS for finding in findings))
