"""Proposes a dataset for a sample file: what is certain is taken, everything else becomes a question."""

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from dataops.inference.column_types import ColumnType, Finding, type_of
from dataops.inference.dates import day_of
from dataops.inference.fit import GROUPED, plain_number
from dataops.inference.sample_fields import Field, listed
from dataops.inference.sample_file import Sample

MISSING_TEXTS = (
    *("NA", "N/A", "n/a", "n.a.", "na", "#N/A", "<NA>", "NULL", "null", "(null)", "nil", "None", "none"),
    *("NaN", "nan", "NaT", "\\N", "-", "--", "?", ".", "#REF!", "#DIV/0!", "#VALUE!", "#NULL!", "missing", "unknown"),
)
FLOATING = ("double", "float")
DATES = ("date", "timestamp")
WHOLE = ("bigint", "int", "smallint", "tinyint")
KEY_WORDS = {"id", "key", "code", "number", "no", "uuid", "iata", "sku", "isbn"}
NEWEST_WORDS = {"updated", "modified", "changed", "last", "version", "revision", "sequence"}
FEW_VALUES = 50
# Each run writes a file per partition, at about 40 ms each, and every query opens them.
MOST_FILES, LEAST_ROWS_PER_FILE = 100, 1_000
# So few files do no harm, as long as each holds more than one row.
FEW_FILES = 10
COMMA_DECIMAL = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+),\d+", re.ASCII)
# A comma before three digits may separate thousands as well.
THREE_DIGITS = re.compile(r"[+-]?\d{1,3},\d{3}", re.ASCII)


@dataclass(frozen=True)
class Column:
    """The proposal for one column; several choices are a question."""

    field: Field
    finding: Finding
    values: tuple[str, ...]
    sample: Sample
    decimal: str = "."

    @property
    def name(self) -> str:
        return self.field.name

    @property
    def type(self) -> ColumnType:
        return self.finding.choices[0]

    @property
    def missing(self) -> int:
        return len(self.field.cells) - len(self.values)

    @property
    def is_complete(self) -> bool:
        return bool(self.values) and not self.missing

    @property
    def repeated(self) -> int:
        """Return how many values repeat an earlier one; 1.0 repeats 1.00."""
        return len(self.values) - len(set(map(self.compared, self.values)))

    @property
    def is_unique(self) -> bool:
        """Whether no value repeats; for a single row that means nothing."""
        return len(self.values) > 1 and not self.repeated

    def compared(self, text: str) -> str | Decimal:
        """Return a value as the job compares it."""
        try:
            return Decimal(plain_number(text, self.decimal) or "") if self.type.type != "string" else text
        except InvalidOperation:
            return text


@dataclass(frozen=True)
class Partitions:
    """How many files a run writes for a file like the sample, partitioned by a column; an estimate unless exact."""

    files: int
    rows: int
    is_exact: bool

    @property
    def are_reasonable(self) -> bool:
        """Whether the files are few, or large enough to be worth their number."""
        if self.files <= FEW_FILES:
            return self.rows > self.files
        return self.files <= MOST_FILES and self.rows_per_file >= LEAST_ROWS_PER_FILE

    @property
    def rows_per_file(self) -> int:
        return max(1, round(self.rows / max(1, self.files)))

    @property
    def sentence(self) -> str:
        """Return the estimate in words: about 3,270 files of 4 rows."""
        about = "" if self.is_exact else "about "
        files, rows = ("file" if self.files == 1 else "files"), ("row" if self.rows_per_file == 1 else "rows")
        return f"{about}{self.files:,} {files} of about {self.rows_per_file:,} {rows}"


@dataclass(frozen=True)
class MissingText:
    """A text that may represent a missing value, and whether it is proposed as one."""

    text: str
    is_proposed: bool
    sentence: str


@dataclass(frozen=True)
class Inference:
    """Columns and proposals for one way to read the missing values."""

    columns: tuple[Column, ...]
    missing_values: tuple[str, ...]
    missing_texts: tuple[MissingText, ...]
    primary_key: tuple[str, ...]
    newest_by: str | None
    partition_by: str | None
    decimal: str = "."

    @property
    def questions(self) -> tuple[Column, ...]:
        """Return the columns that have several possible types."""
        return tuple(column for column in self.columns if len(column.finding.choices) > 1)


def infer(sample: Sample, missing_values: Collection[str] | None = None, decimal: str | None = None) -> Inference:
    """Return the columns of a sample; without missing_values, with the texts that likely mean a missing value."""
    decimal = decimal or decimal_of(sample)
    candidates = missing_texts(sample, decimal)
    if missing_values is None:
        missing_values = [each.text for each in candidates if each.is_proposed]
    columns = tuple(column_of(field, missing_values, sample, decimal) for field in sample.fields)
    key = primary_key(columns)
    newest = newest_by(columns, key)
    return Inference(columns, tuple(missing_values), candidates, key, newest, partition_by(columns), decimal)


def decimal_of(sample: Sample) -> str:
    """Return the sign before decimals: a comma if the numbers of a column have one that cannot separate thousands."""
    if sample.format != "csv":
        return "."
    found = [[str(cell) for cell in field.cells if cell not in (None, *MISSING_TEXTS)] for field in sample.fields]
    return "," if any(texts and has_decimal_commas(texts) for texts in found) else "."


def has_decimal_commas(texts: list[str]) -> bool:
    written = [text for text in texts if COMMA_DECIMAL.fullmatch(text)]
    is_certain = any(not THREE_DIGITS.fullmatch(text) for text in written)
    return is_certain and sum(bool(GROUPED.fullmatch(text)) for text in texts) >= 0.9 * len(texts)


def column_of(field: Field, missing_values: Collection[str], sample: Sample, decimal: str) -> Column:
    values = tuple(cell for cell in field.cells if cell is not None and cell not in missing_values)
    finding = Finding((ColumnType(field.type),)) if field.type else type_of(field.name, values, decimal)
    missing = list(dict.fromkeys(str(cell) for cell in field.cells if cell is not None))
    if missing and not values:
        finding = finding._replace(sentence=f"every value is {listed(missing)}, read as missing; choose its type")
    return Column(field, finding, values, sample, decimal)


def missing_texts(sample: Sample, decimal: str) -> tuple[MissingText, ...]:
    """Return the texts of the sample that often mean a missing value, each with its consequence."""
    if sample.format in ("parquet", "orc"):
        return ()
    counts = {field.name: Counter(cell for cell in field.cells if cell in MISSING_TEXTS) for field in sample.fields}
    holders = [column_of(field, MISSING_TEXTS, sample, decimal) for field in sample.fields if counts[field.name]]
    found = []
    for text in MISSING_TEXTS:
        those = [column for column in holders if counts[column.name][text]]
        if those:
            found.append(missing_text(text, those, counts))
    return tuple(found)


def missing_text(text: str, holders: list[Column], counts: dict[str, Counter[str]]) -> MissingText:
    empty = [column.name for column in holders if not column.values]
    other = {column.name: column.type.type for column in holders if column.values and column.type.type != "string"}
    where = ", ".join(f"{column.name} ({counts[column.name][text]:,} times)" for column in holders)
    if not other and not empty:
        return MissingText(text, False, f"'{text}' occurs in {where}, among other strings.")
    otherwise = [f"{name} is otherwise {column_type}" for name, column_type in other.items()]
    otherwise += [f"{name} holds no other value" for name in empty]
    texts = [column.name for column in holders if column.name not in other and column.name not in empty]
    also = f" If so, it is missing in {', '.join(texts)} as well." if texts else ""
    return MissingText(text, True, f"'{text}' occurs in {where}; {', '.join(otherwise)}.{also}")


def words(name: str) -> set[str]:
    return set(name.split("_"))


def can_be_key(column_type: str) -> bool:
    return column_type not in (*FLOATING, "boolean", "binary")


def can_tell_newest(name: str, kind: str) -> bool:
    """Return whether a larger value means a newer row: dates, and whole numbers that are named like a version."""
    return kind in DATES or (kind in WHOLE and bool(words(name) & NEWEST_WORDS))


def primary_key(columns: tuple[Column, ...]) -> tuple[str, ...]:
    """Return the column that identifies each row of the sample: one named like a key, else the first of the file."""
    able = [each for each in columns if can_be_key(each.type.type) and each.is_unique and each.is_complete]
    named = [each for each in able if words(each.name) & KEY_WORDS]
    counts = ("string", *WHOLE)
    first = [each for each in able if each.type.type in DATES or (each is columns[0] and each.type.type in counts)]
    return tuple(each.name for each in (named or first)[:1])


def newest_by(columns: tuple[Column, ...], key: tuple[str, ...]) -> str | None:
    """Return the date that identifies the newest of several rows with one key, preferably one named like a change."""
    able = [each for each in columns if key and each.name not in key and each.type.type in DATES]
    return min(able, key=lambda each: not words(each.name) & NEWEST_WORDS).name if able else None


def partition_by(columns: tuple[Column, ...]) -> str | None:
    """Return the first date or timestamp that every row has, if a run would write few files by its days."""
    able = [each for each in columns if each.type.type in DATES and each.is_complete and len(each.values) > 1]
    return next((each.name for each in able if partitions_of(each).are_reasonable), None)


def partitions_of(column: Column) -> Partitions:
    """Return what partitions by a column become of a file like the sample; those of its rest are extrapolated."""
    folders = [day_of(value) for value in column.values] if column.type.type in DATES else list(column.values)
    seen, half = len(set(folders)), len(set(folders[: len(folders) // 2]))
    unread = column.sample.estimated_rows - column.sample.rows
    new_per_row = (seen - half) / max(1, len(folders) - len(folders) // 2)
    return Partitions(seen + round(new_per_row * unread), column.sample.estimated_rows, column.sample.whole)


def can_partition(column: Column) -> bool:
    """Return whether folders by this column's values would be few enough to be of use."""
    kind = column.type.type
    return kind in DATES or (kind in (*WHOLE, "string", "boolean") and len(set(column.values)) <= FEW_VALUES)
