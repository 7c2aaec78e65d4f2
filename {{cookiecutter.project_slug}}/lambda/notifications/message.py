"""A notification, and helpers for its text."""

from dataclasses import dataclass, field
from typing import Any

from notifications.origin import Origin

# SNS API Reference, Publish: "must be less than 100 characters long".
LONGEST_SUBJECT = 99
# How soon somebody must act: docs/runbook.md says for each alarm until when it can wait.
NOW, TODAY, THIS_WEEK = "now", "today", "this week"
# The next step of a message after which there is none.
NOTHING = "Nothing: this is how it should be."


@dataclass(frozen=True)
class Message:
    """A notification; `kinds` decides who gets it; `about` is its dataset, if any; `values` are for programs.

    `urgency` is how soon somebody must act; empty if nobody must.
    """

    kinds: tuple[str, ...]
    origin: Origin
    headline: str
    facts: list[str]
    next_steps: list[str]
    links: dict[str, str] = field(default_factory=dict)
    about: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    urgency: str = ""

    @property
    def subject(self) -> str:
        """Return the origin, the headline and how soon to act, as SNS accepts it."""
        headline = f"{' '.join(filter(None, (self.origin.prefix, self.about)))}: {self.headline}"
        return clean_subject(headline, f" [act {self.urgency}]" if self.urgency else "")


def clean_subject(text: str, end: str = "") -> str:
    """Return a subject that SNS accepts: printable ASCII, one line, at most 99 characters; its end is never cut."""
    printable = "".join(letter if " " <= letter <= "~" else " " for letter in text)
    words = " ".join(printable.split()) or "notification"
    most = LONGEST_SUBJECT - len(end)
    return (words if len(words) <= most else f"{words[: most - 3]}...") + end


def counted(number: int, what: str) -> str:
    """Return a number and what it counts."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def cut(lines: list[str], most: int, what: str) -> list[str]:
    """Return the first lines, and the number of further lines."""
    return lines[:most] + ([f"and {counted(len(lines) - most, f'more {what}')}"] if len(lines) > most else [])


def person(arn: str) -> str:
    """Return anna (Developers), for arn:aws:sts::111111111111:assumed-role/Developers/anna."""
    kind, *names = arn.rpartition(":")[2].split("/")
    return f"{names[-1]} ({names[0]})" if kind == "assumed-role" and len(names) > 1 else (names or [kind])[-1]
