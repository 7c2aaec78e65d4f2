"""Writes a batch to its own prefix and makes it visible by one conditional object, the commit.

Also removes what dead runs left behind: batches that were written and never committed, and staged copies.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from botocore.exceptions import ClientError
from output_layout import STAGING, commit_key

from steps import storage
from steps.failure import RunError
from steps.rules import named
from steps.settings import Manifest, Settings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

ROWS_PER_QUARANTINE_FILE = 500_000
PARTITIONS_PER_REQUEST = 100
REFUSED_POSITION = ("_file as file", "_line as line")
TAKEN = ("PreconditionFailed", "ConditionalRequestConflict", "412", "409")


def batch_folder(settings: Settings, batch: str) -> str:
    """Where the rows of one batch lie; nothing else is ever written there."""
    return f"s3://{settings.output_bucket}/{settings.dataset}/batch_id={batch}"


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


def publishable(rows: DataFrame, settings: Settings) -> DataFrame:
    """The published columns, arranged so that each partition becomes few files."""
    columns = [named(column.name) for column in settings.columns]
    source = ["_file", "_line", "_uploaded_at", "_sequencer"]
    partition = settings.partition_column
    if partition and partition != settings.partition_by:
        columns.append(f"cast({named(str(settings.partition_by))} as date) as {named(partition)}")
    # The hint is given as SQL, because PySpark 3.5 takes no column in `hint`.
    hint = f"rebalance({named(partition)})" if partition else "rebalance"
    rows = rows.selectExpr(*columns, *source)
    return rows.sparkSession.sql(f"select /*+ {hint} */ * from {{rows}}", rows=rows)


def write_batch(rows: DataFrame, settings: Settings, batch: str) -> None:
    """Write the batch; an earlier attempt's half of it is replaced."""
    writer = publishable(rows, settings).write.mode("overwrite").option("partitionOverwriteMode", "static")
    if settings.partition_column:
        writer = writer.partitionBy(settings.partition_column)
    writer.parquet(batch_folder(settings, batch))


def written_batch(spark: SparkSession, address: str) -> tuple[Counter[str], list[str]]:
    """What a reader finds there: rows per file name, and the folders that hold them."""
    # Without a row Spark may write no file at all, and a folder of S3 without an object does not exist.
    if not storage.exists(spark, address):
        return Counter(), []
    reader = spark.read.schema("_file string").option("recursiveFileLookup", "true")
    found = reader.parquet(address).groupBy("_file", "_metadata.file_path").count().collect()
    rows: Counter[str] = Counter()
    for file, _, count in found:
        rows[file] += count
    return rows, sorted({unquote(path).rpartition("/")[0] for _, path, _ in found})


def register_partitions(glue: Any, settings: Settings, batch: str, folders: list[str]) -> None:
    """Make the batch's folders partitions of the catalog table; those that exist are fine."""
    table = f"{settings.dataset}_batches"
    storage = glue.get_table(DatabaseName=settings.database, Name=table)["Table"]["StorageDescriptor"]
    partitions = [
        {
            "Values": _values(folder, settings, batch),
            "StorageDescriptor": {**storage, "Location": f"{folder}/"},
        }
        for folder in folders
    ]
    for start in range(0, len(partitions), PARTITIONS_PER_REQUEST):
        response = glue.batch_create_partition(
            DatabaseName=settings.database,
            TableName=table,
            PartitionInputList=partitions[start : start + PARTITIONS_PER_REQUEST],
        )
        codes = {error["ErrorDetail"]["ErrorCode"] for error in response.get("Errors", [])}
        if codes - {"AlreadyExistsException"}:
            raise RunError(f"The catalog refused partitions of {table}: {', '.join(sorted(codes))}.")


def _values(folder: str, settings: Settings, batch: str) -> list[str]:
    if settings.partition_column is None:
        return [batch]
    # Spark escapes what a folder name cannot hold; the catalog wants the value itself.
    return [batch, unquote(folder.rpartition(f"/{settings.partition_column}=")[2])]


def is_committed(s3: Any, settings: Settings, batch: str) -> bool:
    """Whether an earlier run published this batch."""
    try:
        s3.head_object(Bucket=settings.output_bucket, Key=commit_key(settings.dataset, batch))
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey"):
            return False
        raise
    return True


def commit(s3: Any, settings: Settings, manifest: Manifest, rows: int) -> bool:
    """Publish the batch; False when another run was first. S3 decides, not we."""
    content = {
        "version": 1,
        "dataset": settings.dataset,
        "batch": manifest.batch,
        "run": manifest.run,
        "rows": rows,
        "data": batch_folder(settings, manifest.batch) + "/",
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


def remove_orphans(s3: Any, settings: Settings, days: int) -> list[str]:
    """Delete orphans whose youngest object is older than some days; returns their prefixes."""
    before = datetime.now(UTC) - timedelta(days=days)
    batches = _folders(s3, settings.output_bucket, f"{settings.dataset}/batch_id=")
    uncommitted = [prefix for prefix in batches if not is_committed(s3, settings, _batch(prefix))]
    staged = list(_folders(s3, settings.output_bucket, f"{STAGING}/"))
    return [prefix for prefix in [*uncommitted, *staged] if _removed(s3, settings.output_bucket, prefix, before)]


def _batch(prefix: str) -> str:
    return prefix.rstrip("/").rpartition("batch_id=")[2]


def _folders(s3: Any, bucket: str, prefix: str) -> Iterator[str]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, Delimiter="/"):
        yield from (folder["Prefix"] for folder in page.get("CommonPrefixes", []))


def _removed(s3: Any, bucket: str, prefix: str, before: datetime) -> bool:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    objects = [stored for page in pages for stored in page.get("Contents", [])]
    # A recent object may belong to a run that still works.
    if any(stored["LastModified"] >= before for stored in objects):
        return False
    for start in range(0, len(objects), 1000):
        keys = [{"Key": stored["Key"]} for stored in objects[start : start + 1000]]
        s3.delete_objects(Bucket=bucket, Delete={"Objects": keys})
    return True
