"""Finds the ledger's rows about a file by its address, its key or its bare name."""

from dataclasses import dataclass
from typing import Any

from ledger.keys import newest_row, version_row
from ledger.ledger import Ledger, Row


@dataclass(frozen=True)
class Place:
    """What was asked for: a key, or only a file's name; a version where the address names one."""

    bucket: str | None
    key: str
    version: str | None = None

    @property
    def is_name(self) -> bool:
        """Whether the folder is not known."""
        return self.bucket is None and "/" not in self.key


def place_of(text: str) -> Place:
    """Read s3://bucket/key, with or without ?versionId=, or a key, or a name."""
    if not text.startswith("s3://"):
        return Place(None, text)
    address, _, version = text.removeprefix("s3://").partition("?versionId=")
    bucket, _, key = address.partition("/")
    return Place(bucket, key, version or None)


def versions_in_bucket(s3: Any, bucket: str, prefix: str, place: Place) -> list[Row]:
    """Every version and delete marker that the bucket has of the key or the name, newest first."""
    found: list[Row] = []
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        found += [version | {"IsDeletion": False} for version in page.get("Versions", [])]
        found += [marker | {"IsDeletion": True} for marker in page.get("DeleteMarkers", [])]
    fitting = [version for version in found if _fits(version["Key"], place)]
    return sorted(fitting, key=lambda version: (version["LastModified"], version["IsLatest"]), reverse=True)


def _fits(key: str, place: Place) -> bool:
    return (key.rpartition("/")[2] if place.is_name else key) == place.key


def known_rows(ledger: Ledger, s3: Any, bucket: str, place: Place) -> list[Row]:
    """The ledger's rows about every version that was asked for, newest first."""
    rows = _rows_by_name(ledger, place.key) if place.is_name else _rows_by_key(ledger, s3, bucket, place)
    wanted = [row for row in rows if place.version in (None, row.get("version_id"))]
    return sorted(wanted, key=lambda row: (row["uploaded_at"], row["sequencer"]), reverse=True)


def _rows_by_key(ledger: Ledger, s3: Any, bucket: str, place: Place) -> list[Row]:
    """By name of the row: what S3 still has, and the newest version even when S3 has removed it."""
    versions = [each for each in versions_in_bucket(s3, bucket, place.key, place) if not each["IsDeletion"]]
    # A bucket without versioning calls its one version null, and the ledger calls it by its content.
    files = {version_row(bucket, place.key, each["VersionId"]) for each in versions}
    files |= {
        version_row(bucket, place.key, each["ETag"].strip(chr(34))) for each in versions if each["VersionId"] == "null"
    }
    newest = (ledger.row(newest_row(bucket, place.key)) or {}).get("newest")
    rows = [ledger.row(file) for file in sorted(files | ({newest} if newest else set()))]
    return [row for row in rows if row]


def _rows_by_name(ledger: Ledger, name: str) -> list[Row]:
    """No index knows bare names, so this reads the whole ledger; a key is found at once."""
    pages = ledger.client.get_paginator("scan").paginate(
        TableName=ledger.table,
        FilterExpression="contains(#key, :name)",
        ExpressionAttributeNames={"#key": "key"},
        ExpressionAttributeValues={":name": name},
    )
    return [row for page in pages for row in page["Items"] if row["key"].rpartition("/")[2] == name]
