"""Finds the ledger's rows about a file by its address, its key or its name."""

from dataclasses import dataclass
from typing import Any

from ledger.keys import newest_row, version_row
from ledger.ledger import Ledger, Row


@dataclass(frozen=True)
class FileAddress:
    """The file to find: a key, or only a file's name; a version if the address has one."""

    bucket: str | None
    key: str
    version: str | None = None

    @property
    def is_name(self) -> bool:
        """Whether the folder is not known."""
        return self.bucket is None and "/" not in self.key


def address_of(text: str) -> FileAddress:
    """Read s3://bucket/key, with or without ?versionId=, or a key, or a name."""
    if not text.startswith("s3://"):
        return FileAddress(None, text)
    address, _, version = text.removeprefix("s3://").partition("?versionId=")
    bucket, _, key = address.partition("/")
    return FileAddress(bucket, key, version or None)


def versions_in_bucket(s3: Any, bucket: str, prefix: str, wanted_file: FileAddress) -> list[Row]:
    """Return every version and delete marker in the bucket for the key or the name, newest first."""
    found: list[Row] = []
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        found += [version | {"IsDeletion": False} for version in page.get("Versions", [])]
        found += [marker | {"IsDeletion": True} for marker in page.get("DeleteMarkers", [])]
    fitting = [version for version in found if _fits(version["Key"], wanted_file)]
    return sorted(fitting, key=lambda version: (version["LastModified"], version["IsLatest"]), reverse=True)


def _fits(key: str, wanted_file: FileAddress) -> bool:
    return (key.rpartition("/")[2] if wanted_file.is_name else key) == wanted_file.key


def known_rows(ledger: Ledger, s3: Any, bucket: str, wanted_file: FileAddress) -> list[Row]:
    """Return the ledger's rows about every matching version, newest first."""
    rows = (
        _rows_by_name(ledger, wanted_file.key) if wanted_file.is_name else _rows_by_key(ledger, s3, bucket, wanted_file)
    )
    wanted = [row for row in rows if wanted_file.version in (None, row.get("version_id"))]
    return sorted(wanted, key=lambda row: (row["uploaded_at"], row["sequencer"]), reverse=True)


def _rows_by_key(ledger: Ledger, s3: Any, bucket: str, wanted_file: FileAddress) -> list[Row]:
    """Return rows by name: versions that S3 still has, and the newest version even if S3 has removed it."""
    versions = [each for each in versions_in_bucket(s3, bucket, wanted_file.key, wanted_file) if not each["IsDeletion"]]
    # In a bucket without versioning, the version id is null, and the ledger uses the content instead.
    files = {version_row(bucket, wanted_file.key, each["VersionId"]) for each in versions}
    files |= {
        version_row(bucket, wanted_file.key, each["ETag"].strip(chr(34)))
        for each in versions
        if each["VersionId"] == "null"
    }
    newest = (ledger.row(newest_row(bucket, wanted_file.key)) or {}).get("newest")
    rows = [ledger.row(file) for file in sorted(files | ({newest} if newest else set()))]
    return [row for row in rows if row]


def _rows_by_name(ledger: Ledger, name: str) -> list[Row]:
    """Return rows by a scan of the whole ledger, because no index has file names; a search by key is fast."""
    pages = ledger.client.get_paginator("scan").paginate(
        TableName=ledger.table,
        FilterExpression="contains(#key, :name)",
        ExpressionAttributeNames={"#key": "key"},
        ExpressionAttributeValues={":name": name},
    )
    return [row for page in pages for row in page["Items"] if row["key"].rpartition("/")[2] == name]
