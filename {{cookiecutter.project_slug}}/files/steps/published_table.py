"""The published table of a dataset: one Apache Iceberg table, made and changed by the job, because Terraform
would set back its columns and the address of its metadata with every apply.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from steps.failure import LastingError
from steps.rules import named
from steps.settings import TEMPORAL_TYPES, Settings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

CATALOG = "lake"
# Iceberg keeps `_file` for itself: the place of a row has other names here, and the view gives them back.
SOURCE_COLUMNS = {
    "_source_file": "string",
    "_source_line": "bigint",
    "_uploaded_at": "timestamp",
    "_sequencer": "string",
    "_batch": "string",
}
# Iceberg has no smaller integers. A time with a zone would be another type in Athena than the view has.
TYPES = {"timestamp": "timestamp_ntz", "smallint": "int", "tinyint": "int"}
PROPERTIES = {
    # Athena reads no version 3, and nothing leads back from it.
    "format-version": "2",
    "write.wap.enabled": "true",
    "write.delete.mode": "merge-on-read",
    "write.update.mode": "merge-on-read",
    "write.merge.mode": "merge-on-read",
    # With `snapshot`, two runs of one batch at once both publish it.
    "write.merge.isolation-level": "serializable",
    "write.parquet.compression-codec": "zstd",
}
DECIMAL = re.compile(r"decimal\((\d+),(\d+)\)")
WIDER = {("int", "bigint"), ("float", "double")}


def session_settings(settings: Settings) -> dict[str, str]:
    """What Spark needs to know of Iceberg, except the kind of the catalog: the job's `--conf` on AWS has it."""
    return {
        "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
        f"spark.sql.catalog.{CATALOG}": "org.apache.iceberg.spark.SparkCatalog",
        f"spark.sql.catalog.{CATALOG}.warehouse": f"s3://{settings.output_bucket}/",
        # A session would see a table for half a minute as it was, also after another process changed it.
        f"spark.sql.catalog.{CATALOG}.cache-enabled": "false",
    }


def table_name(settings: Settings) -> str:
    """The table as SQL names it."""
    return f"{CATALOG}.{named(settings.database)}.{named(f'{settings.dataset}_rows')}"


def address(settings: Settings) -> str:
    """Where the table lies: the only place that a catalog in a folder accepts."""
    return f"s3://{settings.output_bucket}/{settings.database}/{settings.dataset}_rows"


def columns(settings: Settings) -> dict[str, str]:
    """The table's columns with their types."""
    declared = {column.name: column.type for column in settings.columns} | SOURCE_COLUMNS
    return {name: TYPES.get(kind, kind) for name, kind in declared.items()}


def partition(settings: Settings) -> str | None:
    """By day where the column is a date or a time; otherwise by value."""
    if settings.partition_by is None:
        return None
    kind = next(column.type for column in settings.columns if column.name == settings.partition_by)
    return f"days({named(settings.partition_by)})" if kind in TEMPORAL_TYPES else named(settings.partition_by)


def bring_up_to_date(spark: SparkSession, settings: Settings) -> None:
    """Make the table, or change one that was made when something else was declared."""
    table = table_name(settings)
    spark.sql(create_statement(settings))
    described = [(row["col_name"], row["data_type"]) for row in spark.sql(f"describe table {table}").collect()]
    known = {field.name: field.dataType.simpleString() for field in spark.table(table).schema.fields}
    for change in [*changed_columns(settings, known), *changed_partition(settings, partitioned_by(described))]:
        spark.sql(f"alter table {table} {change}")


def create_statement(settings: Settings) -> str:
    """The table as it is declared."""
    listed = ", ".join(f"{named(name)} {kind}" for name, kind in columns(settings).items())
    properties = ", ".join(f"'{name}' = '{value}'" for name, value in PROPERTIES.items())
    by = f" partitioned by ({partition(settings)})" if settings.partition_by else ""
    return (
        f"create table if not exists {table_name(settings)} ({listed}) using iceberg{by} "
        f"location '{address(settings)}' tblproperties ({properties})"
    )


def changed_columns(settings: Settings, known: dict[str, str]) -> list[str]:
    """What makes the table's columns the declared ones; old rows have nulls in those that are added."""
    wanted = columns(settings)
    added = ", ".join(f"{named(name)} {kind}" for name, kind in wanted.items() if name not in known)
    other = {name: kind for name, kind in wanted.items() if known.get(name, kind) != kind}
    refused = [name for name, kind in other.items() if not is_wider(known[name], kind)]
    if refused:
        raise LastingError(
            f"column-type: {', '.join(f'{name} is {known[name]} in the table, not {other[name]}' for name in refused)}. "
            "In a published table, int can become bigint, float double, and a decimal wider with the same scale. "
            "Declare the old type, or publish the new one in a column or dataset of another name."
        )
    widened = [f"alter column {named(name)} type {kind}" for name, kind in other.items()]
    return [*([f"add columns ({added})"] if added else []), *widened]


def is_wider(old: str, new: str) -> bool:
    """Whether Iceberg can read the files that hold the old type as the new one."""
    before, after = DECIMAL.fullmatch(old), DECIMAL.fullmatch(new)
    if before and after:
        return before[2] == after[2] and int(before[1]) < int(after[1])
    return (old, new) in WIDER


def partitioned_by(described: list[tuple[str, str]]) -> str | None:
    """The partition in what `describe table` lists: a value has a section of its own, a day has a part."""
    names = [name for name, _ in described]
    if "Part 0" in names:
        return described[names.index("Part 0")][1].replace("`", "")
    return names[names.index("# col_name") + 1] if "# Partition Information" in names else None


def changed_partition(settings: Settings, old: str | None) -> list[str]:
    """Files that were written keep their partition; a query finds its way through both."""
    new = partition(settings)
    if (new or "").replace("`", "") == (old or ""):
        return []
    # A column may need quotes; `days(x)` comes as it was written, without.
    before = re.sub(r"\w+(?=\)?$)", lambda name: named(name[0]), old) if old else None
    if before is None:
        return [f"add partition field {new}"]
    return [f"replace partition field {before} with {new}" if new else f"drop partition field {before}"]


def rows_of(rows: DataFrame, settings: Settings, batch: str) -> DataFrame:
    """The rows to publish with all columns of the table; those that are no longer declared are empty."""
    given = {"_source_file": "_file", "_source_line": "_line", "_batch": f"'{batch}'"}
    wanted = columns(settings)
    held = rows.sparkSession.table(table_name(settings)).schema.fields
    listed = [
        f"cast({given.get(field.name, named(field.name)) if field.name in wanted else 'null'} "
        f"as {field.dataType.simpleString()}) as {named(field.name)}"
        for field in held
    ]
    return rows.selectExpr(*listed)


def merge_statement(settings: Settings, source: str, ranges: dict[str, tuple[str, str]]) -> str:
    """Newer rows replace older ones, in the order of steps/deduplication.py.

    The range changes no result, because equal keys lie within it: files without such a key are not read.
    """
    same = [f"old.{named(key)} = new.{named(key)}" for key in settings.primary_key]
    within = [f"old.{named(key)} between {low} and {high}" for key, (low, high) in ranges.items()]
    return (
        f"merge into {table_name(settings)} as old using {source} as new on {' and '.join([*same, *within])} "
        f"when matched and {recency('old', settings)} < {recency('new', settings)} then update set * "
        "when not matched then insert *"
    )


def recency(side: str, settings: Settings) -> str:
    """What is larger is newer: a struct compares field by field, and a missing value is the smallest."""
    order = [*filter(None, [settings.newest_by]), "_uploaded_at", "_sequencer", "_source_file", "_source_line"]
    return f"struct({', '.join(f'{side}.{named(name)}' for name in order)})"
