"""An upgrade keeps what Terraform has made: no plan after it destroys or replaces what holds data."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from upgrade_lab import PERSON, Project, Template, template_since_its_last_release

STATE = Path(__file__).with_name("state_of_a_project.py")
MODULE = "{{cookiecutter.project_slug}}/modules/environment"
RENAMED = {
    'aws_dynamodb_table" "ledger"': 'aws_dynamodb_table" "files"',
    "aws_dynamodb_table.ledger.": "aws_dynamodb_table.files.",
}
MOVED = "\nmoved {\n  from = aws_dynamodb_table.ledger\n  to   = aws_dynamodb_table.files\n}\n"

# One process makes what these tests look at.


def in_project(project: Project, verb: str) -> str:
    """What a verb of state_of_a_project.py prints last."""
    done = subprocess.run(
        [sys.executable, str(STATE), verb],
        cwd=project.folder,
        env={**os.environ, **PERSON, "PYTHONPATH": str(project.folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout.strip().rpartition("\n")[2]


def rename_the_ledger(template: Template) -> None:
    """A version whose module calls the ledger's table by another name."""
    for path in (template.folder / MODULE).glob("*.tf"):
        text = path.read_text()
        for old, new in RENAMED.items():
            text = text.replace(old, new)
        path.write_text(text)


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project of the last release, or of this version where there is none, applied to a local AWS."""
    folder = tmp_path_factory.mktemp("applied")
    template = template_since_its_last_release(folder / "template.git")
    answers = ("environments=dev=111111111111", "datasets=orders:csv")
    project = template.generate(folder / "output", "--checkout", "1.0.0", *answers)
    rename_the_ledger(template)
    template.commit("Renamed")
    template.git("branch", "without-moved")
    template.write({f"{MODULE}/ledger.tf": template.read(f"{MODULE}/ledger.tf") + MOVED})
    template.release("3.0.0")
    in_project(project, "apply")
    yield project
    in_project(project, "down")


def test_after_an_upgrade_terraform_destroys_and_replaces_nothing_that_holds_data(applied: Project) -> None:
    assert applied.upgrade().returncode == 0
    planned = json.loads(in_project(applied, "losses"))
    applied.git("reset", "--quiet", "--hard")

    assert planned["lost"] == []
    assert "module.environment.aws_dynamodb_table.ledger" in planned["moved"]


def test_a_resource_that_is_renamed_without_a_moved_block_is_noticed(applied: Project) -> None:
    assert applied.upgrade("--to", "without-moved").returncode == 0
    planned = json.loads(in_project(applied, "losses"))
    applied.git("reset", "--quiet", "--hard")

    assert planned["lost"] == ["module.environment.aws_dynamodb_table.ledger"]
