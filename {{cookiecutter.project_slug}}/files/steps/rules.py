"""The declared rules as Spark SQL text: building it needs no Spark, so it reads and tests as plain data."""

import re
from collections.abc import Iterable

from steps.settings import Column, Settings

# A value is a number only as a whole: Spark's casts would also take blanks around it, `1d` and `Infinity`.
# (\z and not $: Java's $ also matches before a final line break.)
INTEGER = r"^[+-]?[0-9]+\z"
FLOATING = r"^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?\z"
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\z"
TIMESTAMP = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})?\z"
# Spark writes a large JSON number as 1.25E7, from a double: up to 15 digits are certain to be the file's own.
EXPONENT = r"^[+-]?[0-9]([.][0-9]{1,14})?[eE][+-]?[0-9]+\z"

TEXT_FORMATS = ("csv", "json")
CORRUPT = "_corrupt"


def quoted(text: str) -> str:
    """Any text as a Spark SQL string literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def named(column: str) -> str:
    """Any name as a Spark SQL identifier."""
    return "`" + column.replace("`", "``") + "`"


def present(column: str, missing_values: Iterable[str]) -> str:
    """The text of a cell, null where it is empty or one of the declared missing values."""
    texts = ", ".join(quoted(text) for text in ["", *missing_values])
    return f"case when {named(column)} in ({texts}) then null else {named(column)} end"


def typed(column: Column) -> str:
    """The text in {column.name} as the declared type, null where it is not one."""
    text, kind = named(column.name), column.type
    if kind == "string":
        return text
    if kind == "binary":
        return f"try_to_binary({text}, 'base64')"
    if kind == "boolean":
        return f"case lower({text}) when 'true' then true when 'false' then false end"
    if kind == "date" and column.format:
        return f"cast(try_to_timestamp({text}, {quoted(column.format)}) as date)"
    if kind == "timestamp" and column.format:
        return f"try_to_timestamp({text}, {quoted(column.format)})"
    if kind.startswith("decimal"):
        return _decimal(text, kind)
    shape = {"date": DATE, "timestamp": TIMESTAMP, "double": FLOATING, "float": FLOATING}.get(kind, INTEGER)
    return f"case when {text} rlike {quoted(shape)} then try_cast({text} as {kind}) end"


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
    if required:
        yield "missing", f"{text} is null"
    if file_format in TEXT_FORMATS and column.type != "string":
        yield "type", f"{text} is not null and {value} is null"
    if column.type == "string":
        yield "encoding", f"contains({text}, '\ufffd')"
    if column.type in ("double", "float"):
        yield "type", f"isnan({value}) or abs({value}) = double('infinity')"
    if column.minimum is not None:
        yield "minimum", f"{value} < {_limit(column, column.minimum)}"
    if column.maximum is not None:
        yield "maximum", f"{value} > {_limit(column, column.maximum)}"
    if column.one_of is not None:
        yield "one_of", f"{value} not in ({', '.join(_limit(column, allowed) for allowed in column.one_of)})"
    if column.pattern is not None:
        whole = rf"^(?:{column.pattern})\z"
        yield "pattern", f"not {text} rlike {quoted(whole)}"


def _limit(column: Column, text: str) -> str:
    return quoted(text) if column.type == "string" else f"try_cast({quoted(text)} as {column.type})"


def typed_name(column: str) -> str:
    """The name of the typed value of a column until the reasons are known."""
    return f"_typed_{column}"
