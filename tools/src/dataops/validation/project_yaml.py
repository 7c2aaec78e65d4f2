"""The validator of project.yaml: everything that is wrong with it, in a sentence or two for each fault."""

import json
import sys
from pathlib import Path
from typing import Any

import yaml

from dataops.validation.dataset_rules import dataset_faults
from dataops.validation.project_rules import project_faults
from dataops.validation.reading import LoaderOfProjectYaml
from dataops.validation.schema import faults

SETTINGS = "project.yaml"
SCHEMA = "project.schema.json"


def faults_of(settings: Any, schema: dict[str, Any]) -> list[str]:
    """Return all that is wrong with the content of project.yaml."""
    in_values = [fault.sentence().removeprefix(f"{SETTINGS}, ") for fault in faults(settings, schema, SETTINGS, schema)]
    some_are_wrong = bool(in_values)
    if not isinstance(settings, dict):
        return in_values
    between = [*project_faults(settings, some_are_wrong), *dataset_faults(settings, some_are_wrong)]
    # A value that the schema refuses may break a rule too: one sentence about it is enough.
    return list(dict.fromkeys([*in_values, *(fault.sentence() for fault in between)]))


def faults_in(project: Path) -> list[str]:
    """Return all that is wrong with the project.yaml of a folder, by the schema beside it."""
    try:
        settings = yaml.load((project / SETTINGS).read_text(encoding="utf-8"), Loader=LoaderOfProjectYaml)
    except (OSError, ValueError, yaml.YAMLError) as error:
        return [f"{SETTINGS} cannot be read: {' '.join(str(error).split())}"]
    try:
        schema = json.loads((project / SCHEMA).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return [f"{SCHEMA} cannot be read: {error}. Restore it: git checkout -- {SCHEMA}"]
    return faults_of(settings, schema)


def refuse_faults(project: Path) -> None:
    """End the command if anything is wrong with project.yaml."""
    if found := faults_in(project):
        sys.exit("\n".join([f"{SETTINGS} is refused:", *(f"- {each}" for each in found)]))


if __name__ == "__main__":
    refuse_faults(Path.cwd())
