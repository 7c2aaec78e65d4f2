"""The date formats that Spark reads: Java's DateTimeFormatter without what Spark refuses, and the texts that they read.

A format that Spark accepts may still change a date: minutes for months, half a day's hours without AM or PM. Such a
format is refused too. The tests of the tools compare these rules with Spark.
"""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import NamedTuple

# How many times a letter may be repeated.
COUNTS = {
    "y": range(1, 7),
    "M": range(1, 5),
    "L": range(1, 5),
    "d": range(1, 3),
    "D": range(1, 4),
    "H": range(1, 3),
    "k": range(1, 3),
    "h": range(1, 3),
    "K": range(1, 3),
    "m": range(1, 3),
    "s": range(1, 3),
    "S": range(1, 10),
    "a": range(1, 2),
    "X": range(1, 6),
    "x": range(1, 6),
    "Z": range(1, 6),
    "z": range(1, 5),
    "V": range(2, 3),
    "O": (1, 4),
    "G": range(1, 5),
    "v": (1, 4),
    "g": range(1, 20),
}
# What people write by mistake, and what they mean.
MEANT = {
    "Y": "Y is the year of a week; write y.",
    "w": "Weeks cannot be read; the file needs a day and a month.",
    "W": "Weeks cannot be read; the file needs a day and a month.",
    "e": "Write the letters of a date, such as yyyy-MM-dd; seconds since 1970 are a bigint.",
    "E": "Names of weekdays cannot be read.",
    "u": "Write yyyy for the year.",
    "A": "Write a for AM or PM.",
    "T": "Write 'T' for the letter itself.",
    "n": "Write S for fractions of a second.",
    "N": "Write S for fractions of a second.",
}
NUMERIC = "yMLdDgHkhKmsS"
# What the letters read that read no number only, by their count; the last form is for all higher counts.
HOURS, MINUTES = "[+-][0-9]{2}", "[0-9]{2}"
OFFSETS = [f"{HOURS}(?:{MINUTES})?", HOURS + MINUTES, f"{HOURS}:{MINUTES}", f"{HOURS}{MINUTES}(?:{MINUTES})?"]
OFFSETS += [f"{HOURS}:{MINUTES}(?::{MINUTES})?"]
WRITTEN = {
    "a": ["AM|PM"],
    "X": [f"Z|{each}" for each in OFFSETS],
    "x": OFFSETS,
    "Z": [HOURS + MINUTES] * 3,
}
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November"]
MONTHS += ["December"]
EXAMPLE = "Such as yyyy-MM-dd or dd/MM/yyyy HH:mm:ss."
MOST_OFFSET = timedelta(hours=18)


# A quoted text, a letter in a row, or a sign.
TOKEN = re.compile(r"'((?:[^']|'')*)'|(([A-Za-z])\3*)|(.)", re.DOTALL)
# The parts of a date and a time, from the largest; each letter reads one of them.
PARTS = ("yG", "MLD", "dD", "HhkK", "m", "s", "S")
WHOLE_DATE = 3
NAMES_OF_PARTS = (
    "year (yyyy)",
    "month (MM)",
    "day (dd)",
    "hour (HH)",
    "minutes (mm)",
    "seconds (ss)",
    "fractions (SSS)",
)


# Offsets whose last digits may be missing.
BEFORE_NO_NUMBER = ("X", "x", "X" * 4, "xxxx", "O")
BEFORE_NO_COLON = ("X" * 5, "xxxxx", "ZZZZZ", "O", "OOOO", "ZZZZ")


class Token(NamedTuple):
    """A letter and how often it stands in a row; or a text that stands for itself, with times 0."""

    text: str
    times: int = 0


class FormatFault(NamedTuple):
    """Why a format is refused, and what to write instead."""

    why: str
    instead: str = ""


def tokens(form: str) -> list[Token]:
    """Return the parts of a format."""
    found = []
    for match in TOKEN.finditer(form):
        quoted, run, letter, sign = match.groups()
        if quoted is not None:
            found.append(Token(quoted.replace("''", "'") or "'"))
        else:
            found.append(Token(letter, len(run)) if run else Token(sign))
    return found


def format_fault(form: str) -> FormatFault | None:
    """Return why Spark would refuse a format or change what it reads; None if it reads it as it is written."""
    parts = tokens(form)
    if TOKEN.sub(lambda match: "'" if match[4] == "'" else "", form):
        return FormatFault("has a ' without its second one", "Write '' for the sign itself.")
    depth = 0
    for match in TOKEN.finditer(form):
        depth += {"[": 1, "]": -1}.get(match[4], 0)
        if depth < 0:
            return FormatFault("has a ] without its [")
    letters = [each for each in parts if each.times]
    return _letter_fault(letters) or _part_fault({each.text for each in letters}) or _width_fault(parts)


def _letter_fault(letters: list[Token]) -> FormatFault | None:
    for letter, count in letters:
        if letter not in COUNTS:
            return FormatFault(f"has the letter {letter}, which Spark does not read", MEANT.get(letter, EXAMPLE))
        if count not in COUNTS[letter]:
            return FormatFault(f"has {letter * count}, and Spark reads no {letter} {count} times in a row", EXAMPLE)
    return None


def _part_fault(letters: set[str]) -> FormatFault | None:
    """Return which part is missing: Spark would take 1970, January, the first or midnight for it."""
    # The day of a calendar without years and months (Java's g) is a whole date.
    has = [bool(letters & {*each, *("g" if number < WHOLE_DATE else "")}) for number, each in enumerate(PARTS)]
    if not letters & {"y", "g"}:
        return FormatFault("has no year", "Write yyyy for it.")
    last = max(number for number, each in enumerate(has) if each)
    if False in has[:last]:
        missing = has.index(False)
        why = f"has {NAMES_OF_PARTS[last]} but no {NAMES_OF_PARTS[missing]}"
        return FormatFault(why, "M is the month, m the minutes." if "m" in letters and missing == 1 else "")
    if letters & {"h", "K"} and not letters & {"a", "H", "k"}:
        return FormatFault("has the hours of half a day, and not which half", "Write HH, or add a for AM or PM.")
    if "a" in letters and not letters & {*"hKHk"}:
        return FormatFault("has AM or PM (a) but no hour", "Add hh.")
    return None


def _width_fault(parts: list[Token]) -> FormatFault | None:
    """Return which number or offset of any width is directly before a number: where it ends, nothing shows."""
    for at, one in enumerate(parts):
        following = [each for each in parts[at + 1 :] if each != Token("[") and each != Token("]")]
        numbers = list(takewhile(is_number, following))
        after_colon = following[:1] == [Token(":")] and any(map(is_number, following[1:2]))
        directly = list(takewhile(is_number, parts[at + 1 :]))
        # Java leaves the others their digits only if they have a fixed width and no bracket stands between.
        is_open = is_number(one) and one.text != "S" and _is_of_any_width(one)
        is_cut = is_open and (any(map(_is_of_any_width, numbers)) or numbers != directly)
        written = one.text * one.times
        runs_on = (numbers and written in BEFORE_NO_NUMBER) or (after_colon and written in BEFORE_NO_COLON)
        if is_cut or runs_on:
            pair = written + ":" * after_colon + following[after_colon].text * following[after_colon].times
            return FormatFault(f"has {pair}, in which nothing shows where the first ends", "Write a sign between them.")
    return None


def is_number(token: Token) -> bool:
    """Return whether a part is read as digits."""
    return token.text in NUMERIC and 0 < token.times < (3 if token.text in "ML" else 20)


def _is_of_any_width(token: Token) -> bool:
    if token.text in "yS":
        return token.times != (2 if token.text == "y" else 1)
    return token.text == "g" or token.times == 1 or token == Token("D", 2)


def moment_in(text: str, form: str) -> datetime | None:
    """Return the moment that Spark reads from a text by a format, in UTC; None if it reads none.

    UnreadableError: the format has names of zones or eras, which only Spark knows.
    """
    expression, letters = _expression(form)
    found = re.fullmatch(expression, text, re.ASCII | re.IGNORECASE)
    if not found:
        return None
    read: dict[str, str] = {}
    for token, value in zip(letters, found.groups(), strict=True):
        name = _part_of(token)
        if value is not None and read.setdefault(name, value.upper()) != value.upper():
            return None
    with suppress(ValueError, OverflowError, KeyError):
        return _moment(read)
    return None


class UnreadableError(Exception):
    """Only Spark can read a text by this format."""


def _expression(form: str) -> tuple[str, list[Token]]:
    """Return a regular expression that matches what a format reads, and the letter of each of its groups."""
    written, letters = [], []
    for token in tokens(form):
        if not token.times:
            written.append({"[": "(?:", "]": ")?"}.get(token.text, re.escape(token.text)))
            continue
        if token.text not in WRITTEN and token.text not in NUMERIC:
            raise UnreadableError
        letters.append(token)
        written.append(f"({_written(token)})")
    return "".join(written) + ")?" * (form.count("[") - form.count("]")), letters


def _written(token: Token) -> str:
    """Return a regular expression for what one letter reads."""
    letter, count = token
    if letter in "ML" and count > 2:
        return "|".join(name if count > 3 else name[:3] for name in MONTHS)
    if letter in WRITTEN:
        forms = WRITTEN[letter]
        return forms[min(count, len(forms)) - 1]
    if letter == "S":
        return rf"[0-9]{{1,{count}}}"
    if letter == "y":
        return {1: "0*[0-9]{1,4}", 2: "[0-9]{2}", 3: "0*[0-9]{3,4}"}.get(count, rf"0{{{max(0, count - 4)}}}[0-9]{{4}}")
    if letter == "g":
        raise UnreadableError
    most = 3 if letter == "D" else 2
    return rf"[0-9]{{{count},{most}}}"


def _part_of(token: Token) -> str:
    """Return a name for what a letter means: the same for all letters of one meaning."""
    if token.text in "ML":
        return "month" if token.times < 3 else "name of the month"
    if token.text in "XxZ":
        return "offset"
    return "two digits of the year" if token == Token("y", 2) else token.text


def _moment(read: dict[str, str]) -> datetime:
    """Return the moment of the parts of a text; ValueError if there is none."""
    year = int(read["y"]) if "y" in read else 2000 + int(read["two digits of the year"])
    month = int(read.get("month", 0)) or _month_of(read.get("name of the month", "Jan"))
    day = datetime(year, month, int(read.get("d", 1)), tzinfo=UTC)
    if "D" in read:
        day = datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=int(read["D"]) - 1)
        if day.year != year or not int(read["D"]):
            raise ValueError
    seconds = timedelta(minutes=int(read.get("m", 0)), seconds=int(read.get("s", 0)))
    if int(read.get("m", 0)) > 59 or int(read.get("s", 0)) > 59:
        raise ValueError
    fraction = (read.get("S", "0") + "000000")[:6]
    moment = day + timedelta(hours=_hour_of(read), microseconds=int(fraction)) + seconds
    return (moment - _offset_of(read.get("offset", "Z"))).astimezone(UTC)


def _month_of(name: str) -> int:
    return next(number for number, each in enumerate(MONTHS, 1) if each.upper().startswith(name.upper()))


def _hour_of(read: dict[str, str]) -> int:
    """Return the hour; each letter counts from another number."""
    if "H" in read and int(read["H"]) < 24:
        return int(read["H"])
    if "k" in read and 1 <= int(read["k"]) <= 24:
        return int(read["k"]) % 24
    half = 12 * (read.get("a") == "PM")
    if "h" in read and 1 <= int(read["h"]) <= 12:
        return int(read["h"]) % 12 + half
    if "K" in read and int(read["K"]) < 12:
        return int(read["K"]) + half
    if not {"H", "k", "h", "K"} & read.keys():
        return 0
    raise ValueError


def _offset_of(text: str) -> timedelta:
    if text == "Z":
        return timedelta(0)
    digits = text[1:].replace(":", "").ljust(6, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]), seconds=int(digits[4:]))
    if int(digits[2:4]) > 59 or int(digits[4:]) > 59 or offset > MOST_OFFSET:
        raise ValueError
    return -offset if text[0] == "-" else offset
