"""Finds renamed keys of project.yaml; check-jsonschema would only call them unexpected."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml


def renamed_settings(project: Path) -> list[str]:
    """A message for each key of project.yaml that has another name in project.schema.json."""
    schema = json.loads((project / "project.schema.json").read_text(encoding="utf-8"))
    settings = yaml.safe_load((project / "project.yaml").read_text(encoding="utf-8"))
    return list(_renamed(settings, schema, schema["$defs"], "project.yaml"))


def _renamed(value: Any, definition: dict[str, Any], kinds: dict[str, Any], location: str) -> Iterator[str]:
    body = kinds[definition["$ref"].removeprefix("#/$defs/")] if "$ref" in definition else definition
    if isinstance(value, list):
        for item in value:
            yield from _renamed(item, body.get("items", {}), kinds, location)
    if not isinstance(value, dict):
        return
    for key, item in value.items():
        if key in body.get("renamed", {}):
            yield f"{location}: '{key}' is now called {body['renamed'][key]}."
        each = body.get("properties", {}).get(key, body.get("additionalProperties"))
        yield from _renamed(item, each if isinstance(each, dict) else {}, kinds, f"{location}, {key}")
