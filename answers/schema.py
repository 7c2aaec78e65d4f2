"""The schema of project.yaml that every project gets, and answers in the types that it asks for."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from dataops.validation import schema as validation
from dataops.validation.fault import Fault
from dataops.validation.project_rules import occurs_in
from dataops.validation.schema import discriminator_fits


@cache
def schema() -> dict[str, Any]:
    """Return the schema of project.yaml, the one that every project gets."""
    # In the temporary copy the project's folder has another name (hooks/pre_prompt.py).
    (path,) = Path(__file__).parents[1].glob("{{cookiecutter*}}/project.schema.json")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def definition_of(definition: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the kind that a definition refers to ("" for none), and the definition itself."""
    return validation.definition_of(definition, schema())


def fault(kind: str, value: object) -> str | None:
    """Return why one answer of a kind is refused, as a sentence; None if it is valid."""
    found = next(faults(value, {"$ref": f"#/$defs/{kind}"}, kind), None)
    return found.sentence() if found else None


def faults(value: object, definition: dict[str, Any], location: str) -> Iterator[Fault]:
    """Return everything that is wrong with a value, by a definition of the schema."""
    return validation.faults(value, definition, location, schema())


def kinds_in(environment: str) -> list[str]:
    """Return the kinds of notification that occur in an environment, or in the pipeline."""
    kinds: list[str] = schema()["$defs"]["notification_kind"]["enum"]
    return [kind for kind in kinds if occurs_in(kind, environment)]


def typed(value: object, definition: dict[str, Any]) -> Any:
    """Return a value with its numbers as numbers and its keys in the schema's order; what does not fit stays.

    A key with an earlier name gets its present name: old records and answers files keep working.
    """
    _, body = definition_of(definition)
    if "oneOf" in body and isinstance(value, dict):
        fitting = [branch for branch in body["oneOf"] if discriminator_fits(value, definition_of(branch)[1])]
        known = max(fitting, key=lambda b: len(definition_of(b)[1]["properties"].keys() & value.keys()), default=None)
        return typed(value, known) if known else value
    if isinstance(value, list) and "items" in body:
        return [typed(item, body["items"]) for item in value]
    if isinstance(value, dict) and "properties" in body:
        named = with_names_of_today(value, body.get("renamed", {}))
        known_keys = [key for key in body["properties"] if key in named]
        rest = [key for key in named if key not in body["properties"]]
        return {k: typed(named[k], body["properties"].get(k, {})) for k in known_keys + rest}
    if isinstance(value, dict) and isinstance(body.get("additionalProperties"), dict):
        return {key: typed(item, body["additionalProperties"]) for key, item in value.items()}
    return number_of(value, body.get("type")) if isinstance(value, str) else value


def with_names_of_today(value: dict[str, Any], renamed: dict[str, str]) -> dict[str, Any]:
    """Return a map with old keys renamed, unless it has the new name too."""
    return {new if (new := renamed.get(key, key)) not in value else key: item for key, item in value.items()}


def number_of(text: str, wanted: object) -> object:
    """Return the number that cookiecutter turned into text, if the schema asks for one."""
    wanted_types = wanted if isinstance(wanted, list) else [wanted]
    if "number" in wanted_types and re.fullmatch(r"-?\d+(\.\d+)?", text, re.ASCII):
        return float(text) if "." in text else int(text)
    return int(text) if wanted == "integer" and re.fullmatch(r"-?\d{1,9}", text, re.ASCII) else text
