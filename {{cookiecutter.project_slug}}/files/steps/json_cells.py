"""Reads lines of JSON with Spark, so that nothing on a line is passed over and no value is changed in silence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from steps import rules
from steps.rules import named, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import DataFrame

    from steps.inspection import Layout
    from steps.settings import Column, Settings

# Spark 3.5 reads a number into a text by way of a double: 1.10 becomes 1.1, -0 becomes 0, 1e400 Infinity. So each
# number of a line becomes a string that begins with this character, which Unicode keeps out of texts.
MARK = "\ufdd0"
STRING = r"""(?:"(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+')"""
NUMBER = r"(?:-?(?:0|[1-9][0-9]*+)(?:[.][0-9]++)?(?:[eE][+-]?[0-9]++)?|NaN|[+-]?Infinity|[+-]INF)"
# From where the last one ended (\G). What is more than a number, or a number as a key, stays, and is malformed.
NEXT_NUMBER = rf"""\G((?:[^"'0-9NI+-]++|{STRING})*+)({NUMBER})(?=\s*+[,}}\]])"""
MARKED_STRING = f'"{MARK}([^"]*+)"'
# Escapes of the mark and of half a character, in whose place Spark would write a question mark.
NO_CHARACTER = r"\\u(?:[dD][89a-fA-F]|[fF][dD][dD]0)"
TWO_HALVES = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
NEXT_NO_CHARACTER = rf"\G((?:[^\\]++|{TWO_HALVES}|(?!{NO_CHARACTER})\\.)*+)\\u[0-9a-fA-F]{{4}}"
LETTER_OF_ANOTHER_SCRIPT = r"[^\x00-\x7f&&[\p{L}\p{N}]]"


def cells(lines: DataFrame, layout: Layout, settings: Settings, index: Sequence[str]) -> DataFrame:
    """The cells of lines of JSON under the declared names; a line that is not exactly one object is corrupt."""
    keys = list(dict.fromkeys(key for spelt in layout.keys for key in spelt))
    fields = ", ".join(f"{named(key)} string" for key in keys)
    # By their places, as to Spark `id` and `ID` are one name.
    places = ", ".join(f"k{place}: string" for place in range(len(keys)))
    lists = f"from_json({_listed('_text', keys[0])}, {quoted(f'array<array<struct<{fields}>>>')})"
    read = (
        lines.where(r"value rlike '\\S'")
        .selectExpr(*index, r"case when startswith(value, '\ufeff') then substr(value, 2) else value end as _text")
        .selectExpr("*", f"cast({lists} as array<array<struct<{places}>>>) as _lists")
        .selectExpr("*", "get(get(_lists, 0), 0) as _object", "get(get(_lists, 1), 0).k0 as _last")
    )
    whole = f"size(_lists) = 2 and size(get(_lists, 0)) = 1 and _object is not null and _last = '{MARK}'"
    texts = [f"{_as_written(f'_object.k{place}')} as _k{place}" for place in range(len(keys))]
    read = read.selectExpr("*", f"case when {whole} then null else _text end as {rules.CORRUPT}", *texts)
    fields_of = {key: f"_k{place}" for place, key in enumerate(keys)}
    columns = list(zip(settings.columns, layout.keys, strict=True))
    found = [f"{_cell(spelt, fields_of, settings)} as {named(column.name)}" for column, spelt in columns]
    read = read.selectExpr("*", *found)
    names = [place_of.rpartition(" ")[2] for place_of in index]
    shown = [named(column.name) for column in settings.columns]
    return read.selectExpr(*names, rules.CORRUPT, *shown, f"{_elsewhere(columns, fields_of)} as {rules.ELSEWHERE}")


def _listed(text: str, key: str) -> str:
    """A list of two lists: of the line's values, and of an object that ends it, which no line can hold.

    Spark reads the first value of a text and no further. Here the rest of a line becomes more elements, or more
    lists, or the end of all lists before ours.
    """
    end = json.dumps([{key: MARK}], ensure_ascii=False)
    return f"concat('[[', {_marked(text)}, {quoted(f'],{end}]')})"


def _marked(text: str) -> str:
    """A line with its numbers as marked strings, and with the sign for "not decoded" where it has no character."""
    decoded = f"regexp_replace(replace({text}, '{MARK}', '\ufffd'), {quoted(NEXT_NO_CHARACTER)}, '$1\ufffd')"
    text = f"case when {text} rlike {quoted(f'{MARK}|{NO_CHARACTER}')} then {decoded} else {text} end"
    return f"regexp_replace({text}, {quoted(NEXT_NUMBER)}, '$1\"{MARK}$2\"')"


def _as_written(value: str) -> str:
    """A value with its numbers as the line has them."""
    nested = f"regexp_replace({value}, {quoted(MARKED_STRING)}, '$1')"
    return (
        f"case when startswith({value}, '{MARK}') then substr({value}, 2) "
        f"when contains({value}, '{MARK}') then {nested} else {value} end"
    )


def _cell(spelt: Sequence[str], fields_of: dict[str, str], settings: Settings) -> str:
    return rules.present(f"coalesce({', '.join(fields_of[key] for key in spelt)})", settings.missing_values)


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
