"""Checks a value against its shape in an API model, and words each violation as AWS's services do."""

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.utils import parse_timestamp

from dataops.local_aws.request_model.java_pattern import compiled

Shapes = dict[str, dict[str, Any]]
Check = Callable[[Any, str], Iterator["Violation"]]
INTEGERS = ("byte", "short", "integer", "long")
NUMBERS = (*INTEGERS, "float", "double", "bigInteger", "bigDecimal")
TOKENS = {bool: "TRUE_VALUE", str: "STRING_VALUE", int: "NUMBER_VALUE", float: "NUMBER_VALUE"}


@dataclass(frozen=True)
class Violation:
    """What is wrong with one value, and of which kind: unknown, missing, type, or constraint."""

    kind: str
    path: str
    text: str


class Constraints:
    """The checks of one API model, each made when it is first needed."""

    def __init__(self, shapes: Shapes) -> None:
        self.shapes, self.made = shapes, dict[str, Check]()

    def violations(self, shape: str, value: Any) -> list[Violation]:
        """Everything that is wrong with the value of a request."""
        return list(self._check(shape)(value, ""))

    def _check(self, name: str) -> Check:
        if name not in self.made:
            # A shape may hold itself: the check of its members is looked up when a value needs it.
            self.made[name] = self._make(self.shapes[name])
        return self.made[name]

    def _make(self, shape: dict[str, Any]) -> Check:
        kind = shape["type"]
        if kind == "structure":
            return self._structure(shape)
        if kind == "list":
            return self._list(shape)
        if kind == "map":
            return self._map(shape)
        return _scalar(shape)

    def _structure(self, shape: dict[str, Any]) -> Check:
        members: dict[str, dict[str, Any]] = shape.get("members", {})
        required = [name for name in shape.get("required", ()) if "hostLabel" not in members[name]]
        if shape.get("document") or shape.get("eventstream"):
            return _anything

        def check(value: Any, path: str) -> Iterator[Violation]:
            if not isinstance(value, dict):
                yield _wrong_type(value, path, "Structure")
                return
            for name in required:
                if value.get(name) is None:
                    at = _below(path, name)
                    text = f"Value null at '{at}' failed to satisfy constraint: Member must not be null"
                    yield Violation("missing", at, text)
            for name, given in value.items():
                if name not in members:
                    known = ", ".join(members)
                    text = f'Unknown parameter in {path or "input"}: "{name}", must be one of: {known}'
                    yield Violation("unknown", _below(path, name), text)
                elif given is not None:
                    yield from self._check(members[name]["shape"])(given, _below(path, name))
            if shape.get("union") and len([each for each in value.values() if each is not None]) != 1:
                yield Violation("constraint", path, f"Exactly one member of '{path}' must be set")

        return check

    def _list(self, shape: dict[str, Any]) -> Check:
        member = shape["member"]["shape"]

        def check(value: Any, path: str) -> Iterator[Violation]:
            if not isinstance(value, list):
                yield _wrong_type(value, path, "List")
                return
            yield from _sized(len(value), value, path, shape)
            for number, each in enumerate(value, 1):
                if each is not None:
                    yield from self._check(member)(each, f"{path}.{number}.member")

        return check

    def _map(self, shape: dict[str, Any]) -> Check:
        key, member = shape["key"]["shape"], shape["value"]["shape"]

        def check(value: Any, path: str) -> Iterator[Violation]:
            if not isinstance(value, dict):
                yield _wrong_type(value, path, "Map")
                return
            yield from _sized(len(value), value, path, shape)
            for name, each in value.items():
                yield from self._check(key)(name, path)
                if each is not None:
                    yield from self._check(member)(each, f"{path}.{name}.member")

        return check


def _below(path: str, name: str) -> str:
    """The path of a member, which begins with a small letter in AWS's sentences."""
    small = name[:1].lower() + name[1:]
    return f"{path}.{small}" if path else small


def _anything(value: Any, path: str) -> Iterator[Violation]:
    return iter(())


def _scalar(shape: dict[str, Any]) -> Check:
    kind = shape["type"]
    if kind in ("string", "character"):
        return _string(shape)
    if kind in NUMBERS:
        return _number(shape)
    if kind == "boolean":
        return lambda value, path: iter(() if isinstance(value, bool) else (_wrong_type(value, path, "Boolean"),))
    if kind == "blob":
        return _blob(shape)
    if kind == "timestamp":
        return lambda value, path: iter(() if _is_timestamp(value) else (_wrong_type(value, path, "Timestamp"),))
    raise ValueError(f"the API models have a type that nobody checks: {kind}")


def _string(shape: dict[str, Any]) -> Check:
    allowed = frozenset(shape.get("enum", ()))
    listed = f"Member must satisfy enum value set: [{', '.join(shape.get('enum', ()))}]"
    pattern = shape.get("pattern")

    def check(value: Any, path: str) -> Iterator[Violation]:
        # A JSON document in a string arrives as what it holds.
        if shape.get("jsonvalue"):
            return
        if not isinstance(value, str):
            yield _wrong_type(value, path, "String")
            return
        if allowed and value not in allowed:
            yield _failed(value, path, listed)
        yield from _sized(len(value), value, path, shape)
        if pattern and not compiled(pattern).fullmatch(value):
            yield _failed(value, path, f"Member must satisfy regular expression pattern: {pattern}")

    return check


def _number(shape: dict[str, Any]) -> Check:
    whole, name = shape["type"] in INTEGERS, shape["type"].capitalize()

    def check(value: Any, path: str) -> Iterator[Violation]:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or (whole and value != int(value)):
            # A model may write the numbers that JSON lacks as words.
            if whole or value not in ("NaN", "Infinity", "-Infinity"):
                yield _wrong_type(value, path, name)
            return
        if "min" in shape and value < shape["min"]:
            yield _failed(value, path, f"Member must have value greater than or equal to {shape['min']}")
        if "max" in shape and value > shape["max"]:
            yield _failed(value, path, f"Member must have value less than or equal to {shape['max']}")

    return check


def _blob(shape: dict[str, Any]) -> Check:
    def check(value: Any, path: str) -> Iterator[Violation]:
        if isinstance(value, str):
            try:
                value = base64.b64decode(value, validate=True)
            except (binascii.Error, ValueError):
                yield _wrong_type(value, path, "Blob")
                return
        yield from _sized(len(value), "<blob>", path, shape)

    return check


def _sized(length: int, value: Any, path: str, shape: dict[str, Any]) -> Iterator[Violation]:
    if "min" in shape and length < shape["min"]:
        yield _failed(value, path, f"Member must have length greater than or equal to {shape['min']}")
    if "max" in shape and length > shape["max"]:
        yield _failed(value, path, f"Member must have length less than or equal to {shape['max']}")


def _is_timestamp(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, int | float | datetime):
        return True
    try:
        parse_timestamp(value)
    except (ValueError, TypeError):
        return False
    return not re.fullmatch(r"\s*", value)


def _failed(value: Any, path: str, rule: str) -> Violation:
    return Violation("constraint", path, f"Value '{value}' at '{path}' failed to satisfy constraint: {rule}")


def _wrong_type(value: Any, path: str, wanted: str) -> Violation:
    token = "START_ARRAY" if isinstance(value, list) else "START_OBJECT" if isinstance(value, dict) else None
    return Violation("type", path, f"{token or TOKENS.get(type(value), 'VALUE')} cannot be converted to {wanted}")
