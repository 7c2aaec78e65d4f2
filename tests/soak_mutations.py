"""What AWS would refuse of a project, the local AWS refuses with AWS's words: each by breaking a project as it was."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from make_command import with_tools
from refusal_mutations import STEPS, Mutation, Step

INSIDE = Path(__file__).with_name("mutated_project.py")
ROWS = [(step, name) for step, given in STEPS.items() for name in given.mutations]


@pytest.fixture(scope="module")
def outcome(bake_into: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The dependencies of dev/, and what Terraform said at each step of the resources that it could not make."""
    project = bake_into(tmp_path_factory.mktemp("mutated"))
    settings = yaml.safe_load((project / "project.yaml").read_text(encoding="utf-8"))
    settings["environments"][0]["monthly_budget"] = 100
    (project / "project.yaml").write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", INSIDE.read_text()],
        cwd=project,
        env=with_tools(),
        input=json.dumps({name: as_json(step) for name, step in STEPS.items()}),
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def as_json(step: Step) -> dict[str, Any]:
    """A step as mutated_project.py reads it."""
    return step._asdict() | {"mutations": {name: row._asdict() for name, row in step.mutations.items()}}


def is_of(error: dict[str, str], mutation: Mutation) -> bool:
    return error["address"].startswith(mutation.address) and mutation.sentence in error["said"]


def dependencies(graph: str) -> dict[str, set[str]]:
    """By the address of a resource, without keys: everything that it depends on, directly or not."""
    edges = re.findall(r'"([^"]+)" -> "([^"]+)"', graph)
    found: dict[str, set[str]] = {resource: set() for edge in edges for resource in edge}
    for resource, others in found.items():
        waiting = {resource}
        while waiting:
            waiting = {other for each, other in edges if each in waiting} - others
            others |= waiting
    return found


def test_every_mutation_still_fits_the_project(outcome: dict[str, Any]) -> None:
    assert [lost for step in outcome["steps"].values() for lost in step["lost"]] == []


@pytest.mark.parametrize("step", [name for name, given in STEPS.items() if given.folder == "dev"])
def test_no_mutation_keeps_terraform_from_reaching_another_of_its_step(outcome: dict[str, Any], step: str) -> None:
    rows = [row for row in STEPS[step].mutations.values() if row.address and not row.is_called]
    needed = dependencies(outcome["graph"])
    broken = {re.sub(r"\[[^]]*]", "", row.address) for row in rows} & needed.keys()

    assert broken or not rows
    assert [(resource, other) for resource in broken for other in needed[resource] & broken] == []


@pytest.mark.parametrize(("step", "name"), ROWS, ids=[name for _, name in ROWS])
def test_what_aws_would_refuse_is_refused_with_its_sentence(outcome: dict[str, Any], step: str, name: str) -> None:
    mutation, done = STEPS[step].mutations[name], outcome["steps"][step]

    assert any(each.startswith(mutation.address) for each in done["reached"]), "Terraform has not come to it"
    assert any(is_of(error, mutation) for error in done["errors"]), done["errors"]


@pytest.mark.parametrize("step", STEPS)
def test_nothing_else_of_a_project_is_refused(outcome: dict[str, Any], step: str) -> None:
    rows = STEPS[step].mutations.values()

    assert [error for error in outcome["steps"][step]["errors"] if not any(is_of(error, row) for row in rows)] == []
