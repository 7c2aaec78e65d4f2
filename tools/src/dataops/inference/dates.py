"""Detects date formats, in the pattern letters of Spark."""

import re
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from functools import cache

# The formats that the job reads without a declared format (files/steps/rules.py of the project).
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
TIMESTAMP = re.compile(
    r"(\d{4}-\d{2}-\d{2})[ T]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})?", re.ASCII
)
NUMERIC = re.compile(r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})", re.ASCII)
NAMED = re.compile(r"(\d{1,2})([- /])([A-Za-z]{3})\2(\d{4}|\d{2})", re.ASCII)
NAMED_FIRST = re.compile(r"([A-Za-z]{3}) (\d{1,2}), (\d{4})", re.ASCII)
WITHOUT_SIGNS = re.compile(r"(\d{8})T(\d{2})(\d{2})(\d{2})(Z|[+-]\d{2}(?:\d{2})?)?", re.ASCII)
SHORT_NAMED_YEAR = re.compile(r"\d{1,2}[- /][A-Za-z]{3}[- /](\d{2})(?!\d).*", re.ASCII | re.DOTALL)
CLOCK = re.compile(
    r"(\d{1,2}):([0-5]\d)(:[0-5]\d)?(?:([.,])(\d{1,9}))?( [AaPp][Mm])?( ?)(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?", re.ASCII
)
FRACTION = re.compile(r":\d{2}:\d{2}[.,](\d{1,9})", re.ASCII)
COMPACT = re.compile(r"(19|20)\d{6}", re.ASCII)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# How many letters X mean: +02, +0200, +02:00. Z is read by each.
OFFSETS = {3: 1, 5: 2, 6: 3}
ISO_DATE, ISO_TIMESTAMP = "yyyy-MM-dd", "ISO"
ORDERS = {"yMd": (0, 1, 2), "dMy": (2, 1, 0), "Mdy": (2, 0, 1)}
# Where a fraction may stand, after its sign: how long it is shows in all texts together.
POINT, COMMA = "{.}", "{,}"
MICROSECOND_DIGITS = 6
FIRST_DOUBTED_YEAR = 70


@cache
def formats_of(text: str) -> frozenset[str]:
    """Return every format that can parse a text, including the strictest form of each order."""
    found = {ISO_TIMESTAMP} if TIMESTAMP.fullmatch(text) and is_day(*text[:10].split("-")) else set()
    for between, written in ((" ", " "), ("T", "'T'"), (":", ":")):
        # A date may hold blanks itself: the clock begins at the first number with a colon.
        parts = re.fullmatch(rf"(.*?\d){between}(\d{{1,2}}:.*)", text, re.DOTALL)
        if parts:
            days, clocks = day_formats(parts[1]), clock_formats(parts[2])
            found |= {f"{one}{written}{other}" for one in days for other in clocks}
    return frozenset(found or [*day_formats(text), *formats_without_signs(text)])


def day_formats(day: str) -> list[str]:
    named = NAMED.fullmatch(day)
    if named and is_named_day(named[4], named[3], named[1]):
        days = ["d", "dd"] if len(named[1]) == 2 else ["d"]
        return [named[2].join((letter, "MMM", "y" * len(named[4]))) for letter in days]
    first = NAMED_FIRST.fullmatch(day)
    if first and is_named_day(first[3], first[1], first[2]):
        return [f"MMM {letter}, yyyy" for letter in (["d", "dd"] if len(first[2]) == 2 else ["d"])]
    parts = NUMERIC.fullmatch(day)
    if not parts:
        return []
    numbers = parts[1], parts[3], parts[4]
    found = []
    for order, (year, month, one) in ORDERS.items():
        if len(numbers[year]) == 4 and is_day(numbers[year], numbers[month], numbers[one]):
            strict = len(numbers[month]) == 2 == len(numbers[one])
            for width in (2, 1) if strict else (1,):
                letters = {"y": "yyyy", "M": "M" * width, "d": "d" * width}
                found.append(parts[2].join(letters[letter] for letter in order))
    return found


def is_named_day(year: str, month: str, day: str) -> bool:
    if month.lower() not in MONTHS:
        return False
    return is_day(year if len(year) == 4 else f"20{year}", str(MONTHS.index(month.lower()) + 1), day)


def is_day(year: str, month: str, day: str) -> bool:
    with suppress(ValueError):
        return bool(date(int(year), int(month), int(day)))
    return False


def formats_without_signs(text: str) -> list[str]:
    """Return the format of a time without signs between its numbers, such as 20240101T100000Z."""
    parts = WITHOUT_SIGNS.fullmatch(text)
    if not parts or not is_day(parts[1][:4], parts[1][4:6], parts[1][6:]):
        return []
    if int(parts[2]) > 23 or int(parts[3]) > 59 or int(parts[4]) > 59:
        return []
    return [f"yyyyMMdd'T'HHmmss{offset}" for offset in offset_formats(parts[5])]


def clock_formats(clock: str) -> list[str]:
    parts = CLOCK.fullmatch(clock)
    if not parts:
        return []
    hour, half = int(parts[1]), bool(parts[6])
    is_hour = 1 <= hour <= 12 if half else hour <= 23
    if not is_hour or (parts[4] and not parts[3]) or (parts[7] and not parts[8]):
        return []
    fractions = [f"{{{parts[4]}}}"] if parts[4] else [POINT, COMMA] if parts[3] else [""]
    letter = "h" if half else "H"
    return [
        f"{letter * width}:mm{':ss' if parts[3] else ''}{fraction}{' a' if half else ''}{parts[7]}{offset}"
        for width in ((2, 1) if len(parts[1]) == 2 else (1,))
        for fraction in fractions
        for offset in offset_formats(parts[8])
    ]


def offset_formats(offset: str | None) -> list[str]:
    """Return the formats of an offset from UTC; a name of UTC is read as a text, as the job's clock is UTC."""
    if not offset:
        return [""]
    if offset == "Z":
        return ["X" * letters for letters in OFFSETS.values()]
    return ["X" * OFFSETS[len(offset)]] if offset[0] in "+-" else [f"'{offset}'"]


def fitting_formats(texts: Counter[str]) -> list[str]:
    """Return the formats that parse every text, one for each order of day and month, the strictest that fits."""
    shared = frozenset.intersection(*(formats_of(text) for text in texts)) if texts else frozenset()
    if ISO_TIMESTAMP in shared:
        return [ISO_TIMESTAMP]
    return [with_fractions(each, texts) for each in strictest(shared)]


def likeliest_formats(texts: Counter[str]) -> set[str]:
    """Return the formats that parse the most texts; where fractions stand, it is not said how long they are."""
    reads: Counter[str] = Counter()
    for text, times in texts.items():
        for each in formats_of(text):
            reads[each] += times
    most = max(reads.values(), default=0)
    return {each for each, times in reads.items() if times == most}


def strictest(formats: Iterable[str]) -> list[str]:
    """Return the strictest: of dd/MM/yyyy and d/M/yyyy the first, which refuses what the file never has."""
    by_letters: dict[str, str] = {}
    # A point before a comma, which only fractions decide.
    for each in sorted(formats, key=lambda one: (len(one), COMMA not in one)):
        letters = re.sub(r"([A-Za-z])\1+", r"\1", each.replace("MMM", "N"))
        by_letters[letters.replace(COMMA, POINT)] = each
    return sorted(by_letters.values())


def with_fractions(form: str, texts: Iterable[str]) -> str:
    """Return a format with room for the longest fraction of the texts: in brackets if some have none."""
    found = [FRACTION.search(text) for text in texts]
    digits = max((len(each[1]) for each in found if each), default=0)
    for mark in (POINT, COMMA):
        fraction = f"{mark[1]}{'S' * digits}" if digits else ""
        form = form.replace(mark, fraction if all(found) or not digits else f"[{fraction}]")
    return form


def beyond_microseconds(texts: Counter[str]) -> Counter[str]:
    """Return the texts whose fractions have digits beyond microseconds that are not 0: the job refuses them."""
    return Counter(
        {
            text: times
            for text, times in texts.items()
            for fraction in [FRACTION.search(text)]
            if fraction and fraction[1][MICROSECOND_DIGITS:].strip("0")
        }
    )


def doubted_years(texts: Iterable[str]) -> bool:
    """Return whether a year of two digits is hardly one of this century, as the job reads it."""
    years = [SHORT_NAMED_YEAR.fullmatch(text) for text in texts]
    return any(year and int(year[1]) >= FIRST_DOUBTED_YEAR for year in years)


def declared(found: str) -> tuple[str, str | None]:
    """Return the type and the format to declare: no format if the job needs none."""
    if found == ISO_TIMESTAMP:
        return "timestamp", None
    if found == ISO_DATE:
        return "date", None
    return ("timestamp" if re.search("[Hh]", found.replace("'T'", "")) else "date"), found


def day_of(text: str) -> str:
    """Return the part of a text that tells the day."""
    return re.split(r"[T ](?=\d{1,2}:)|:|T(?=\d{6})", text, maxsplit=1)[0]
