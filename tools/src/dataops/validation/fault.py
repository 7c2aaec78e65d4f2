"""What is wrong with a value of project.yaml."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import NamedTuple

from dataops.validation.text import printable, shown

AS_A_LIST = 12


class Fault(NamedTuple):
    """What is wrong with the value at a path, and what to write instead."""

    location: str
    value: object
    why: str
    instead: str = ""

    def sentence(self) -> str:
        """Return the fault as one sentence or two for the person who wrote the value."""
        why = f"{self.location}: {shown(self.value)} {self.why}."
        return printable(f"{why} {self.instead}" if self.instead else why)


def nearest(name: object, known: Iterable[str], otherwise: str) -> str:
    """Return a sentence with the known name that is nearest to an unknown one, or another sentence."""
    near = get_close_matches(str(name), list(known), 1)
    return f"Did you mean {near[0]}?" if near else otherwise


def choices(value: str, known: list[str]) -> str:
    """Return the choices, or the nearest of many."""
    if len(known) <= AS_A_LIST:
        return ", ".join(known)
    near = get_close_matches(value, known, 3)
    return f"{len(known)} known ones" + (f"; near it are {', '.join(near)}" if near else "")
