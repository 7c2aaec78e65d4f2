"""Turns the inspected files into one frame of checked rows: values read as text and judged by the rules."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING
from urllib.parse import unquote

from steps import rules
from steps.inspection import Inspection, Layout, normalised
from steps.settings import Column, Settings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, DataFrameReader, SparkSession

PLACE_COLUMNS = {
    "_path": "string",
    "_block": "bigint",
    "_shift": "bigint",
    "_file": "string",
    "_uploaded_at": "string",
    "_sequencer": "string",
    "_recency": "int",
}
PLACE = ", ".join(f"{name}: {kind}" for name, kind in PLACE_COLUMNS.items())
GLOB = str.maketrans({character: "\\" + character for character in "\\{}[]*?"})


@dataclass(frozen=True)
class Source:
    """A file that Spark reads: `path` is the object itself, or the staged copy of its exact version."""

    inspection: Inspection
    name: str
    path: str


def checked_rows(spark: SparkSession, sources: list[Source], settings: Settings) -> DataFrame:
    """Every record of the sources: typed columns, `_reasons`, `_record`, and its position.

    One read per layout. `_path`, `_block` and `_position` give the line once the rows are counted.
    """
    groups: dict[Layout, list[str]] = defaultdict(list)
    for source in sources:
        assert source.inspection.layout is not None
        groups[source.inspection.layout].append(source.path.translate(GLOB))
    frames = [_checked(_cells(spark, layout, paths, settings), layout, settings) for layout, paths in groups.items()]
    return reduce(lambda frame, other: frame.unionByName(other), frames)


def _cells(spark: SparkSession, layout: Layout, paths: list[str], settings: Settings) -> DataFrame:
    """The cells of one layout under the declared names, and each record's place."""
    frame = _opened(spark.read, layout, paths, settings)
    place = [
        "_metadata.file_path as _path",
        "_metadata.file_block_start as _block",
        "monotonically_increasing_id() as _position",
    ]
    corrupt = [rules.CORRUPT] if layout.is_text else []
    extra = [rules.named(name) for name in layout.names if name.startswith("+")]
    return frame.selectExpr(*place, *corrupt, *extra, *_declared(layout, settings))


def _opened(reader: DataFrameReader, layout: Layout, paths: list[str], settings: Settings) -> DataFrame:
    if not layout.is_text:
        return reader.format(layout.kind).load(paths)
    texts = ", ".join(f"{rules.named(name)} string" for name in [*layout.names, rules.CORRUPT])
    reader = reader.schema(texts).option("mode", "PERMISSIVE").option("columnNameOfCorruptRecord", rules.CORRUPT)
    if layout.kind != "csv":
        return reader.option("multiLine", layout.kind == "json-array").json(paths)
    # The schema is in the order of the header that the inspection read: Spark must not compare again.
    reader = reader.option("header", True).option("enforceSchema", True).option("sep", settings.delimiter)
    return reader.option("quote", '"').option("escape", '"').option("multiLine", settings.quoted_newlines).csv(paths)


def _declared(layout: Layout, settings: Settings) -> list[str]:
    """One expression per declared column, null where the file lacks it."""
    spelt = {normalised(name.partition("\n")[0]): name.partition("\n")[0] for name in layout.names}
    if layout.kind.startswith("json"):
        spelt = dict(zip((column.name for column in settings.columns), layout.names, strict=True))
    if layout.kind == "csv":
        spelt = {name: name for name in layout.names if not name.startswith("+")}
    return [_cell(column, spelt.get(column.name), layout, settings) for column in settings.columns]


def _cell(column: Column, source: str | None, layout: Layout, settings: Settings) -> str:
    if source is None:
        value = f"cast(null as {'string' if layout.is_text else column.type})"
    elif layout.is_text:
        value = rules.present(source, settings.missing_values)
    else:
        value = f"cast({rules.named(source)} as {column.type})"
    return f"{value} as {rules.named(column.name)}"


def _checked(cells: DataFrame, layout: Layout, settings: Settings) -> DataFrame:
    names = [column.name for column in settings.columns]
    recorded = [rules.named(name) for name in cells.columns if name in names or name.startswith("+")]
    typed = [
        f"{value} as {rules.named(rules.typed_name(column.name))}"
        for column in settings.columns
        for value in [rules.typed(column) if layout.is_text else rules.named(column.name)]
    ]
    raw = f"to_json(struct({', '.join(recorded)}), map('ignoreNullFields', 'false'))"
    record = f"coalesce({rules.CORRUPT}, {raw})" if layout.is_text else raw
    values = [f"{rules.named(rules.typed_name(name))} as {rules.named(name)}" for name in names]
    return (
        cells.selectExpr("*", *typed)
        .selectExpr("*", f"{rules.reasons(settings)} as _reasons")
        .selectExpr(
            "_path",
            "_block",
            "_position",
            *values,
            "_reasons",
            f"case when _reasons <> '' then {record} end as _record",
        )
    )


def rows_in_place(checked: DataFrame, tallies: list[Tally], sources: list[Source], settings: Settings) -> DataFrame:
    """The checked rows with where they come from and `_recency` (larger is newer) for a path."""
    from pyspark.sql.functions import broadcast, expr

    # As SQL text: createDataFrame would start Python workers on the executors for a handful of rows.
    listed = rules.quoted(json.dumps(_places(tallies, sources, settings)))
    places = checked.sparkSession.range(1).selectExpr(f"inline(from_json({listed}, 'array<struct<{PLACE}>>'))")
    places = places.withColumn("_uploaded_at", expr("cast(_uploaded_at as timestamp)"))
    joined = checked.join(broadcast(places), ["_path", "_block"])
    kept = [rules.named(column.name) for column in settings.columns]
    place = ["_file", "_position + _shift as _line", "_uploaded_at", "_sequencer", "_recency"]
    return joined.selectExpr(*kept, *place, "_reasons", "_record")


@dataclass(frozen=True)
class Tally:
    """How many rows of one block of one file broke the same rules, and the position of the first."""

    path: str
    block: int
    reasons: str
    rows: int
    first: int


def tallied(checked: DataFrame) -> list[Tally]:
    """Count the persisted rows once: every later number is compared with these."""
    from pyspark.sql.functions import expr

    counts = checked.groupBy("_path", "_block", "_reasons").agg(expr("count(*)"), expr("min(_position)"))
    return [Tally(*row) for row in counts.collect()]


def source_of(tallies: list[Tally], sources: list[Source]) -> dict[str, Source]:
    """Spark's own spelling of each path (it escapes what a URI may not hold) and the source behind it."""
    by_path = {source.path: source for source in sources}
    return {tally.path: by_path[unquote(tally.path)] for tally in tallies}


def oldest_first(sources: list[Source]) -> list[Source]:
    """The sources as they came: a source's place in this order is the `_recency` of its rows."""
    return sorted(sources, key=lambda source: (*source.inspection.file.recency, source.name))


def _places(tallies: list[Tally], sources: list[Source], settings: Settings) -> list[dict]:
    """Where each block's lines begin: the rows of the blocks before it, and the header."""
    recency = {source.path: age for age, source in enumerate(oldest_first(sources))}
    blocks: dict[tuple[str, int], list[Tally]] = defaultdict(list)
    for tally in tallies:
        blocks[tally.path, tally.block].append(tally)
    places, line = [], {path: 2 if settings.format == "csv" else 1 for path, _ in blocks}
    spelt = source_of(tallies, sources)
    for (path, block), counted in sorted(blocks.items()):
        source, first = spelt[path], min(tally.first for tally in counted)
        file = source.inspection.file
        origin = (source.name, file.uploaded_at, file.sequencer, recency[source.path])
        place = (path, block, line[path] - first, *origin)
        places.append(dict(zip(PLACE_COLUMNS, place, strict=True)))
        line[path] += sum(tally.rows for tally in counted)
    return places
