"""The change of one resource in a plan, read from `terraform show -json`."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from dataops.delivery.added_values import added_values
from dataops.delivery.commands_in_plan import configured_resources
from dataops.delivery.difference import differences

VERBS = {
    ("create",): "add",
    ("update",): "change",
    ("delete",): "destroy",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
    ("forget",): "forget",
}
NO_CHANGE = (("no-op",), ("read",))
# Actions of newer versions of Terraform: shown as they are, never left out.
UNKNOWN_CHANGE = "UNKNOWN CHANGE"
# The number of values shown of one attribute; a policy is shown as what it grants.
MOST_VALUES = 12
IN_WORDS_ELSEWHERE = ("policy", "assume_role_policy")
# The environment variables of a function may hold anything: only their names are shown.
NAMES_ONLY = ("environment",)
WITHOUT_MEANING = {"tags_all", "id", "arn"}


@dataclass(frozen=True)
class Change:
    """One resource that the plan changes."""

    address: str
    type: str
    name: str
    key: str | None
    verb: str
    attributes: tuple[str, ...]
    before: dict[str, Any]
    after: dict[str, Any]
    # The attributes known only after the apply, and the sensitive ones.
    unknown: dict[str, Any] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    # The arguments of the configuration; AWS fills in the others.
    configured: frozenset[str] = frozenset()
    # The values of an added resource.
    added: tuple[str, ...] = ()

    @property
    def dataset(self) -> str | None:
        """The dataset that the resource belongs to."""
        found = re.search(r'module\.dataset\["([^"]+)"\]', self.address)
        return found[1] if found else None

    @property
    def is_loss(self) -> bool:
        """Whether the existing resource would be destroyed."""
        return self.verb in ("destroy", "replace", UNKNOWN_CHANGE)


def changes_of(shown: dict[str, Any]) -> list[Change]:
    """Return every change of a plan, in the order of addresses."""
    configured = {
        path: frozenset(resource.get("expressions") or {})
        for path, resource in configured_resources(shown.get("configuration"))
    }
    changes = _changes(shown.get("resource_changes", []))
    return [replace(each, configured=configured.get(_without_indices(each.address), frozenset())) for each in changes]


def is_marked(marks: Any) -> bool:
    """Return whether anything is marked as unknown or sensitive, at any depth: Terraform marks each part of a list."""
    if isinstance(marks, dict):
        return any(map(is_marked, marks.values()))
    return any(map(is_marked, marks)) if isinstance(marks, list) else bool(marks)


def _without_indices(address: str) -> str:
    return re.sub(r'\[(?:"(?:[^"\\]|\\.)*"|\d+)\]', "", address)


def changes_by_hand(shown: dict[str, Any]) -> list[Change]:
    """Return changes made outside of Terraform that the plan reverts."""
    # Terraform also lists whatever AWS has filled in since: only what the plan would change again matters.
    planned = {change.address: _names(change) for change in changes_of(shown)}
    drifted = [change for change in _changes(shown.get("resource_drift", [])) if change.address in planned]
    found = [replace(change, attributes=_shared(change, planned[change.address])) for change in drifted]
    return [change for change in found if change.attributes or change.is_loss]


def _names(change: Change) -> set[str]:
    return {_top(attribute) for attribute in change.attributes}


def _shared(change: Change, names: set[str]) -> tuple[str, ...]:
    return tuple(attribute for attribute in change.attributes if _top(attribute) in names)


def _top(attribute: str) -> str:
    """Return the name of the attribute that a text is about."""
    return re.split(r"[ .\[]", attribute, maxsplit=1)[0]


def _changes(listed: Iterable[dict[str, Any]]) -> list[Change]:
    found = [_change(each) for each in listed if each["mode"] == "managed"]
    return sorted((change for change in found if change), key=lambda change: change.address)


def _change(resource: dict[str, Any]) -> Change | None:
    change = resource["change"]
    actions = tuple(change["actions"])
    if actions in NO_CHANGE:
        return None
    verb = VERBS.get(actions, UNKNOWN_CHANGE)
    unknown_actions = (f"actions {', '.join(actions)}",) if verb == UNKNOWN_CHANGE else ()
    is_shown = verb in ("change", "replace", UNKNOWN_CHANGE)
    key, hidden = resource.get("index"), frozenset(_sensitive(change))
    return Change(
        address=resource["address"],
        type=resource["type"],
        name=resource["name"],
        key=key if isinstance(key, str) else None,
        verb=verb,
        attributes=(*unknown_actions, *(_attributes(change) if is_shown else ())),
        before=change.get("before") or {},
        after=change.get("after") or {},
        unknown=change.get("after_unknown") or {},
        hidden=hidden,
        added=added_values(change, hidden, IN_WORDS_ELSEWHERE, NAMES_ONLY) if verb == "add" else (),
    )


def _attributes(change: dict[str, Any]) -> list[str]:
    """Return the attributes that differ, with their values unless they could be a secret."""
    before, after = change.get("before") or {}, change.get("after") or {}
    unknown = change.get("after_unknown") or {}
    secret = _sensitive(change)
    names = sorted(set(before) | set(after) | {name for name, is_unknown in unknown.items() if is_unknown is True})
    differing = [name for name in names if before.get(name) != after.get(name) or unknown.get(name) is True]
    causes = {path[0] for path in change.get("replace_paths", []) if path}
    shown = [name for name in differing if name in causes or name not in WITHOUT_MEANING]
    return [
        text
        for name in shown
        for text in _described(name, before.get(name), after.get(name), name in secret or is_marked(unknown.get(name)))
    ]


def _sensitive(change: dict[str, Any]) -> set[str]:
    return {name for side in ("before_sensitive", "after_sensitive") for name in _marked(change.get(side))}


def _marked(marks: Any) -> list[str]:
    """Return the sensitive attributes, at any depth."""
    return [name for name, mark in marks.items() if is_marked(mark)] if isinstance(marks, dict) else []


def _described(name: str, before: Any, after: Any, is_hidden: bool) -> Iterator[str]:
    """Return one attribute in words, or each value in it that differs."""
    found = [] if is_hidden or name in IN_WORDS_ELSEWHERE else list(differences(before, after, name))
    if not found or len(found) > MOST_VALUES:
        yield name
    elif name in NAMES_ONLY:
        yield from dict.fromkeys(each.path for each in found)
    else:
        yield from (each.text for each in found)
