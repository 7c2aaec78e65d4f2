"""A finding of a check, and its meaning for a deployment."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """The state of a finding; the values are the words of the table."""

    FAILS = "will fail"
    LOOK = "look"
    UNREAD = "not read"
    FINE = "fine"


@dataclass(frozen=True)
class Finding:
    """One row of the table: the fact, and what to do about it."""

    state: State
    says: str
    advice: str = ""
    subject: str = ""


def fine(says: str) -> Finding:
    """Return a finding without anything to do."""
    return Finding(State.FINE, says)


def look(says: str, advice: str) -> Finding:
    """Return a finding that stops nothing, but that a person may not expect."""
    return Finding(State.LOOK, says, advice)


def fails(says: str, advice: str) -> Finding:
    """Return a finding that stops a deployment or a run."""
    return Finding(State.FAILS, says, advice)


def unread(reason: str) -> Finding:
    """Return a finding that could not be read: never a failure."""
    return Finding(State.UNREAD, reason)


def exit_code(findings: Iterable[Finding]) -> int:
    """Return 0 if nothing is known to fail, else 1; 2 is for a doctor that could not start."""
    return int(any(finding.state is State.FAILS for finding in findings))
