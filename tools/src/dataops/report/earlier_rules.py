"""Counts the files that were published under other settings, or another transform, than those of today.

Terraform deletes every version of the objects that held them, so `make local` notes what it has applied.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

Row = dict[str, Any]
NOTES = "applied_rules.json"
PARTS = ("rules", "transform")
WHAT_TO_DO = "Upload them again to apply today's; here, make local-down and make local read all files again."


def note(folder: Path, job_settings: Row, transforms: Path, at: str) -> None:
    """Note the digest of each dataset's settings and transform, which are in force from this time on."""
    code = {name: transforms / f"{name}.py" for name in job_settings}
    applied = {
        "at": at,
        "rules": {name: digest(json.dumps(given, sort_keys=True).encode()) for name, given in job_settings.items()},
        "transform": {name: digest(path.read_bytes()) if path.exists() else "" for name, path in code.items()},
    }
    (folder / NOTES).write_text(json.dumps([*noted(folder), applied]), encoding="utf-8")


def digest(content: bytes) -> str:
    """Return a text that only the same content has."""
    return hashlib.sha256(content).hexdigest()


def noted(folder: Path) -> list[Row]:
    """Return what was applied to the local AWS of a folder, the earliest first."""
    path = folder / NOTES
    found: list[Row] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return found


def sentences(folder: Path | None, starts: dict[str, list[str]]) -> dict[str, str]:
    """Return a sentence for each dataset with files of earlier rules, by the starts of their runs."""
    applied = noted(folder) if folder else []
    found = {dataset: sentence(dataset, applied, those) for dataset, those in starts.items()}
    return {dataset: said for dataset, said in found.items() if said}


def sentence(dataset: str, applied: list[Row], starts: Iterable[str]) -> str:
    """Say how many files were published under earlier rules; empty for none."""
    changed = [each for each in (changed_since(dataset, applied, start) for start in starts) if each]
    if not changed:
        return ""
    what = " and ".join(part for part in PARTS if any(part in each for each in changed))
    count = "1 file was" if len(changed) == 1 else f"{len(changed):,} files were"
    return f"{what} changed since {count} published. {WHAT_TO_DO}"


def changed_since(dataset: str, applied: list[Row], start: str) -> set[str]:
    """Return what has changed for a dataset since a run started; nothing if nothing was noted by then."""
    moment = datetime.fromisoformat(start)
    before = next((each for each in reversed(applied) if datetime.fromisoformat(each["at"]) <= moment), None)
    if before is None:
        return set()
    return {part for part in PARTS if before[part].get(dataset) != applied[-1][part].get(dataset)}
