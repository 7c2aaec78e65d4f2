"""Detects the type of a column from its values: one that is certain, or several to choose from and the reason."""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import NamedTuple

from dataops.inference import dates as inference_dates
from dataops.inference.fit import plain_number
from dataops.inference.sample_fields import JsonText, JsonValue, Nested, listed

WHOLE = re.compile(r"-?(0|[1-9]\d*)", re.ASCII)
NUMBER = re.compile(r"-?(0|[1-9]\d*)?(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
CODE = re.compile(r"0\d+|\+\d[\d ]*", re.ASCII)
OTHER_NUMBER = re.compile(r"-?\d{1,3}([., ]\d{3})+([.,]\d+)?|-?\d+,\d+", re.ASCII)
SHORT_YEAR = re.compile(r"(\d{1,2})([-/.])\d{1,2}\2\d{2}", re.ASCII)
LARGEST = 2**63 - 1
MONEY = {
    *("amount", "price", "cost", "costs", "fee", "fees", "tax", "vat", "salary", "wage", "revenue", "balance", "paid"),
    *("discount", "budget", "turnover", "subtotal", "payment", "rent", "debit", "credit", "eur", "usd", "gbp", "chf"),
    *("betrag", "preis", "bedrag", "prijs", "montant", "prix", "importe", "precio"),
}
# What is measured has no cents, even if a file writes it with two digits.
MEASURED = {
    *("lat", "latitude", "lon", "lng", "long", "longitude", "altitude", "temp", "temperature", "wind", "speed"),
    *("weight", "height", "width", "length", "depth", "distance", "area", "volume", "humidity", "pressure"),
    *("percent", "percentage", "pct", "ratio", "share", "rate", "score", "probability", "km", "kg", "cm", "mm"),
}
CODES = {"zip", "zipcode", "postcode", "postal", "phone", "telephone", "mobile", "fax", "iban", "ssn"}
TOLERATED = 0.1
MONEY_DIGITS, MOST_MONEY_DIGITS = 2, 4


class ColumnType(NamedTuple):
    """A type to declare, the format of dates if one is needed, and the evidence for it."""

    type: str
    format: str | None = None
    reason: str = ""

    def label(self) -> str:
        """Return the type's label in a choice."""
        shown = f"{self.type}, written {self.format}" if self.format else self.type
        return f"{shown}: {self.reason}" if self.reason else shown


class Finding(NamedTuple):
    """The possible types of a column, the likeliest first, a remark, and whether a guess would do harm."""

    choices: tuple[ColumnType, ...]
    sentence: str = ""
    must_be_asked: bool = False


def sure(column_type: str, sentence: str = "") -> Finding:
    return Finding((ColumnType(column_type),), sentence)


STRING = ColumnType("string", reason="as in the file")


def type_of(name: str, values: Iterable[str], decimal: str = ".") -> Finding:
    """Return the type of a column, by its name and its values without the missing ones."""
    cells = list(values)
    texts = Counter(map(str, cells))
    if not texts:
        types = ("string", "bigint", "double", "decimal(12,2)", "date", "timestamp", "boolean")
        return Finding(tuple(map(ColumnType, types)), "it has no value in the sample; choose its type")
    if any(isinstance(cell, Nested) for cell in cells):
        return sure("string", "it holds JSON objects or arrays, which are kept as text")
    if len({isinstance(cell, JsonValue) for cell in cells}) == 2:
        return sure("string", "it has values in quotes and values without")
    if decimal != "." and any(is_number(text) and plain_number(text, decimal) is None for text in texts):
        return sure("string", "its numbers have decimal points, and other columns of the file have decimal commas")
    plain = with_points(texts, decimal)
    found = fitting(name, plain)
    if not found and not any(map(CODE.fullmatch, texts)):
        found = fitting_most(name, plain)
    if found and isinstance(cells[0], JsonText):
        return quoted_in_json(found)
    return found or sure("string", remark(name, plain))


def with_points(texts: Counter[str], decimal: str) -> Counter[str]:
    """Return the texts with the numbers among them as Python and Spark write them."""
    plain: Counter[str] = Counter()
    for text, times in texts.items():
        plain[plain_number(text, decimal) or text] += times
    return plain


def quoted_in_json(found: Finding) -> Finding:
    """Adapt a finding to JSON's quotes: in quotes a date is usual, a number is not."""
    if found.choices[0].type in ("date", "timestamp"):
        return found
    return Finding((STRING, *found.choices), "its values are in quotes, but look like another type")


def fitting(name: str, texts: Counter[str]) -> Finding | None:
    """Return the type that every text fits."""
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
        exact = ColumnType(money(texts), reason="also holds amounts with two decimals")
        return Finding((exact, bigint), "its name suggests money, and the sample holds whole numbers only")
    if all(inference_dates.COMPACT.fullmatch(text) and is_compact_day(text) for text in texts):
        return Finding((ColumnType("date", "yyyyMMdd"), bigint), "its numbers can all be read as dates")
    return sure("bigint")


def is_compact_day(text: str) -> bool:
    return inference_dates.is_day(text[:4], text[4:6], text[6:])


def number(name: str, texts: Counter[str]) -> Finding | None:
    if not all(map(is_number, texts)):
        return None
    words, lost = set(name.split("_")), [text for text in texts if not is_kept_by_a_double(text)]
    if any("e" in text.lower() for text in texts):
        return sure("double", f"a double rounds {listed(lost)}" if lost else "")
    exact, measured = ColumnType(money(texts), reason="exact"), ColumnType("double", reason="for measurements")
    scales = {len(text.partition(".")[2]) for text in texts}
    if (scales == {MONEY_DIGITS} and not words & MEASURED) or (max(scales) <= MOST_MONEY_DIGITS and words & MONEY):
        return Finding((exact, measured), "its numbers look like money, which double does not add up exactly")
    if not lost:
        return sure("double")
    rounded = f"a double rounds {rounded_values(lost, texts)}; {exact.type} keeps every digit and refuses longer ones"
    # As databases write what is exact: every value with the same number of digits after the point.
    is_fixed = len(scales) == 1 and not words & MEASURED
    return Finding((exact, measured) if is_fixed else (measured, exact), rounded)


def is_kept_by_a_double(text: str) -> bool:
    """Return whether a double gives a number back: in its shortest form, or with as many digits as the text has."""
    held, digits = float(text), len(re.split("[eE]", text)[0].partition(".")[2])
    style = "e" if "e" in text.lower() else "f"
    return any(Decimal(form) == Decimal(text) for form in (repr(held), f"{held:.{digits}{style}}"))


def rounded_values(lost: list[str], texts: Counter[str]) -> str:
    times = sum(texts[text] for text in lost)
    return f"{times:,} of {texts.total():,} values ({listed(lost)})"


def is_number(text: str) -> bool:
    try:
        return bool(NUMBER.fullmatch(text)) and math.isfinite(float(text))
    except ValueError:
        return False


def money(texts: Counter[str]) -> str:
    """Return a decimal with room for numbers a thousand times larger."""
    scale = max(2, *(len(text.partition(".")[2]) for text in texts))
    whole = max(len(text.partition(".")[0].lstrip("-")) for text in texts)
    precision = min(38, max(12, whole + 3 + scale))
    return f"decimal({precision},{min(scale, precision)})"


def day_or_time(name: str, texts: Counter[str]) -> Finding | None:
    found = inference_dates.fitting_formats(texts)
    choices = tuple(ColumnType(*inference_dates.declared(each)) for each in found)
    if len(choices) > 1:
        return Finding(choices, f"the values ({listed(list(texts))}) can be read day first or month first", True)
    if not choices:
        return None
    if any("S" * (inference_dates.MICROSECOND_DIGITS + 1) in (each.format or "") for each in choices):
        return too_fine(choices[0], texts)
    if re.search(r"(?<!y)yy(?!y)", choices[0].format or ""):
        read = "its years have two digits, which the job reads as years from 2000 to 2099"
        doubted = inference_dates.doubted_years(texts)
        return Finding((STRING, *choices) if doubted else (*choices, STRING), read)
    return Finding(choices)


def too_fine(found: ColumnType, texts: Counter[str]) -> Finding:
    """Return the type of times with more digits than microseconds, and what becomes of those."""
    lost = inference_dates.beyond_microseconds(texts)
    keeps = f"a timestamp keeps {inference_dates.MICROSECOND_DIGITS} digits of the fraction of a second"
    if not lost:
        return Finding(
            (found, STRING), f"{keeps}; every further digit is 0 here; a row with another digit goes to quarantine"
        )
    what = f"in {lost.total():,} of {texts.total():,} values the seventh digit or a later one is not 0"
    quarantined = ColumnType(*found[:2], reason="such rows go to quarantine")
    kept = ColumnType("string", reason="every digit stays, as text")
    return Finding((quarantined, kept), f"{keeps}; {what} ({listed(list(lost))})", must_be_asked=True)


def fitting_most(name: str, texts: Counter[str]) -> Finding | None:
    """Return the type that at least nine values in ten fit, as a choice."""
    dates = inference_dates.likeliest_formats(texts)
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
                is_offered = any(each.type == "string" for each in found.choices)
                choices = found.choices if is_offered else (*found.choices, STRING)
                return Finding(choices, "; ".join(filter(None, [why, found.sentence])), found.must_be_asked)
    return None


def remark(name: str, texts: Counter[str]) -> str:
    """Return why a column stays text although its values, or many of them, look like something else."""
    if any(map(CODE.fullmatch, texts)) and all(map(LIKE_NUMBER.fullmatch, texts)):
        return "its values begin with 0 or +, which a number would lose, so they stay text"
    if {text.lower() for text in texts} in BOOLEANS:
        return "the job reads only true and false as boolean, so these stay text"
    for test, why in REMARKS:
        if all(map(test.fullmatch, texts)):
            return why
    return why_mixed(name, texts)


def why_mixed(name: str, texts: Counter[str]) -> str:
    """Return which values would fit another type and which do not; nothing for a column of ordinary texts."""
    for fits, what in ((is_number, "numbers"), (is_date, "dates")):
        good = Counter({text: times for text, times in texts.items() if fits(text)})
        if good.total() >= TOLERATED * texts.total() and good != texts:
            others = [text for text in texts if text not in good]
            return f"{good.total():,} of {texts.total():,} values are {what}, others are not ({listed(others)})"
    if all(map(is_date, texts)):
        return f"its dates are written in different ways ({listed(list(texts))}), and the job reads only one"
    if all(map(LIKE_DATE.fullmatch, texts)):
        return f"its values look like dates, but no format reads all of them ({listed(list(texts))})"
    return ""


def is_date(text: str) -> bool:
    return bool(inference_dates.formats_of(text))


LIKE_NUMBER = re.compile(r"\+?\d[\d .]*", re.ASCII)
LIKE_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?", re.ASCII | re.DOTALL)
BOOLEANS = ({"yes", "no"}, {"y", "n"}, {"t", "f"}, {"ja", "nein"}, {"ja", "nee"}, {"oui", "non"}, {"on", "off"})
REMARKS = (
    (OTHER_NUMBER, "its numbers have decimal commas or thousands separators, which the job reads as text only"),
    (SHORT_YEAR, "its years have two digits, which the job reads as text only"),
    (
        re.compile(r"\s*-?\d+([.,]\d+)*\s*", re.ASCII),
        "its numbers have spaces before or after them, which the job reads as part of the value",
    ),
    (
        re.compile(r"(?!-?[\d.,]+$)-?[^\w\s.,+-]? ?-?\d+([.,]\d+)* ?([^\w\s.,+-]|[A-Za-z]{1,3})?"),
        "its numbers have a sign or a unit beside them, which the job reads as text only",
    ),
)
