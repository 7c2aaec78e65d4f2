"""Renamed answers of the record and keys of project.yaml, by version."""

import json
from collections.abc import Iterator
from typing import Any

import yaml

from upgrade.versions import Version

FILE = "upgrade/migrations.json"
# In the path of a key, each key of a map or entry of a list.
EACH = "*"


def crossed(old: Version, new: Version) -> list[dict[str, Any]]:
    """Return the migrations after the old version, in order."""
    before = json.loads(old.text(FILE) or "[]")
    return [migration for migration in json.loads(new.text(FILE) or "[]") if migration not in before]


def migrated_answers(answers: dict[str, Any], migrations: list[dict[str, Any]]) -> dict[str, Any]:
    """Return recorded answers under the new version's names."""
    for migration in migrations:
        names = migration.get("answers", {})
        answers = {names.get(name, name): value for name, value in answers.items()}
    return answers


def migrated_settings(text: str, migrations: list[dict[str, Any]]) -> str:
    """Return project.yaml with its keys renamed; every other character stays."""
    for migration in migrations:
        for path, new in migration.get("settings", {}).items():
            text = with_key_renamed(text, path.split("."), new)
    return text


def with_key_renamed(text: str, path: list[str], new: str) -> str:
    """Return a YAML text with the key at a path, such as datasets.*.prefix, renamed.

    If the new key is there too, the old one stays, and is refused like any other unknown key.
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return text
    # An alias leads to the same key again.
    spans = {(key.start_mark.index, key.end_mark.index) for key in keys_at(root, path, new)}
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + text[start:end].replace(path[-1], new) + text[end:]
    return text


def keys_at(node: yaml.Node | None, path: list[str], new: str) -> Iterator[yaml.Node]:
    """Return the keys at a path that have no neighbour of the new name."""
    name, rest = path[0], path[1:]
    if isinstance(node, yaml.SequenceNode) and name == EACH:
        for item in node.value:
            yield from keys_at(item, rest, new) if rest else ()
    if not isinstance(node, yaml.MappingNode):
        return
    names = [key.value for key, _ in node.value]
    for key, value in node.value:
        if name in (EACH, key.value) and rest:
            yield from keys_at(value, rest, new)
        elif name == key.value and new not in names:
            yield key
