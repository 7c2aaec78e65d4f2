"""Validates values by project.schema.json; cookiecutter's environment has no JSON Schema library."""

import math
import re
from collections.abc import Iterator
from typing import Any

from dataops.validation.fault import Fault, choices, nearest
from dataops.validation.kinds import FAULT_OF_KIND, hint
from dataops.validation.reading import Unreadable
from dataops.validation.text import shown, text_fault

Definition = dict[str, Any]
PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
NAMES_OF_TYPES = {
    "string": "text (write it in quotes)",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a group of keys",
}
TEXTS_WITH_TABS = {"delimiter"}


def definition_of(definition: Definition, schema: Definition) -> tuple[str, Definition]:
    """Return the kind that a definition refers to ("" for none), and the definition itself."""
    kind = definition.get("$ref", "").removeprefix("#/$defs/")
    return (kind, schema["$defs"][kind]) if kind else ("", definition)


def faults(value: object, definition: Definition, location: str, schema: Definition) -> Iterator[Fault]:
    """Return everything that is wrong with a value, by a definition of the schema."""
    kind, body = definition_of(definition, schema)
    if "oneOf" in body:
        yield from faults_of_choice(value, body, location, schema)
        return
    why = type_fault(value, body) or size_fault(value, body)
    if not why and isinstance(value, str):
        why = text_fault(value, "\t" if kind in TEXTS_WITH_TABS else "") or form_fault(value, body)
        why = why or kind_fault(kind, value, schema)
    if why:
        yield Fault(location, value, why, hint(kind, value) or body.get("description", ""))
    elif isinstance(value, dict):
        yield from faults_of_keys(value, body, location, schema)
    elif isinstance(value, list):
        for number, item in enumerate(value, 1):
            yield from faults(item, body["items"], f"{location}, {name_of(item) or f'number {number}'}", schema)


def kind_fault(kind: str, value: str, schema: Definition) -> str | None:
    if kind == "sns_topic_arn" and value.split(":")[3] not in schema["$defs"]["aws_region"]["enum"]:
        return "names a region that does not offer every service used"
    return FAULT_OF_KIND[kind](value) if kind in FAULT_OF_KIND else None


def name_of(item: object) -> str:
    name = item.get("name") if isinstance(item, dict) else None
    return name if isinstance(name, str) and not text_fault(name) and len(name) <= 127 else ""


def type_fault(value: object, body: Definition) -> str | None:
    if "const" in body or ("enum" in body and "type" not in body):
        allowed = body.get("enum", [body.get("const")])
        return None if value in allowed else f"is none of {', '.join(map(str, allowed))}"
    types = body["type"] if isinstance(body["type"], list) else [body["type"]]
    right = any(
        isinstance(value, PYTHON_TYPES[name]) and (name == "boolean" or not isinstance(value, bool)) for name in types
    )
    if isinstance(value, Unreadable) and "string" not in types:
        return f"cannot be read as YAML or JSON: {value.why}".rstrip(": ")
    return None if right else f"is not {' or '.join(NAMES_OF_TYPES[name] for name in types)}"


def size_fault(value: object, body: Definition) -> str | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        low, high = body.get("minimum", -math.inf), body.get("maximum", math.inf)
        return None if math.isfinite(value) and low <= value <= high else f"is not between {low} and {high}"
    if not isinstance(value, str | list | dict):
        return None
    word, unit = {str: ("Length", "characters"), list: ("Items", "entries"), dict: ("Properties", "entries")}[
        type(value)
    ]
    low, high = body.get(f"min{word}", 0), body.get(f"max{word}", math.inf)
    if len(value) < low:
        return f"has {len(value)} {unit}, fewer than {low}"
    if len(value) > high:
        return f"has {len(value)} {unit}, more than {high}"
    twice = body.get("uniqueItems") and any(item in value[:n] for n, item in enumerate(value))
    return "names one entry twice" if twice else None


def form_fault(value: str, body: Definition) -> str | None:
    if value not in body.get("enum", [value]):
        return f"is not one of {choices(value, body['enum'])}"
    # "$" would match before a final line break and "\d" any script's digits: fullmatch and ASCII decide.
    if "pattern" in body and not re.fullmatch(body["pattern"], value, re.ASCII):
        return "does not have the right form"
    refused = body.get("not", {})
    for rule in refused.get("anyOf", [refused]):
        if value in rule.get("enum", []):
            return "is a reserved word"
        if "pattern" in rule and re.search(rule["pattern"], value, re.ASCII):
            return "has a form that is reserved or not allowed"
    return None


def faults_of_keys(value: dict[object, object], body: Definition, location: str, schema: Definition) -> Iterator[Fault]:
    known = body.get("properties", {})
    for key, item in value.items():
        if "propertyNames" in body:
            yield from faults(key, body["propertyNames"], f"{location}, key", schema)
            yield from faults(item, body["additionalProperties"], f"{location}, {shown(key)[1:-1]}", schema)
        elif key in known:
            yield from faults(item, known[key], f"{location}, {key}", schema)
        elif key in body.get("renamed", {}):
            yield Fault(location, key, f"is now called {body['renamed'][key]}")
        else:
            instead = nearest(key, known, f"Its keys are {', '.join(known)}.")
            yield Fault(location, key, "is not one of its keys", instead)
    for key in body.get("required", []):
        if key not in value:
            yield Fault(
                location, value, f"lacks {key}", definition_of(known.get(key, {}), schema)[1].get("description", "")
            )


def faults_of_choice(value: object, body: Definition, location: str, schema: Definition) -> Iterator[Fault]:
    branches = [definition_of(branch, schema)[1] for branch in body["oneOf"]]
    if not isinstance(value, dict):
        yield Fault(location, value, "is not of a known form", body["description"])
        return
    fitting = [branch for branch in branches if discriminator_fits(value, branch)]
    if not fitting:
        words = [str(word) for branch in branches for word in discriminators(branch)]
        yield Fault(location, value, "is not of a known kind", f"Its kind is one of {', '.join(words)}.")
        return
    best = max(fitting, key=lambda branch: len(branch["properties"].keys() & value.keys()))
    yield from faults(value, best, location, schema)


def discriminators(branch: Definition) -> list[object]:
    """Return the words that distinguish a branch of a choice from the others."""
    properties = branch["properties"].values()
    return [word for each in properties for word in ([each["const"]] if "const" in each else each.get("enum", []))]


def discriminator_fits(value: dict[str, object], branch: Definition) -> bool:
    return all(
        value.get(key) in each.get("enum", [each.get("const")])
        for key, each in branch["properties"].items()
        if "const" in each or "enum" in each
    )
