"""Data contracts: each dataset as a file of the Open Data Contract Standard (ODCS), compared with project.yaml."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click
import yaml
from jsonschema import ValidationError as SchemaError
from jsonschema import validate
from open_data_contract_standard.model import (
    CustomProperty,
    DataQuality,
    OpenDataContractStandard,
    SchemaObject,
    SchemaProperty,
    Server,
    ServiceLevelAgreementProperty,
)
from pydantic import ValidationError as ModelError

from dataops.project import PROJECT
from dataops.project.left_open import settings_in

Entry = TypeVar("Entry")
FOLDER = "contracts"
STANDARD = "v3.1.0"
LOGICAL = {
    **dict.fromkeys(("bigint", "int", "smallint", "tinyint"), "integer"),
    **dict.fromkeys(("double", "float", "decimal"), "number"),
    **dict.fromkeys(("boolean", "date", "timestamp"), ""),
}
RULES = ("format", "minimum", "maximum", "pattern")
INPUT = "input"
NEWEST_BY = "newestBy"
FREQUENCY = "frequency"
ALLOWED = "invalidValues"
UNITS = {"minutes": "min", "hours": "h", "days": "d"}


@click.command(
    help="Write each dataset of project.yaml as a data contract (ODCS) into contracts/; your additions stay."
)
def main() -> None:
    """Write the contracts."""
    for path in write(PROJECT, settings_in(PROJECT)):
        print(f"Wrote {path.relative_to(PROJECT)}.")


def write(project: Path, settings: dict[str, Any], names: Iterable[str] | None = None) -> list[Path]:
    """Write the contracts of datasets, without names of all, and keep what their owners added."""
    written = []
    for name in settings["datasets"] if names is None else names:
        (project / FOLDER).mkdir(exist_ok=True)
        path = project / FOLDER / f"{name}.yaml"
        now = read(path) if path.exists() else None
        path.write_text(contract(settings, name, now).to_yaml(), encoding="utf-8")
        written.append(path)
    return written


def faults_of(project: Path, settings: dict[str, Any]) -> list[str]:
    """One sentence for each file that is not a valid contract or differs from project.yaml."""
    found = []
    for path in sorted((project / FOLDER).glob("*.yaml")):
        file = f"{FOLDER}/{path.name}"
        try:
            now = read(path)
            validate(
                yaml.safe_load(path.read_text(encoding="utf-8")), json.loads(OpenDataContractStandard.json_schema())
            )
        except (ModelError, SchemaError, yaml.YAMLError, TypeError) as error:
            what = error.message if isinstance(error, SchemaError) else " ".join(str(error).split())
            found.append(f"{file}: it is not a valid data contract: {what[:200]}")
            continue
        if path.stem not in settings["datasets"]:
            found.append(f"{file}: project.yaml has no dataset {path.stem}. Remove the contract, or add the dataset.")
        elif contract(settings, path.stem, now).model_dump() != now.model_dump():
            found.append(f"{file}: it differs from project.yaml. Run make fix, and review the difference.")
    return found


def is_stale(project: Path, settings: dict[str, Any], name: str) -> bool:
    """Return whether a dataset has a valid contract that differs from project.yaml."""
    path = project / FOLDER / f"{name}.yaml"
    try:
        now = read(path) if path.exists() else None
    except (ModelError, yaml.YAMLError, TypeError):
        return False
    return now is not None and contract(settings, name, now).model_dump() != now.model_dump()


def read(path: Path) -> OpenDataContractStandard:
    """Read a contract."""
    return OpenDataContractStandard.from_file(str(path))


def contract(
    settings: dict[str, Any], name: str, now: OpenDataContractStandard | None = None
) -> OpenDataContractStandard:
    """The contract of a dataset: the settings of project.yaml, and everything else that the contract has now."""
    dataset = settings["datasets"][name]
    kept = now or OpenDataContractStandard(
        kind="DataContract",
        apiVersion=STANDARD,
        id=f"{settings['slug']}-{name}",
        name=name,
        version="1.0.0",
        status="active",
    )
    before = next((each for each in kept.schema_ or [] if each.name == name), None)
    changed: dict[str, Any] = {
        "servers": with_ours(kept.servers, server(dataset), lambda each: each.server == INPUT),
        "schema_": with_ours(kept.schema_, schema_object(name, dataset, before), lambda each: each.name == name),
        "slaProperties": with_ours(
            kept.slaProperties,
            service_level(name, dataset),
            lambda each: (each.property, each.element) == (FREQUENCY, name),
        ),
    }
    return kept.model_copy(update=changed)


def with_ours(now: list[Entry] | None, ours: Entry | None, is_ours: Callable[[Entry], bool]) -> list[Entry] | None:
    """Replace our entry in a list of a contract, or insert it at the beginning; the others keep their order."""
    entries = list(now or [])
    index = next((number for number, each in enumerate(entries) if is_ours(each)), 0)
    others = [each for each in entries if not is_ours(each)]
    return [*others[:index], *([ours] if ours else []), *others[index:]] or None


def server(dataset: dict[str, Any]) -> Server:
    """The format of the input files. It names no bucket, because each environment has its own."""
    return Server(server=INPUT, type="custom", format=dataset["format"], delimiter=dataset.get("delimiter"))


def schema_object(name: str, dataset: dict[str, Any], now: SchemaObject | None) -> SchemaObject:
    """The table with its columns, in their order."""
    before = {each.name: each for each in (now.properties if now else None) or []}
    properties = [schema_property(column, dataset, before.get(column["name"])) for column in dataset["columns"]]
    newest = CustomProperty(property=NEWEST_BY, value=dataset["newest_by"]) if "newest_by" in dataset else None
    custom = now.customProperties if now else None
    changed = {
        "name": name,
        "logicalType": "object",
        "physicalType": "table",
        "properties": properties,
        "customProperties": with_ours(custom, newest, lambda each: each.property == NEWEST_BY),
    }
    return (now or SchemaObject()).model_copy(update=changed)


def schema_property(column: dict[str, Any], dataset: dict[str, Any], now: SchemaProperty | None) -> SchemaProperty:
    """A column with its type, rules and roles."""
    name, base = column["name"], column["type"].partition("(")[0]
    keys = dataset.get("primary_key", [])
    is_key, is_partition = name in keys, dataset.get("partition_by") == name
    before = (now.logicalTypeOptions if now else None) or {}
    others = {rule: value for rule, value in before.items() if rule not in RULES}
    options = {**{rule: column[rule] for rule in RULES if rule in column}, **others}
    changed = {
        "name": name,
        "logicalType": LOGICAL.get(base, "string") or base,
        "physicalType": column["type"],
        "required": True if column.get("required") else None,
        "unique": True if column.get("unique") else None,
        "primaryKey": True if is_key else None,
        "primaryKeyPosition": keys.index(name) + 1 if is_key else None,
        "partitioned": True if is_partition else None,
        "partitionKeyPosition": 1 if is_partition else None,
        "logicalTypeOptions": options or None,
        "quality": with_ours(now.quality if now else None, allowed_values(column), lambda each: each.metric == ALLOWED),
    }
    return (now or SchemaProperty()).model_copy(update=changed)


def allowed_values(column: dict[str, Any]) -> DataQuality | None:
    """The check that a column has only the values of `one_of`."""
    if "one_of" not in column:
        return None
    check = {"type": "library", "metric": ALLOWED, "arguments": {"validValues": column["one_of"]}, "mustBe": 0}
    return DataQuality.model_validate(check)


def service_level(name: str, dataset: dict[str, Any]) -> ServiceLevelAgreementProperty | None:
    """How often data is expected."""
    if "expected_every" not in dataset:
        return None
    number, _, unit = dataset["expected_every"].partition(" ")
    return ServiceLevelAgreementProperty(property=FREQUENCY, value=int(number), unit=UNITS[unit], element=name)
