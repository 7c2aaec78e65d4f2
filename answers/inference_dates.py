"""Detects date formats, in the pattern letters of Spark."""

import re
from collections import Counter
from contextlib import suppress
from datetime import date
from functools import cache

# The formats that the job reads without a declared format (files/steps/rules.py of the project).
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
TIMESTAMP = re.compile(
    r"(\d{4}-\d{2}-\d{2})[ T]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})?", re.ASCII
)
NUMERIC = re.compile(r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})", re.ASCII)
NAMED = re.compile(r"(\d{1,2})([- ])([A-Z][a-z]{2})\2(\d{4})", re.ASCII)
CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(:[0-5]\d)?(\.\d{1,9})?( [AP]M)?(Z|[+-]\d{2}:\d{2})?", re.ASCII)
COMPACT = re.compile(r"(19|20)\d{6}", re.ASCII)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
OFFSET = "X" * 3  # Z or +02:00
ISO_DATE, ISO_TIMESTAMP = "yyyy-MM-dd", "ISO"
ORDERS = {"yMd": (0, 1, 2), "dMy": (2, 1, 0), "Mdy": (2, 0, 1)}


@cache
def formats_of(text: str) -> frozenset[str]:
    """Return every format that can parse a text, including the strictest form of each order."""
    if TIMESTAMP.fullmatch(text) and is_day(*text[:10].split("-")):
        return frozenset({ISO_TIMESTAMP})
    day, sign, clock = re.fullmatch(r"(.*?)(?:([ T])(\d{1,2}:.*))?", text, re.DOTALL).groups()  # type: ignore[union-attr]
    days = day_formats(day)
    if not sign or not days:
        return frozenset(days)
    between = "'T'" if sign == "T" else " "
    return frozenset(f"{one}{between}{other}" for one in days for other in clock_formats(clock))


def day_formats(day: str) -> list[str]:
    named = NAMED.fullmatch(day)
    if named and named[3] in MONTHS and is_day(named[4], str(MONTHS.index(named[3]) + 1), named[1]):
        days = ["d", "dd"] if len(named[1]) == 2 else ["d"]
        return [named[2].join((letter, "MMM", "yyyy")) for letter in days]
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


def is_day(year: str, month: str, day: str) -> bool:
    with suppress(ValueError):
        return bool(date(int(year), int(month), int(day)))
    return False


def clock_formats(clock: str) -> list[str]:
    parts = CLOCK.fullmatch(clock)
    if not parts:
        return []
    hour, half = int(parts[1]), bool(parts[5])
    if hour > 23 or (half and not 1 <= hour <= 12):
        return []
    rest = ":mm" + (":ss" if parts[3] else "") + ("." + "S" * (len(parts[4]) - 1) if parts[4] else "")
    rest += (" a" if half else "") + (OFFSET if parts[6] else "")
    letter = "h" if half else "H"
    return [letter * width + rest for width in ((2, 1) if len(parts[1]) == 2 else (1,))]


def fitting_formats(texts: Counter[str]) -> list[str]:
    """Return the formats that parse every text, one for each order of day and month, the strictest that fits."""
    shared = frozenset.intersection(*(formats_of(text) for text in texts)) if texts else frozenset()
    return strictest(shared)


def likeliest_formats(texts: Counter[str]) -> list[str]:
    """Return the formats that parse the most texts."""
    reads: Counter[str] = Counter()
    for text, times in texts.items():
        for each in formats_of(text):
            reads[each] += times
    most = max(reads.values(), default=0)
    return strictest(frozenset(each for each, times in reads.items() if times == most))


def strictest(formats: frozenset[str]) -> list[str]:
    """Return the strictest: of dd/MM/yyyy and d/M/yyyy the first, which refuses what the file never has."""
    by_letters: dict[str, str] = {}
    for each in sorted(formats, key=len):
        by_letters[re.sub(r"([A-Za-z])\1+", r"\1", each.replace("MMM", "N"))] = each
    return sorted(by_letters.values())


def declared(found: str) -> tuple[str, str | None]:
    """Return the type and the format to declare: no format if the job needs none."""
    if found == ISO_TIMESTAMP:
        return "timestamp", None
    if found == ISO_DATE:
        return "date", None
    return ("timestamp" if re.search("[Hh]", found.replace("'T'", "")) else "date"), found
