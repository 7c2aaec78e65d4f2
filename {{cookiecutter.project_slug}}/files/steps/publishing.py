"""Writes the quarantine, stages a batch in the published table, and makes it visible once.

A batch is staged under its name: nobody sees it before its rows are counted. Then one change of the table's metadata
publishes it, and an object, the commit, remembers it for longer than the table does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import reduce
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from output_layout import commit_key

from steps import published_table, storage
from steps.failure import text_of
from steps.published_table import table_name
from steps.rules import named, quoted
from steps.settings import Manifest, Settings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

ROWS_PER_QUARANTINE_FILE = 500_000
REFUSED_POSITION = ("_file as file", "_line as line")
TAKEN = ("PreconditionFailed", "ConditionalRequestConflict", "412", "409")
# A type whose smallest and largest value say which files may hold a key; of texts, a file knows the beginnings.
ORDERED = ("tinyint", "smallint", "int", "bigint", "date", "timestamp", "string", "decimal")
# Of Iceberg: another run published the same batch.
PUBLISHED_BEFORE = ("DuplicateWAPCommitException", "CherrypickAncestorCommitException")
# Of Iceberg: the table changed since the batch was staged.
MOVED = ("not append, dynamic overwrite, or fast-forward", "Cannot commit", "conflicting")


class TableMovedError(Exception):
    """Something else was published since the batch was staged, so that its rows must be compared again."""


def quarantine_folder(settings: Settings, batch: str) -> str:
    """Where the refused rows of one batch lie."""
    return f"s3://{settings.quarantine_bucket}/{settings.dataset}/batch_id={batch}"


def refused(rows: DataFrame, reasons: str, settings: Settings) -> DataFrame:
    """Rows that were read well and are refused, as the quarantine holds them; `reasons` is an array."""
    record = f"to_json(struct({', '.join(named(column.name) for column in settings.columns)}))"
    return rows.selectExpr(*REFUSED_POSITION, f"{reasons} as reasons", f"{record} as record")


def write_quarantine(spark: SparkSession, refused: list[DataFrame], rows: int, address: str) -> None:
    """Write the refused rows as JSON lines: file, line, reasons, record. Those of an earlier attempt are replaced."""
    if not refused:
        storage.remove(spark, address)
        return
    files = rows // ROWS_PER_QUARANTINE_FILE + 1
    together = reduce(lambda frame, other: frame.unionByName(other), refused)
    together.repartition(files).write.mode("overwrite").json(address)


def quarantined(spark: SparkSession, address: str) -> dict[str, list[tuple[list[str], int]]]:
    """Per file name: the reasons in the quarantine, and how many rows have them."""
    counts: dict[str, list[tuple[list[str], int]]] = {}
    if not storage.exists(spark, address):
        return counts
    written = spark.read.schema("file string, line bigint, reasons array<string>").json(address)
    for file, reasons, rows in written.groupBy("file", "reasons").count().collect():
        counts.setdefault(file, []).append((reasons, rows))
    return counts


def stage(spark: SparkSession, rows: DataFrame, settings: Settings, batch: str) -> int:
    """Write a batch where nobody sees it; returns its snapshot. What a dead attempt staged is never published."""
    published_table.bring_up_to_date(spark, settings)
    rows = published_table.rows_of(rows, settings, batch)
    known = {snapshot for snapshot, _ in _snapshots(spark, settings, batch)}
    spark.conf.set("spark.wap.id", batch)
    try:
        _write(spark, rows, settings)
    finally:
        spark.conf.unset("spark.wap.id")
    return next(snapshot for snapshot, _ in _snapshots(spark, settings, batch) if snapshot not in known)


def _write(spark: SparkSession, rows: DataFrame, settings: Settings) -> None:
    rows.createOrReplaceTempView("batch")
    # Of a batch without a row there is nothing to compare.
    ranges = _ranges(rows, settings) if settings.primary_key else None
    if ranges is not None:
        spark.sql(published_table.merge_statement(settings, "batch", ranges))
        return
    # As SQL text, because PySpark 3.5 takes no column in `hint`: few tasks, so few files.
    spread = "" if settings.partition_by else "/*+ rebalance */"
    spark.sql(f"select {spread} * from batch").writeTo(table_name(settings)).append()


def _ranges(rows: DataFrame, settings: Settings) -> dict[str, tuple[str, str]] | None:
    """Between which values each column of the key lies, as SQL; None if there is no row."""
    kinds = {column.name: column.type for column in settings.columns}
    keys = [key for key in settings.primary_key if kinds[key].startswith(ORDERED)]
    ends = [f"cast({end}({named(key)}) as string)" for key in keys for end in ("min", "max")]
    rows_there, *found = rows.selectExpr("count(*)", *ends).collect()[0]
    types = published_table.columns(settings)
    given = [f"cast({quoted(value or '')} as {types[key]})" for value, key in zip(found, [k for k in keys for _ in "12"], strict=True)]
    return dict(zip(keys, zip(given[::2], given[1::2], strict=True), strict=True)) if rows_there else None


def _snapshots(spark: SparkSession, settings: Settings, batch: str) -> list[tuple[int, int | None]]:
    """The snapshots of a batch, each with the one before it, the latest first."""
    named_so = f"{quoted(batch)} in (summary['wap.id'], summary['published-wap-id'])"
    found = spark.sql(
        f"select snapshot_id, parent_id from {table_name(settings)}.snapshots where {named_so} order by committed_at desc"
    )
    return [(row["snapshot_id"], row["parent_id"]) for row in found.collect()]


def _before(spark: SparkSession, settings: Settings, batch: str, snapshot: int) -> int | None:
    """The snapshot that a batch was compared with."""
    return next(before for each, before in _snapshots(spark, settings, batch) if each == snapshot)


def _current(spark: SparkSession, settings: Settings) -> int | None:
    found = spark.sql(f"select snapshot_id from {table_name(settings)}.refs where name = 'main'").first()
    return found["snapshot_id"] if found else None


def published_snapshot(spark: SparkSession, settings: Settings, batch: str) -> int | None:
    """The snapshot with which an earlier run published this batch, and died before its commit."""
    if not spark.catalog.tableExists(table_name(settings)):
        return None
    past = f"select snapshot_id from {table_name(settings)}.history where is_current_ancestor"
    ancestors = {row["snapshot_id"] for row in spark.sql(past).collect()}
    return next((snapshot for snapshot, _ in _snapshots(spark, settings, batch) if snapshot in ancestors), None)


def written(spark: SparkSession, settings: Settings, batch: str, snapshot: int) -> dict[str, int]:
    """How many rows of each file a reader of a snapshot finds."""
    rows = spark.read.option("snapshot-id", snapshot).table(table_name(settings))
    counted = rows.where(f"_batch = {quoted(batch)}").groupBy("_source_file").count()
    return {row["_source_file"]: row["count"] for row in counted.collect()}


def superseded(spark: SparkSession, rows: DataFrame, settings: Settings, batch: str, snapshot: int) -> dict[str, int]:
    """How many rows of each file have a newer row of their key in the table as it was before a snapshot."""
    parent = _before(spark, settings, batch, snapshot)
    if parent is None:
        return {}
    old = spark.read.option("snapshot-id", parent).table(table_name(settings)).alias("old")
    new = published_table.rows_of(rows, settings, batch).alias("new")
    same = " and ".join(f"old.{named(key)} = new.{named(key)}" for key in settings.primary_key)
    newer = f"{published_table.recency('old', settings)} >= {published_table.recency('new', settings)}"
    counted = new.join(old, expression(f"{same} and {newer}"), "left_semi").groupBy("_source_file").count()
    return {row["_source_file"]: row["count"] for row in counted.collect()}


def publish(spark: SparkSession, settings: Settings, batch: str, snapshot: int) -> None:
    """Make a staged snapshot the table's current one; that another run did so before is fine."""
    table = f"{settings.database}.{settings.dataset}_rows"
    # Iceberg publishes an append on top of anything, also a merge that happened to replace no row.
    if settings.primary_key and _current(spark, settings) != _before(spark, settings, batch, snapshot):
        raise TableMovedError
    try:
        spark.sql(f"call {published_table.CATALOG}.system.cherrypick_snapshot({quoted(table)}, {snapshot})")
    except Exception as error:
        if any(name in str(error) for name in PUBLISHED_BEFORE):
            return
        if any(sign in text_of(error) for sign in MOVED):
            raise TableMovedError from error
        raise


def expression(text: str) -> Any:
    """Return a Spark column from SQL text."""
    from pyspark.sql.functions import expr

    return expr(text)


def is_committed(s3: Any, settings: Settings, batch: str) -> bool:
    """Whether an earlier run published this batch."""
    try:
        s3.head_object(Bucket=settings.output_bucket, Key=commit_key(settings.dataset, batch))
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey"):
            return False
        raise
    return True


def commit(s3: Any, settings: Settings, manifest: Manifest, rows: int, snapshot: int | None) -> bool:
    """Note that the batch is published; False when another run was first. S3 decides, not we."""
    content = {
        "version": 1,
        "dataset": settings.dataset,
        "batch": manifest.batch,
        "run": manifest.run,
        "rows": rows,
        "snapshot": snapshot,
    }
    return put_if_absent(
        s3,
        Bucket=settings.output_bucket,
        Key=commit_key(settings.dataset, manifest.batch),
        Body=json.dumps(content).encode(),
        ContentType="application/json",
    )


def put_if_absent(s3: Any, **stored: Any) -> bool:
    """Store an object under a key that has none; False when there is one."""
    # As a header: the botocore that Glue brings may be older than the argument IfNoneMatch, and then refuses it.
    with _header(s3, "If-None-Match", "*"):
        try:
            s3.put_object(**stored)
        except ClientError as error:
            if error.response["Error"]["Code"] in TAKEN:
                return False
            raise
    return True


@contextmanager
def _header(s3: Any, name: str, value: str) -> Iterator[None]:
    """Send one more header with every PutObject of a client; it is signed with the others."""

    def add(params: dict[str, Any], **_: Any) -> None:
        params["headers"][name] = value

    s3.meta.events.register("before-call.s3.PutObject", add)
    try:
        yield
    finally:
        s3.meta.events.unregister("before-call.s3.PutObject", add)
