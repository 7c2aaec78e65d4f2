"""Reads allowed-destroys.yaml, in which the team allows by name what a release may destroy."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dataops.delivery.change import Change
from dataops.delivery.refusal import Refusal

FILE = "allowed-destroys.yaml"
KEYS = ("environment", "address", "reason")


@dataclass(frozen=True)
class AllowedDestroy:
    """One resource of one environment, and why its data may go."""

    environment: str
    address: str
    reason: str


def allowed_destroys(project: Path) -> list[AllowedDestroy]:
    """Every entry of the file; an entry that is not exactly as it should be is refused."""
    path = project / FILE
    if not path.exists():
        return []
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise Refusal(f"{FILE} is no YAML: {' '.join(str(error).split())}") from None
    if found is not None and not isinstance(found, list):
        raise Refusal(f"{FILE} must be a list of entries, each with {', '.join(KEYS)}.")
    entries = [_entry(number, given) for number, given in enumerate(found or [], start=1)]
    twice = {entry.address for entry in entries if sum(_same(entry, other) for other in entries) > 1}
    if twice:
        raise Refusal(f"{FILE} names {', '.join(sorted(twice))} twice for one environment: keep one line.")
    return entries


def _same(one: AllowedDestroy, other: AllowedDestroy) -> bool:
    return (one.environment, one.address) == (other.environment, other.address)


def _entry(number: int, given: Any) -> AllowedDestroy:
    if not isinstance(given, dict):
        raise Refusal(f"{FILE}, entry {number}: must have the keys {', '.join(KEYS)}.")
    unknown = sorted(str(key) for key in given if key not in KEYS)
    if unknown:
        raise Refusal(f"{FILE}, entry {number}: {', '.join(unknown)} is no key; there are {', '.join(KEYS)}.")
    for key in KEYS:
        if not isinstance(given.get(key), str) or not given[key].strip():
            raise Refusal(f"{FILE}, entry {number}: {key} must be a text that is not empty.")
    return AllowedDestroy(**given)


def reason_for(change: Change, environment: str, entries: Iterable[AllowedDestroy]) -> str | None:
    """Why a change may destroy data, or None where nobody has allowed it."""
    fitting = (entry for entry in entries if (entry.environment, entry.address) == (environment, change.address))
    return next((entry.reason for entry in fitting), None)


def stale(entries: Iterable[AllowedDestroy], environment: str, losses: list[Change]) -> list[AllowedDestroy]:
    """Entries for this environment that allow what the plan does not do."""
    destroyed = {change.address for change in losses}
    return [entry for entry in entries if entry.environment == environment and entry.address not in destroyed]
