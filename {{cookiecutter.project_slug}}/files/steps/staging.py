"""Gives Spark files under names that it can open, in exactly the version that the manifest names."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from output_layout import staging_key

from steps import folders
from steps.inspection import Inspection, version_of
from steps.reading import Source
from steps.settings import Manifest, Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Spark passes over hidden names, and Hadoop's paths cannot spell these: both without a word.
UNOPENABLE = re.compile(r"(^|/)[_.][^/]*$|\._COPYING_$|(^|/)\.{0,2}(/|$)|[:\x00-\x1f]")


def staging_folder(settings: Settings, manifest: Manifest) -> str:
    """Where the copies of one run lie; it is removed when the run ends."""
    return f"s3://{settings.output_bucket}/{staging_key(manifest.run)}"


def sources(
    spark: SparkSession, s3: Any, found: list[Inspection], settings: Settings, manifest: Manifest
) -> list[Source]:
    """The files to read: in place where the newest version is the manifest's, else as a staged copy."""
    readable = [inspection for inspection in found if inspection.layout is not None]
    folder = staging_folder(settings, manifest)
    return [
        Source(
            inspection,
            manifest.name_of(inspection.file),
            inspection.file.address if in_place(inspection) else _staged(spark, s3, inspection, f"{folder}/{number}"),
        )
        for number, inspection in enumerate(readable)
    ]


def in_place(inspection: Inspection) -> bool:
    """Whether Spark may read the object itself."""
    return inspection.current and not UNOPENABLE.search(inspection.file.key)


def _staged(spark: SparkSession, s3: Any, inspection: Inspection, address: str) -> str:
    address += ".gz" if inspection.file.key.endswith(".gz") else ""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / Path(address).name
        with copy.open("wb") as content:
            shutil.copyfileobj(s3.get_object(**version_of(inspection.file))["Body"], content)
        target, java = folders.hadoop_path(spark, address), spark._jvm
        file, system = java.java.io.File(str(copy)), folders.file_system(spark, target)  # type: ignore[union-attr]
        settings = spark._jsc.hadoopConfiguration()
        java.org.apache.hadoop.fs.FileUtil.copy(file, system, target, False, settings)  # type: ignore[union-attr]
    return address
