"""Generates projects for tests, from a copy of the template as git sees it."""

import compileall
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pexpect
import pytest
import yaml
from aws_platform import (  # noqa: F401 (pytest finds fixtures by importing them here)
    delivery_plan,
    delivery_project,
    existing_network,
    local_aws,
    plan,
    planned_project,
    terraform,
)
from cookiecutter.main import cookiecutter
from dataops.local_aws.glue.class_archive import submit_arguments
from upgrade_lab import Project, Template, copied, small_template
from upgrade_pages import FIRST

from benches.template import ROOT, copy_of_the_template

# Terraform and other tools run in generated projects with the machine's environment; git needs an author.
AUTHOR = {
    "GIT_AUTHOR_NAME": "A Team",
    "GIT_AUTHOR_EMAIL": "team@example.com",
    "GIT_COMMITTER_NAME": "A Team",
    "GIT_COMMITTER_EMAIL": "team@example.com",
}

Bake = Callable[..., Path]
# Terraform and its provider are Go: collecting their garbage more rarely spares a quarter of their work.
os.environ.setdefault("GOGC", "400")

# Of the Spark that a test starts, here or by `make test` in a project; `make test` here makes the archive.
os.environ["PYSPARK_SUBMIT_ARGS"] = submit_arguments(None)

# Commands of the tools run in generated projects from their sources here; `make` installs the project's own wheel.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT / "tools/src"), os.environ.get("PYTHONPATH")]))

# Minutes of waiting beside little work: what begins first is waited for while everything else runs.
LONGEST = (
    "test_delivery_walk.py",
    "test_generated_project.py",
    "test_running_platform.py",
    "test_local_platform.py",
    "test_account_profiles.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template as git sees it, in a folder of its own; Python need not compile the answers in each generation."""
    found = copy_of_the_template(tmp_path_factory.mktemp("template") / "dataops-template")
    compileall.compile_dir(found / "answers", quiet=2)
    return found


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty home folder, so that no test reads or writes the person's own cookiecutter files."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def cookiecutter_config(home: Path) -> dict[str, str]:
    """A configuration of cookiecutter that keeps to the empty home folder."""
    return {"replay_dir": str(home / "replay"), "cookiecutters_dir": str(home / "templates")}


@pytest.fixture
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for temporary files, in which leftovers show."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture(scope="session")
def bake_into(template: Path, home: Path, cookiecutter_config: dict[str, str]) -> Callable[..., Path]:
    """Generate a project by cookiecutter's API: bake_into(folder, region="eu-west-1") returns the project."""

    def generate(folder: Path, **answers: Any) -> Path:
        # Cookiecutter leaves the parent of its temporary copy behind: it shall not fill the machine's folder.
        scratch = os.environ.get("TMPDIR", str(home))
        with patch("tempfile.tempdir", scratch):
            return Path(
                cookiecutter(
                    str(template),
                    no_input=True,
                    extra_context=answers or None,
                    output_dir=str(folder),
                    default_config=cookiecutter_config,
                )
            )

    return generate


@pytest.fixture
def bake(bake_into: Callable[..., Path], tmp_path: Path) -> Bake:
    """Generate a project: bake(region="eu-west-1", …) returns its folder."""
    return lambda **answers: bake_into(tmp_path, **answers)


@pytest.fixture(scope="session")
def project(bake_into: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project generated from the defaults; tests read it and do not write into it."""
    return bake_into(tmp_path_factory.mktemp("project"))


def settings_of(project: Path) -> dict[str, Any]:
    """The content of a project's project.yaml."""
    found: dict[str, Any] = yaml.safe_load((project / "project.yaml").read_text(encoding="utf-8"))
    return found


@pytest.fixture
def run_cookiecutter(template: Path, home: Path, tmp_path: Path, temporary_folder: Path) -> Callable[..., Any]:
    """Run the cookiecutter command with words after the template; it generates into tmp_path / "output"."""

    def run(*words: str, typed: str | None = None, template: Path | str = template) -> subprocess.CompletedProcess[str]:
        (tmp_path / "output").mkdir(exist_ok=True)
        command = [str(Path(sys.executable).with_name("cookiecutter")), str(template), *words]
        environment = {**os.environ, **AUTHOR, "HOME": str(home), "TMPDIR": str(temporary_folder)}
        return subprocess.run(
            command,
            cwd=tmp_path / "output",
            env=environment,
            input=typed,
            text=True,
            capture_output=True,
            timeout=600,
        )

    return run


@pytest.fixture(scope="session")
def small_first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Template, Project]:
    """A small template at version 1.0.0 and a project from it; tests copy both (`small`)."""
    folder = tmp_path_factory.mktemp("small")
    template = small_template(folder / "template.git", FIRST)
    return template, template.generate(folder / "output")


@pytest.fixture
def small(small_first: tuple[Template, Project], tmp_path: Path) -> tuple[Template, Project]:
    """A small template and a project from it, for one test to change."""
    return copied(*small_first, tmp_path)


@pytest.fixture
def terminal(template: Path, home: Path, tmp_path: Path, temporary_folder: Path) -> Callable[..., "pexpect.spawn[str]"]:
    """Start the cookiecutter command at a terminal; `path` stands before everything that Python imports."""

    def start(*words: str, path: Path = tmp_path) -> "pexpect.spawn[str]":
        environment = {
            **os.environ,
            "HOME": str(home),
            "TMPDIR": str(temporary_folder),
            "PYTHONPATH": str(path),
        }
        command = str(Path(sys.executable).with_name("cookiecutter"))
        (tmp_path / "output").mkdir()
        return pexpect.spawn(
            command,
            [str(template), *words],
            cwd=str(tmp_path / "output"),
            env=environment,
            timeout=600,
            encoding="utf-8",
        )

    return start
