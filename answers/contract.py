"""Reads datasets from an Open Data Contract Standard file (ODCS 3.x): columns, types, keys, rules, freshness."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from dataops.inference.sample_fields import column_name_for
from dataops.validation.column_values import DATES, NUMBERS, ValueFault, limit_of
from dataops.validation.patterns import pattern_fault

from answers.schema import fault

Answer = dict[str, Any]
ENDINGS = (".yaml", ".yml")
FORMATS = ("csv", "json", "parquet", "orc")
TYPE_OF_LOGICAL = {
    "string": "string",
    "integer": "bigint",
    "number": "double",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
}
TYPE_OF_PHYSICAL = {
    **dict.fromkeys(("varchar", "char", "text", "nvarchar", "character varying", "uuid"), "string"),
    **dict.fromkeys(("integer", "int4", "int32"), "int"),
    **dict.fromkeys(("long", "int8", "int64"), "bigint"),
    **dict.fromkeys(("real", "float4"), "float"),
    **dict.fromkeys(("double precision", "float8", "float64"), "double"),
    "bool": "boolean",
    **dict.fromkeys(("datetime", "timestamp_ntz", "timestamptz", "timestamp without time zone"), "timestamp"),
}
# Units as the standard writes them, and how many of our units each has.
UNITS = {
    **dict.fromkeys(("min", "minute", "minutes"), (1, "minutes")),
    **dict.fromkeys(("h", "hr", "hour", "hours"), (1, "hours")),
    **dict.fromkeys(("d", "day", "days"), (1, "days")),
    **dict.fromkeys(("w", "week", "weeks"), (7, "days")),
}
FRESHNESS = ("frequency", "freshness", "latency")
NEWEST_BY = "newestBy"


class ContractError(Exception):
    """The file is not a data contract; the message is one sentence that gives the reason."""


@dataclass(frozen=True)
class Contracted:
    """A dataset as a contract describes it, and a sentence for each part that project.yaml cannot say."""

    name: str
    settings: Answer
    notes: tuple[str, ...]


def is_contract(path: Path) -> bool:
    return path.name.lower().endswith(ENDINGS)


def read_contract(path: Path) -> list[Contracted]:
    """The datasets of a contract; ContractError says in a sentence why there are none."""
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ContractError(f"It cannot be read as YAML: {' '.join(str(error).split())[:120]}.") from error
    if not isinstance(found, dict) or found.get("kind") != "DataContract":
        raise ContractError("It is not a data contract: kind must be DataContract (Open Data Contract Standard).")
    if not str(found.get("apiVersion", "")).startswith("v3."):
        raise ContractError("Its version is not supported: apiVersion must begin with v3.")
    objects = [each for each in listed(found, "schema") if named(each)]
    contracted = [contracted_by(each, found) for each in objects if listed(each, "properties")]
    if not contracted:
        raise ContractError("Its schema has no object with properties.")
    return contracted


def listed(of: Answer, key: str) -> list[Answer]:
    """The maps of a list of a contract, which may lack."""
    found = of.get(key)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def named(of: Answer) -> str:
    return str(of.get("physicalName") or of.get("name") or "")


def contracted_by(schema_object: Answer, contract: Answer) -> Contracted:
    properties = [each for each in listed(schema_object, "properties") if named(each)]
    columns = {column_name_for(named(each)): each for each in properties}
    right = {name: each for name, each in columns.items() if fault("column_name", name) is None}
    notes = [f"{name or 'a property'} is left out: it cannot name a column." for name in columns if name not in right]
    notes += [note for name, each in right.items() for note in notes_on(name, each)]
    settings = {
        **format_in(contract),
        "columns": [column_of(name, each) for name, each in right.items()],
        **roles_in(schema_object, right),
        **freshness_in(contract, schema_object),
    }
    return Contracted(named(schema_object), settings, tuple(notes))


def format_in(contract: Answer) -> Answer:
    """The format of the files, where a server of the contract says it."""
    servers = listed(contract, "servers")
    found = next((each["format"] for each in servers if each.get("format") in FORMATS), None)
    delimiter = next((each["delimiter"] for each in servers if fault("delimiter", each.get("delimiter")) is None), ",")
    if found != "csv" or delimiter == ",":
        return {"format": found} if found else {}
    return {"format": "csv", "delimiter": delimiter}


def column_of(name: str, of: Answer) -> Answer:
    kind = type_of(of)
    options = of.get("logicalTypeOptions") if isinstance(of.get("logicalTypeOptions"), dict) else {}
    column: Answer = {"name": name, "type": kind}
    column |= {rule: True for rule in ("required", "unique") if of.get(rule) is True}
    return column | dict(rules_in(of, kind, options or {}))


def type_of(of: Answer) -> str:
    """The column's type, by the physical type where that is one that we know, else by the logical one."""
    physical = re.sub(r"\s+", " ", str(of.get("physicalType") or "").strip().lower())
    base, _, rest = physical.partition("(")
    digits = re.fullmatch(r"(\d+)\s*(?:,\s*(\d+)\s*)?\)", rest)
    if base in ("decimal", "numeric", "number") and digits:
        physical = f"decimal({digits[1]},{digits[2] or 0})"
    else:
        physical = TYPE_OF_PHYSICAL.get(base.strip(), base.strip())
    if fault("column_type", physical) is None:
        return physical
    return TYPE_OF_LOGICAL.get(str(of.get("logicalType")), "string")


def rules_in(of: Answer, kind: str, options: Answer) -> Iterator[tuple[str, Any]]:
    base = kind.partition("(")[0]
    form = options.get("format") if base in DATES and fault("date_format", options.get("format")) is None else None
    if form:
        yield "format", form
    for rule in ("minimum", "maximum"):
        value = options.get(rule)
        if base in (*NUMBERS, *DATES) and not isinstance(limit_of(value, kind, form), ValueFault):
            yield rule, value
    if base == "string" and fault("value_pattern", options.get("pattern")) is None:
        yield "pattern", options["pattern"]
    if values := allowed_values(of):
        yield "one_of", values


def allowed_values(of: Answer) -> list[str]:
    """The values that a column may have, in whichever of the standard's three forms."""
    values = [each.get("value") for each in listed(of, "enum")]
    for check in listed(of, "quality"):
        if check.get("metric", check.get("rule")) in ("invalidValues", "validValues"):
            arguments = check.get("arguments")
            allowed = arguments.get("validValues") if isinstance(arguments, dict) else check.get("validValues")
            values += allowed if isinstance(allowed, list) else []
    return list(dict.fromkeys(str(value) for value in values if value is not None))


def notes_on(name: str, of: Answer) -> Iterator[str]:
    if of.get("logicalType") in ("object", "array") or listed(of, "properties"):
        yield f"{name} holds objects or arrays, which are kept as JSON text."
    options = of.get("logicalTypeOptions")
    pattern = options.get("pattern") if isinstance(options, dict) else None
    if type_of(of) == "string" and isinstance(pattern, str) and (found := pattern_fault(pattern)):
        yield f"{name} has a pattern that is left out, because it {found.why}."
    others = [each for each in listed(of, "quality") if not allowed_values({"quality": [each]})]
    if others:
        what = "a quality check" if len(others) == 1 else f"{len(others)} quality checks"
        yield f"{name} has {what} that project.yaml has no rule for."


def roles_in(schema_object: Answer, columns: dict[str, Answer]) -> Answer:
    """Primary key, partition and newest row; our own contracts say the last as a custom property."""
    keys = sorted((each.get("primaryKeyPosition") or 0, n) for n, each in columns.items() if each.get("primaryKey"))
    parts = sorted((each.get("partitionKeyPosition") or 0, n) for n, each in columns.items() if each.get("partitioned"))
    custom = {each.get("property"): each.get("value") for each in listed(schema_object, "customProperties")}
    found = {"primary_key": [name for _, name in keys], "partition_by": parts[0][1] if parts else None}
    newest = custom.get(NEWEST_BY)
    found["newest_by"] = newest if keys and newest in columns else None
    return {role: value for role, value in found.items() if value}


def freshness_in(contract: Answer, schema_object: Answer) -> Answer:
    """How often data is expected: the first service level about it that is of this object, or of all."""
    for each in listed(contract, "slaProperties"):
        elements = [part.strip().partition(".")[0] for part in str(each.get("element") or "").split(",")]
        is_meant = elements == [""] or {str(schema_object.get("name")), named(schema_object)} & set(elements)
        unit, value = UNITS.get(str(each.get("unit") or "").lower()), each.get("value")
        if each.get("property") in FRESHNESS and is_meant and unit and isinstance(value, int) and value > 0:
            duration = f"{value * unit[0]} {unit[1]}"
            return {"expected_every": duration} if fault("duration", duration) is None else {}
    return {}
