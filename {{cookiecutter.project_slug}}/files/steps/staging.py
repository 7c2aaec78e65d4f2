"""Gives Spark files under names that it can open, in exactly the version that the manifest names."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from output_layout import staging_key

from steps import csv_records, json_records, storage
from steps.inspection import Inspection, content_of, grammar_of, version_of
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
    found_sources = []
    for number, inspection in enumerate(readable):
        path, records = inspection.file.address, inspection.records
        if not unchanged(inspection):
            path, counted = _staged(spark, s3, inspection, f"{folder}/{number}", settings)
            records = counted if records is None else records
        if records:
            found_sources.append(Source(inspection, manifest.name_of(inspection.file), path, records))
    return found_sources


def unchanged(inspection: Inspection) -> bool:
    """Whether Spark may read the object itself."""
    return inspection.current and not inspection.must_be_copied and not UNOPENABLE.search(inspection.file.key)


def _staged(
    spark: SparkSession, s3: Any, inspection: Inspection, address: str, settings: Settings
) -> tuple[str, int | None]:
    """Copy a file; returns where the copy lies and, if its records were rewritten, how many there are."""
    # A copy of text is unpacked; only Parquet and ORC are copied byte by byte.
    assert inspection.layout is not None
    counted: int | None = None
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / Path(address).name
        with copy.open("wb") as written:
            if not inspection.layout.is_text:
                shutil.copyfileobj(s3.get_object(**version_of(inspection.file))["Body"], written)
            elif inspection.records is None:
                counted = sum(1 for record in _rewritten(s3, inspection, settings) if written.write(record))
            else:
                written.writelines(content_of(s3, inspection.file, settings).blocks())
        target, java = storage.hadoop_path(spark, address), spark._jvm
        file, system = java.java.io.File(str(copy)), storage.file_system(spark, target)  # type: ignore[union-attr]
        hadoop = spark._jsc.hadoopConfiguration()
        java.org.apache.hadoop.fs.FileUtil.copy(file, system, target, False, hadoop)  # type: ignore[union-attr]
    return address, counted


def _rewritten(s3: Any, inspection: Inspection, settings: Settings) -> Iterator[bytes]:
    blocks = content_of(s3, inspection.file, settings).blocks()
    if settings.format == "json":
        return json_records.rewritten(blocks)
    assert inspection.layout is not None
    return csv_records.rewritten(blocks, grammar_of(settings), len(inspection.layout.names), settings.header)
