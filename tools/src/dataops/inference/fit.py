"""Tells whether a value is one of a type: the rules of files/steps/rules.py of the project, without Spark."""

import math
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from functools import cache

Test = Callable[[str], bool]
INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
FLOATING = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
# With decimal commas, points may group the digits before them.
GROUPED = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+)?(,\d*)?([eE][+-]?\d+)?", re.ASCII)
BASE64 = re.compile(r"([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", re.ASCII)
BITS = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}
LARGEST_FLOAT = 3.4028235677973366e38
ISO = {"date": "yyyy-MM-dd", "timestamp": "yyyy-MM-dd[ ]['T']HH:mm:ss[.SSSSSS]['Z'][" + "X" * 3 + "]"}
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = f"(?P<month_name>{'|'.join(MONTHS)})"
# What the pattern letters of Spark read, by their number.
LETTERS = {
    "yyyy": r"(?P<year>\d{4})",
    "yy": r"(?P<short_year>\d{2})",
    "M": r"(?P<month>\d{1,2})",
    "MM": r"(?P<month>\d{2})",
    "MMM": MONTH,
    "d": r"(?P<day>\d{1,2})",
    "dd": r"(?P<day>\d{2})",
    "H": r"(1?\d|2[0-3]|0\d)",
    "HH": r"([01]\d|2[0-3])",
    "h": r"(1[0-2]|0?[1-9])",
    "hh": r"(1[0-2]|0[1-9])",
    "mm": r"[0-5]\d",
    "ss": r"[0-5]\d",
    "a": r"[ap]m",
    "X": r"(Z|[+-]\d{2}(\d{2})?)",
    "X" * 2: r"(Z|[+-]\d{4})",
    "X" * 3: r"(Z|[+-]\d{2}:\d{2})",
}
PART = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|.", re.DOTALL)


def plain_number(text: str, decimal: str) -> str | None:
    """Return a number with a decimal point, from one with the file's sign; None if it is none."""
    if decimal == ".":
        return text
    return text.translate({ord(","): ".", ord("."): None}) if text and GROUPED.fullmatch(text) else None


@cache
def test_of(column_type: str, form: str | None = None, decimal: str = ".") -> Test | None:
    """Return the test whether a text is a value of a type; None if only Spark can tell."""
    if column_type in ("date", "timestamp"):
        return moment_test(form or ISO[column_type])
    if column_type.startswith("decimal"):
        return numeric(decimal_test(column_type), decimal)
    if column_type in BITS:
        return numeric(whole_test(BITS[column_type]), decimal)
    if column_type in ("double", "float"):
        largest = math.inf if column_type == "double" else LARGEST_FLOAT
        return numeric(lambda text: bool(FLOATING.fullmatch(text)) and abs(float(text)) < largest, decimal)
    if column_type == "boolean":
        return lambda text: text.lower() in ("true", "false")
    if column_type == "binary":
        return lambda text: bool(BASE64.fullmatch(text))
    return lambda text: True


def numeric(test: Test, decimal: str) -> Test:
    def is_number(text: str) -> bool:
        plain = plain_number(text, decimal)
        return plain is not None and test(plain)

    return is_number


def whole_test(bits: int) -> Test:
    # Twenty digits are beyond every type, and Python refuses to read thousands of them.
    return lambda text: (
        bool(INTEGER.fullmatch(text))
        and len(text.lstrip("+-0")) < 20
        and -(2 ** (bits - 1)) <= int(text.lstrip("+")) < 2 ** (bits - 1)
    )


def decimal_test(column_type: str) -> Test:
    """Return the test that no digit is lost: decimal(3,1) takes 1.20 and refuses 1.25."""
    precision, scale = (int(digits) for digits in re.findall(r"\d+", column_type))
    whole = rf"0*\d{{0,{precision - scale}}}"
    return lambda text: bool(re.fullmatch(rf"[+-]?(?=\.?\d){whole}(\.\d{{0,{scale}}}0*)?", text, re.ASCII))


def moment_test(form: str) -> Test | None:
    """Return the test whether a text is a date or time of a format; None for letters that only Spark knows."""
    parts = list(pattern_parts(form))
    if None in parts:
        return None
    try:
        pattern = re.compile("".join(filter(None, parts)), re.IGNORECASE | re.ASCII)
    except re.error:
        return None

    def is_moment(text: str) -> bool:
        found = pattern.fullmatch(text)
        return found is not None and is_a_day(found.groupdict()) and not has_lost_digits(text, form)

    return is_moment


def pattern_parts(form: str) -> Iterator[str | None]:
    """Return what each part of a format reads, as regular expressions; None for a letter that is not known here."""
    for part in PART.finditer(form):
        text, quoted, letter = part[0], part[1], part[2]
        if letter == "S":
            yield rf"(?P<fraction>\d{{1,{len(text)}}})"
        elif letter:
            yield LETTERS.get(text)
        elif text in ("[", "]"):
            yield {"[": "(", "]": ")?"}[text]
        else:
            yield re.escape(text if quoted is None else quoted.replace("''", "'") or "'")


def is_a_day(found: dict[str, str | None]) -> bool:
    year = found.get("year") or f"20{found.get('short_year') or '00'}"
    name = (found.get("month_name") or "").lower()
    month = MONTHS.index(name) + 1 if name else int(found.get("month") or 1)
    with suppress(ValueError):
        return bool(date(int(year), month, int(found.get("day") or 1)))
    return False


def has_lost_digits(text: str, form: str) -> bool:
    """Return whether a fraction has digits beyond microseconds that are not 0."""
    return "S" * 7 in form and bool(re.search(r"[.,]\d{6}\d*[1-9]", text))
