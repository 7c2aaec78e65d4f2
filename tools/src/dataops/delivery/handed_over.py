"""Compares the artifacts of an apply with what was approved, and names in words what differs."""

import json
from pathlib import Path
from typing import Any

from dataops.delivery.manifest import MANIFEST, digest_of
from dataops.delivery.refusal import Refusal

AGAIN = "Nothing was changed. Release the change again: a new plan is made and needs its own approval."
NOT_THE_APPROVED = "What was handed over is not what was approved"


def manifest_handed_over(folder: Path, approved_digest: str) -> dict[str, Any]:
    """Return the manifest in a folder, if it is the approved one."""
    if not (folder / MANIFEST).is_file():
        raise Refusal(f"{NOT_THE_APPROVED}: there is no {MANIFEST} in it. {AGAIN}")
    digest = digest_of(folder)
    if digest != approved_digest:
        difference = f"its digest is {digest[:12]}, approved was {approved_digest[:12]}"
        raise Refusal(f"{NOT_THE_APPROVED}: {difference}. {AGAIN}")
    found: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return found


def refuse_what_moved(approved: dict[str, Any], now: dict[str, Any]) -> None:
    """Refuse with a sentence for each thing that is not as it was approved."""
    looks = [_environment, _commit, _sources, _files, _state]
    differing = [sentence for look in looks for sentence in look(approved, now)]
    if differing:
        raise Refusal(f"{' '.join(differing)} {AGAIN}")


def _environment(approved: dict[str, Any], now: dict[str, Any]) -> list[str]:
    if approved["environment"] == now["environment"]:
        return []
    return [f"The plan was made for {approved['environment']}, and this is {now['environment']}."]


def _commit(approved: dict[str, Any], now: dict[str, Any]) -> list[str]:
    if approved["commit"] == now["commit"]:
        return []
    return [f"The plan was made from commit {approved['commit'][:12]}, and this is {now['commit'][:12]}."]


def _sources(approved: dict[str, Any], now: dict[str, Any]) -> list[str]:
    is_same = approved["sources"] == now["sources"]
    return [] if is_same else ["The sources that lie here are not those that the plan was made from."]


def _files(approved: dict[str, Any], now: dict[str, Any]) -> list[str]:
    before, after = approved["files"], now["files"]
    gone = [f"{name} was approved and is missing." for name in before if name not in after]
    new = [f"{name} was not part of what was approved." for name in after if name not in before]
    both = [name for name in before if name in after]
    return gone + new + [f"{name} is not the one that was approved." for name in both if before[name] != after[name]]


def _state(approved: dict[str, Any], now: dict[str, Any]) -> list[str]:
    before, after, environment = approved["state"], now["state"], now["environment"]
    if before == after:
        return []
    if before["lineage"] != after["lineage"]:
        return [f"The state of {environment} is another one than the plan was made for."]
    return [
        f"The state of {environment} has moved from serial {before['serial']} to {after['serial']}: "
        f"somebody has applied since the plan was made."
    ]
