"""Lints, formats and types the project, and compares project.yaml with its schema."""

import shutil
import sys

import click

from dataops.development.renamed_settings import renamed_settings
from dataops.project import PROJECT
from dataops.project.programs import BIN, run


@click.command(help="Lint, format, types, schema of project.yaml. Changes nothing.")
def check() -> None:
    """Run each checker; the first that finds something ends the command."""
    run(f"{BIN}/ruff", "check", ".")
    run(f"{BIN}/ruff", "format", "--check", ".")
    run(f"{BIN}/mypy")
    if sentences := renamed_settings(PROJECT):
        sys.exit("\n".join(sentences))
    run(f"{BIN}/check-jsonschema", "--schemafile", "project.schema.json", "project.yaml")
    if shutil.which("terraform"):
        run("terraform", "fmt", "-check", "-recursive")


@click.command(help="Repair what `dataops check` finds and a program can repair.")
def fix() -> None:
    """Let the checkers edit."""
    run(f"{BIN}/ruff", "check", "--fix", ".")
    run(f"{BIN}/ruff", "format", ".")
    if shutil.which("terraform"):
        run("terraform", "fmt", "-recursive")
