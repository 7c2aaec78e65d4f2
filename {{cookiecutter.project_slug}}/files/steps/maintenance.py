"""Keeps the published table fast and small: packs its files, forgets old snapshots, removes what dead runs left.

It is a run of the dataset's job, of which there is one at a time: so it never works beside one that publishes.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from steps.published_table import CATALOG, table_name
from steps.rules import quoted
from steps.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SMALL_BYTES = 32 << 20
# From so many files on, reading them costs more than packing them (docs/etl.md, "Maintenance").
MOST_SMALL_FILES = 20
MOST_DELETE_FILES = 10
# Longer than the ledger tries a batch again: until then the table itself knows what is published.
SNAPSHOT_DAYS = 7
# Iceberg refuses less than a day: a run that works now has files that no snapshot knows.
ORPHAN_DAYS = 3


def maintain(spark: SparkSession, settings: Settings, now: datetime | None = None) -> dict[str, int]:
    """Do what is due; returns how many files and snapshots went."""
    if not spark.catalog.tableExists(table_name(settings)):
        return {}
    done: dict[str, int] = {}
    small, deletes = files(spark, settings)
    if small >= MOST_SMALL_FILES or deletes >= MOST_DELETE_FILES:
        options = {"min-input-files": "2", "delete-file-threshold": "1", "remove-dangling-deletes": "true"}
        packed = ", ".join(f"'{name}', '{value}'" for name, value in options.items())
        done["packed"] = _called(spark, settings, "rewrite_data_files", f"options => map({packed})")
        rest = "options => map('rewrite-all', 'true')"
        done["deletes"] = _called(spark, settings, "rewrite_position_delete_files", rest)
    now = now or datetime.now(UTC)
    expired = f"older_than => {_moment(now, SNAPSHOT_DAYS)}, retain_last => 1"
    done["expired"] = _called(spark, settings, "expire_snapshots", expired)
    done["orphans"] = _called(spark, settings, "remove_orphan_files", f"older_than => {_moment(now, ORPHAN_DAYS)}")
    return done


def files(spark: SparkSession, settings: Settings) -> tuple[int, int]:
    """How many small data files and how many files of deleted rows a reader of the table opens."""
    found = spark.sql(
        f"select count_if(content = 0 and file_size_in_bytes < {SMALL_BYTES}), count_if(content > 0) "
        f"from {table_name(settings)}.files"
    )
    return tuple(found.collect()[0])  # type: ignore[return-value]


def _moment(now: datetime, days: int) -> str:
    return f"timestamp '{(now - timedelta(days=days)).strftime('%Y-%m-%d %H:%M:%S')}'"


def _called(spark: SparkSession, settings: Settings, procedure: str, arguments: str) -> int:
    """Call one of Iceberg's procedures; returns how many files it removed or replaced."""
    table = quoted(f"{settings.database}.{settings.dataset}_rows")
    rows = spark.sql(f"call {CATALOG}.system.{procedure}(table => {table}, {arguments})").collect()
    if procedure == "remove_orphan_files":
        return len(rows)
    return int(next(iter(rows[0]))) if procedure.startswith("rewrite") else sum(map(int, rows[0]))
