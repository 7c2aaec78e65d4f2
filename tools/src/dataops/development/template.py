"""Upgrade the project to a newer version of the template: run upgrade.py with the virtual environment's Python."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from dataops.project.programs import run

OPTIONS = (
    click.option("--to", help="a version of the template; without it the newest"),
    click.option("--template", help="the template's address, if it is not the recorded one"),
    click.option("--preview", is_flag=True, help="show what would change, and change nothing"),
    click.option("--branch", help="commit to a new branch of this name, for a pull request"),
)


def with_options(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options that upgrade.py has for each of the three verbs."""
    for option in reversed(OPTIONS):
        function = option(function)
    return function


@click.command(help="Merge a newer version of the template into the project.")
@with_options
def upgrade(**given: Any) -> None:
    """Merge a newer version of the template."""
    upgrade_py(given)


@click.command(help="Update the folders after an environment was added, renamed or removed in project.yaml.")
@with_options
def sync(**given: Any) -> None:
    """Merge the same version again."""
    upgrade_py(given, "--sync")


@click.command(help="Write the record of a project that has none, so that it can be upgraded.")
@with_options
def adopt(**given: Any) -> None:
    """Write the record."""
    upgrade_py(given, "--adopt")


@click.command(help="Ask about a new dataset, from a sample file, and write it into project.yaml.")
@click.option("--template", help="the template's address, if it is not the recorded one")
@click.argument("file", type=click.Path(path_type=Path))
def dataset(file: Path, template: str | None) -> None:
    """Let the template's interview of the recorded version ask about one file."""
    if not file.is_file():
        sys.exit(f"There is no file {file}. Say which: make dataset FILE=sales.csv")
    upgrade_py({"template": template, "preview": False}, "--dataset", str(file.resolve()))


def upgrade_py(given: dict[str, Any], *words: str) -> None:
    """Run upgrade.py with the given options."""
    flag = ["--preview"] if given.pop("preview") else []
    options = [word for name, value in given.items() if value for word in (f"--{name}", value)]
    run(sys.executable, "upgrade.py", *options, *flag, *words, is_shown=False)
