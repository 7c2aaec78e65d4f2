"""Reads lines of JSON with Spark, so that nothing on a line is passed over and no number is rounded in silence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from steps import rules
from steps.rules import named, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import DataFrame

    from steps.inspection import Layout
    from steps.settings import Column, Settings

# Spark 3.5 reads a number into a text by way of a double, and writes 1.10 as 1.1; Spark 4 keeps the text.
FLOATING = r"^-?[0-9]+[.][0-9]+(E-?[0-9]+)?\z"
# More digits than a double is certain to keep.
MANY_DIGITS = r"[0-9][0-9.]{16}"
STRING = r'"(?:[^"\\]|\\.)*+"'
NUMBER = r"-?[0-9][0-9.eE+-]*+"
LEVELS_OF_NESTING = 4
LETTER_OF_ANOTHER_SCRIPT = r"[^\x00-\x7f&&[\p{L}\p{N}]]"


def cells(lines: DataFrame, layout: Layout, settings: Settings, index: Sequence[str]) -> DataFrame:
    """The cells of lines of JSON under the declared names; a line that is not exactly one object is corrupt."""
    keys = list(dict.fromkeys(key for spelt in layout.keys for key in spelt))
    fields = ", ".join(f"{named(key)} string" for key in keys)
    # By their places, as to Spark `id` and `ID` are one name.
    renamed = f"cast(get(_parsed.r, 0) as struct<{', '.join(f'k{index}: string' for index in range(len(keys)))}>)"
    fields_of = {key: f"_object.k{index}" for index, key in enumerate(keys)}
    schema = f"r array<struct<{fields}>>, _end int, {rules.CORRUPT} string"
    # Spark reads the first value of a line and no further: as an element of an array, the rest belongs to it.
    wrapped = """concat('{"r":[', _text, '],"_end":1}')"""
    options = f"map('mode', 'PERMISSIVE', 'columnNameOfCorruptRecord', '{rules.CORRUPT}')"
    one = "size(_parsed.r) = 1 and get(_parsed.r, 0) is not null"
    whole = f"_parsed.{rules.CORRUPT} is null and _parsed._end = 1 and {one}"
    read = (
        lines.where(r"value rlike '\\S'")
        .selectExpr(*index, r"case when startswith(value, '\ufeff') then substr(value, 2) else value end as _text")
        .selectExpr("*", f"from_json({wrapped}, {quoted(schema)}, {options}) as _parsed")
        .selectExpr("*", f"case when {whole} then null else _text end as {rules.CORRUPT}", f"{renamed} as _object")
    )
    columns = list(zip(settings.columns, layout.keys, strict=True))
    found = [f"{_cell(column, spelt, fields_of, settings)} as {named(column.name)}" for column, spelt in columns]
    read = read.selectExpr("*", *found)
    names = [place_of.rpartition(" ")[2] for place_of in index]
    shown = [named(column.name) for column in settings.columns]
    return read.selectExpr(*names, rules.CORRUPT, *shown, f"{_elsewhere(columns, fields_of)} as {rules.ELSEWHERE}")


def _cell(column: Column, spelt: Sequence[str], fields_of: dict[str, str], settings: Settings) -> str:
    texts = [_exact(key, fields_of[key], column.type) for key in spelt]
    return rules.present(texts[0] if len(texts) == 1 else f"coalesce({', '.join(texts)})", settings.missing_values)


def _exact(key: str, value: str, kind: str) -> str:
    """The text of a value as the line has it; marked if that is unknown."""
    if kind != "string" and not kind.startswith("decimal"):
        return value
    at_stake = f"{value} rlike {quoted(FLOATING)}"
    if kind != "string":
        at_stake += f" and _text rlike {quoted(MANY_DIGITS)}"
    texts = _standing_in_line(key, rf"{STRING}|{NUMBER}")
    same = f"""f = concat('"', {value}, '"') or try_cast(f as double) = try_cast({value} as double)"""
    candidates = f"array_distinct(filter({texts}, f -> {same}))"
    number = (
        f"case when size({candidates}) <> 1 then concat({quoted(rules.INEXACT)}, {value}) "
        f"when startswith(get({candidates}, 0), '\"') then {value} else get({candidates}, 0) end"
    )
    if kind != "string":
        return f"case when {at_stake} then {number} else {value} end"
    nested = f"""{value} rlike '^[\\\\[{{]' and {value} rlike '[0-9]([.][0-9]|E)'"""
    texts = _standing_in_line(key, _nested_pattern())
    candidates = f"array_distinct(filter({texts}, f -> f = {value} or get_json_object(f, '$') = {value}))"
    marked = f"concat({quoted(rules.INEXACT)}, {value})"
    otherwise = f"case when {value} rlike {quoted(MANY_DIGITS)} then {marked} else {value} end"
    raw = f"case when size({candidates}) = 1 then get({candidates}, 0) else {otherwise} end"
    return f"case when {at_stake} then {number} when {nested} then {raw} else {value} end"


def _standing_in_line(key: str, pattern: str) -> str:
    """What the line holds under a key, at any depth."""
    member = _java_quoted(key) + rf"\s*:\s*({pattern})"
    return f"regexp_extract_all(_text, {quoted(member)}, 1)"


def _java_quoted(key: str) -> str:
    return '"' + re.sub(r"([^A-Za-z0-9_ ])", r"\\\1", key) + '"'


def _nested_pattern() -> str:
    inner = rf'(?:[^"{{}}\[\]]|{STRING})*+'
    level = rf"[{{\[]{inner}[}}\]]"
    for _ in range(LEVELS_OF_NESTING):
        level = rf'[{{\[](?:[^"{{}}\[\]]|{STRING}|{level})*+[}}\]]'
    return level


def _elsewhere(columns: list[tuple[Column, tuple[str, ...]]], fields_of: dict[str, str]) -> str:
    """The declared columns whose value the object has under a spelling that the file's first records do not have."""
    twice = [
        f"case when size(filter(array({', '.join(fields_of[key] for key in spelt)}), v -> v is not null)) > 1 "
        f"then {quoted(column.name)} end"
        for column, spelt in columns
        if len(spelt) > 1
    ]
    names = ", ".join(quoted(column.name) for column, _ in columns)
    known = ", ".join(map(quoted, fields_of))
    spelt = _normalised("k")
    unknown = f"filter(json_object_keys(_text), k -> k not in ({known}) and {spelt} in ({names}))"
    absent = " or ".join(f"{named(column.name)} is null" for column, _ in columns)
    others = f"case when {rules.CORRUPT} is null and ({absent}) then transform({unknown}, k -> {spelt}) end"
    return f"concat(array_compact(array({', '.join(twice)})), coalesce({others}, array()))" if twice else others


def _normalised(key: str) -> str:
    """What `normalised` of steps/inspection.py makes of a key."""
    code = f"if(c rlike {quoted(LETTER_OF_ANOTHER_SCRIPT)}, concat('_u', lower(hex(ascii(c))), '_'), c)"
    plain, other = _plain(key), _plain(f"array_join(transform(split(lower({key}), ''), c -> {code}), '')")
    named_so = f"regexp_replace({other}, '^([0-9])', 'column_$1')"
    return f"case when {plain} rlike '^[a-z]' then {plain} else {named_so} end"


def _plain(text: str) -> str:
    return f"regexp_replace(regexp_replace(lower(trim({text})), '[^a-z0-9]+', '_'), '^_|_$', '')"
