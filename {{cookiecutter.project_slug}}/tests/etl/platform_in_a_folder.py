"""The platform of the ETL tests: S3 in memory for boto3, the same objects in folders that Spark reads as s3://."""

import gzip
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import etl
import pytest
import snowpark_connect_deps_iceberg
from moto import mock_aws
from pyspark.sql import Row, SparkSession
from steps import published_table
from steps.failure import RunError
from steps.settings import Manifest, ManifestFile, Settings, batch_of, settings_from

INPUT, OUTPUT, QUARANTINE = "acme-test-input", "acme-test-output", "acme-test-quarantine"
BUCKETS = (INPUT, OUTPUT, QUARANTINE)
DATABASE = "acme_test"
MIDNIGHT = "2026-03-01T00:00:00Z"
NO_RULE = {
    "format": None,
    "required": False,
    "unique": False,
    "minimum": None,
    "maximum": None,
    "one_of": None,
    "pattern": None,
}
ICEBERG_JARS = Path(snowpark_connect_deps_iceberg.__file__).parent / "jars"
SMALL_AND_QUIET = {
    "spark.master": "local[2]",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.catalogImplementation": "in-memory",
    # Not UTC, like most machines: times are right only because the job's own session is in UTC.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Duser.timezone=America/New_York",
    "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme",
    "spark.hadoop.fs.file.impl": "org.apache.hadoop.fs.RawLocalFileSystem",
    # Tables in folders instead of the Glue catalog.
    "spark.sql.catalog.lake.type": "hadoop",
}


def column(name: str, type: str = "string", **rules: Any) -> dict[str, Any]:
    """Return one column as Terraform gives it to the job: with every key."""
    return {"name": name, "type": type, **NO_RULE, **rules}


def job_settings(columns: Iterable[dict[str, Any]], **changes: Any) -> Settings:
    """Return the settings of a CSV dataset called orders, with some of them changed."""
    given: dict[str, Any] = {
        "project": "acme",
        "environment": "test",
        "dataset": "orders",
        "format": "csv",
        "delimiter": ",",
        "quoted_newlines": True,
        "missing_values": [],
        "columns": list(columns),
        "primary_key": [],
        "newest_by": None,
        "partition_by": None,
        "maximum_quarantined_share": 1.0,
        "on_drift": "report",
        "input_bucket": INPUT,
        "output_bucket": OUTPUT,
        "quarantine_bucket": QUARANTINE,
        "database": DATABASE,
    }
    return settings_from(json.dumps(given | changes))


@dataclass
class Outcome:
    """The result of one run; `published` and `quarantined` are read back from the outputs."""

    report: dict[str, Any]
    read: Callable[[], list[Row]]
    quarantined: list[dict[str, Any]]
    failure: str | None = None

    @cached_property
    def published(self) -> list[Row]:
        """Return the rows of the batch that the table holds when they are first asked for."""
        return self.read()

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """(rows in, published, quarantined, duplicates): of a first batch, nothing is superseded."""
        report = self.report
        return report["rows_in"], report["published"], report["quarantined"], report["duplicates"]

    @property
    def reasons(self) -> list[list[str]]:
        """Return the reasons of each quarantined row, by file and line."""
        return [row["reasons"] for row in self.quarantined]

    def column(self, name: str) -> list[Any]:
        """Return one published column, sorted."""
        return sorted((row[name] for row in self.published), key=lambda value: (value is None, value))


@dataclass
class Platform:
    """Buckets that boto3 and Spark both see."""

    root: Path
    spark: SparkSession
    files: list[ManifestFile] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clients = etl.Clients(boto3.client("s3"), boto3.client("cloudwatch"))
        for bucket in BUCKETS:
            location = {"LocationConstraint": "eu-west-1"}
            self.clients.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=location)
            shutil.rmtree(self.root / bucket, ignore_errors=True)
            (self.root / bucket).mkdir(parents=True)
        versioning = {"Status": "Enabled"}
        self.clients.s3.put_bucket_versioning(Bucket=INPUT, VersioningConfiguration=versioning)

    @classmethod
    def beside(cls, other: "Platform", spark: SparkSession) -> "Platform":
        """Return the same platform for a run at the same time, with a session and clients of its own."""
        made = cls.__new__(cls)
        made.root, made.spark, made.files = other.root, spark, []
        made.clients = etl.Clients(boto3.client("s3"), boto3.client("cloudwatch"))
        return made

    def upload(self, key: str, content: str | bytes, uploaded_at: str = MIDNIGHT, sequencer: str = "") -> ManifestFile:
        """Put one object for boto3, and for Spark if a folder can hold its name."""
        body = content.encode() if isinstance(content, str) else content
        stored = self.clients.s3.put_object(Bucket=INPUT, Key=key, Body=body)
        path = self.root / INPUT / key
        if "//" not in key:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        file = ManifestFile(INPUT, key, stored["VersionId"], stored["ETag"], len(body), uploaded_at, sequencer)
        self.files.append(file)
        return file

    def upload_gzip(self, key: str, content: str) -> ManifestFile:
        """Put one compressed object."""
        return self.upload(key, gzip.compress(content.encode(), mtime=0))

    def run(self, settings: Settings, attempt: int = 1, files: list[ManifestFile] | None = None) -> Outcome:
        """Run the job over the uploaded files, and read back its result."""
        manifest = manifest_of(self.files if files is None else files, attempt)
        failure = None
        try:
            etl.run(lambda: self.spark, self.clients, settings, manifest)
        except RunError as failed:
            failure = str(failed)
        return self.outcome(settings, manifest, failure)

    def outcome(self, settings: Settings, manifest: Manifest, failure: str | None = None) -> Outcome:
        """Read back report, published rows and quarantine."""
        key = f"_reports/orders/{manifest.run}.json"
        report = json.loads(self.clients.s3.get_object(Bucket=OUTPUT, Key=key)["Body"].read())
        return Outcome(report, lambda: self.published(settings, manifest), self.quarantined(manifest), failure)

    def folder(self, address: str) -> Path:
        """Return the folder of a bucket's folder on this machine."""
        return self.root / address.removeprefix("s3://")

    def published(self, settings: Settings, manifest: Manifest) -> list[Row]:
        """Return the rows of a batch that the table holds."""
        return [row for row in self.table(settings) if row["_batch"] == manifest.batch]

    def table(self, settings: Settings) -> list[Row]:
        """Return what readers see: times in UTC, and the place of a row under the names of the view."""
        name = published_table.table_name(settings)
        if not self.spark.catalog.tableExists(name):
            return []
        rows = self.spark.table(name).withColumnsRenamed({"_source_file": "_file", "_source_line": "_line"})
        # Not by Spark: to sort a few rows, it reads them twice.
        return sorted(rows.collect(), key=lambda row: (row["_file"], int(row["_line"])))

    def quarantined(self, manifest: Manifest) -> list[dict[str, Any]]:
        """Return the rows in the batch's quarantine, by file and line."""
        parts = (self.root / QUARANTINE / "orders" / f"batch_id={manifest.batch}").glob("part-*.json")
        rows = [json.loads(line) for part in parts for line in part.read_text().splitlines()]
        return sorted(rows, key=lambda row: (row["file"], row["line"]))


def manifest_of(files: list[ManifestFile], attempt: int = 1) -> Manifest:
    """Return a manifest whose batch follows from its files alone."""
    batch = batch_of(files)
    return Manifest(1, f"{batch}-{attempt}", "orders", batch, list(files))


@pytest.fixture(scope="session")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("s3")


@pytest.fixture(scope="session")
def spark(storage: Path) -> Iterator[SparkSession]:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder
    for bucket in BUCKETS:
        (storage / bucket).mkdir()
        folder = (storage / bucket).as_uri()
        builder = builder.config(f"spark.hadoop.fs.viewfs.mounttable.{bucket}.linkFallback", folder)
    of_tables = published_table.session_settings(job_settings([]))
    jar = {"spark.jars": str(next(ICEBERG_JARS.glob("iceberg-spark-runtime-3.5_2.12-*.jar")))}
    for name, value in (SMALL_AND_QUIET | etl.SPARK_SETTINGS | of_tables | jar).items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture
def platform(storage: Path, spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    # The job sets it to UTC for some files; this is the one that Java was started with.
    spark._jvm.java.util.TimeZone.setDefault(None)  # type: ignore[union-attr]
    for name, value in {"AWS_DEFAULT_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "test"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        yield Platform(storage, spark)
        spark.catalog.clearCache()
