"""The declared rules as Spark SQL text: building it needs no Spark, so it reads and tests as plain data.

Spark is asked only whether it can evaluate them, before anything is read: as null they would pass every row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from steps.failure import LastingError, text_of
from steps.settings import TEMPORAL_TYPES, Column, Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# A value is a number only as a whole: Spark's casts would also take blanks around it, `1d` and `Infinity`.
# (\z and not $: Java's $ also matches before a final line break.)
INTEGER = r"^[+-]?[0-9]+\z"
FLOATING = r"^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?\z"
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\z"
TIMESTAMP = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})?\z"
# Spark writes a large JSON number as 1.25E7, from a double: up to 15 digits are certain to be the file's own.
EXPONENT = r"^[+-]?[0-9]([.][0-9]{1,14})?[eE][+-]?[0-9]+\z"

MICROSECOND_DIGITS = 6

TEXT_FORMATS = ("csv", "json")
CORRUPT = "_corrupt"
# Of JSON: the declared columns that a record has under an unknown spelling.
ELSEWHERE = "_elsewhere"
# Of Parquet and ORC: the columns whose value does not fit the declared type.
LOST = "_lost"
# Begins a text that replaces a number whose digits are unknown; no text of a file may hold this character.
INEXACT = "\ufdd0"
NUMBER = re.compile(r"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?")
WHOLE_NUMBERS = ("tinyint", "smallint", "int", "bigint")
# With decimal commas, points may group the digits before them.
GROUPED = r"^[+-]?([0-9]{1,3}([.][0-9]{3})+|[0-9]+)?(,[0-9]*)?([eE][+-]?[0-9]+)?\z"


def quoted(text: str) -> str:
    """Any text as a Spark SQL string literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def named(column: str) -> str:
    """Any name as a Spark SQL identifier."""
    return "`" + column.replace("`", "``") + "`"


def present(text: str, missing_values: Iterable[str]) -> str:
    """The text of a cell, null where it is empty or one of the declared missing values."""
    texts = ", ".join(quoted(missing) for missing in ["", *missing_values])
    return f"case when {text} in ({texts}) then null else {text} end"


def typed(column: Column, decimal: str = ".") -> str:
    """The text in {column.name} as the declared type, null where it is not one."""
    text, kind = named(column.name), column.type
    if kind == "string":
        return text
    if kind == "binary":
        return f"try_to_binary({text}, 'base64')"
    if kind == "boolean":
        return f"case lower({text}) when 'true' then true when 'false' then false end"
    if kind in TEMPORAL_TYPES:
        return _moment(text, kind, column.format)
    if decimal == ",":
        text = f"case when {text} rlike {quoted(GROUPED)} then translate({text}, ',.', '.') end"
    if kind.startswith("decimal"):
        return _decimal(text, kind)
    shape = FLOATING if kind in ("double", "float") else INTEGER
    return f"case when {text} rlike {quoted(shape)} then try_cast({text} as {kind}) end"


def _moment(text: str, kind: str, form: str | None) -> str:
    """A date or a time in a declared format, or as ISO writes it."""
    if form is None:
        shape = DATE if kind == "date" else TIMESTAMP
        return f"case when {text} rlike {quoted(shape)} then try_cast({text} as {kind}) end"
    parsed = f"try_to_timestamp({text}, {quoted(form)})"
    if kind == "date":
        return f"cast({parsed} as date)"
    further = len(max(re.findall("S+", form), default="", key=len)) - MICROSECOND_DIGITS
    if further <= 0:
        return parsed
    # Spark cuts what it reads beyond microseconds: only zeros may stand there.
    cut = f"[0-9]{{6}}(?=[0-9]{{{further}}}([^0-9]|\\z))(?!0{{{further}}})"
    if re.search("[.,]S", form):
        cut = "[.,][0-9]{6}[0-9]*[1-9]"
    return f"case when not {text} rlike {quoted(cut)} then {parsed} end"


def _decimal(text: str, kind: str) -> str:
    """A decimal only when no digit is lost: a cast alone would round 1.25 to 1.3 without a word."""
    precision, scale = (int(digits) for digits in re.findall(r"[0-9]+", kind))
    whole = f"0*[0-9]{{0,{precision - scale}}}"
    exact = rf"^[+-]?(?=[.]?[0-9]){whole}([.][0-9]{{0,{scale}}}0*)?\z"
    value = f"try_cast({text} as {kind})"
    unrounded = f"cast({value} as double) = try_cast({text} as double)"
    return (
        f"case when {text} rlike {quoted(exact)} then {value} "
        f"when {text} rlike {quoted(EXPONENT)} and {unrounded} then {value} end"
    )


def reasons(settings: Settings) -> str:
    """One text per row: every broken rule as `rule:column`, joined by commas; empty for a good row.

    Expects the cells' texts under their own names and the typed values under `_typed_<name>`.
    """
    required = set(settings.required_columns)
    broken = [
        f"case when {condition} then {quoted(f'{rule}:{column.name}')} end"
        for column in settings.columns
        for rule, condition in _rules(column, column.name in required, settings.format)
    ]
    listed = f"concat_ws({', '.join([quoted(','), *broken])})"
    if settings.format not in TEXT_FORMATS:
        return listed
    return f"case when {CORRUPT} is not null then 'malformed' else {listed} end"


def _rules(column: Column, required: bool, file_format: str) -> Iterable[tuple[str, str]]:
    """Pairs of a rule's name and the SQL condition under which a row breaks it."""
    text, value = named(column.name), named(typed_name(column.name))
    if file_format == "json":
        yield "spelt", f"array_contains({ELSEWHERE}, {quoted(column.name)})"
    # A typed file's value that does not fit is null by now, or rounded: it is neither missing nor beyond a limit.
    fits = ""
    if file_format not in TEXT_FORMATS:
        is_lost = f"array_contains({LOST}, {quoted(column.name)})"
        yield "type", is_lost
        fits = f" and not coalesce({is_lost}, false)"
    if required:
        yield "missing", f"{text} is null{fits}"
    if file_format in TEXT_FORMATS and column.type != "string":
        yield "type", f"{text} is not null and {value} is null"
    if column.type == "string":
        yield "encoding", f"contains({text}, '\ufffd')"
    if column.type == "string" and file_format == "json":
        yield "type", f"startswith({text}, {quoted(INEXACT)})"
    if column.type in ("double", "float"):
        yield "type", f"isnan({value}) or abs({value}) = double('infinity')"
        fits += f" and abs({value}) < double('infinity')"
    if column.minimum is not None:
        yield "minimum", f"{value} < {_limit(column, column.minimum)}{fits}"
    if column.maximum is not None:
        yield "maximum", f"{value} > {_limit(column, column.maximum)}{fits}"
    if column.one_of is not None:
        yield "one_of", f"{value} not in ({', '.join(_limit(column, allowed) for allowed in column.one_of)}){fits}"
    if column.pattern is not None:
        whole = rf"^(?:{column.pattern})\z"
        yield "pattern", f"not {text} rlike {quoted(whole)}"


def _limit(column: Column, text: str) -> str:
    """A declared value in a form that compares exactly: 2.5 is more than the integer 2."""
    if column.type == "string":
        return quoted(text)
    if column.type in TEMPORAL_TYPES and column.format:
        return (
            f"coalesce({_moment(quoted(text), column.type, column.format)}, try_cast({quoted(text)} as {column.type}))"
        )
    if column.type in WHOLE_NUMBERS or column.type.startswith("decimal"):
        return f"{text}BD" if NUMBER.fullmatch(text) else "cast(null as decimal)"
    return f"try_cast({quoted(text)} as {column.type})"


def checks_of(column: Column) -> list[tuple[str, str]]:
    """Pairs of a rule in words and what must not be null, nor fail, for it to mean something."""
    limits = [
        ("minimum", column.minimum),
        ("maximum", column.maximum),
        *(("one_of", text) for text in column.one_of or []),
    ]
    checks = [(f"{rule} {text!r}", _limit(column, text)) for rule, text in limits if text is not None]
    if column.type == "string":
        checks = []
    if column.pattern is not None:
        checks.append((f"pattern {column.pattern!r}", f"'' rlike {quoted(column.pattern)}"))
    if column.format is not None:
        moment = _moment(quoted("x"), column.type, column.format)
        checks.append((f"format {column.format!r}", f"coalesce(cast({moment} as string), 'no date')"))
    return checks


def typed_name(column: str) -> str:
    """The name of the typed value of a column until the reasons are known."""
    return f"_typed_{column}"


def refuse_uncheckable(spark: SparkSession, settings: Settings) -> None:
    """End the run when a column's limits, pattern or format mean nothing to Spark."""
    # The name that Iceberg gives to a partition by day.
    taken = f"{settings.partition_by}_day"
    types = {column.name: column.type for column in settings.columns}
    if taken in types and types[str(settings.partition_by)] in TEMPORAL_TYPES:
        raise LastingError(
            f"The column {taken} is declared, and is also the partition that partition_by: {settings.partition_by} "
            "makes; rename it."
        )
    for column in settings.columns:
        if wrong := _wrong(spark, column):
            raise LastingError(f"The rules of {column.name} cannot be checked: {wrong}.")


def _wrong(spark: SparkSession, column: Column) -> str | None:
    """What is wrong with a column's rules, as Spark itself finds."""
    if column.pattern and "[[:" in column.pattern:
        # Java reads the class of POSIX as a set of the letters in its name, without a word.
        return f"pattern {column.pattern!r} has a class such as [[:alpha:]], which Java does not know; write [A-Za-z]"
    for what, check in checks_of(column):
        try:
            found = spark.sql(f"select {check} as result").collect()[0]["result"]
        except Exception as error:
            # In its own words: they speak of a setting, and no row was read yet.
            return f"Spark refuses {what}: {text_of(error)}"
        if found is None:
            return f"{what} is no {column.type}"
    return None
