"""One quarantined value for each reason of a file, for the report on a laptop: the report of AWS shows no value."""

import json
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

Row = dict[str, Any]
LONGEST = 60


def examples_of(s3: Any, bucket: str, row: Row, reasons: list[str]) -> dict[str, str]:
    """Return one value for each reason from the quarantine; a reason whose rows cannot be read has none."""
    if not reasons or "run" not in row:
        return {}
    try:
        found = first_records(s3, bucket, row, set(reasons))
    except ClientError:
        return {}
    return {reason: shortened(value_of(reason, record)) for reason, record in found.items()}


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


def value_of(reason: str, record: str) -> str:
    """Return the value of the reason's column; the whole record if it was not split into columns, or has no such one.

    docs/etl.md of the project says what the quarantine holds: a row's cells by column as JSON, or the raw line.
    """
    try:
        cells = json.loads(record)
    except ValueError:
        return record
    column = reason.partition(":")[2]
    return as_text(cells[column]) if isinstance(cells, dict) and column in cells else record


def as_text(value: Any) -> str:
    """Return a JSON value as in the file; a string without its quotes."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def shortened(value: str) -> str:
    """Return a value in quotes, cut to a length that a table can show."""
    return f"'{value}'" if len(value) <= LONGEST else f"'{value[: LONGEST - 1]}…'"
