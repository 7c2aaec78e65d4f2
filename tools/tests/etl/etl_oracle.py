"""What the job must do with rows, in plain Python and after docs/etl.md: without the job's code and without Spark."""

import math
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

BITS = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}
ISO_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[ T](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?(?:(Z)|([+-])(\d{2}):(\d{2}))?", re.ASCII
)
PYTHON_FORMATS = {
    "dd/MM/yyyy": r"(?P<d>\d{2})/(?P<m>\d{2})/(?P<y>\d{4})",
    "yyyyMMdd": r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
}


class NotOfTheTypeError(Exception):
    """A text, or a value of a typed file, that the declared type does not hold."""


@dataclass(frozen=True)
class Record:
    """One record of a file: its cells by column (texts, or values of a typed file), or None if it is malformed."""

    cells: dict[str, Any] | None


@dataclass
class File:
    """A file as the job gets it: the larger its age, the newer it is."""

    name: str
    age: tuple[str, str]
    records: list[Record]
    first_line: int


@dataclass
class Expected:
    """Where every row of a batch must end: (file, line, values), (file, line, reasons), and the number of copies."""

    rows_in: int = 0
    published: list[tuple[str, int, dict[str, Any]]] = field(default_factory=list)
    quarantined: list[tuple[str, int, list[str]]] = field(default_factory=list)
    duplicates: int = 0
    # The published ones once more, to be merged into the table.
    rows: list["Row"] = field(default_factory=list)


@dataclass
class Row:
    file: File
    line: int
    values: dict[str, Any]

    @property
    def shown(self) -> tuple[str, int, dict[str, Any]]:
        return self.file.name, self.line, self.values


def expected(files: list[File], columns: list[dict[str, Any]], key: list[str], newest_by: str | None) -> Expected:
    """What becomes of the records of a batch."""
    found, good = Expected(), []
    for file in files:
        for line, record in enumerate(file.records, file.first_line):
            found.rows_in += 1
            values, reasons = checked(record, columns, key)
            if reasons:
                found.quarantined.append((file.name, line, sorted(reasons)))
            else:
                good.append(Row(file, line, values))
    kept = newest_of_each(good, key, newest_by) if key else good
    found.duplicates = len(good) - len(kept)
    broken = repeats(kept, columns, newest_by)
    for number, row in enumerate(kept):
        if number in broken:
            found.quarantined.append((row.file.name, row.line, sorted(broken[number])))
        else:
            found.published.append(row.shown)
            found.rows.append(row)
    found.published.sort(key=lambda row: row[:2])
    found.quarantined.sort(key=lambda row: row[:2])
    return found


def merged(table: list[Row], batch: list[Row], key: list[str], newest_by: str | None) -> tuple[list[Row], int]:
    """The table after a batch, and how many rows of the batch are older than the table's row of their key."""
    if not key:
        return [*table, *batch], 0
    held = {tuple(row.values[name] for name in key): row for row in table}
    superseded = 0
    for row in batch:
        values = tuple(row.values[name] for name in key)
        if values in held and order_of(held[values], newest_by) >= order_of(row, newest_by):
            superseded += 1
        else:
            held[values] = row
    return list(held.values()), superseded


def order_of(row: Row, newest_by: str | None) -> tuple[Any, ...]:
    """A row's place among the copies of its key: the largest is the newest."""
    value = row.values[newest_by] if newest_by else None
    return (value is not None, value if value is not None else 0, row.file.age, row.line)


def newest_of_each(rows: list[Row], key: list[str], newest_by: str | None) -> list[Row]:
    copies = defaultdict(list)
    for row in rows:
        copies[tuple(row.values[name] for name in key)].append(row)
    return [max(those, key=lambda row: order_of(row, newest_by)) for those in copies.values()]


def repeats(rows: list[Row], columns: list[dict[str, Any]], newest_by: str | None) -> dict[int, list[str]]:
    """The rows that have a unique value of a newer row, by their place, with the reasons."""
    broken: dict[int, list[str]] = defaultdict(list)
    for name in (column["name"] for column in columns if column["unique"]):
        holders = defaultdict(list)
        for number, row in enumerate(rows):
            if row.values[name] is not None:
                holders[row.values[name]].append(number)
        for those in holders.values():
            newest = max(those, key=lambda number: order_of(rows[number], newest_by))
            for number in set(those) - {newest}:
                broken[number].append(f"unique:{name}")
    return broken


def checked(record: Record, columns: list[dict[str, Any]], key: list[str]) -> tuple[dict[str, Any], list[str]]:
    """The typed values of a record, and the rules that it breaks."""
    if record.cells is None:
        return {}, ["malformed"]
    values: dict[str, Any] = {}
    reasons: list[str] = []
    for column in columns:
        name, cell = column["name"], record.cells.get(column["name"])
        cell = None if cell == "" else cell
        values[name] = None
        if cell is None:
            reasons += [f"missing:{name}"] if column["required"] or name in key else []
            continue
        try:
            values[name] = typed(cell, column["type"], column["format"])
        except NotOfTheTypeError:
            reasons.append(f"type:{name}")
            continue
        reasons += [f"{rule}:{name}" for rule in broken_rules(values[name], column)]
    return values, reasons


def broken_rules(value: Any, column: dict[str, Any]) -> list[str]:
    limit = lambda text: limit_of(text, column)  # noqa: E731
    broken = []
    if column["minimum"] is not None and value < limit(column["minimum"]):
        broken.append("minimum")
    if column["maximum"] is not None and value > limit(column["maximum"]):
        broken.append("maximum")
    if column["one_of"] is not None and value not in [limit(text) for text in column["one_of"]]:
        broken.append("one_of")
    if column["pattern"] is not None and not re.fullmatch(column["pattern"], value):
        broken.append("pattern")
    return broken


def limit_of(text: str, column: dict[str, Any]) -> Any:
    """A declared limit in a form that compares exactly: 2.5 is more than the integer 2."""
    if column["type"] in BITS or column["type"].startswith("decimal"):
        return Decimal(text)
    return typed(text, column["type"], column["format"])


def typed(cell: Any, kind: str, form: str | None) -> Any:
    """A cell as a declared type: a text by its rules, a value of a typed file if nothing of it is lost."""
    if not isinstance(cell, str):
        return converted(cell, kind)
    if kind in BITS:
        return whole(cell, kind)
    if kind.startswith("decimal"):
        return exact(Decimal(cell), kind) if matches(r"[+-]?(\d+\.?\d*|\.\d+)", cell) else refuse()
    if kind == "double":
        return finite(float(cell)) if matches(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", cell) else refuse()
    if kind == "boolean":
        return {"true": True, "false": False}.get(cell.lower()) if cell.lower() in ("true", "false") else refuse()
    if kind == "date":
        return day(cell, form)
    return moment(cell) if kind == "timestamp" else cell


def refuse() -> Any:
    raise NotOfTheTypeError


def matches(pattern: str, text: str) -> bool:
    return bool(re.fullmatch(pattern, text, re.ASCII))


def whole(text: str, kind: str) -> int:
    if not matches(r"[+-]?\d+", text):
        refuse()
    return in_range(int(text), kind)


def in_range(value: int, kind: str) -> int:
    return value if -(2 ** (BITS[kind] - 1)) <= value < 2 ** (BITS[kind] - 1) else refuse()


def exact(value: Decimal, kind: str) -> Decimal:
    """A number that a decimal holds with all its digits."""
    precision, scale = map(int, re.findall(r"\d+", kind))
    units = value.scaleb(scale)
    return value if units == units.to_integral_value() and abs(units) < 10**precision else refuse()


def finite(value: float) -> float:
    return value if math.isfinite(value) else refuse()


def day(text: str, form: str | None) -> date:
    found = re.fullmatch(PYTHON_FORMATS[form] if form else r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})", text, re.ASCII)
    try:
        return date(int(found["y"]), int(found["m"]), int(found["d"])) if found else refuse()
    except ValueError:
        return refuse()


def moment(text: str) -> datetime:
    """A time as ISO writes it; without a zone it is UTC."""
    found = ISO_TIME.fullmatch(text)
    if not found:
        return refuse()
    micros = int((found[5] or "0").ljust(6, "0"))
    try:
        local = datetime.fromisoformat(found[1]).replace(
            hour=int(found[2]), minute=int(found[3]), second=int(found[4]), microsecond=micros, tzinfo=UTC
        )
    except ValueError:
        return refuse()
    if not found[7]:
        return local
    offset = timedelta(hours=int(found[8]), minutes=int(found[9]))
    return local - offset if found[7] == "+" else local + offset


@dataclass(frozen=True)
class Nanoseconds:
    """A time of a typed file, counted in nanoseconds since 1970."""

    count: int


def converted(value: Any, kind: str) -> Any:
    """A value of a typed file as the declared type."""
    if isinstance(value, Nanoseconds):
        whole_micros, rest = divmod(value.count, 1000)
        return refuse() if rest else datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=whole_micros)
    if kind in BITS:
        return in_range(value, kind)
    if kind.startswith("decimal"):
        return exact(Decimal(value), kind)
    if kind == "double":
        if isinstance(value, int):
            return float(value) if int(float(value)) == value else refuse()
        return finite(value)
    return value
