"""The rules for one column of a dataset, each valid by itself by project.schema.json."""

from collections.abc import Iterator
from typing import Any

from dataops.validation.column_values import (
    DATES,
    NUMBERS,
    Comparable,
    ValueFault,
    allowed_value_fault,
    base_of,
    limit_of,
)
from dataops.validation.date_formats import format_fault
from dataops.validation.fault import Fault

Settings = dict[str, Any]
TEXT_FORMATS = ("csv", "json")
LIMITS = ("minimum", "maximum")


def column_faults(location: str, column: Settings, file_format: str) -> Iterator[Fault]:
    """Return what is wrong between a column's type and its rules."""
    base = base_of(column["type"])
    yield from _misplaced_rules(location, column, base, file_format)
    form = column.get("format") if base in DATES else None
    if form and format_fault(form):
        # It is refused by itself (kinds.py), and what the limits mean is unknown.
        return
    yield from _limit_faults(location, column, form)
    for text in column.get("one_of", []) if base != "binary" else []:
        if fault := allowed_value_fault(text, column["type"], form):
            yield Fault(f"{location}, one_of", text, *fault)


def _misplaced_rules(location: str, column: Settings, base: str, file_format: str) -> Iterator[Fault]:
    """Return the rules that mean nothing to the column's type, or to the format of its dataset."""
    beside = f"is not allowed on a column of type {base}"
    if "format" in column and base not in DATES:
        yield Fault(f"{location}, format", column["format"], beside, "Use it on dates and timestamps.")
    elif "format" in column and file_format not in TEXT_FORMATS:
        why = f"is not allowed on a dataset of format {file_format}, whose dates are not text"
        yield Fault(f"{location}, format", column["format"], why, "Use it on csv or json.")
    if "pattern" in column and base != "string":
        yield Fault(f"{location}, pattern", column["pattern"], beside, "Use it on strings.")
    if "one_of" in column and base == "binary":
        yield Fault(f"{location}, one_of", column["one_of"], beside, "Use it on strings, numbers, dates and booleans.")
    for key in LIMITS:
        if key in column and base not in (*NUMBERS, *DATES):
            yield Fault(f"{location}, {key}", column[key], beside, "Use it on numbers and dates.")


def _limit_faults(location: str, column: Settings, form: str | None) -> Iterator[Fault]:
    """Return what is wrong with the minimum and the maximum."""
    read: list[Comparable] = []
    for key in LIMITS if base_of(column["type"]) in (*NUMBERS, *DATES) else ():
        if key not in column:
            continue
        limit = limit_of(column[key], column["type"], form)
        if isinstance(limit, ValueFault):
            yield Fault(f"{location}, {key}", column[key], *limit)
        else:
            read.append(limit)
    # Both are numbers, or both are moments: they are of one column.
    if len(read) == 2 and read[0] > read[1]:  # type: ignore[operator]
        why = f"is more than the maximum {column['maximum']}"
        yield Fault(f"{location}, minimum", column["minimum"], why, "No value could pass.")
