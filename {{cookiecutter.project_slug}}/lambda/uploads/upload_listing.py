"""How far the listing of a dataset's files has come, kept in the ledger from one sweep to the next."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from ledger.keys import dataset_row
from ledger.ledger import Ledger
from ledger.timestamps import as_moment, as_text

VERSIONS_PER_PAGE = 1_000
# How much one sweep lists bounds what a month of listing costs.
PAGES_PER_SWEEP = 100
# The longest that one page may take: a thousand files that the ledger does not know.
MILLISECONDS_FOR_A_PAGE = 60_000
# How far back a pass looks from the beginning of the pass before it.
OLDEST = timedelta(days=2)


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
        """Where S3 continues."""
        markers = {"KeyMarker": self.key, "VersionIdMarker": self.version}
        return {name: marker for name, marker in markers.items() if marker}


def listing_of(ledger: Ledger, dataset: str, since: datetime | None) -> Listing:
    """The pass that is under way, or a new one: over uploads since a given moment, or those of the last two days."""
    known = ledger.row(dataset_row(dataset)) or {}
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
        ledger.change(dataset_row(dataset), values, {})
    else:
        ended = {"listed_at": listing.began if listing.key else ""}
        ledger.change(dataset_row(dataset), ended, {}, remove=tuple(values))


def has_time(context: Any) -> bool:
    """Whether a Lambda, of whose call this is the context, has time for one more page."""
    return context is None or context.get_remaining_time_in_millis() > MILLISECONDS_FOR_A_PAGE
