"""The option `table_format: iceberg`: each batch is also merged into a table of the newest row per key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steps.publishing import batch_folder
from steps.rules import named
from steps.settings import TEMPORAL_TYPES, Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CATALOG = "lake"
# Iceberg keeps `_file` for itself: the place of a row has other names in its tables.
SOURCE_COLUMNS = {
    "_file": "_source_file",
    "_line": "_source_line",
    "_uploaded_at": "_uploaded_at",
    "_sequencer": "_sequencer",
}
SOURCE_TYPES = {"_source_file": "string", "_source_line": "bigint", "_uploaded_at": "timestamp", "_sequencer": "string"}


def session_settings(settings: Settings) -> dict[str, str]:
    """What Spark needs to know of Iceberg; Glue brings the jar with `--datalake-formats iceberg`."""
    return {
        "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
        f"spark.sql.catalog.{CATALOG}": "org.apache.iceberg.spark.SparkCatalog",
        f"spark.sql.catalog.{CATALOG}.type": "glue",
        f"spark.sql.catalog.{CATALOG}.warehouse": f"s3://{settings.output_bucket}/",
    }


def table_name(settings: Settings) -> str:
    """The Iceberg table of a dataset."""
    return f"{CATALOG}.{named(settings.database)}.{named(f'{settings.dataset}_iceberg')}"


def merge_batch(spark: SparkSession, settings: Settings, batch: str) -> None:
    """Merge the batch as it was written; merging it again changes nothing."""
    columns = {column.name: column.type for column in settings.columns} | SOURCE_TYPES
    # The base path makes Spark take the value of a partition from the folder's name.
    folder = batch_folder(settings, batch)
    written = spark.read.option("basePath", folder).parquet(folder)
    kept = [f"cast({named(column.name)} as {column.type}) as {named(column.name)}" for column in settings.columns]
    rows = written.selectExpr(*kept, *(f"{old} as {new}" for old, new in SOURCE_COLUMNS.items()))
    spark.sql(create_statement(settings, columns))
    for statement in add_statements(settings, columns, spark.table(table_name(settings)).columns):
        spark.sql(statement)
    rows.createOrReplaceTempView("batch")
    spark.sql(merge_statement(settings))


def create_statement(settings: Settings, columns: dict[str, str]) -> str:
    """The table, partitioned by day where the partition column is a date or a time."""
    declared = ", ".join(f"{named(name)} {kind}" for name, kind in columns.items())
    by = ""
    if settings.partition_by:
        column = named(settings.partition_by)
        temporal = columns[settings.partition_by] in TEMPORAL_TYPES
        by = f" partitioned by ({f'days({column})' if temporal else column})"
    return f"create table if not exists {table_name(settings)} ({declared}) using iceberg{by}"


def add_statements(settings: Settings, columns: dict[str, str], known: list[str]) -> list[str]:
    """A table that was made when fewer columns were declared gets the others, without values in its old rows."""
    added = ", ".join(f"{named(name)} {kind}" for name, kind in columns.items() if name not in known)
    return [f"alter table {table_name(settings)} add columns ({added})"] if added else []


def merge_statement(settings: Settings) -> str:
    """Newer rows replace older ones in the order of steps/deduplication.py; without a key none does."""
    keys = settings.primary_key or ["_source_file", "_source_line"]
    same = " and ".join(f"old.{named(key)} = new.{named(key)}" for key in keys)
    order = [*filter(None, [settings.newest_by]), "_uploaded_at", "_sequencer", "_source_file", "_source_line"]
    # A struct compares field by field, and a missing value is the smallest.
    older, newer = (f"struct({', '.join(f'{side}.{named(name)}' for name in order)})" for side in ("old", "new"))
    return (
        f"merge into {table_name(settings)} as old using batch as new on {same} "
        f"when matched and {older} < {newer} then update set * when not matched then insert *"
    )
