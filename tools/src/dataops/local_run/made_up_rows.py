"""Generates files for any dataset: rows that satisfy its declared columns and rules, and rows that violate them."""

import csv
import io
import itertools
import json
import re
import sys
import time
from base64 import b64encode
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pyarrow
from hypothesis import find, settings
from hypothesis.strategies import characters, from_regex
from pyarrow import orc, parquet

from dataops.validation.column_values import moment_of

Column = dict[str, Any]
Row = dict[str, Any]
# Spark's pattern letters, and those of strftime.
LETTERS = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S", "'": ""}
ARROW: dict[str, Any] = {
    "string": pyarrow.string(), "boolean": pyarrow.bool_(), "tinyint": pyarrow.int8(), "smallint": pyarrow.int16(),
    "int": pyarrow.int32(), "bigint": pyarrow.int64(), "float": pyarrow.float32(), "double": pyarrow.float64(),
    "date": pyarrow.date32(), "timestamp": pyarrow.timestamp("us"), "binary": pyarrow.binary(),
}  # fmt: skip
LARGEST = {"tinyint": 100, "smallint": 30_000}
BROKEN = "\ufffd"


def made_up_file(dataset: dict[str, Any], good: int, bad: int = 0) -> bytes:
    """A file of the dataset's format with this many good and bad rows; no two calls generate the same rows."""
    numbers = itertools.count(round(time.time() * 1000) % 1_000_000_000)
    rows = [made_up_row(dataset["columns"], next(numbers)) for _ in range(good + bad)]
    if dataset["format"] == "csv":
        return _csv(dataset, rows, bad)
    if dataset["format"] == "json":
        return _json(dataset["columns"], rows, bad)
    return _columnar(dataset, rows, bad)


def made_up_row(columns: list[Column], number: int) -> Row:
    """A row that satisfies all rules of its columns."""
    return {column["name"]: made_up_value(column, number) for column in columns}


def made_up_value(column: Column, number: int) -> Any:
    """A value of a column's type that its rules allow."""
    kind = column["type"]
    allowed = column["one_of"][number % len(column["one_of"])] if column.get("one_of") else None
    if kind in ("date", "timestamp"):
        given = allowed or column.get("minimum") or column.get("maximum")
        moment = moment_of(str(given), kind, column.get("format")) if given else datetime.now(UTC)
        return moment.replace(tzinfo=None, microsecond=0) if moment else None
    if allowed:
        return _as_type(kind, allowed)
    if kind in ("string", "binary", "boolean"):
        return number % 2 == 0 if kind == "boolean" else _text(column, number)
    return _as_type(kind, str(_within(column, number)))


def _text(column: Column, number: int) -> Any:
    if column.get("pattern"):
        return _fitting(column["pattern"])
    return f"made up {number}" if column["type"] == "string" else b"made up"


@cache
def _fitting(pattern: str) -> str:
    """The simplest text that matches a pattern: the same for every row, because the search takes long."""
    texts = from_regex(pattern, fullmatch=True, alphabet=characters(min_codepoint=33, max_codepoint=126))
    return find(texts, lambda text: bool(text), settings=settings(database=None))


def _within(column: Column, number: int) -> Decimal:
    """A number between the minimum and the maximum that fits the type."""
    kind = column["type"]
    digits = re.findall(r"\d+", kind) if kind.startswith("decimal") else []
    largest = 10 ** min(int(digits[0]) - int(digits[1]), 9) - 1 if digits else LARGEST.get(kind, 2_000_000_000)
    value = Decimal(number % (largest + 1))
    low, high = (
        Decimal(str(limit)) if limit is not None else None for limit in map(column.get, ("minimum", "maximum"))
    )
    if low is not None and value < low:
        value = low
    return high if high is not None and value > high else value


def _as_type(kind: str, text: str) -> Any:
    """The typed value of a text in project.yaml."""
    if kind.startswith("decimal"):
        return Decimal(text)
    if kind in ("float", "double"):
        return float(text)
    if kind == "boolean":
        return text.lower() == "true"
    return text if kind in ("string", "binary") else int(Decimal(text))


def _written(column: Column, value: Any) -> Any:
    """A value as it is written to a text file; JSON types are unchanged."""
    if column["type"] in ("date", "timestamp"):
        return value.strftime(_strftime(column))
    return b64encode(value).decode() if isinstance(value, bytes) else value


def _strftime(column: Column) -> str:
    usual = "%Y-%m-%d" if column["type"] == "date" else "%Y-%m-%d %H:%M:%S"
    pattern: str = column.get("format") or ""
    for letters, sign in LETTERS.items():
        pattern = pattern.replace(letters, sign)
    return pattern or usual


def _csv(dataset: dict[str, Any], rows: list[Row], bad: int) -> bytes:
    """A CSV file; a bad row has one cell too many."""
    written = io.StringIO()
    table = csv.writer(written, delimiter=dataset.get("delimiter") or ",", lineterminator="\n")
    table.writerow([column["name"] for column in dataset["columns"]])
    for number, row in enumerate(rows):
        values = [_written(column, row[column["name"]]) for column in dataset["columns"]]
        cells = [str(value).lower() if isinstance(value, bool) else value for value in values]
        table.writerow([*cells, "too many"] if number < bad else cells)
    return written.getvalue().encode()


def _json(columns: list[Column], rows: list[Row], bad: int) -> bytes:
    """A JSON lines file; a bad row ends in the middle."""
    written = [{column["name"]: _written(column, row[column["name"]]) for column in columns} for row in rows]
    lines = [json.dumps(row, default=float) for row in written]
    return "\n".join([*(line[: len(line) // 2] for line in lines[:bad]), *lines[bad:], ""]).encode()


def _columnar(dataset: dict[str, Any], rows: list[Row], bad: int) -> bytes:
    """A Parquet or ORC file; a bad row violates the first rule that can be violated within the same type."""
    columns = dataset["columns"]
    name, broken = _breaking(dataset) if bad else ("", None)
    for row in rows[:bad]:
        row[name] = broken
    schema = pyarrow.schema([(column["name"], _arrow(column["type"])) for column in columns])
    table = pyarrow.Table.from_pylist([_dated(columns, row) for row in rows], schema)
    written = io.BytesIO()
    if dataset["format"] == "parquet":
        parquet.write_table(table, written)
    else:
        orc.write_table(table, written)
    return written.getvalue()


def _breaking(dataset: dict[str, Any]) -> tuple[str, Any]:
    """A column and a value that violates its rules."""
    implied = {*(dataset.get("primary_key") or []), dataset.get("partition_by")}
    for column in dataset["columns"]:
        if column.get("required") or column["name"] in implied:
            return column["name"], None
        if column["type"] == "string":
            return column["name"], BROKEN
        if column["type"] in ("float", "double"):
            return column["name"], float("nan")
    sys.exit("This dataset has no rule that a row could break: no column is required, none holds text.")


def _arrow(kind: str) -> Any:
    digits = [int(each) for each in re.findall(r"\d+", kind)]
    return pyarrow.decimal128(*digits) if kind.startswith("decimal") else ARROW[kind]


def _dated(columns: list[Column], row: Row) -> Row:
    """A row with dates instead of timestamps in its date columns, as Arrow requires."""
    dates = {column["name"] for column in columns if column["type"] == "date"}
    return {name: _day(value) if name in dates else value for name, value in row.items()}


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
