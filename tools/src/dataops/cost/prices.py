"""The price table, and what is missing in it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

TABLE = Path(__file__).with_name("prices.yaml")


class Prices:
    """List prices in US dollars by name and region."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.read_on, self.table_region = str(content["read_on"]), str(content["table_region"])
        self.entries: dict[str, dict[str, Any]] = dict(content["prices"])
        self.known_resources = {kind for kinds in content["resources"].values() for kind in kinds}

    def of(self, name: str, region: str) -> float | None:
        """Return one price in a region, else in the table's own region; None if the table has none."""
        entry = self.entries.get(name, {})
        found = entry.get(region, entry.get(self.table_region))
        return None if found is None else float(found)

    def regions(self) -> set[str]:
        """Return the regions that have every price."""
        known = [
            {key for key, value in entry.items() if isinstance(value, int | float)} for entry in self.entries.values()
        ]
        return set.intersection(*known)


def prices() -> Prices:
    """Return the price table of the tools."""
    return Prices(yaml.safe_load(TABLE.read_text(encoding="utf-8")))
