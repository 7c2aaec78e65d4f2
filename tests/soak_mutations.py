"""What AWS would refuse of a project, the local AWS refuses with AWS's words: each by breaking a project as it was."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from make_command import machine
from refusal_mutations import ALSO, STEPS, Mutation

INSIDE = Path(__file__).with_name("mutated_project.py")
ROWS = [(step, name) for step, given in STEPS.items() for name in given.mutations]


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
        env=machine(),
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
    """The steps as mutated_project.py reads them."""
    return {
        name: step._asdict()
        | {"mutations": {mutation: row._asdict() for mutation, row in step.mutations.items()}}
        | {"also": ALSO.get(name, [])}
        for name, step in STEPS.items()
    }


def is_of(error: dict[str, str], mutation: Mutation) -> bool:
    return error["address"].startswith(mutation.address) and mutation.sentence in error["said"]


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
