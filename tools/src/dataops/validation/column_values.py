"""What a column of a type can hold, and what a text in project.yaml means to the job that compares with it.

Numbers are compared exactly: 2.5 may be the minimum of an int, and refuses 2. Values that the type cannot hold, or
holds as another value, are refused.
"""

import re
import struct
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from dataops.validation.date_formats import MOST_OFFSET, UnreadableError, moment_in
from dataops.validation.written_number import digits_of

WHOLE = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}
FLOATING = {"float": 32, "double": 64}
NUMBERS = (*WHOLE, *FLOATING, "decimal")
DATES = ("date", "timestamp")
# Spark compares decimals of at most this many digits.
MOST_DIGITS = 38
INTEGER_TEXT = re.compile(r"[+-]?[0-9]+")
NUMBER_TEXT = re.compile(r"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,3})?")
DATE_TEXT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
TIMESTAMP_TEXT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})([ T]([0-9]{2}:[0-9]{2}:[0-9]{2})([.][0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
Comparable = Decimal | datetime


class ValueFault(NamedTuple):
    """Why a value means nothing to a column, and what to write instead."""

    why: str
    instead: str = ""


def base_of(kind: str) -> str:
    """Return a type without its digits: decimal(12,2) is a decimal."""
    return kind.partition("(")[0]


def limit_of(value: object, kind: str, form: str | None) -> Comparable | ValueFault:
    """Return a minimum or maximum as the job compares it, or why it cannot."""
    if base_of(kind) in DATES:
        return _limit_of_dates(value, kind, form)
    exact = digits_of(value)
    if exact is None:
        return ValueFault("is not a number", f"The column is of type {kind}.")
    if base_of(kind) == "decimal" and exact.is_rounded:
        return ValueFault("has more digits than a number of an answer keeps", "Write at most 15 digits.")
    return _number_fault(exact.value, kind) or exact.value


def allowed_value_fault(text: str, kind: str, form: str | None) -> ValueFault | None:
    """Return why no value of the column can be this text of `one_of`."""
    base = base_of(kind)
    if base in DATES:
        found = _moment_of(text, kind, form)
        return found if isinstance(found, ValueFault) else None
    if base == "boolean":
        right = text.lower() in ("true", "false")
        return None if right else ValueFault("is not a boolean", "It can be true or false.")
    if base not in NUMBERS:
        return None
    shape = INTEGER_TEXT if base in WHOLE else NUMBER_TEXT
    if not shape.fullmatch(text):
        words = "a whole number" if base in WHOLE else "a number"
        return ValueFault(f"is not {words}", f"The column is of type {kind}.")
    number = Decimal(text)
    return _number_fault(number, kind) or _digits_fault(number, text, kind)


def moment_of(text: str, kind: str, form: str | None) -> datetime | None:
    """Return the moment that a text of project.yaml means, in UTC; None if it means none."""
    found = _moment_of(text, kind, form)
    return None if isinstance(found, ValueFault) else found


def _number_fault(number: Decimal, kind: str) -> ValueFault | None:
    """Return why a number cannot be compared exactly with the values of a type."""
    base = base_of(kind)
    if base in FLOATING:
        return _floating_fault(number, base)
    low, high, digits, scale = _range_of(kind)
    if not low <= number <= high:
        return ValueFault(f"is outside the range of the type {kind}, {low:f} to {high:f}")
    if digits + max(scale, _scale_of(number)) > MOST_DIGITS:
        most = MOST_DIGITS - digits
        return ValueFault(f"has more decimals than compare exactly with the type {kind}", f"Write at most {most}.")
    return None


def _range_of(kind: str) -> tuple[Decimal, Decimal, int, int]:
    """Return the lowest and the highest value of an exact type, its digits before the point, and those after it."""
    if base_of(kind) in WHOLE:
        low, high = -(2 ** (WHOLE[kind] - 1)), 2 ** (WHOLE[kind] - 1) - 1
        # Spark compares a bigint as decimal(20,0).
        return Decimal(low), Decimal(high), 20 if kind == "bigint" else len(str(high)), 0
    precision, scale = map(int, re.findall(r"[0-9]+", kind))
    low_decimal, high_decimal = (Decimal((sign, (9,) * precision, -scale)) for sign in (1, 0))
    return low_decimal, high_decimal, precision - scale, scale


def _digits_fault(number: Decimal, text: str, kind: str) -> ValueFault | None:
    """Return why a number in the range of an exact type is still none of its values."""
    if base_of(kind) in FLOATING:
        return None
    scale = 0 if base_of(kind) in WHOLE else _range_of(kind)[3]
    if _scale_of(number) > scale:
        return ValueFault(f"has more decimals than the type {kind} holds", "No value could be equal to it.")
    if len(re.findall("[0-9]", re.split("[eE]", text)[0])) > MOST_DIGITS:
        return ValueFault(f"is written with more than {MOST_DIGITS} digits")
    return None


def _floating_fault(number: Decimal, kind: str) -> ValueFault | None:
    """Return why a float or a double holds a number as another one: it keeps about 6 or 15 digits."""
    kept = _kept(number, kind)
    if kept is None:
        return ValueFault(f"is outside the range of the type {kind}")
    if kept != number:
        return ValueFault(f"is {kept} as a {kind}", "Write fewer digits, or declare a decimal.")
    return None


def _kept(number: Decimal, kind: str) -> Decimal | None:
    """Return what a floating-point type prints of a number; None if it is infinite there."""
    with suppress(OverflowError):
        if kind == "double":
            kept = float(number)
            return Decimal(repr(kept)) if abs(kept) != float("inf") else None
        (single,) = struct.unpack("f", struct.pack("f", float(number)))
        texts = (f"{single:.{digits}g}" for digits in range(1, 18))
        same = (text for text in texts if struct.unpack("f", struct.pack("f", float(text))) == (single,))
        return Decimal(next(same))
    return None


def _scale_of(number: Decimal) -> int:
    """Return how many decimals a number has, without the zeros at its end."""
    # Decimal.normalize would round to 28 digits.
    _, digits, exponent = number.as_tuple()
    zeros = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    return max(0, -int(exponent) - zeros) if number else 0


def _limit_of_dates(value: object, kind: str, form: str | None) -> Comparable | ValueFault:
    is_number = isinstance(value, int | float)
    if isinstance(value, bool) or (is_number and not form):
        return ValueFault("is not a date", f"The column is of type {kind}.")
    text = str(value)
    read = _moment_of(text, kind, form)
    if form and isinstance(read, datetime):
        iso = _iso_moment(text, kind)
        if isinstance(iso, datetime) and iso != read:
            return ValueFault(f"is {read:%d %B %Y} by the column's format {form}, and {iso:%d %B %Y} by ISO")
    return read


def _moment_of(text: str, kind: str, form: str | None) -> datetime | ValueFault:
    """Return the moment that a text means: by the column's own format, else as ISO writes it."""
    if form:
        with suppress(UnreadableError):
            if read := moment_in(text, form):
                return read
    found = _iso_moment(text, kind)
    if isinstance(found, ValueFault) and form:
        return found._replace(instead=f"Write it in the column's format, {form}, or as ISO: 2024-01-31.")
    return found


def _iso_moment(text: str, kind: str) -> datetime | ValueFault:
    example = "2024-01-31" if kind == "date" else "2024-01-31 10:00:00"
    wrong = ValueFault(f"is not a {kind}", f"Such as {example}.")
    shape = DATE_TEXT if kind == "date" else TIMESTAMP_TEXT
    if not shape.fullmatch(text):
        return wrong
    with suppress(ValueError, OverflowError):
        found = datetime.fromisoformat(text)
        offset = found.utcoffset() or timedelta(0)
        if abs(offset) <= MOST_OFFSET:
            return (found.replace(tzinfo=None) - offset).replace(tzinfo=UTC)
    return wrong
