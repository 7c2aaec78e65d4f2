"""Every refusal of the local AWS is seen by breaking a project (soak_mutations.py), or has a stated reason."""

import ast
from collections.abc import Iterator
from pathlib import Path

from refusal_mutations import ELSEWHERE, NOT_OF_A_RULE, STEPS

HERE = Path(__file__).parent
PROJECT = HERE.parent / "{{cookiecutter.project_slug}}"


def rules() -> Iterator[str]:
    """Every rule of local/stand_in/refusals/ that refuses something, as module.function."""
    for place in sorted((PROJECT / "local" / "stand_in" / "refusals").glob("*.py")):
        tree = ast.parse(place.read_text(encoding="utf-8"))
        tables = [node.value for node in tree.body if isinstance(node, ast.AnnAssign) and "REFUSALS" in ast.dump(node)]
        listed = {node.id for table in tables if table for node in ast.walk(table) if isinstance(node, ast.Name)}
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and (node.name in listed or node.name.startswith("refuse_a_")):
                calls = [each.func for each in ast.walk(node) if isinstance(each, ast.Call)]
                if any(isinstance(each, ast.Name) and each.id == "refuse" for each in calls):
                    yield f"{place.stem}.{node.name}"


def test_every_refusal_has_a_mutation_or_a_stated_reason() -> None:
    broken = {row.refusal for step in STEPS.values() for row in step.mutations.values()} - NOT_OF_A_RULE

    assert sorted(broken | ELSEWHERE.keys()) == sorted(rules())
    assert not broken & ELSEWHERE.keys(), "these are broken here, too"


def test_the_tests_are_there_that_show_a_refusal_elsewhere() -> None:
    named = [reason.split("::") for reason in ELSEWHERE.values() if reason.startswith("tests/")]

    assert named
    for file, test in named:
        assert f"def {test}(" in (HERE.parent / file).read_text(encoding="utf-8")
