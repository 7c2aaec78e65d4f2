"""Makes up schemas, files and batches from a seed, as bytes for the job and as records for the oracle."""

import csv
import io
import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow
from etl_oracle import File, Nanoseconds, Record
from platform_in_a_folder import column
from pyarrow import orc, parquet

FORMATS = ("csv", "json", "parquet", "csv", "json", "orc")
TYPES = (
    "string",
    "bigint",
    "int",
    "smallint",
    "tinyint",
    "double",
    "decimal(9,3)",
    "decimal(38,20)",
    "boolean",
    "date",
    "timestamp",
)
LIMITS, LIMITING_DAYS = ("0", "2.5", "-1.001"), ("1970-01-01", "2020-02-29")
LIMITED = ("bigint", "int", "decimal(9,3)", "double", "date")
DIRT = (
    *("x", " 1", "1 ", "1.0", "1,5", "NaN", "Infinity", "1d", "--1", "+7", "007", "-0", ".5", "5.", "0x1F", "1_000"),
    *("2024-02-30", "2024-13-01", "2024-1-1", "99999999999999999999", "0.0005", "1.2345", "-9223372036854775809"),
    *(
        "TRUE",
        "yes",
        "24:00:00",
        "2024-01-01 25:00:00",
        "2024-01-01T00:00:00+99:00",
        "NULL",
        "null",
        "\u00e9\u4e2d\U0001f600",
    ),
    *("1E5", "1.50", "1e400", "-0.0", "9223372036854775807", '{"x":[1.50,-0,1E5,"1.50"]}', "\ud800", "a\udfffb"),
    *('say "so"', "a,b", "two\nlines", "back\\slash", "'", " ", "\ttab"),
)
# What a type nearly holds.
NEARLY = {
    "decimal(9,3)": ("1.2345", "0.0005", "1234567.5", "-999999.9991", "1.2340"),
    "bigint": ("9223372036854775808", "9223372036854775807"),
    "int": ("2147483648", "-2147483648"),
    "smallint": ("32768", "-32768"),
    "tinyint": ("128", "-128"),
    "double": ("1e999", "1e-3", "-1e308"),
    "date": ("2023-02-29", "29/02/2023", "20230229", "9999-12-31"),
    "timestamp": ("2024-02-30 00:00:00", "2024-02-29T23:59:59.999999+05:30", "2024-01-01 00:00:00.1234567"),
}
# JSON has these values without quotes; Python and Java also write the last ones.
BARE = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|true|false|\{.*\}|NaN|-?Infinity", re.ASCII)
# The last ones close what a reader may open around them; after a line such as 7, each value is a record.
BROKEN_LINES = (
    ('{"id": oops}', '{"id": 1, "c0": }', "7"),
    ('{"id": oops}', '{"id": 1}],"r":[{"id": 2}', '{"id": 1}],[{"id": 2}', '{"id": 1, "c0": [1 2]}'),
)
LARGE = (2**63 - 1, -(2**63), 2**53 + 1, 2**62, 1234567890123456800, 10**18, 7)
ROWS = 40
DAYS = 40_000
IN_ARROW = {"bigint": pyarrow.int64(), "int": pyarrow.int64(), "smallint": pyarrow.int32(), "tinyint": pyarrow.int16()}
IN_ARROW |= {"double": pyarrow.float64(), "boolean": pyarrow.bool_(), "date": pyarrow.date32()}
IN_ARROW |= {"decimal(9,3)": pyarrow.decimal128(12, 4), "decimal(38,20)": pyarrow.decimal128(38, 20)}


@dataclass(frozen=True)
class Upload:
    """One file of a batch: its key and bytes, when it came, and the records in it."""

    key: str
    content: bytes
    uploaded_at: str
    records: list[Record]


@dataclass(frozen=True)
class Dataset:
    """A dataset of random columns and rules, and its batches."""

    format: str
    columns: list[dict[str, Any]]
    primary_key: list[str]
    newest_by: str | None
    batches: list[list[Upload]]


def dataset_of(seed: int) -> Dataset:
    """The dataset of a seed; six seeds in a row have all formats."""
    dice = Random(seed)
    kind = FORMATS[seed % len(FORMATS)]
    columns = [column("id", "bigint", unique=False), *(random_column(dice, n, kind) for n in range(dice.randint(3, 8)))]
    newest = [each["name"] for each in columns if each["type"] in ("date", "timestamp")]
    key = ["id"] if dice.random() < 0.8 else []
    newest_by = dice.choice(newest) if key and newest and dice.random() < 0.8 else None
    batches = [
        [upload(dice, f"orders/{batch}-{number}.{kind}", kind, columns) for number in range(dice.randint(1, 3))]
        for batch in range(dice.randint(1, 2))
    ]
    return Dataset(kind, columns, key, newest_by, batches)


def files_of(batch: list[Upload], names: dict[str, str], first_line: int) -> list[File]:
    """A batch as the oracle takes it: the later upload is the newer file, then the later key."""
    ages = {each.key: age for age, each in enumerate(sorted(batch, key=lambda one: (one.uploaded_at, one.key)))}
    return [File(names[each.key], ages[each.key], each.records, first_line) for each in batch]


def random_column(dice: Random, number: int, file_format: str) -> dict[str, Any]:
    kind = dice.choice(TYPES)
    rules: dict[str, Any] = {"required": dice.random() < 0.2}
    if kind == "date" and file_format in ("csv", "json") and dice.random() < 0.4:
        rules["format"] = dice.choice(["dd/MM/yyyy", "yyyyMMdd"])
    if kind in LIMITED and dice.random() < 0.6 and not rules.get("format"):
        rules[dice.choice(["minimum", "maximum"])] = limit(dice, kind)
    if kind == "string" and dice.random() < 0.3:
        rules |= dice.choice([{"one_of": ["a", "b", "word 1"]}, {"pattern": "[a-z]+( [0-9])?"}])
    if kind in ("int", "string") and dice.random() < 0.3:
        rules["unique"] = True
    return column(f"c{number}", kind, **rules)


def limit(dice: Random, kind: str) -> str:
    if kind == "date":
        return dice.choice(LIMITING_DAYS)
    return dice.choice(LIMITS) if kind != "double" else dice.choice(["0", "0.5"])


def upload(dice: Random, key: str, file_format: str, columns: list[dict[str, Any]]) -> Upload:
    rows = dice.randint(0, ROWS)
    if file_format in ("csv", "json"):
        content, records = (csv_file if file_format == "csv" else json_file)(dice, columns, rows)
    else:
        content, records = typed_file(dice, columns, rows, file_format)
    # Few times, so that some files came at once.
    return Upload(key, content, f"2026-03-0{dice.randint(1, 2)}T00:00:00Z", records)


def good_value(dice: Random, kind: str) -> Any:
    """A value of a type; keys and limits meet some of them often."""
    if kind == "boolean":
        return dice.random() < 0.5
    if kind == "double":
        return dice.choice([0.0, 0.5, -1.25, 1e300, 1 / 3, dice.uniform(-10, 10)])
    if kind.startswith("decimal"):
        if dice.random() < 0.3:
            return Decimal(dice.choice(LIMITS))
        scale = 3 if kind == "decimal(9,3)" else 20
        return Decimal(dice.randint(-3_000, 3_000)).scaleb(-dice.choice([0, 1, min(3, scale), scale]))
    if kind == "date":
        if dice.random() < 0.3:
            return date.fromisoformat(dice.choice(LIMITING_DAYS))
        return date(1900, 1, 1) + timedelta(days=dice.randint(0, DAYS))
    if kind == "timestamp":
        seconds = dice.randint(0, DAYS) * 86_400 + dice.choice([0, 3_661])
        return datetime(1900, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds, microseconds=dice.choice([0, 1, 120_000]))
    if kind == "string":
        return dice.choice(["a", "b", f"word {dice.randint(0, 9)}", *DIRT])
    return dice.randint(-3, 9)


def text_of(value: Any, form: str | None) -> str:
    """A value as a file of text may write it."""
    if isinstance(value, bool):
        return "true" if value else "False"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.strftime({"dd/MM/yyyy": "%d/%m/%Y", "yyyyMMdd": "%Y%m%d", None: "%Y-%m-%d"}[form])
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def text_cell(dice: Random, declared: dict[str, Any]) -> str:
    chance = dice.random()
    if chance < 0.05:
        return ""
    dirty = chance < 0.12 and declared["name"] != "id"
    if dirty and dice.random() < 0.5:
        return dice.choice(NEARLY.get(declared["type"], DIRT))
    return dice.choice(DIRT) if dirty else text_of(good_value(dice, declared["type"]), declared["format"])


def csv_file(dice: Random, columns: list[dict[str, Any]], rows: int) -> tuple[bytes, list[Record]]:
    order = dice.sample(columns, len(columns))
    written, records = io.StringIO(), []
    line_end = dice.choice(["\n", "\r\n"])
    lines = csv.writer(written, lineterminator=line_end)
    lines.writerow([each["name"] for each in order])
    for _ in range(rows):
        cells = [text_cell(dice, each) for each in order]
        if dice.random() < 0.04:
            written.write(
                dice.choice(["1,2", ",".join("x" * (len(order) + 1)), '"a"b' + ",1" * (len(order) - 1)]) + line_end
            )
            records.append(Record(None))
            continue
        lines.writerow(cells)
        records.append(Record({each["name"]: cell for each, cell in zip(order, cells, strict=True)}))
    return written.getvalue().encode(errors="surrogatepass"), records


def json_file(dice: Random, columns: list[dict[str, Any]], rows: int) -> tuple[bytes, list[Record]]:
    lines, records = [], []
    broken = dice.choice(BROKEN_LINES)
    for _ in range(rows):
        if dice.random() < 0.04:
            lines.append(dice.choice(broken))
            records.append(Record(None))
            continue
        cells = {each["name"]: text_cell(dice, each) for each in columns if dice.random() < 0.97}
        members = [f"{json.dumps(name)}: {json_cell(dice, cell)}" for name, cell in cells.items()]
        # Of a key that stands twice, the last counts.
        earlier = [f'"c0": {json_cell(dice, dice.choice(DIRT))}'] if "c0" in cells and dice.random() < 0.1 else []
        lines.append("{" + ", ".join([*earlier, *members]) + "}")
        records.append(Record(dict(cells)))
    return "".join(f"{line}\n" for line in lines).encode(errors="surrogatepass"), records


def json_cell(dice: Random, text: str) -> str:
    """A cell in quotes, or bare where JSON has a way to write it so."""
    if text == "":
        return dice.choice(["null", '""'])
    if BARE.fullmatch(text) and dice.random() < 0.7:
        return text
    return json.dumps(text, ensure_ascii=dice.random() < 0.5)


def typed_file(dice: Random, columns: list[dict[str, Any]], rows: int, file_format: str) -> tuple[bytes, list[Record]]:
    stored: dict[str, Any] = {}
    given: dict[str, list[Any]] = {}
    is_orc = file_format == "orc"
    for each in columns:
        kind = each["type"]
        values = [None if dice.random() < 0.06 else typed_cell(dice, each) for _ in range(rows)]
        if kind.startswith("d") and kind != "date" and dice.random() < 0.3:
            values = [dice.choice(LARGE) for _ in values]
        given[each["name"]] = values
        if kind == "timestamp":
            unit = "ns" if is_orc else dice.choice(["us", "ns"])
            counts = [None if value is None else nanoseconds(dice, value, unit) for value in values]
            given[each["name"]] = [None if count is None else Nanoseconds(count, is_orc) for count in counts]
            values = [None if count is None else count // (1 if unit == "ns" else 1000) for count in counts]
            array = pyarrow.array(values, pyarrow.int64()).cast(pyarrow.timestamp(unit, tz=None if is_orc else "UTC"))
        elif kind == "string":
            array = strings(values)
        else:
            is_whole = bool(values) and all(type(value) is int for value in values)
            array = pyarrow.array(values, pyarrow.int64() if is_whole else IN_ARROW[kind])
        is_dictionary = kind == "string" and not is_orc and dice.random() < 0.5
        stored[each["name"]] = array.dictionary_encode() if is_dictionary else array
    written, table = io.BytesIO(), pyarrow.table(stored)
    if is_orc:
        orc.write_table(table, written)
    else:
        parquet.write_table(table, written, row_group_size=max(1, dice.choice([7, rows])))
    return written.getvalue(), [Record({name: cells[row] for name, cells in given.items()}) for row in range(rows)]


def strings(values: list[str | None]) -> Any:
    """A column of strings, as it is written by who does not look whether half a character is among them."""
    stored = pyarrow.array([value and value.encode(errors="surrogatepass") for value in values], pyarrow.binary())
    return pyarrow.Array.from_buffers(pyarrow.string(), len(values), stored.buffers())


def typed_cell(dice: Random, declared: dict[str, Any]) -> Any:
    """A value as a Parquet file may hold it: some are too large, too fine or infinite for the declared type."""
    kind = declared["type"]
    too_much = {
        "int": 2**31,
        "smallint": 2**15,
        "tinyint": -129,
        "double": float("nan"),
        "decimal(9,3)": Decimal("0.0005"),
    }
    is_dirty = dice.random() < 0.08 and kind in too_much
    return too_much[kind] if is_dirty else good_value(dice, kind)


def nanoseconds(dice: Random, value: datetime, unit: str) -> int:
    since = value - datetime(1970, 1, 1, tzinfo=UTC)
    micros = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return micros * 1000 + (dice.choice([0, 0, 0, 7]) if unit == "ns" else 0)
