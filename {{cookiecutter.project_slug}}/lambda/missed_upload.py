"""Finds files that lie in the input bucket although no event told of them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from admission import is_no_data
from instant import as_text
from ledger import Ledger, Row
from upload_event import Upload

# Younger files may still be told of by their event; older ones have been looked for 200 times.
YOUNGEST = timedelta(minutes=15)
OLDEST = timedelta(days=2)
ROWS_PER_REQUEST = 100


def missed_uploads(
    s3: Any, ledger: Ledger, bucket: str, prefix: str, dataset: str, since: datetime | None
) -> list[Upload]:
    """Uploads of the last two days, or since a given moment, that the ledger does not know."""
    now = ledger.clock()
    oldest, youngest = since or now - OLDEST, now - YOUNGEST
    found = [
        _upload(version, bucket, dataset)
        for version in _versions(s3, bucket, prefix)
        if oldest <= version["LastModified"] <= youngest and not is_no_data(version["Key"])
    ]
    known = _known(ledger, [upload.file for upload in found])
    return [upload for upload in found if upload.file not in known]


def _versions(s3: Any, bucket: str, prefix: str) -> Iterator[Row]:
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        yield from page.get("Versions", [])


def _upload(version: Row, bucket: str, dataset: str) -> Upload:
    return Upload(
        dataset=dataset,
        bucket=bucket,
        key=version["Key"],
        version_id=None if version["VersionId"] == "null" else version["VersionId"],
        etag=version["ETag"].strip('"'),
        size=int(version["Size"]),
        # A listing does not tell the sequencer; that of any event is greater.
        sequencer="".zfill(32),
        uploaded_at=as_text(version["LastModified"]),
    )


def _known(ledger: Ledger, files: list[str]) -> set[str]:
    known: set[str] = set()
    for start in range(0, len(files), ROWS_PER_REQUEST):
        keys = [{"file": file} for file in files[start : start + ROWS_PER_REQUEST]]
        while keys:
            answer = ledger.client.batch_get_item(RequestItems={ledger.table: {"Keys": keys}})
            known |= {row["file"] for row in answer["Responses"].get(ledger.table, [])}
            keys = answer.get("UnprocessedKeys", {}).get(ledger.table, {}).get("Keys", [])
    return known
