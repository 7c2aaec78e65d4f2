"""Turns the inspected files into one frame of checked rows: values read as text and checked by the rules."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from column_name import normalised

from steps import columnar, csv_records, json_cells, rules
from steps.failure import RunError, is_of_a_file, said_of
from steps.inspection import Inspection, Layout
from steps.settings import Column, Settings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, DataFrameReader, SparkSession

BLOCK_COLUMNS = {
    "_path": "string",
    "_block": "bigint",
    "_shift": "bigint",
    "_file": "string",
    "_uploaded_at": "string",
    "_sequencer": "string",
    "_recency": "int",
}
BLOCK_SCHEMA = ", ".join(f"{name}: {kind}" for name, kind in BLOCK_COLUMNS.items())
POSITION_OF_RECORD = (
    "_metadata.file_path as _path",
    "_metadata.file_block_start as _block",
    "monotonically_increasing_id() as _position",
)
# The first cell of a CSV that was rewritten: the record's text, where it was malformed.
REFUSED = "_refused"
# How many cells that nobody declared a refused row keeps: Spark plans thousands of columns for minutes.
UNDECLARED_SHOWN = 100
# So many files are found one by one; where more fail, the fault is hardly theirs.
MOST_UNREADABLE = 5
UTC = {"UTC", "Etc/UTC", "GMT", "Z"}
GLOB = str.maketrans({character: "\\" + character for character in "\\{}[]*?"})


@dataclass(frozen=True)
class Source:
    """A file that Spark reads: `path` is the object itself, or the staged copy of its exact version.

    `records` is how many rows its bytes hold, counted without Spark.
    """

    inspection: Inspection
    name: str
    path: str
    records: int


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
    if layout.kind == "json":
        return json_cells.cells(spark.read.text(paths), layout, settings, POSITION_OF_RECORD)
    if any(f"\n{columnar.TIME_OF_ORC}" in kind for kind in layout.names):
        _set_clocks_to_utc(spark)
    frame = _opened(spark.read, layout, paths, settings)
    corrupt = [f"coalesce({rules.CORRUPT}, nullif({REFUSED}, '')) as {rules.CORRUPT}"] if layout.rewritten else []
    if layout.is_text and not layout.rewritten:
        corrupt = [rules.CORRUPT]
    extra = [rules.named(name) for name in layout.names if layout.is_text and name.startswith("+")][:UNDECLARED_SHOWN]
    lost = [] if layout.is_text else [f"{_lost(layout, settings)} as {rules.LOST}"]
    return frame.selectExpr(*POSITION_OF_RECORD, *corrupt, *lost, *extra, *_declared(layout, settings))


def _set_clocks_to_utc(spark: SparkSession) -> None:
    """Spark reads ORC's times by the machine's clock, which may skip an hour in spring; that of AWS Glue is UTC."""
    java: Any = spark._jvm
    java.java.util.TimeZone.setDefault(java.java.util.TimeZone.getTimeZone("UTC"))
    zone = "java_method('java.time.ZoneId', 'systemDefault') as zone"
    workers = spark.range(0, spark.sparkContext.defaultParallelism, 1, spark.sparkContext.defaultParallelism)
    if other := {row["zone"] for row in workers.selectExpr(zone).collect()} - UTC:
        raise RunError(f"The clock of a worker is in {min(other)}: times of ORC files are read right in UTC only.")


def _opened(reader: DataFrameReader, layout: Layout, paths: list[str], settings: Settings) -> DataFrame:
    if not layout.is_text:
        return reader.format(layout.kind).schema(_schema(layout, settings)).load(paths)
    names = [*([REFUSED] if layout.rewritten else []), *layout.names, rules.CORRUPT]
    reader = reader.schema(", ".join(f"{rules.named(name)} string" for name in names))
    reader = reader.option("mode", "PERMISSIVE").option("columnNameOfCorruptRecord", rules.CORRUPT)
    reader = reader.option("quote", '"').option("escape", '"').option("maxColumns", csv_records.MAXIMUM_FIELDS)
    if layout.rewritten:
        return reader.option("multiLine", True).option("lineSep", "\n").csv(paths)
    # The schema is in the order of the header that the inspection read: Spark must not compare again.
    reader = reader.option("header", settings.header).option("enforceSchema", True).option("sep", settings.delimiter)
    return reader.option("multiLine", settings.quoted_newlines).csv(paths)


def _schema(layout: Layout, settings: Settings) -> str:
    """The declared columns of a Parquet or ORC file as it has them: of the others, Spark could not read every type."""
    declared = {column.name for column in settings.columns}
    given = [(name, columnar.spark_type(kind)) for name, _, kind in (each.partition("\n") for each in layout.names)]
    known = [f"{rules.named(name)} {kind}" for name, kind in given if kind and normalised(name) in declared]
    return ", ".join(known) or "_nothing string"


def _declared(layout: Layout, settings: Settings) -> list[str]:
    """One expression per declared column, null where the file lacks it."""
    spelt = {normalised(name.partition("\n")[0]): name for name in layout.names}
    if layout.kind == "csv":
        spelt = {name: name for name in layout.names if not name.startswith("+")}
    return [_cell(column, spelt.get(column.name), layout, settings) for column in settings.columns]


def _lost(layout: Layout, settings: Settings) -> str:
    """The declared columns of whose value something would be lost."""
    given = {normalised(name): (name, kind) for name, _, kind in (each.partition("\n") for each in layout.names)}
    losses = {
        column.name: columnar.value(*given[column.name], column.type)[1]
        for column in settings.columns
        if column.name in given
    }
    named = [f"case when {loss} then {rules.quoted(name)} end" for name, loss in losses.items() if loss]
    return f"array_compact(array({', '.join(named)}))" if named else "cast(null as array<string>)"


def _cell(column: Column, source: str | None, layout: Layout, settings: Settings) -> str:
    if source is None:
        value = f"cast(null as {'string' if layout.is_text else column.type})"
    elif layout.is_text:
        value = rules.present(rules.named(source), settings.missing_values)
    else:
        name, _, kind = source.partition("\n")
        value = columnar.value(name, kind, column.type)[0]
        if column.type == "string":
            value = rules.present(value, settings.missing_values)
    return f"{value} as {rules.named(column.name)}"


def _checked(cells: DataFrame, layout: Layout, settings: Settings) -> DataFrame:
    names = [column.name for column in settings.columns]
    recorded = [rules.named(name) for name in cells.columns if name in names or name.startswith("+")]
    typed = [
        f"{value} as {rules.named(rules.typed_name(column.name))}"
        for column in settings.columns
        for value in [rules.typed(column, settings.decimal) if layout.is_text else rules.named(column.name)]
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


def rows_with_source(checked: DataFrame, tallies: list[Tally], sources: list[Source], settings: Settings) -> DataFrame:
    """The checked rows with where they come from and `_recency` (larger is newer) for a path."""
    from pyspark.sql.functions import broadcast, expr

    # As SQL text: createDataFrame would start Python workers on the executors for a handful of rows.
    listed = rules.quoted(json.dumps(_blocks_of(tallies, sources, settings)))
    origins = checked.sparkSession.range(1).selectExpr(f"inline(from_json({listed}, 'array<struct<{BLOCK_SCHEMA}>>'))")
    origins = origins.withColumn("_uploaded_at", expr("cast(_uploaded_at as timestamp)"))
    joined = checked.join(broadcast(origins), ["_path", "_block"])
    kept = [rules.named(column.name) for column in settings.columns]
    source = ["_file", "_position + _shift as _line", "_uploaded_at", "_sequencer", "_recency"]
    return joined.selectExpr(*kept, *source, "_reasons", "_record")


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


def rows_in(tallies: list[Tally], sources: list[Source]) -> Counter[str]:
    """How many rows Spark read, per path."""
    counted: Counter[str] = Counter({source.path: 0 for source in sources})
    for tally in tallies:
        counted[unquote(tally.path)] += tally.rows
    return counted


def readable_rows(
    spark: SparkSession, sources: list[Source], settings: Settings
) -> tuple[DataFrame | None, list[Tally], list[tuple[Source, str]]]:
    """The rows of the sources that Spark can read, kept; their counts; and which others fail it, with what error.

    One file that Spark fails on fails the read of all: it is found by reading halves, and the others are read again.
    """
    unreadable: list[tuple[Source, str]] = []
    while sources:
        # Parsed once and kept: every number and both outputs come from the same rows.
        checked = checked_rows(spark, sources, settings).persist()
        try:
            return checked, tallied(checked), unreadable
        except Exception as error:
            checked.unpersist()
            if not is_of_a_file(error) or len(unreadable) == MOST_UNREADABLE:
                raise
            source, cause = _first_unreadable(spark, sources, settings, error)
        unreadable.append((source, cause))
        sources = [each for each in sources if each is not source]
    return None, [], unreadable


def _first_unreadable(
    spark: SparkSession, sources: list[Source], settings: Settings, error: Exception
) -> tuple[Source, str]:
    """One of the files that fail, by halves; raises the error when it does not come again."""
    is_alone = False
    while not is_alone:
        half, is_alone = len(sources) // 2, len(sources) <= 2
        for part in (sources[:half], sources[half:]) if half else (sources,):
            # Kept as in the run itself: of rows that are only counted Spark would not read every column.
            rows = checked_rows(spark, part, settings).persist()
            try:
                tallied(rows)
            except Exception as found:
                if not is_of_a_file(found):
                    raise
                sources, error = part, found
                break
            finally:
                rows.unpersist()
        else:
            raise error
    return sources[0], said_of(error)


def source_of(tallies: list[Tally], sources: list[Source]) -> dict[str, Source]:
    """Spark's own spelling of each path (it escapes what a URI may not hold) and the source behind it."""
    by_path = {source.path: source for source in sources}
    return {tally.path: by_path[unquote(tally.path)] for tally in tallies}


def oldest_first(sources: list[Source]) -> list[Source]:
    """The sources as they came: a source's place in this order is the `_recency` of its rows."""
    return sorted(sources, key=lambda source: (*source.inspection.file.recency, source.name))


def _blocks_of(tallies: list[Tally], sources: list[Source], settings: Settings) -> list[dict]:
    """Where each block's lines begin: the rows of the blocks before it, and the header."""
    recency = {source.path: age for age, source in enumerate(oldest_first(sources))}
    blocks: dict[tuple[str, int], list[Tally]] = defaultdict(list)
    for tally in tallies:
        blocks[tally.path, tally.block].append(tally)
    rows, line = [], {path: 2 if settings.format == "csv" and settings.header else 1 for path, _ in blocks}
    spelt = source_of(tallies, sources)
    for (path, block), counted in sorted(blocks.items()):
        source, first = spelt[path], min(tally.first for tally in counted)
        file = source.inspection.file
        origin = (source.name, file.uploaded_at, file.sequencer, recency[source.path])
        row = (path, block, line[path] - first, *origin)
        rows.append(dict(zip(BLOCK_COLUMNS, row, strict=True)))
        line[path] += sum(tally.rows for tally in counted)
    return rows
