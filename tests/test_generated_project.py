"""A project that was just generated passes what it asks of its team, and its job runs on its samples."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from make_command import machine, make

# As in a build of the pipeline, or in a shell after `make names`; nobody listens there.
A_BUILDS_AWS = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_SESSION_TOKEN": "a session", "AWS_REGION": "eu-west-1"}


@pytest.fixture(scope="module")
def fresh_project(bake_into: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project from the defaults that these tests may write into."""
    return bake_into(tmp_path_factory.mktemp("fresh"))


def test_a_fresh_project_passes_its_own_check(fresh_project: Path) -> None:
    done = make(fresh_project, "check")

    assert done.returncode == 0, done.stdout + done.stderr


def test_a_fresh_project_passes_its_own_tests_and_reaches_no_aws_that_the_shell_leads_to(fresh_project: Path) -> None:
    done = make(fresh_project, "test", **A_BUILDS_AWS)

    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


def test_every_verb_of_make_runs_whatever_files_there_are(fresh_project: Path) -> None:
    verbs = re.findall(r"^([a-z-]+):.*## ", (fresh_project / "Makefile").read_text(), re.MULTILINE)
    known = make(fresh_project, "--print-data-base", "--dry-run", "help").stdout

    phony = next(line for line in known.splitlines() if line.startswith(".PHONY:"))

    assert verbs
    assert set(verbs) <= set(phony.split())


@pytest.fixture(scope="module")
def sample_run(fresh_project: Path) -> subprocess.CompletedProcess[str]:
    """What `make run` prints in a fresh project."""
    return make(fresh_project, "run")


def reports(project: Path) -> dict[str, dict[str, Any]]:
    """The run report of each dataset that `make run` leaves."""
    found = (json.loads(path.read_text()) for path in project.glob(".local/*/run/*/_reports/*/*.json"))
    return {report["dataset"]: report for report in found}


def test_the_sample_files_become_published_output(
    fresh_project: Path, sample_run: subprocess.CompletedProcess[str]
) -> None:
    import pyarrow.parquet

    assert sample_run.returncode == 0, sample_run.stdout + sample_run.stderr
    for dataset, report in reports(fresh_project).items():
        (output,) = fresh_project.glob(f".local/dev/run/*-output-*/{dataset}/batch_id={report['batch']}")
        rows = sum(pyarrow.parquet.read_metadata(path).num_rows for path in output.rglob("*.parquet"))
        assert rows == report["published"] > 0


def test_each_sample_row_is_published_quarantined_or_a_duplicate(
    fresh_project: Path, sample_run: subprocess.CompletedProcess[str]
) -> None:
    assert set(reports(fresh_project)) == {"orders", "customers"}
    for report in reports(fresh_project).values():
        for counted in [report, *report["files"]]:
            assert counted["rows_in"] == counted["published"] + counted["quarantined"] + counted["duplicates"]
        assert report["quarantined"] > 0


def test_the_run_names_each_file_and_each_reason(
    fresh_project: Path, sample_run: subprocess.CompletedProcess[str]
) -> None:
    for report in reports(fresh_project).values():
        for file in report["files"]:
            assert Path(file["key"]).name in sample_run.stdout
            assert all(reason in sample_run.stdout for reason in file["reasons"])


def test_a_misspelt_key_in_project_yaml_fails_the_check(bake: Callable[..., Path]) -> None:
    project = bake()
    settings = project / "project.yaml"
    settings.write_text(settings.read_text().replace("newest_by:", "newest_first_by:"))

    done = make(project, "check")

    assert done.returncode != 0
    assert "newest_first_by" in done.stdout + done.stderr


def test_an_environment_that_project_yaml_does_not_name_is_refused_in_one_sentence(
    bake: Callable[..., Path],
) -> None:
    done = make(bake(), "run", "ENV=uat")

    assert done.returncode != 0
    assert "uat" in done.stderr
    assert "Traceback" not in done.stderr


def test_data_without_a_folder_for_any_dataset_is_refused_in_one_sentence(
    bake: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()

    done = make(bake(), "run", f"DATA={tmp_path / 'elsewhere'}")

    assert done.returncode != 0
    assert "holds no folder with files for any of the datasets" in done.stderr
    assert "Traceback" not in done.stderr


def test_setup_installs_what_is_locked_and_the_tools_and_does_so_once(bake: Callable[..., Path]) -> None:
    # One package stands for all: the environment that runs these tests was installed from the whole lock file.
    project = bake()
    lock = project / "requirements.lock"
    (of_click,) = re.findall(r"^click==.*\n(?: .*\n)+", lock.read_text(), re.MULTILINE)
    lock.write_text(of_click)

    done, again = (
        subprocess.run(["make", "setup"], cwd=project, env=machine(), text=True, capture_output=True, check=False)
        for _ in range(2)
    )

    assert (done.returncode, again.returncode) == (0, 0), done.stderr + again.stderr
    assert "Setting up" in done.stderr
    assert again.stderr == ""
    packages = {path.name.partition("-")[0] for path in project.glob(".venv/lib/*/site-packages/*.dist-info")}
    assert packages >= {"click", "dataops_tools"}


def test_an_old_python_is_refused_in_one_sentence(bake: Callable[..., Path], tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)

    done = subprocess.run(["make", "setup", f"PYTHON={old}"], cwd=bake(), text=True, capture_output=True, check=False)

    assert done.returncode != 0
    assert "needs Python 3.11 or newer" in done.stderr
