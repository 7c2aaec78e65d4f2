"""Folders of S3, through the same file system that Spark reads and writes with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def exists(spark: SparkSession, address: str) -> bool:
    """Whether there is anything below an address."""
    path = hadoop_path(spark, address)
    return bool(file_system(spark, path).exists(path))


def remove(spark: SparkSession, address: str) -> None:
    """Delete a folder; none there is fine."""
    path = hadoop_path(spark, address)
    file_system(spark, path).delete(path, True)


def hadoop_path(spark: SparkSession, address: str) -> Any:
    """An address as Hadoop takes it."""
    return spark._jvm.org.apache.hadoop.fs.Path(address)  # type: ignore[union-attr]


def file_system(spark: SparkSession, path: Any) -> Any:
    """What Spark reads and writes a path with."""
    return path.getFileSystem(spark._jsc.hadoopConfiguration())
