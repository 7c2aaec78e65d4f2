"""docs/upgrades.md promises nothing without a test, and every upgrade test is there for a reason that it names."""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
TEXT = (TESTS.parent / "docs/upgrades.md").read_text(encoding="utf-8")
SCENARIOS = {
    f"{letter}{number:02}"
    for letter, count in {"A": 11, "B": 10, "C": 10, "D": 13, "E": 7, "F": 31, "G": 13}.items()
    for number in range(1, count + 1)
}
NAMED = sorted(set(re.findall(r"`(\w+\.py::\w+)`", TEXT)))


@pytest.mark.parametrize("named", NAMED)
def test_every_test_that_is_named_exists(named: str) -> None:
    file, _, name = named.partition("::")
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))

    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_scenario_names_a_test() -> None:
    lines = dict(re.findall(r"^\| ([A-G]\d\d) \|.*\| (`.*`) \|$", TEXT, re.MULTILINE))

    assert set(lines) == SCENARIOS
    assert all(re.search(r"`test_upgrade_\w+\.py::test_", tests) for tests in lines.values())
