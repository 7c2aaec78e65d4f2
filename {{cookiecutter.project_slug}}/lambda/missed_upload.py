"""Finds files that are in the input bucket although no event reported them: a page of the listing at a time."""

from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from admission import is_no_data
from instant import as_moment, as_text
from ledger import Ledger, Row
from upload_event import Upload

# The event of a younger file may still come.
YOUNGEST = timedelta(minutes=15)
# How far back a pass looks from the beginning of the pass before it.
OLDEST = timedelta(days=2)
ROWS_PER_REQUEST = 100
VERSIONS_PER_PAGE = 1_000
# How much one sweep lists bounds what a month of listing costs.
PAGES_PER_SWEEP = 100


@dataclass(frozen=True)
class Listing:
    """A pass over all versions below a dataset's prefix, in as many sweeps as it needs; `follows` is the one before.

    `key` and `version` are S3's markers of where it goes on, empty at the first page.
    """

    began: str
    oldest: str
    follows: str = ""
    key: str = ""
    version: str = ""

    @property
    def position(self) -> dict[str, str]:
        """Where S3 goes on."""
        markers = {"KeyMarker": self.key, "VersionIdMarker": self.version}
        return {name: marker for name, marker in markers.items() if marker}


def listing_of(ledger: Ledger, dataset: str, since: datetime | None) -> Listing:
    """The pass that is under way, or a new one: over uploads since a given moment, or those of the last two days."""
    known = ledger.row(f"dataset/{dataset}") or {}
    if since is None and "listing_began" in known:
        return Listing(**{field.name: known.get(f"listing_{field.name}", "") for field in fields(Listing)})
    # What came while the last pass was under way may be where that pass had been already.
    follows = known.get("listed_at", "")
    oldest = since or as_moment(follows or ledger.now()) - OLDEST
    return Listing(began=ledger.now(), oldest=as_text(oldest), follows=follows)


def remember(ledger: Ledger, dataset: str, listing: Listing, following: Listing | None) -> None:
    """Note where the next page begins, or that the pass has ended; a pass of one page after another needs no note."""
    if following is None and not listing.key and not listing.follows:
        return
    values = {f"listing_{name}": value for name, value in asdict(following or listing).items()}
    if following:
        ledger.change(f"dataset/{dataset}", values, {})
    else:
        ended = {"listed_at": listing.began if listing.key else ""}
        ledger.change(f"dataset/{dataset}", ended, {}, remove=tuple(values))


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
