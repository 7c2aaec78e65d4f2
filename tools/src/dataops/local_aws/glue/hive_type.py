"""Hive types as a Glue crawler infers them: from CSV cells, JSON values and Arrow types, one or many of a column."""

import re
from dataclasses import dataclass
from functools import reduce
from typing import Any

import pyarrow

WIDTHS = ("tinyint", "smallint", "int", "bigint", "float", "double")
WHOLE_NUMBER = re.compile(r"[+-]?\d+")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
SCALARS = {
    pyarrow.bool_(): "boolean",
    pyarrow.int8(): "tinyint",
    pyarrow.int16(): "smallint",
    pyarrow.uint8(): "smallint",
    pyarrow.int32(): "int",
    pyarrow.uint16(): "int",
    pyarrow.int64(): "bigint",
    pyarrow.uint32(): "bigint",
    pyarrow.uint64(): "bigint",
    pyarrow.float16(): "float",
    pyarrow.float32(): "float",
    pyarrow.float64(): "double",
    pyarrow.date32(): "date",
    pyarrow.date64(): "date",
}


@dataclass(frozen=True)
class Array:
    """A list of one type."""

    element: "HiveType"


@dataclass(frozen=True)
class Struct:
    """Named fields, in the order in which they were seen."""

    fields: tuple[tuple[str, "HiveType"], ...]


@dataclass(frozen=True)
class Map:
    """Keys and values."""

    key: "HiveType"
    value: "HiveType"


# None is the type of what was always missing.
HiveType = str | Array | Struct | Map | None


def of_cell(text: str) -> HiveType:
    """The type of one CSV cell: a date is a string, because the built-in classifier knows no other."""
    value = text.strip()
    if not value:
        return None
    if value.lower() in ("true", "false"):
        return "boolean"
    if WHOLE_NUMBER.fullmatch(value):
        return "bigint" if -(2**63) <= int(value[:40]) < 2**63 else "double"
    return "double" if NUMBER.fullmatch(value) else "string"


def of_json(value: Any) -> HiveType:
    """The type of one JSON value."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "int" if -(2**31) <= value < 2**31 else "bigint" if -(2**63) <= value < 2**63 else "double"
    if isinstance(value, float):
        return "double"
    if isinstance(value, list):
        return Array(combined(map(of_json, value)))
    return Struct(tuple((name, of_json(each)) for name, each in value.items())) if isinstance(value, dict) else "string"


def of_arrow(kind: pyarrow.DataType) -> HiveType:
    """The type of a Parquet or ORC column."""
    types = pyarrow.types
    if kind in SCALARS:
        return SCALARS[kind]
    if types.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    if types.is_timestamp(kind):
        return "timestamp"
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
        return "binary"
    if types.is_map(kind):
        return Map(of_arrow(kind.key_type), of_arrow(kind.item_type))
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return Array(of_arrow(kind.value_type))
    if types.is_struct(kind):
        return Struct(tuple((each.name, of_arrow(each.type)) for each in kind))
    return of_arrow(kind.value_type) if types.is_dictionary(kind) else "string"


def combined(kinds: Any) -> HiveType:
    """The narrowest type that holds values of all the types."""
    return reduce(_both, kinds, None)


def _both(one: HiveType, other: HiveType) -> HiveType:
    if one == other or one is None or other is None:
        return one if other is None else other
    if one in WIDTHS and other in WIDTHS:
        return max((one, other), key=WIDTHS.index)
    if isinstance(one, Array) and isinstance(other, Array):
        return Array(_both(one.element, other.element))
    if isinstance(one, Map) and isinstance(other, Map):
        return Map(_both(one.key, other.key), _both(one.value, other.value))
    if isinstance(one, Struct) and isinstance(other, Struct):
        fields = dict(one.fields)
        fields |= {name: _both(fields.get(name), kind) for name, kind in other.fields}
        return Struct(tuple(fields.items()))
    return "string"


def written(kind: HiveType) -> str:
    """A type as the catalog spells it; what was always missing is a string."""
    if isinstance(kind, Array):
        return f"array<{written(kind.element)}>"
    if isinstance(kind, Map):
        return f"map<{written(kind.key)},{written(kind.value)}>"
    if isinstance(kind, Struct):
        return f"struct<{','.join(f'{name}:{written(each)}' for name, each in kind.fields)}>"
    return kind or "string"
