"""Check lint, format and types of the project, and compare project.yaml with its schema and the data contracts."""

import shutil
import sys

import click

from dataops.development.data_contract import faults_of
from dataops.development.renamed_settings import renamed_settings
from dataops.project import PROJECT
from dataops.project.left_open import list_what_is_left_open, settings_in
from dataops.project.programs import BIN, run


@click.command(help="Check lint, format, types, project.yaml and data contracts. Changes nothing.")
def check() -> None:
    """Run each checker; stop at the first that finds something."""
    run(f"{BIN}/ruff", "check", ".")
    run(f"{BIN}/ruff", "format", "--check", ".")
    run(f"{BIN}/mypy")
    if sentences := renamed_settings(PROJECT):
        sys.exit("\n".join(sentences))
    run(f"{BIN}/check-jsonschema", "--schemafile", "project.schema.json", "project.yaml")
    settings = settings_in(PROJECT)
    list_what_is_left_open(settings)
    if faults := faults_of(PROJECT, settings):
        sys.exit("\n".join(faults))
    if shutil.which("terraform"):
        run("terraform", "fmt", "-check", "-recursive")


@click.command(help="Fix what `dataops check` finds, if a program can.")
def fix() -> None:
    """Let the checkers fix what they can."""
    run(f"{BIN}/ruff", "check", "--fix", ".")
    run(f"{BIN}/ruff", "format", ".")
    if shutil.which("terraform"):
        run("terraform", "fmt", "-recursive")
