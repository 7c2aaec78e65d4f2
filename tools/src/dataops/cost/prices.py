"""The price table, and what is not in it."""

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
        """One price in a region, else in the table's own; None where the table has none."""
        entry = self.entries.get(name, {})
        found = entry.get(region, entry.get(self.table_region))
        return None if found is None else float(found)

    def regions(self) -> set[str]:
        """The regions that every price is known for."""
        known = [
            {key for key, value in entry.items() if isinstance(value, int | float)} for entry in self.entries.values()
        ]
        return set.intersection(*known)


def prices() -> Prices:
    """The table of this project."""
    return Prices(yaml.safe_load(TABLE.read_text(encoding="utf-8")))
