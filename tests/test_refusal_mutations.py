"""Every refusal of the local AWS has a mutation of a project (soak_mutations.py applies it), or a test elsewhere."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from refusal_mutations import NOT_OF_A_RULE, OUT_OF_REACH, SHOWN_ELSEWHERE, STEPS

REPOSITORY = Path(__file__).parents[1]
PROJECT = REPOSITORY / "{{cookiecutter.project_slug}}"
REFUSALS = REPOSITORY / "tools/src/dataops/local_aws/refusals"
EDITS = {name: (row.file, row.before) for step in STEPS.values() for name, row in step.mutations.items()}
EDITS |= {f"{step}: {edit[1]}": edit[:2] for step, given in STEPS.items() for edit in given.also}


def rules() -> Iterator[str]:
    """Every rule of the tools' local_aws/refusals/ that refuses something, as module.function."""
    for path in sorted(REFUSALS.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        tables = [node.value for node in tree.body if isinstance(node, ast.AnnAssign) and "REFUSALS" in ast.dump(node)]
        listed = {node.id for table in tables if table for node in ast.walk(table) if isinstance(node, ast.Name)}
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and (node.name in listed or node.name.startswith("refuse_a_")):
                calls = [each.func for each in ast.walk(node) if isinstance(each, ast.Call)]
                if any(isinstance(each, ast.Name) and each.id == "refuse" for each in calls):
                    yield f"{path.stem}.{node.name}"


def test_every_refusal_has_a_mutation_or_a_test_elsewhere() -> None:
    broken = {row.refusal for step in STEPS.values() for row in step.mutations.values()} - NOT_OF_A_RULE
    elsewhere = SHOWN_ELSEWHERE.keys() | OUT_OF_REACH.keys()

    assert sorted(broken | elsewhere) == sorted(rules())
    assert not broken & elsewhere, "these are broken here, too"


@pytest.mark.parametrize("test", [*SHOWN_ELSEWHERE.values(), *OUT_OF_REACH.values()])
def test_the_test_is_there_that_shows_a_refusal_elsewhere(test: str) -> None:
    file, name = test.split("::")

    assert f"def {name}(" in (REPOSITORY / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("edit", EDITS)
def test_a_mutation_still_fits_the_project(edit: str) -> None:
    file, before = EDITS[edit]
    path = PROJECT / file.replace("dev/", "{{first_environment()}}/")

    assert path.read_text(encoding="utf-8").count(before) == 1
