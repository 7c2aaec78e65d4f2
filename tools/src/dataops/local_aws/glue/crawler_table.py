"""The raw table as a Glue crawler writes it, from the objects that it read."""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from dataops.local_aws.glue.crawler_schema import Schema
from dataops.local_aws.glue.hive_type import combined, written

HADOOP, HIVE = "org.apache.hadoop", "org.apache.hadoop.hive"
TEXT = (f"{HADOOP}.mapred.TextInputFormat", f"{HIVE}.ql.io.HiveIgnoreKeyTextOutputFormat")
PARQUET, ORC = f"{HIVE}.ql.io.parquet", f"{HIVE}.ql.io.orc"
# The input format, the output format and the SerDe of each classification.
READ_BY = {
    "csv": (*TEXT, f"{HIVE}.serde2.lazy.LazySimpleSerDe"),
    "json": (*TEXT, "org.openx.data.jsonserde.JsonSerDe"),
    "parquet": (
        f"{PARQUET}.MapredParquetInputFormat",
        f"{PARQUET}.MapredParquetOutputFormat",
        f"{PARQUET}.serde.ParquetHiveSerDe",
    ),
    "orc": (f"{ORC}.OrcInputFormat", f"{ORC}.OrcOutputFormat", f"{ORC}.OrcSerde"),
}
PARTITIONS_PER_REQUEST = 100
Read = list[tuple["Stored", Schema]]


@dataclass(frozen=True)
class Crawler:
    """The source and destination of a crawl, from GetCrawler; without a sample size every file is read."""

    name: str
    bucket: str
    prefix: str
    database: str
    table_prefix: str
    sample_size: int | None

    @property
    def location(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}"

    @property
    def table(self) -> str:
        """The name of the raw table: the last folder, with an underscore for each character that is not allowed."""
        folder = (self.prefix or self.bucket).rstrip("/").rpartition("/")[2]
        return f"{self.table_prefix}{re.sub(r'[^a-z0-9_]', '_', folder.lower())}"


@dataclass(frozen=True)
class Stored:
    """One object that contains data."""

    key: str
    size: int
    age: float

    @property
    def folder(self) -> str:
        return self.key.rpartition("/")[0]


def partition_keys(stored: list[Stored], crawler: Crawler) -> list[str]:
    """The partition keys, one per folder level, named before its `=`; none unless all files have the same levels."""
    levels = {tuple(_key(*level) for level in enumerate(_folders(each, crawler))) for each in stored}
    return list(levels.pop()) if len(levels) == 1 else []


def _folders(stored: Stored, crawler: Crawler) -> list[str]:
    return [folder for folder in stored.folder[len(crawler.prefix) :].split("/") if folder]


def _key(level: int, folder: str) -> str:
    return folder.partition("=")[0].lower() if "=" in folder else f"partition_{level}"


def partitions_of(stored: list[Stored], crawler: Crawler) -> dict[tuple[str, ...], str]:
    """The location of each partition, by its values."""
    found = {}
    for each in stored:
        folders = _folders(each, crawler)
        values = tuple(unquote(folder.partition("=")[2]) if "=" in folder else folder for folder in folders)
        found[values] = f"s3://{crawler.bucket}/{each.folder}/"
    return found


def table_of(crawler: Crawler, stored: list[Stored], read: Read) -> dict[str, Any]:
    """The input of CreateTable: the columns of all files together, each as wide as the widest."""
    first, schemas = read[0][1], [schema for _, schema in read]
    keys = partition_keys(stored, crawler)
    names = [name for name in dict.fromkeys(name for schema in schemas for name in schema.columns) if name not in keys]
    kinds = [written(combined(schema.columns.get(name) for schema in schemas)) for name in names]
    parameters = _parameters(crawler, stored, read)
    input_format, output_format, library = READ_BY[first.classification]
    storage = {
        "Columns": [{"Name": name, "Type": kind} for name, kind in zip(names, kinds, strict=True)],
        "Location": crawler.location,
        "InputFormat": input_format,
        "OutputFormat": output_format,
        "Compressed": parameters["compressionType"] != "none",
        "NumberOfBuckets": -1,
        "SerdeInfo": {"SerializationLibrary": library, "Parameters": _serde_parameters(first, names)},
        "BucketColumns": [],
        "SortColumns": [],
        "Parameters": parameters,
        "StoredAsSubDirectories": False,
    }
    keyed = [{"Name": key, "Type": "string"} for key in keys]
    table = {"Name": crawler.table, "Owner": "owner", "Retention": 0, "TableType": "EXTERNAL_TABLE"}
    return table | {"Parameters": parameters, "PartitionKeys": keyed, "StorageDescriptor": storage}


def _serde_parameters(schema: Schema, names: list[str]) -> dict[str, str]:
    if schema.classification == "csv":
        return {"field.delim": schema.parameters["delimiter"]}
    return {"paths": ",".join(sorted(names))} if schema.classification == "json" else {"serialization.format": "1"}


def _parameters(crawler: Crawler, stored: list[Stored], read: Read) -> dict[str, str]:
    """The table parameters that Glue sets after a crawl; values of unread files are estimated from read ones."""
    first = read[0][1]
    sampled = sum(each.size for each, _ in read)
    rows = sum(schema.rows for _, schema in read)
    total = sum(each.size for each in stored)
    records = max(1, round(rows * total / sampled))
    return first.parameters | {
        "classification": first.classification,
        "compressionType": Counter(schema.compression for _, schema in read).most_common(1)[0][0],
        "typeOfData": "file",
        "CrawlerSchemaDeserializerVersion": "1.0",
        "CrawlerSchemaSerializerVersion": "1.0",
        "UPDATED_BY_CRAWLER": crawler.name,
        "objectCount": str(len(stored)),
        "sizeKey": str(total),
        "recordCount": str(records),
        "averageRecordSize": str(max(1, total // records)),
    }


def write_table(glue: Any, database: str, table: dict[str, Any]) -> dict[str, int]:
    """Create or update the table: columns keep their places, new ones come last, missing ones are removed."""
    location = table["StorageDescriptor"]["Location"]
    known = _known(glue, database, table["Name"])
    if known and known["StorageDescriptor"]["Location"] != location:
        # Another folder of the same name came first: Glue distinguishes the two in this way.
        table["Name"] += f"_{hashlib.md5(location.encode(), usedforsecurity=False).hexdigest()}"
        known = _known(glue, database, table["Name"])
    if not known:
        glue.create_table(DatabaseName=database, TableInput=table)
        return {"tablesCreated": 1}
    positions = {column["Name"]: position for position, column in enumerate(known["StorageDescriptor"]["Columns"])}
    table["StorageDescriptor"]["Columns"].sort(key=lambda column: positions.get(column["Name"], len(positions)))
    if {name: known.get(name) for name in table} == table:
        return {}
    glue.update_table(DatabaseName=database, TableInput=table)
    return {"tablesUpdated": 1}


def write_partitions(
    glue: Any, database: str, table: dict[str, Any], partitions: dict[tuple[str, ...], str]
) -> dict[str, int]:
    """Add the partitions that the catalog lacks, each described as its table is."""
    if not table["PartitionKeys"]:
        return {}
    table_name = {"DatabaseName": database, "TableName": table["Name"]}
    pages = glue.get_paginator("get_partitions").paginate(**table_name)
    known = {tuple(partition["Values"]) for page in pages for partition in page["Partitions"]}
    new = [
        {"Values": list(values), "StorageDescriptor": table["StorageDescriptor"] | {"Location": location}}
        for values, location in partitions.items()
        if values not in known
    ]
    for start in range(0, len(new), PARTITIONS_PER_REQUEST):
        glue.batch_create_partition(**table_name, PartitionInputList=new[start : start + PARTITIONS_PER_REQUEST])
    return {"partitionsCreated": len(new)}


def _known(glue: Any, database: str, name: str) -> dict[str, Any] | None:
    try:
        table: dict[str, Any] = glue.get_table(DatabaseName=database, Name=name)["Table"]
    except glue.exceptions.EntityNotFoundException:
        return None
    return table
