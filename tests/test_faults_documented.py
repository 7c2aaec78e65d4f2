"""docs/faults.md promises nothing without a test: each that it names exists, and each fault has its line."""

import ast
import re
from pathlib import Path

import infrastructure_rules
import monitoring_rules
import pytest

TEMPLATE = Path(__file__).parent
PROJECT = TEMPLATE.parent / "{{cookiecutter.project_slug}}"
TEXT = (PROJECT / "docs/faults.md").read_text(encoding="utf-8")
# What a name begins with, where the test is not one of the project's own.
FOLDERS = {
    "template ": TEMPLATE,
    "tools ": TEMPLATE.parent / "tools/tests",
    "platform/": TEMPLATE.parent / "tools/src/dataops/acceptance",
}
NUMBERS = {*range(1, 43), *range(78, 87)}
RULES = {
    "infrastructure_rules.py": {rule.__name__ for rule in infrastructure_rules.RULES},
    "monitoring_rules.py": {rule.__name__ for rule in monitoring_rules.RULES},
}
NAMED = sorted(set(re.findall(r"`((?:template |tools )?[\w/]+\.py::\w+)`", TEXT)))


def lines() -> dict[int, str]:
    """The lines of the tables by their number."""
    return {int(number): line for number, line in re.findall(r"^\| (\d+) (\|.*)$", TEXT, re.MULTILINE)}


def exists(named: str) -> bool:
    """Whether the file defines the test, or the rule that a test keeps."""
    file, _, name = named.removeprefix("template ").removeprefix("tools ").partition("::")
    folder = next((path for word, path in FOLDERS.items() if named.startswith(word)), PROJECT / "tests")
    if not (folder / file).is_file():
        return False
    if file in RULES:
        return name in RULES[file]
    tree = ast.parse((folder / file).read_text(encoding="utf-8"))
    return name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and name.startswith("test_")}


@pytest.mark.parametrize("named", NAMED)
def test_every_test_that_is_named_exists(named: str) -> None:
    assert exists(named)


@pytest.mark.parametrize(
    "named",
    [
        "test_chain.py::test_of_nothing",
        "test_none.py::test_a",
        "event_chain.py::refusal",
        "template infrastructure_rules.py::listed",
    ],
)
def test_a_name_without_a_test_is_noticed(named: str) -> None:
    assert not exists(named)


def test_every_line_names_a_test() -> None:
    assert [number for number, line in lines().items() if not any(f"`{named}`" in line for named in NAMED)] == []


def test_every_fault_has_a_line_or_is_said_to_be_unwatched() -> None:
    unwatched = {int(number) for number in re.findall(r"\((\d+)\)", TEXT.partition("\n## ")[0])}

    assert {*lines(), *unwatched} >= NUMBERS
    assert set(lines()) <= NUMBERS
