"""Writes the settings with which a plain `python files/etl.py` works on this machine; the job does not change."""

import importlib.util
from pathlib import Path

from dataops.local_aws.glue.java_options import java_options

SPARK = {
    "spark.master": "local[*]",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
    # Hadoop includes a file system that serves s3:// addresses from folders, so the job reads real addresses.
    "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme",
    "spark.hadoop.fs.file.impl": "org.apache.hadoop.fs.RawLocalFileSystem",
    # Static: a Spark that was started before the job takes it from here. The catalog is a folder, on AWS it is Glue's.
    "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
    "spark.sql.catalog.lake.type": "hadoop",
}
# The jar of Spark 3.5 and Scala 2.12, which PySpark 3.5 is; AWS Glue brings its own.
ICEBERG = ("snowpark_connect_deps_iceberg", "jars/iceberg-spark-runtime-3.5_2.12-*.jar")
QUIET = """rootLogger.level = error
rootLogger.appenderRef.stdout.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %p %c{1}: %m%n
"""


def write(conf: Path, storage: Path, buckets: list[str], memory: str = "1g", input_bytes: int = 0) -> None:
    """Write Spark's settings to `conf`: each bucket is a folder below `storage`, and s3:// addresses resolve to it."""
    conf.mkdir(parents=True, exist_ok=True)
    mounts = {}
    for bucket in buckets:
        (storage / bucket).mkdir(parents=True, exist_ok=True)
        mounts[f"spark.hadoop.fs.viewfs.mounttable.{bucket}.linkFallback"] = (storage / bucket).resolve().as_uri()
    mounts["spark.jars"] = ",".join(jar.as_uri() for jar in iceberg_jars())
    java = {"spark.driver.memory": memory, "spark.driver.extraJavaOptions": java_options(input_bytes)}
    lines = [f"{name} {value}\n" for name, value in (SPARK | java | mounts).items()]
    (conf / "spark-defaults.conf").write_text("".join(lines), encoding="utf-8")
    (conf / "log4j2.properties").write_text(QUIET, encoding="utf-8")


def iceberg_jars() -> list[Path]:
    """Iceberg for Spark, from the package index."""
    package, pattern = ICEBERG
    found = importlib.util.find_spec(package)
    return list(Path(found.origin).parent.glob(pattern)) if found and found.origin else []
