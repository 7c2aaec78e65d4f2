"""Finds files that are in the input bucket although no event reported them: a page of the listing at a time."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from ledger.ledger import Ledger, Row
from ledger.timestamps import as_moment, as_text
from runtime.aws import each

from uploads.admission import is_no_data
from uploads.intake import Intake
from uploads.upload_event import Upload
from uploads.upload_listing import PAGES_PER_SWEEP, Listing, has_time, remember

# The event of a younger file may still come.
YOUNGEST = timedelta(minutes=15)
ROWS_PER_REQUEST = 100


def record_missed(s3: Any, intake: Intake, prefix: str, dataset: str, listing: Listing, context: Any) -> int:
    """Go on with a listing for some pages, and write down what it finds; how many files that were."""
    ledger, bucket, found = intake.crawlers.ledger, intake.input_bucket, 0
    for _ in range(PAGES_PER_SWEEP):
        if not has_time(context):
            break
        missed, following = missed_uploads(s3, ledger, bucket, prefix, dataset, listing)
        each(intake.record, missed)
        remember(ledger, dataset, listing, following)
        found += len(missed)
        if following is None:
            break
        listing = following
    return found


def missed_uploads(
    s3: Any, ledger: Ledger, bucket: str, prefix: str, dataset: str, listing: Listing
) -> tuple[list[Upload], Listing | None]:
    """The uploads of one page that the ledger does not know, and the listing from there on; None at its end."""
    page = s3.list_object_versions(Bucket=bucket, Prefix=prefix, **listing.position)
    oldest, youngest = as_moment(listing.oldest), ledger.clock() - YOUNGEST
    found = [
        _upload(version, bucket, dataset)
        for version in page.get("Versions", [])
        if oldest <= version["LastModified"] <= youngest and not is_no_data(version["Key"])
    ]
    known = _known(ledger, [upload.file for upload in found])
    missed = [upload for upload in found if upload.file not in known]
    if not page["IsTruncated"]:
        return missed, None
    return missed, replace(listing, key=page["NextKeyMarker"], version=page.get("NextVersionIdMarker", ""))


def _upload(version: Row, bucket: str, dataset: str) -> Upload:
    return Upload(
        dataset=dataset,
        bucket=bucket,
        key=version["Key"],
        version_id=None if version["VersionId"] == "null" else version["VersionId"],
        etag=version["ETag"].strip('"'),
        size=int(version["Size"]),
        # A listing has no sequencer; that of any event is greater.
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
