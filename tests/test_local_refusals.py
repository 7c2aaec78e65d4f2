"""What AWS would refuse of a project, the local AWS refuses with AWS's words: each by breaking a project as it was."""

import ast
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from make_command import with_tools
from refusal_mutations import ALSO, ELSEWHERE, NOT_OF_A_RULE, STEPS, Mutation

HERE = Path(__file__).parent
REFUSALS = HERE.parent / "tools/src/dataops/local_aws/refusals"
INSIDE = HERE / "refused_project.py"
ROWS = [(step, name) for step, given in STEPS.items() for name in given.mutations]


def rules() -> Iterator[str]:
    """Every rule of the tools' local_aws/refusals/ that refuses something, as module.function."""
    for place in sorted(REFUSALS.glob("*.py")):
        tree = ast.parse(place.read_text(encoding="utf-8"))
        tables = [node.value for node in tree.body if isinstance(node, ast.AnnAssign) and "REFUSALS" in ast.dump(node)]
        listed = {node.id for table in tables if table for node in ast.walk(table) if isinstance(node, ast.Name)}
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and (node.name in listed or node.name.startswith("refuse_a_")):
                calls = [each.func for each in ast.walk(node) if isinstance(each, ast.Call)]
                if any(isinstance(each, ast.Name) and each.id == "refuse" for each in calls):
                    yield f"{place.stem}.{node.name}"


@pytest.fixture(scope="module")
def told(bake_into: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Terraform said at each step of the resources that it could not make."""
    project = bake_into(tmp_path_factory.mktemp("refused"))
    settings = yaml.safe_load((project / "project.yaml").read_text(encoding="utf-8"))
    settings["environments"][0]["monthly_budget"] = 100
    (project / "project.yaml").write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", INSIDE.read_text()],
        cwd=project,
        env=with_tools(),
        input=json.dumps(given()),
        text=True,
        capture_output=True,
        timeout=2400,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def given() -> dict[str, Any]:
    """The steps as refused_project.py reads them."""
    return {
        name: step._asdict()
        | {"mutations": {mutation: row._asdict() for mutation, row in step.mutations.items()}}
        | {"also": ALSO.get(name, [])}
        for name, step in STEPS.items()
    }


def is_of(error: dict[str, str], mutation: Mutation) -> bool:
    return error["address"].startswith(mutation.address) and mutation.sentence in error["said"]


def test_every_refusal_has_a_mutation_or_a_stated_reason() -> None:
    broken = {row.refusal for step in STEPS.values() for row in step.mutations.values()} - NOT_OF_A_RULE

    assert sorted(broken | ELSEWHERE.keys()) == sorted(rules())
    assert not broken & ELSEWHERE.keys(), "these are broken here, too"


def test_the_tests_are_there_that_show_a_refusal_elsewhere() -> None:
    named = [reason.split("::") for reason in ELSEWHERE.values() if reason.startswith("tests/")]

    assert named
    for file, test in named:
        assert f"def {test}(" in (HERE.parent / file).read_text(encoding="utf-8")


def test_every_mutation_still_fits_the_project(told: dict[str, Any]) -> None:
    assert [lost for step in told.values() for lost in step["lost"]] == []


@pytest.mark.parametrize(("step", "name"), ROWS, ids=[name for _, name in ROWS])
def test_what_aws_would_refuse_is_refused_with_its_sentence(told: dict[str, Any], step: str, name: str) -> None:
    mutation, errors = STEPS[step].mutations[name], told[step]["errors"]

    assert any(is_of(error, mutation) for error in errors), errors


@pytest.mark.parametrize("step", STEPS)
def test_nothing_else_of_a_project_is_refused(told: dict[str, Any], step: str) -> None:
    rows = STEPS[step].mutations.values()

    assert [error for error in told[step]["errors"] if not any(is_of(error, row) for row in rows)] == []
