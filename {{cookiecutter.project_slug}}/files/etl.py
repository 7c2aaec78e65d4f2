"""The one job of every dataset: it writes a manifest's files to the output and reports every row.

Runs unchanged on AWS Glue 5.1 and 6.0 and on plain PySpark. Importing it needs neither Spark nor awsglue.
"""

from __future__ import annotations

import argparse
import logging
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import boto3
from botocore.exceptions import ClientError
from steps import (
    deduplication,
    inspection,
    maintenance,
    published_table,
    publishing,
    reading,
    reporting,
    rules,
    staging,
    storage,
    transforming,
)
from steps.failure import RunError, is_on_a_laptop, said_of, text_of
from steps.reading import Source
from steps.reporting import Report
from steps.settings import Manifest, Settings, bucket_and_key, manifest_from, settings_from

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

log = logging.getLogger("etl")

SPARK_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.adaptive.advisoryPartitionSizeInBytes": "128m",
    # A date that does not fit a format becomes null, instead of an error about the parser of Spark 2.
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",
    # Days before 1582 and times before 1900 are written and read as they are, and not as Spark 2 counted them.
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.int96RebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.int96RebaseModeInRead": "CORRECTED",
    # Nanoseconds are read as whole numbers, so that the rules see those that a timestamp cannot hold.
    "spark.sql.legacy.parquet.nanosAsLong": "true",
    # Otherwise Spark checks a row by the columns that are selected, and a short one passes for whole.
    "spark.sql.csv.parser.columnPruning.enabled": "false",
    # Kept rows are read a few times only: packing them costs as much as parsing the files twice.
    "spark.sql.inMemoryColumnarStorage.compressed": "false",
}

# A keyed batch is compared anew if the table changes between its comparison and its publication.
ATTEMPTS = 3
# They log a failed task's error, in which Spark quotes values.
QUOTING_LOGGERS = (
    "org.apache.spark.executor.Executor",
    "org.apache.spark.scheduler.TaskSetManager",
    "org.apache.spark.sql.execution.datasources.FileFormatWriter",
    "org.apache.spark.util.Utils",
)


@dataclass(frozen=True)
class Clients:
    """The AWS clients of the job."""

    s3: Any
    cloudwatch: Any


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    """Parse the job's own arguments; ignore those that Glue adds."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument(
        "--settings", required=True, help="the dataset's settings: their s3:// address, or one JSON text"
    )
    task = parser.add_mutually_exclusive_group(required=True)
    task.add_argument("--manifest", help="s3:// address of the run's manifest")
    task.add_argument("--maintain", choices=["table"], help="only pack and tidy the published table")
    parser.add_argument("--metrics", choices=["cloudwatch", "none"], default="none", help="where the totals also go")
    return parser.parse_known_args(arguments)[0]


def main(arguments: list[str] | None = None) -> None:
    """Run the job; the only place that builds a client or a Spark session."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    given = parse_arguments(sys.argv[1:] if arguments is None else arguments)
    clients = Clients(boto3.client("s3"), boto3.client("cloudwatch"))
    try:
        settings = settings_from(settings_text(clients.s3, given.settings))
        if given.manifest is None:
            log.info("Maintained: %s", maintenance.maintain(spark_session(settings), settings))
            return
        manifest = read_manifest(clients.s3, given.manifest, settings)
        report = run(lambda: spark_session(settings), clients, settings, manifest)
        if given.metrics == "cloudwatch":
            reporting.send_metrics(clients.cloudwatch, settings, report)
    except RunError as failure:
        sys.exit(str(failure))
    except Exception as error:
        # The location of the error, and not its text, which may quote values of rows.
        log.error("%s", "".join(traceback.format_tb(error.__traceback__)))
        sys.exit(unforeseen(error))


def unforeseen(error: Exception) -> str:
    """The text of an unexpected error for people: without a value of a row, except on a laptop."""
    if is_on_a_laptop():
        return f"{said_of(error)}: {text_of(error)}"
    return f"{said_of(error)}: the job's log says where."


def spark_session(settings: Settings) -> SparkSession:
    """Return the session that Glue provides, or a new one."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("etl")
    for name, value in (SPARK_SETTINGS | published_table.session_settings(settings)).items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    jvm: Any = session.sparkContext._jvm
    for name in QUOTING_LOGGERS:
        jvm.org.apache.logging.log4j.core.config.Configurator.setLevel(name, jvm.org.apache.logging.log4j.Level.OFF)
    return session


def settings_text(s3: Any, given: str) -> str | bytes:
    """Return the settings as JSON: as given, or as stored at the given address."""
    return stored(s3, given, "The settings") if given.startswith("s3://") else given


def read_manifest(s3: Any, address: str, settings: Settings) -> Manifest:
    """Fetch the manifest; without it nothing is read."""
    return manifest_from(stored(s3, address, "The manifest"), settings, address)


def stored(s3: Any, address: str, what: str) -> bytes:
    """Return the content of an object that the job requires."""
    bucket, key = bucket_and_key(address)
    try:
        return bytes(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    except ClientError as error:
        raise RunError(f"{what} {address} cannot be read: {error.response['Error']['Code']}.") from error


def run(session: Callable[[], SparkSession], clients: Clients, settings: Settings, manifest: Manifest) -> Report:
    """Process the files of one manifest, and always write a report."""
    report = reporting.new_report(settings, manifest, published_table.address(settings))
    try:
        if publishing.is_committed(clients.s3, settings, manifest.batch):
            report.state, report.reason = "already-published", None
        else:
            # Written before anything else: it proves that the output is writable and its key usable.
            reporting.write_report(clients.s3, settings, report)
            process(session(), clients, settings, manifest, report)
    except RunError as failure:
        reporting.note_failure(report, failure)
        raise
    except ClientError as error:
        report.reason = (
            f"{error.operation_name}: {error.response['Error']['Code']}: {error.response['Error']['Message']}"
        )
        raise RunError(report.reason) from error
    except Exception as error:
        report.reason = unforeseen(error)
        raise
    finally:
        reporting.close_report(clients.s3, settings, report)
    return report


def process(spark: SparkSession, clients: Clients, settings: Settings, manifest: Manifest, report: Report) -> None:
    """Inspect, read, check, publish; fill in the report on the way."""
    rules.refuse_uncheckable(spark, settings)
    found = inspection.inspect_files(clients.s3, manifest.files, settings)
    reporting.note_inspections(report, found, manifest)
    try:
        sources = staging.sources(spark, clients.s3, found, settings, manifest)
        checked, tallies, sources = read_rows(spark, clients, settings, sources, report)
        good = keep_rows(spark, settings, manifest, checked, tallies, sources, report)
        for _ in range(ATTEMPTS):
            try:
                publish_rows(spark, clients, settings, manifest, good, sources, report)
                break
            except publishing.TableMovedError:
                log.info("The table changed while %s was written: its rows are compared again.", manifest.batch)
        else:
            raise RunError(f"table-moved: the table changed {ATTEMPTS} times while the batch was written.")
    finally:
        storage.remove(spark, staging.staging_folder(settings, manifest))
    first = publishing.commit(clients.s3, settings, manifest, report.total("published"), report.snapshot)
    report.state, report.reason = ("published" if first else "already-published"), None


def keep_rows(
    spark: SparkSession,
    settings: Settings,
    manifest: Manifest,
    checked: DataFrame | None,
    tallies: list[reading.Tally],
    sources: list[Source],
    report: Report,
) -> DataFrame | None:
    """Write the quarantine, and count it as it was written; returns the rows to publish."""
    if checked is None:
        return None
    rows = reading.rows_with_source(checked, tallies, sources, settings)
    bad = sum(tally.rows for tally in tallies if tally.reasons)
    refused, copies, good = divide(rows, settings, breaks_rules=bad > 0)
    quarantine = publishing.quarantine_folder(settings, manifest.batch)
    publishing.write_quarantine(spark, refused, bad, quarantine)
    reporting.count_quarantined(report, publishing.quarantined(spark, quarantine))
    reporting.refuse_too_many_quarantined_rows(report, settings.maximum_quarantined_share)
    count_duplicates(report, copies, sources)
    return good


def publish_rows(
    spark: SparkSession,
    clients: Clients,
    settings: Settings,
    manifest: Manifest,
    good: DataFrame | None,
    sources: list[Source],
    report: Report,
) -> None:
    """Stage the rows, count them there, and only then let readers see them."""
    if good is not None:
        batch = manifest.batch
        seen = publishing.published_snapshot(spark, settings, batch)
        snapshot = seen or publishing.stage(spark, good, settings, batch)
        reporting.note_published(report, publishing.written(spark, settings, batch, snapshot), snapshot)
        if settings.primary_key and reporting.lacks_rows(report):
            reporting.note_superseded(report, publishing.superseded(spark, good, settings, batch, snapshot))
        reporting.refuse_lost_rows(report)
    refuse_changed_files(clients.s3, sources)
    # Anybody who finds the rows also finds these numbers, even if the run dies right after they are published.
    reporting.write_report(clients.s3, settings, report)
    if good is not None and not seen:
        publishing.publish(spark, settings, batch, snapshot)


def divide(
    rows: DataFrame, settings: Settings, breaks_rules: bool
) -> tuple[list[DataFrame], dict[int, int], DataFrame]:
    """Return (rows for the quarantine, how many older copies each file has by its recency, rows to publish)."""
    bad, good = rows.where("_reasons <> ''"), rows.where("_reasons = ''")
    listed = [*publishing.REFUSED_POSITION, "split(_reasons, ',') as reasons", "_record as record"]
    # Of a good batch, Spark would plan, compile and run what finds nothing.
    refused = [bad.selectExpr(*listed)] if breaks_rules else []
    copies: dict[int, int] = {}
    if settings.primary_key:
        older = deduplication.duplicates(good, settings).persist()
        copies = dict(map(tuple, older.groupBy("_recency").count().collect()))
        # Without copies, a join that drops none would be planned into every later step.
        good = good.join(older, deduplication.POSITION, "left_anti") if copies else good
    broken = deduplication.not_unique(good, settings)
    if broken is not None:
        refused.append(publishing.refused(good.join(broken, deduplication.POSITION), "_broken", settings))
        good = good.join(broken, deduplication.POSITION, "left_anti")
    good = transforming.transformed(good, settings)
    if transforming.REJECT in good.columns:
        rejected = good.where("_reject is not null").withColumn("_broken", publishing.expression("array(_reject)"))
        refused.append(publishing.refused(rejected, "_broken", settings))
        good = good.where("_reject is null")
    return refused, copies, good


def read_rows(
    spark: SparkSession, clients: Clients, settings: Settings, sources: list[Source], report: Report
) -> tuple[DataFrame | None, list[reading.Tally], list[Source]]:
    """The rows of all files that can be read, their counts per file, and those files; the others get their reason."""
    checked, tallies, unreadable = reading.readable_rows(spark, sources, settings)
    for source, error in unreadable:
        report.files[source.name].file_reason = f"unreadable: Spark cannot read it: {error}"
    # A file that was overwritten or deleted meanwhile may fail Spark too: the retry reads the exact version.
    refuse_changed_files(clients.s3, [source for source, _ in unreadable])
    sources = [source for source in sources if source not in [each for each, _ in unreadable]]
    rows_in = reading.rows_in(tallies, sources)
    differing = [source for source in sources if rows_in[source.path] != source.records]
    # A file that was overwritten meanwhile also has other rows: the retry reads the exact version.
    refuse_changed_files(clients.s3, differing)
    for source in differing:
        counts = f"it holds {source.records} records, and Spark read {rows_in[source.path]}"
        report.files[source.name].file_reason = f"rows-differ: {counts}"
    sources = [source for source in sources if source not in differing]
    kept = {source.path for source in sources}
    tallies = [tally for tally in tallies if unquote(tally.path) in kept]
    for source in sources:
        report.files[source.name].rows_in = source.records
    return checked if sources else None, tallies, sources


def count_duplicates(report: Report, copies: dict[int, int], sources: list[Source]) -> None:
    """Take over how many older copies each file has."""
    names = [source.name for source in reading.oldest_first(sources)]
    for recency, count in copies.items():
        report.files[names[recency]].duplicates = count


def refuse_changed_files(s3: Any, sources: list[Source]) -> None:
    """End the run if a file got a new version while it was read in place; a retry reads the exact one."""
    for source in sources:
        if source.path == source.inspection.file.address and not inspection.is_current(s3, source.inspection.file):
            raise RunError(f"changed-while-reading: {source.name} got a newer version during the run.")


if __name__ == "__main__":
    main()
