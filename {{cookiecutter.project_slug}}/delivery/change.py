"""What a plan would do to one resource, read from `terraform show -json`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

VERBS = {
    ("create",): "add",
    ("update",): "change",
    ("delete",): "destroy",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
    ("forget",): "forget",
}
# Words that say what a setting is set to and can be no secret; of other text only the attribute's name is shown.
SHOWN = {"glue_version", "runtime", "schedule", "schedule_expression", "status", "worker_type"}
WITHOUT_MEANING = {"tags_all", "id", "arn"}


@dataclass(frozen=True)
class Change:
    """One resource that would not stay as it is."""

    address: str
    type: str
    name: str
    key: str | None
    verb: str
    attributes: tuple[str, ...]
    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def dataset(self) -> str | None:
        """The dataset that the resource belongs to."""
        found = re.search(r'module\.dataset\["([^"]+)"\]', self.address)
        return found[1] if found else None

    @property
    def is_loss(self) -> bool:
        """Whether what is there now would be gone."""
        return self.verb in ("destroy", "replace")


def changes_of(shown: dict[str, Any]) -> list[Change]:
    """Every change that a plan holds, in the order of addresses."""
    return _changes(shown.get("resource_changes", []))


def changes_by_hand(shown: dict[str, Any]) -> list[Change]:
    """What somebody changed past Terraform and the plan takes back."""
    # Terraform also lists whatever AWS has filled in since: only what the plan would change again matters.
    planned = {change.address: _names(change) for change in changes_of(shown)}
    drifted = [change for change in _changes(shown.get("resource_drift", [])) if change.address in planned]
    found = [replace(change, attributes=_shared(change, planned[change.address])) for change in drifted]
    return [change for change in found if change.attributes or change.is_loss]


def _names(change: Change) -> set[str]:
    return {attribute.partition(" ")[0] for attribute in change.attributes}


def _shared(change: Change, names: set[str]) -> tuple[str, ...]:
    return tuple(attribute for attribute in change.attributes if attribute.partition(" ")[0] in names)


def _changes(listed: Iterable[dict[str, Any]]) -> list[Change]:
    found = [_change(each) for each in listed if each["mode"] == "managed"]
    return sorted((change for change in found if change), key=lambda change: change.address)


def _change(told: dict[str, Any]) -> Change | None:
    change = told["change"]
    verb = VERBS.get(tuple(change["actions"]))
    if not verb:
        return None
    key = told.get("index")
    return Change(
        address=told["address"],
        type=told["type"],
        name=told["name"],
        key=key if isinstance(key, str) else None,
        verb=verb,
        attributes=tuple(_attributes(change)) if verb in ("change", "replace") else (),
        before=change.get("before") or {},
        after=change.get("after") or {},
    )


def _attributes(change: dict[str, Any]) -> list[str]:
    """The names of what differs; values only where they can be no secret."""
    before, after = change.get("before") or {}, change.get("after") or {}
    unknown = change.get("after_unknown") or {}
    secret = {name for side in ("before_sensitive", "after_sensitive") for name in _marked(change.get(side))}
    names = sorted(set(before) | set(after) | {name for name, is_unknown in unknown.items() if is_unknown is True})
    differing = [name for name in names if before.get(name) != after.get(name) or unknown.get(name) is True]
    causes = {path[0] for path in change.get("replace_paths", []) if path}
    shown = [name for name in differing if name in causes or name not in WITHOUT_MEANING]
    return [_told(name, before.get(name), after.get(name), name in secret or bool(unknown.get(name))) for name in shown]


def _marked(marks: Any) -> list[str]:
    """The attributes that hold something sensitive, however deep."""
    return [name for name, mark in marks.items() if mark] if isinstance(marks, dict) else []


def _told(name: str, before: Any, after: Any, is_hidden: bool) -> str:
    plain = all(isinstance(value, bool | int | float) or value is None or name in SHOWN for value in (before, after))
    if is_hidden or not plain:
        return name
    return f"{name} {_value(before)} → {_value(after)}"


def _value(value: Any) -> str:
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
