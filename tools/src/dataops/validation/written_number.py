"""Numbers as they are written in project.yaml: a Python float would keep 15 to 17 of their digits."""

from decimal import Decimal, InvalidOperation
from math import isnan
from typing import NamedTuple

DIGITS_OF_A_FLOAT = 15


class WrittenNumber(float):
    """A number with the text that it was read from."""

    text: str


class Exact(NamedTuple):
    """A number, and whether its digits may have been rounded before it came here."""

    value: Decimal
    is_rounded: bool


def written_number(text: str, value: float) -> WrittenNumber:
    """Return a number that remembers its text."""
    number = WrittenNumber(value)
    number.text = text
    return number


def digits_of(value: object) -> Exact | None:
    """Return all digits of a number; None for anything else, also for NaN."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, WrittenNumber):
        try:
            return Exact(Decimal(value.text.replace("_", "")), False)
        except InvalidOperation:
            return None
    if isinstance(value, float) and isnan(value):
        return None
    exact = Decimal(value) if isinstance(value, int) else Decimal(repr(value))
    digits = len("".join(map(str, exact.as_tuple().digits)).strip("0"))
    return Exact(exact, isinstance(value, float) and digits > DIGITS_OF_A_FLOAT)
