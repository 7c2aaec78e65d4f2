"""Check lint, format and types of the project, project.yaml, and the files that must follow it."""

import shutil
import sys

import click

from dataops.development.conflict_markers import conflict_markers
from dataops.development.derived_files import out_of_date, renew
from dataops.project import PROJECT
from dataops.project.left_open import list_what_is_left_open, settings_in
from dataops.project.programs import BIN, run
from dataops.validation.project_yaml import refuse_faults


@click.command(help="Check project.yaml, the files that follow it, lint, format and types. Changes nothing.")
def check() -> None:
    """Run each checker, the quickest first; stop at the first that finds something."""
    if sentences := conflict_markers(PROJECT):
        sys.exit("\n".join(sentences))
    refuse_faults(PROJECT)
    settings = settings_in(PROJECT)
    list_what_is_left_open(settings)
    if sentences := out_of_date(PROJECT, settings):
        sys.exit("\n".join(sentences))
    run(f"{BIN}/ruff", "check", ".")
    run(f"{BIN}/ruff", "format", "--check", ".")
    if shutil.which("terraform"):
        run("terraform", "fmt", "-check", "-recursive")
    run(f"{BIN}/mypy")


@click.command(help="Fix what `dataops check` finds, if a program can.")
def fix() -> None:
    """Let the checkers fix what they can; write again what does not match project.yaml."""
    run(f"{BIN}/ruff", "check", "--fix", ".")
    run(f"{BIN}/ruff", "format", ".")
    if shutil.which("terraform"):
        run("terraform", "fmt", "-recursive")
    refuse_faults(PROJECT)
    for name in renew(PROJECT, settings_in(PROJECT)):
        print(f"Wrote {name}: it follows project.yaml. Review and commit it.")
