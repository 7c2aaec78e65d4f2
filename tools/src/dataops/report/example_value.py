"""One quarantined value for each reason of a file, for the report on a laptop: the report of AWS shows no value."""

import csv
import json
from collections.abc import Iterator
from typing import Any

import dataops.project.fitting  # noqa: F401 the modules of the project's lambda/ can be imported from here on

# isort: split
from botocore.exceptions import ClientError
from column_name import normalised

Row = dict[str, Any]
LONGEST = 60
HEADER_BYTES = 65_536


def examples_of(s3: Any, buckets: dict[str, str], dataset: Row, row: Row, reasons: list[str]) -> dict[str, str]:
    """Return one value for each reason; a reason whose rows cannot be read has none."""
    if not reasons or "run" not in row:
        return {}
    try:
        found = first_records(s3, buckets["quarantine"], row, set(reasons))
        header = header_of(s3, dataset, row) if found else []
    except ClientError:
        return {}
    return {reason: shortened(value_of(reason, record, header, dataset)) for reason, record in found.items()}


def first_records(s3: Any, bucket: str, row: Row, reasons: set[str]) -> dict[str, str]:
    """Return the first quarantined record of a file for each reason; it stops once there is one for all."""
    address, found = f"s3://{row['bucket']}/{row['key']}", dict[str, str]()
    names = {address, f"{address}?versionId={row.get('version_id')}"}
    for refused in quarantined(s3, bucket, f"{row['dataset']}/batch_id={row['run'].rpartition('-')[0]}/"):
        if refused["file"] in names:
            for reason in reasons.intersection(refused["reasons"]) - found.keys():
                found[reason] = refused["record"] or ""
        if found.keys() == reasons:
            break
    return found


def quarantined(s3: Any, bucket: str, folder: str) -> Iterator[Row]:
    """Return the quarantined rows of a batch one by one: file, line, reasons, record."""
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=folder):
        for stored in page.get("Contents", []):
            yield from map(json.loads, s3.get_object(Bucket=bucket, Key=stored["Key"])["Body"].iter_lines())


def header_of(s3: Any, dataset: Row, row: Row) -> list[str]:
    """Return the column names of a CSV file in its own order; of any other file the declared ones."""
    declared = [column["name"] for column in dataset["columns"]]
    if dataset["format"] != "csv" or not dataset.get("header", True) or row["key"].endswith(".gz"):
        return declared
    version = {"VersionId": row["version_id"]} if row.get("version_id") else {}
    body = s3.get_object(Bucket=row["bucket"], Key=row["key"], Range=f"bytes=0-{HEADER_BYTES - 1}", **version)["Body"]
    text = body.read().decode(dataset.get("encoding") or "utf-8", "replace").lstrip("\ufeff")
    return next(csv.reader(text.splitlines(), delimiter=dataset.get("delimiter") or ","), declared)


def value_of(reason: str, record: str, header: list[str], dataset: Row) -> str:
    """Return the value of the reason's column; the whole record if the reason has none, or no value is known."""
    column = reason.partition(":")[2]
    cells = cells_of(record, header, dataset)
    return cells.get(normalised(column), record) if column else record


def cells_of(record: str, header: list[str], dataset: Row) -> dict[str, str]:
    """Return the cells of a record by column; empty if it cannot be taken apart."""
    if dataset["format"] != "csv":
        try:
            content = json.loads(record)
        except ValueError:
            return {}
        return (
            {normalised(name): as_text(value) for name, value in content.items()} if isinstance(content, dict) else {}
        )
    try:
        cells = next(csv.reader([record], delimiter=dataset.get("delimiter") or ","), [])
    except csv.Error:
        return {}
    return dict(zip(map(normalised, header), cells, strict=True)) if len(cells) == len(header) else {}


def as_text(value: Any) -> str:
    """Return a JSON value as in the file; a string without its quotes."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def shortened(value: str) -> str:
    """Return a value in quotes, cut to a length that a table can show."""
    return f"'{value}'" if len(value) <= LONGEST else f"'{value[: LONGEST - 1]}…'"
