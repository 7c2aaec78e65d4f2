"""Finds the type of a column in its values: one that is certain, or several to choose from and the reason."""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from answers import inference_dates
from answers.sample_fields import JsonText, JsonValue, Nested, listed

WHOLE = re.compile(r"-?(0|[1-9]\d*)", re.ASCII)
NUMBER = re.compile(r"-?(0|[1-9]\d*)?(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
CODE = re.compile(r"0\d+|\+\d[\d ]*", re.ASCII)
OTHER_NUMBER = re.compile(r"-?\d{1,3}([., ]\d{3})+([.,]\d+)?|-?\d+,\d+", re.ASCII)
SHORT_YEAR = re.compile(r"(\d{1,2})([-/.])\d{1,2}\2\d{2}", re.ASCII)
LARGEST = 2**63 - 1
DIGITS_OF_A_DOUBLE = 15
MONEY = {
    "amount",
    "price",
    "cost",
    "fee",
    "tax",
    "salary",
    "revenue",
    "balance",
    "paid",
    "discount",
    "budget",
    "turnover",
}
CODES = {"zip", "zipcode", "postcode", "postal", "phone", "telephone", "mobile", "fax", "iban", "ssn"}
TOLERATED = 0.1


class ColumnType(NamedTuple):
    """A type to declare, the format of dates where one is needed, and what speaks for it."""

    type: str
    format: str | None = None
    reason: str = ""

    def label(self) -> str:
        """The type as a person chooses it."""
        shown = f"{self.type}, written {self.format}" if self.format else self.type
        return f"{shown}: {self.reason}" if self.reason else shown


class Finding(NamedTuple):
    """The types that a column may have, the likeliest first, and what is worth knowing or asking."""

    choices: tuple[ColumnType, ...]
    sentence: str = ""


def sure(column_type: str, sentence: str = "") -> Finding:
    return Finding((ColumnType(column_type),), sentence)


STRING = ColumnType("string", reason="as in the file")


def type_of(name: str, values: Iterable[str]) -> Finding:
    """The type of a column, by its name and its values without the missing ones."""
    cells = list(values)
    texts = Counter(map(str, cells))
    if not texts:
        types = ("string", "bigint", "double", "decimal(12,2)", "date", "timestamp", "boolean")
        return Finding(tuple(map(ColumnType, types)), "it has no value in the sample; choose its type")
    if any(isinstance(cell, Nested) for cell in cells):
        return sure("string", "it holds JSON objects or arrays, which are kept as text")
    if len({isinstance(cell, JsonValue) for cell in cells}) == 2:
        return sure("string", "it holds both texts in quotes and bare values")
    found = fitting(name, texts)
    if not found and not any(map(CODE.fullmatch, texts)):
        found = fitting_most(name, texts)
    if found and isinstance(cells[0], JsonText):
        return quoted_in_json(found)
    return found or sure("string", remark(texts))


def quoted_in_json(found: Finding) -> Finding:
    """In quotes a date is nothing unusual, a number is."""
    if found.choices[0].type in ("date", "timestamp"):
        return found
    return Finding((STRING, *found.choices), "its values stand in quotes, but look like something else")


def fitting(name: str, texts: Counter[str]) -> Finding | None:
    """The type that every text fits."""
    for rule in (boolean, whole_number, number, day_or_time):
        found = rule(name, texts)
        if found:
            return found
    return None


def boolean(name: str, texts: Counter[str]) -> Finding | None:
    return sure("boolean") if all(text.lower() in ("true", "false") for text in texts) else None


def whole_number(name: str, texts: Counter[str]) -> Finding | None:
    if not all(map(WHOLE.fullmatch, texts)):
        return None
    words, bigint = set(name.split("_")), ColumnType("bigint", reason="whole numbers")
    if any(abs(int(text)) > LARGEST for text in texts):
        return sure("string", "its numbers have more digits than bigint holds")
    if words & CODES:
        return Finding(
            (STRING, bigint), "its values look like numbers, its name like a code; bigint loses leading zeros"
        )
    if words & MONEY:
        exact = ColumnType(money(texts), reason="also amounts with two digits after the point")
        return Finding((exact, bigint), "its name speaks of money, and the sample holds whole numbers only")
    if all(inference_dates.COMPACT.fullmatch(text) and is_compact_day(text) for text in texts):
        return Finding((ColumnType("date", "yyyyMMdd"), bigint), "its numbers can all be read as dates")
    return sure("bigint")


def is_compact_day(text: str) -> bool:
    return inference_dates.is_day(text[:4], text[4:6], text[6:])


def number(name: str, texts: Counter[str]) -> Finding | None:
    if not all(map(is_number, texts)):
        return None
    measured = ColumnType("double", reason="for what is measured")
    if any("e" in text.lower() for text in texts):
        return sure("double")
    exact = ColumnType(money(texts), reason="exact, for money")
    scales = {len(text.partition(".")[2]) for text in texts}
    if scales == {2} or (max(scales) <= 4 and set(name.split("_")) & MONEY):
        return Finding((exact, measured), "its numbers look like money, which double does not add up exactly")
    if any(len(re.sub(r"\D", "", text).lstrip("0")) > DIGITS_OF_A_DOUBLE for text in texts):
        return Finding(
            (exact, measured),
            f"its numbers have more than the {DIGITS_OF_A_DOUBLE} digits that a double keeps",
        )
    return sure("double")


def is_number(text: str) -> bool:
    try:
        return bool(NUMBER.fullmatch(text)) and math.isfinite(float(text))
    except ValueError:
        return False


def money(texts: Counter[str]) -> str:
    """A decimal with room for numbers a thousand times larger."""
    scale = max(2, *(len(text.partition(".")[2]) for text in texts))
    whole = max(len(text.partition(".")[0].lstrip("-")) for text in texts)
    precision = min(38, max(12, whole + 3 + scale))
    return f"decimal({precision},{min(scale, precision)})"


def day_or_time(name: str, texts: Counter[str]) -> Finding | None:
    found = inference_dates.fitting_formats(texts)
    choices = tuple(ColumnType(*inference_dates.declared(each)) for each in found)
    if len(choices) > 1:
        return Finding(choices, f"the values ({listed(list(texts))}) fit day first and month first")
    return Finding(choices) if choices else None


def fitting_most(name: str, texts: Counter[str]) -> Finding | None:
    """The type that at least nine values in ten fit, to be chosen or not."""
    dates = set(inference_dates.likeliest_formats(texts))
    tests: list[Callable[[str], bool]] = [
        lambda text: text.lower() in ("true", "false"),
        is_number,
        lambda text: bool(dates & inference_dates.formats_of(text)),
    ]
    for fits in tests:
        good = Counter({text: times for text, times in texts.items() if fits(text)})
        bad = texts - good
        if good and bad.total() <= TOLERATED * texts.total():
            found = fitting(name, good)
            if found:
                likely = found.choices[0].type
                what = f"{bad.total():,} of {texts.total():,} values ({listed(list(bad))}) do not fit {likely}"
                why = f"{what}; as {likely} their rows go to quarantine"
                return Finding((*found.choices, STRING), "; ".join(filter(None, [why, found.sentence])))
    return None


def remark(texts: Counter[str]) -> str:
    """What is worth knowing about a column of texts."""
    if all(map(OTHER_NUMBER.fullmatch, texts)):
        return "its numbers have decimal commas or thousands separators, which the job reads as text only"
    if all(map(SHORT_YEAR.fullmatch, texts)):
        return "its years have two digits, which the job reads as text only"
    return ""
