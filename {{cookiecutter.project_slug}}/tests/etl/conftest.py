"""One Spark session for all ETL tests, and a fresh platform for each."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import etl
import pytest
import snowpark_connect_deps_iceberg
from moto import mock_aws
from platform_in_a_folder import BUCKETS, Platform, job_settings
from pyspark.sql import SparkSession
from steps import iceberg

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
    # Not UTC, as most machines are: times come out right only because the job's own session is in UTC.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Duser.timezone=America/New_York",
    "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme",
}


@pytest.fixture(scope="session")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("s3")


@pytest.fixture(scope="session")
def spark(storage: Path) -> Iterator[SparkSession]:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder
    for bucket in BUCKETS:
        (storage / bucket).mkdir()
        place = (storage / bucket).as_uri()
        builder = builder.config(f"spark.hadoop.fs.viewfs.mounttable.{bucket}.linkFallback", place)
    for name, value in (SMALL_AND_QUIET | etl.SPARK_SETTINGS | local_iceberg(storage)).items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def local_iceberg(storage: Path) -> dict[str, str]:
    """Iceberg's jar, and its tables in a folder in place of the Glue catalog."""
    given = iceberg.session_settings(job_settings([]))
    changes = {"type": "hadoop", "warehouse": (storage / "lake").as_uri()}
    jar = next(ICEBERG_JARS.glob("iceberg-spark-runtime-3.5_2.12-*.jar"))
    return given | {f"spark.sql.catalog.lake.{key}": value for key, value in changes.items()} | {"spark.jars": str(jar)}


@pytest.fixture
def platform(storage: Path, spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    for name, value in {"AWS_DEFAULT_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "test"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        yield Platform(storage, spark)
        spark.catalog.clearCache()
