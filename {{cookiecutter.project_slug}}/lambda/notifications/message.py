"""Who called AWS, as people know them."""

from dataclasses import dataclass, field
from typing import Any

from notifications.place import Place

# SNS API Reference, Publish: "must be less than 100 characters long".
LONGEST_SUBJECT = 99
# The next step of a message after which there is none.
NOTHING = "Nothing: this is how it should be."


@dataclass(frozen=True)
class Message:
    """`kinds` decides who gets it; `about` is the dataset, if it is about one; `values` are for programs."""

    kinds: tuple[str, ...]
    place: Place
    headline: str
    facts: list[str]
    next_steps: list[str]
    links: dict[str, str] = field(default_factory=dict)
    about: str = ""
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def subject(self) -> str:
        """Where and what, as SNS takes it."""
        return clean_subject(f"{' '.join(filter(None, (self.place.prefix, self.about)))}: {self.headline}")


def clean_subject(text: str) -> str:
    """A subject that SNS takes: printable ASCII, one line, at most 99 characters."""
    printable = "".join(letter if " " <= letter <= "~" else " " for letter in text)
    words = " ".join(printable.split()) or "notification"
    return words if len(words) <= LONGEST_SUBJECT else f"{words[: LONGEST_SUBJECT - 3]}..."


def counted(number: int, what: str) -> str:
    """A number and what it counts."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def cut(lines: list[str], most: int, what: str) -> list[str]:
    """The first lines, and how many more there are."""
    return lines[:most] + ([f"and {counted(len(lines) - most, f'more {what}')}"] if len(lines) > most else [])


def person(arn: str) -> str:
    """anna (Developers), of arn:aws:sts::111111111111:assumed-role/Developers/anna."""
    kind, *names = arn.rpartition(":")[2].split("/")
    return f"{names[-1]} ({names[0]})" if kind == "assumed-role" and len(names) > 1 else (names or [kind])[-1]
