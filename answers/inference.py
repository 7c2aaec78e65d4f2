"""Proposes a dataset for a sample file: what is certain is taken, what is not is a question."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from answers.inference_types import ColumnType, Finding, type_of
from answers.sample_fields import Field
from answers.sample_file import Sample

MISSING_TEXTS = ("NA", "N/A", "n/a", "#N/A", "NULL", "null", "None", "NaN", "nan", "\\N", "-", "--", "?")
FLOATING = ("double", "float")
DATES = ("date", "timestamp")
WHOLE = ("bigint", "int", "smallint", "tinyint")
KEY_WORDS = {"id", "key", "code", "number", "no", "uuid", "iata", "sku", "isbn"}
NEWEST_WORDS = {"updated", "modified", "changed", "last", "version", "revision", "sequence"}
FEW_VALUES = 50


@dataclass(frozen=True)
class Column:
    """What the sample says of one column; several choices are a question."""

    field: Field
    finding: Finding
    values: tuple[str, ...]

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
    def is_unique(self) -> bool:
        """Whether no value repeats; of a single row that says nothing."""
        return len(self.values) > 1 and len(set(self.values)) == len(self.values)


@dataclass(frozen=True)
class MissingText:
    """A text that may stand for a missing value, and whether it is proposed as one."""

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

    @property
    def questions(self) -> tuple[Column, ...]:
        """The columns that have several possible types."""
        return tuple(column for column in self.columns if len(column.finding.choices) > 1)


def infer(sample: Sample, missing_values: Collection[str] | None = None) -> Inference:
    """The columns of a sample; without missing_values, with the texts that likely mean a missing value."""
    candidates = missing_texts(sample)
    if missing_values is None:
        missing_values = [each.text for each in candidates if each.is_proposed]
    columns = tuple(column_of(field, missing_values) for field in sample.fields)
    key = primary_key(columns)
    return Inference(columns, tuple(missing_values), candidates, key, newest_by(columns, key), partition_by(columns))


def column_of(field: Field, missing_values: Collection[str]) -> Column:
    values = tuple(cell for cell in field.cells if cell is not None and cell not in missing_values)
    return Column(field, Finding((ColumnType(field.type),)) if field.type else type_of(field.name, values), values)


def missing_texts(sample: Sample) -> tuple[MissingText, ...]:
    """The texts of the sample that often mean a missing value, each with what would follow."""
    if sample.format in ("parquet", "orc"):
        return ()
    counts = {field.name: Counter(cell for cell in field.cells if cell in MISSING_TEXTS) for field in sample.fields}
    found = []
    for text in MISSING_TEXTS:
        holders = [field for field in sample.fields if counts[field.name][text]]
        if holders:
            found.append(missing_text(text, holders, counts))
    return tuple(found)


def missing_text(text: str, holders: list[Field], counts: dict[str, Counter[str]]) -> MissingText:
    typed = {field.name: column_of(field, MISSING_TEXTS).type.type for field in holders}
    other = {name: column_type for name, column_type in typed.items() if column_type != "string"}
    where = ", ".join(f"{field.name} ({counts[field.name][text]:,} times)" for field in holders)
    if not other:
        return MissingText(text, False, f"'{text}' occurs in {where}, among other strings.")
    otherwise = ", ".join(f"{name} is otherwise {column_type}" for name, column_type in other.items())
    texts = [name for name in typed if name not in other]
    also = f" Then it is missing in {', '.join(texts)} as well." if texts else ""
    return MissingText(text, True, f"'{text}' occurs in {where}; {otherwise}.{also}")


def words(name: str) -> set[str]:
    return set(name.split("_"))


def can_be_key(column_type: str) -> bool:
    return column_type not in (*FLOATING, "boolean", "binary")


def can_tell_newest(name: str, kind: str) -> bool:
    """Whether a larger value means a newer row: dates, and whole numbers that are named like a version."""
    return kind in DATES or (kind in WHOLE and bool(words(name) & NEWEST_WORDS))


def primary_key(columns: tuple[Column, ...]) -> tuple[str, ...]:
    """The column that names each row of the sample: one named like a key, else the first of the file."""
    able = [each for each in columns if can_be_key(each.type.type) and each.is_unique and each.is_complete]
    named = [each for each in able if words(each.name) & KEY_WORDS]
    first = [each for each in able if each is columns[0] or each.type.type in DATES]
    return tuple(each.name for each in (named or first)[:1])


def newest_by(columns: tuple[Column, ...], key: tuple[str, ...]) -> str | None:
    """The date that tells the newest of several rows with one key, best one that speaks of change."""
    able = [each for each in columns if key and each.name not in key and each.type.type in DATES]
    return min(able, key=lambda each: not words(each.name) & NEWEST_WORDS).name if able else None


def partition_by(columns: tuple[Column, ...]) -> str | None:
    """The first date or timestamp, unless each of its days holds a single row."""
    able = [each for each in columns if each.type.type in DATES and len(each.values) > 1]
    return next((each.name for each in able if len({value[:10] for value in each.values}) < len(each.values)), None)


def can_partition(column: Column) -> bool:
    """Whether folders by this column's values would be few enough to be of use."""
    kind = column.type.type
    return kind in DATES or (kind in (*WHOLE, "string", "boolean") and len(set(column.values)) <= FEW_VALUES)
