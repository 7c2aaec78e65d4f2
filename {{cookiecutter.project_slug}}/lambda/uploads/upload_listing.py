"""The progress of the listing of a dataset's files, kept in the ledger from one sweep to the next."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from ledger.keys import dataset_row
from ledger.ledger import Ledger
from ledger.timestamps import as_moment, as_text

VERSIONS_PER_PAGE = 1_000
# The number of pages per sweep limits the monthly cost of listing.
PAGES_PER_SWEEP = 100
# The maximum duration of one page: a thousand files that the ledger does not have.
MILLISECONDS_FOR_A_PAGE = 60_000
# The time by which a pass overlaps with the start of the pass before it.
OLDEST = timedelta(days=2)


@dataclass(frozen=True)
class Listing:
    """A pass over all versions below a dataset's prefix, in as many sweeps as needed; `follows` is the one before.

    `key` and `version` are S3's markers for the next page, empty at the first page.
    """

    began: str
    oldest: str
    follows: str = ""
    key: str = ""
    version: str = ""

    @property
    def position(self) -> dict[str, str]:
        """Return S3's markers for the next page."""
        markers = {"KeyMarker": self.key, "VersionIdMarker": self.version}
        return {name: marker for name, marker in markers.items() if marker}


def listing_of(ledger: Ledger, dataset: str, since: datetime | None) -> Listing:
    """Return the current pass, or a new one: over uploads since a given time, or those of the last two days."""
    known = ledger.row(dataset_row(dataset)) or {}
    if since is None and "listing_began" in known:
        return Listing(**{field.name: known.get(f"listing_{field.name}", "") for field in fields(Listing)})
    # Files that came during the last pass may have sorted before its position.
    follows = known.get("listed_at", "")
    oldest = since or as_moment(follows or ledger.now()) - OLDEST
    return Listing(began=ledger.now(), oldest=as_text(oldest), follows=follows)


def remember(ledger: Ledger, dataset: str, listing: Listing, following: Listing | None) -> None:
    """Record where the next page begins, or the end of the pass; between pages of one sweep nothing is recorded."""
    if following is None and not listing.key and not listing.follows:
        return
    values = {f"listing_{name}": value for name, value in asdict(following or listing).items()}
    if following:
        ledger.change(dataset_row(dataset), values, {})
    else:
        ended = {"listed_at": listing.began if listing.key else ""}
        ledger.change(dataset_row(dataset), ended, {}, remove=tuple(values))


def has_time(context: Any) -> bool:
    """Return whether a Lambda, given the context of its call, has time for one more page."""
    return context is None or context.get_remaining_time_in_millis() > MILLISECONDS_FOR_A_PAGE
