"""Validates values by project.schema.json; cookiecutter's environment has no JSON Schema library."""

import json
import math
import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from answers.forms import Unreadable
from answers.kinds import FAULT_OF_KIND, hint
from answers.text import printable, shown, text_fault

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


class Fault(NamedTuple):
    """What is wrong with the value at a path, and what to write instead."""

    location: str
    value: object
    why: str
    instead: str = ""

    def sentence(self) -> str:
        """Return the fault as one sentence or two for the person who answered."""
        why = f"{self.location}: {shown(self.value)} {self.why}."
        return printable(f"{why} {self.instead}" if self.instead else why)


@cache
def schema() -> dict[str, Any]:
    """Return the schema of project.yaml, the one that every project gets."""
    # In the temporary copy the project's folder has another name (hooks/pre_prompt.py).
    (path,) = Path(__file__).parents[1].glob("{{cookiecutter*}}/project.schema.json")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def definition_of(definition: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the kind that a definition refers to ("" for none), and the definition itself."""
    kind = definition.get("$ref", "").removeprefix("#/$defs/")
    return (kind, schema()["$defs"][kind]) if kind else ("", definition)


def fault(kind: str, value: object) -> str | None:
    """Return why one answer of a kind is refused, as a sentence; None if it is valid."""
    found = next(faults(value, {"$ref": f"#/$defs/{kind}"}, kind), None)
    return found.sentence() if found else None


def faults(value: object, definition: dict[str, Any], location: str) -> Iterator[Fault]:
    """Return everything that is wrong with a value, by a definition of the schema."""
    kind, body = definition_of(definition)
    if "oneOf" in body:
        yield from faults_of_choice(value, body, location)
        return
    why = type_fault(value, body) or size_fault(value, body)
    if not why and isinstance(value, str):
        why = text_fault(value, "\t" if kind in TEXTS_WITH_TABS else "") or form_fault(value, body)
        why = why or kind_fault(kind, value)
    if why:
        yield Fault(location, value, why, hint(kind, value) or body.get("description", ""))
    elif isinstance(value, dict):
        yield from faults_of_keys(value, body, location)
    elif isinstance(value, list):
        for number, item in enumerate(value, 1):
            yield from faults(item, body["items"], f"{location}, {name_of(item) or f'number {number}'}")


def kind_fault(kind: str, value: str) -> str | None:
    if kind == "sns_topic_arn" and value.split(":")[3] not in schema()["$defs"]["aws_region"]["enum"]:
        return "names a region that does not offer every service used"
    return FAULT_OF_KIND[kind](value) if kind in FAULT_OF_KIND else None


def name_of(item: object) -> str:
    name = item.get("name") if isinstance(item, dict) else None
    return name if isinstance(name, str) and not text_fault(name) and len(name) <= 127 else ""


def type_fault(value: object, body: dict[str, Any]) -> str | None:
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


def size_fault(value: object, body: dict[str, Any]) -> str | None:
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


def _choices(value: str, known: list[str]) -> str:
    """Return the choices, or the nearest of many."""
    if len(known) <= 12:
        return ", ".join(known)
    near = get_close_matches(value, known, 3)
    return f"{len(known)} known ones" + (f"; near it are {', '.join(near)}" if near else "")


def form_fault(value: str, body: dict[str, Any]) -> str | None:
    if value not in body.get("enum", [value]):
        return f"is not one of {_choices(value, body['enum'])}"
    # "$" would match before a final line break and "\d" any script's digits: fullmatch and ASCII decide.
    if "pattern" in body and not re.fullmatch(body["pattern"], value, re.ASCII):
        return "has not the right form"
    refused = body.get("not", {})
    for rule in refused.get("anyOf", [refused]):
        if value in rule.get("enum", []):
            return "is a reserved word"
        if "pattern" in rule and re.search(rule["pattern"], value, re.ASCII):
            return "has a form that is reserved or not allowed"
    return None


def faults_of_keys(value: dict[object, object], body: dict[str, Any], location: str) -> Iterator[Fault]:
    known = body.get("properties", {})
    for key, item in value.items():
        if "propertyNames" in body:
            yield from faults(key, body["propertyNames"], f"{location}, key")
            yield from faults(item, body["additionalProperties"], f"{location}, {shown(key)[1:-1]}")
        elif key in known:
            yield from faults(item, known[key], f"{location}, {key}")
        elif key in body.get("renamed", {}):
            yield Fault(location, key, f"is now called {body['renamed'][key]}")
        else:
            near = get_close_matches(str(key), known, 1)
            hint = f"Did you mean {near[0]}?" if near else f"It can hold {', '.join(known)}."
            yield Fault(location, key, "is no key that it can hold", hint)
    for key in body.get("required", []):
        if key not in value:
            yield Fault(location, value, f"lacks {key}", body.get("description", ""))


def faults_of_choice(value: object, body: dict[str, Any], location: str) -> Iterator[Fault]:
    branches = [definition_of(branch)[1] for branch in body["oneOf"]]
    if not isinstance(value, dict):
        yield Fault(location, value, "is not of a known form", body["description"])
        return
    fitting = [branch for branch in branches if discriminator_fits(value, branch)]
    if not fitting:
        words = [str(word) for branch in branches for word in discriminators(branch)]
        yield Fault(location, value, "is of no known kind", f"Its kind is one of {', '.join(words)}.")
        return
    best = max(fitting, key=lambda branch: len(branch["properties"].keys() & value.keys()))
    yield from faults(value, best, location)


def discriminators(branch: dict[str, Any]) -> list[object]:
    """Return the words that distinguish a branch of a choice from the others."""
    properties = branch["properties"].values()
    return [word for each in properties for word in ([each["const"]] if "const" in each else each.get("enum", []))]


def discriminator_fits(value: dict[str, object], branch: dict[str, Any]) -> bool:
    return all(
        value.get(key) in each.get("enum", [each.get("const")])
        for key, each in branch["properties"].items()
        if "const" in each or "enum" in each
    )


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
