"""Tools and lambda/ of different versions: one sentence which is newer and what to do, instead of a wrong answer."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from dataops.contract import CONTRACT, misfit, of_lambda

from benches.template import ROOT

PROJECT = ROOT / "{{cookiecutter.project_slug}}"
STATED = "lambda/runtime/contract.py"


def project_with(folder: Path, lambdas: int | None, tools: int | None = None) -> Path:
    """The few files that state a contract."""
    (folder / STATED).parent.mkdir(parents=True)
    if lambdas is not None:
        (folder / STATED).write_text(f'"""The contract."""\n\nCONTRACT = {lambdas}\n')
    if tools is not None:
        (folder / "tools/src/dataops").mkdir(parents=True)
        (folder / "tools/src/dataops/contract.py").write_text(f"CONTRACT = {tools}\n")
    return folder


def test_the_tools_and_lambda_of_this_version_fit() -> None:
    assert of_lambda(PROJECT) == CONTRACT
    assert misfit(PROJECT) is None


def test_a_folder_without_lambda_is_not_checked(tmp_path: Path) -> None:
    assert misfit(tmp_path) is None


@pytest.mark.parametrize("lambdas", [None, 1])
def test_newer_tools_of_the_project_ask_for_an_upgrade(tmp_path: Path, lambdas: int | None) -> None:
    said = misfit(project_with(tmp_path, lambdas, tools=2), 2)

    assert said == (
        "The tools and lambda/ are of different versions: the tools are newer than lambda/ "
        f"(contract 2 in the tools, {lambdas or 0} in lambda/). Run make upgrade, which brings both."
    )


def test_older_tools_that_are_installed_ask_for_setup(tmp_path: Path) -> None:
    said = misfit(project_with(tmp_path, 2, tools=2), 1)

    assert said == (
        "The installed tools are not those of this project: lambda/ is newer than the tools "
        "(contract 1 in the tools, 2 in lambda/). Run make setup."
    )


def test_the_number_of_the_projects_own_wheel_counts(project: Path, tmp_path: Path) -> None:
    shutil.copytree(project / "tools", tmp_path / "tools")
    said = misfit(project_with(tmp_path, CONTRACT), CONTRACT + 1)

    assert said is not None and said.endswith("Run make setup.")


@pytest.mark.parametrize("module", ["operations.where", "delivery.drift", "local_run.platform", "cost.report"])
def test_a_command_ends_with_one_sentence(tmp_path: Path, module: str) -> None:
    folder = project_with(tmp_path, CONTRACT + 1)

    done = subprocess.run(
        [sys.executable, "-m", f"dataops.{module}", "--help"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tools/src")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert re.fullmatch(r"The tools and lambda/ are of different versions: .*\. Run make upgrade.*\n", done.stderr)


def test_whatever_imports_modules_of_lambda_looks_at_the_contract_first() -> None:
    packages = {path.parent.name for path in (PROJECT / "lambda").glob("*/__init__.py")}
    imports = re.compile(rf"^from ({'|'.join(packages)})[. ]", re.MULTILINE)
    tools = ROOT / "tools/src/dataops"
    looks = "import dataops.project.fitting"

    importing = {
        path: path.read_text(encoding="utf-8")
        for path in tools.rglob("*.py")
        if imports.search(path.read_text(encoding="utf-8")) and path.relative_to(tools).parts[0] != "acceptance"
    }

    assert packages and importing
    # The package of a room is imported before its modules.
    before = {
        path: (tools / path.relative_to(tools).parts[0] / "__init__.py").read_text() + imports.split(text)[0]
        for path, text in importing.items()
    }
    assert [path for path, text in before.items() if looks not in text] == []


def test_what_puts_it_right_works_all_the_same(tmp_path: Path) -> None:
    folder = project_with(tmp_path, CONTRACT + 1)
    (folder / "project.yaml").write_text("slug: acme\n")

    done = subprocess.run(
        [sys.executable, "-m", "dataops", "upgrade", "--help"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tools/src")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
