"""A fresh project has the picture of its own answers: the one that its own `make diagram` draws."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from answer_matrix import MATRIX

from answers.record import OWNED_BY_THE_TEAM

DIFFERENT = [
    "the defaults",
    "one dataset and one environment",
    "GitHub and an existing VPC",
    "GitLab and every notification",
    "every rule, JDBC, a second region",
]


def diagram(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What `make diagram` runs."""
    command = [sys.executable, "-m", "dataops", "diagram", *words]
    return subprocess.run(command, cwd=project, text=True, capture_output=True, check=False)


@pytest.mark.parametrize("name", DIFFERENT)
def test_the_picture_is_the_one_that_terraform_would_give(name: str, bake: Callable[..., Path]) -> None:
    done = diagram(bake(**MATRIX[name]), "--check")

    assert (done.returncode, done.stderr) == (0, "")


def test_a_picture_that_no_longer_shows_project_yaml_is_refused_and_redrawn(bake: Callable[..., Path]) -> None:
    project = bake()
    settings = project / "project.yaml"
    settings.write_text(settings.read_text().replace("data-team@example.com", "others@example.com"))

    refused = diagram(project, "--check")
    drawn = diagram(project)

    assert refused.returncode == 1
    assert "run make diagram" in refused.stderr
    assert drawn.returncode == 0
    assert "others@example.com" in (project / "docs/architecture.svg").read_text()
    assert diagram(project, "--check").returncode == 0


def test_an_upgrade_leaves_the_picture_alone() -> None:
    assert "docs/architecture.svg" in OWNED_BY_THE_TEAM
