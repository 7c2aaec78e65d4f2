"""The record of a generation, .cruft.json, which cruft itself reads."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import AUTHOR, settings_of

from answers.record import record_of, without_credentials

Run = Callable[..., subprocess.CompletedProcess[str]]


def git(folder: Path, *words: str) -> str:
    environment = {**os.environ, **AUTHOR}
    done = subprocess.run(["git", *words], cwd=folder, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def repository(template: Path, tmp_path: Path) -> Path:
    """The template in a git repository of its own, with one commit and its tag."""
    work = tmp_path / "dataops-template.git"
    shutil.copytree(template, work)
    git(work, "init", "--quiet", "--initial-branch", "main")
    git(work, "add", "--all")
    git(work, "commit", "--quiet", "--message", "First")
    git(work, "tag", "1.0.0")
    return work


@pytest.fixture
def cruft(home: Path, temporary_folder: Path) -> Run:
    """Run cruft in a folder."""

    def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, **AUTHOR, "HOME": str(home), "TMPDIR": str(temporary_folder)}
        command = [str(Path(sys.executable).with_name("cruft")), *words]
        return subprocess.run(command, cwd=folder, env=environment, text=True, capture_output=True, timeout=600)

    return run


@pytest.fixture
def generated(run_cookiecutter: Run, repository: Path, tmp_path: Path, home: Path) -> Path:
    """A project from the repository, committed as a team would."""
    shutil.rmtree(home / ".cookiecutters", ignore_errors=True)
    done = run_cookiecutter("--no-input", "environments=dev=111111111111", template=repository.as_uri())
    assert done.returncode == 0, done.stderr
    project = tmp_path / "output/acme-sales"
    git(project, "init", "--quiet", "--initial-branch", "main")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "Start")
    return project


def record_in(project: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((project / ".cruft.json").read_text())
    return found


def tree(project: Path) -> dict[str, bytes]:
    return {
        path.relative_to(project).as_posix(): path.read_bytes()
        for path in project.rglob("*")
        if path.is_file() and ".git" not in path.parts and path.name != ".cruft.json"
    }


def test_the_record_names_template_commit_and_all_ten_answers(generated: Path, repository: Path) -> None:
    record = record_in(generated)

    assert record["template"] == repository.as_uri()
    assert record["commit"] == git(repository, "rev-parse", "HEAD")
    assert record["checkout"] is None
    assert record["directory"] is None
    assert set(record["context"]["cookiecutter"]) == {
        *("project_name", "project_slug", "region", "environments", "datasets"),
        *("notifications", "approvers", "git", "network", "tags", "_template", "_commit"),
    }
    assert record["context"]["cookiecutter"]["environments"] == "dev=111111111111"


def test_cruft_finds_a_new_project_up_to_date_and_unchanged(generated: Path, cruft: Run) -> None:
    check = cruft(generated, "check")
    difference = cruft(generated, "diff", "--exit-code")

    assert (check.returncode, check.stderr) == (0, "")
    assert (difference.returncode, difference.stdout) == (0, "")


def test_cruft_sees_and_applies_a_newer_template(generated: Path, repository: Path, cruft: Run) -> None:
    page = repository / "{{cookiecutter.project_slug}}/docs/using.md"
    page.write_text(page.read_text() + "\nSomething newer.\n")
    git(repository, "commit", "--quiet", "--all", "--message", "Second")

    before = cruft(generated, "check")
    update = cruft(generated, "update", "--skip-apply-ask")

    assert before.returncode == 1
    assert update.returncode == 0, update.stdout + update.stderr
    assert (generated / "docs/using.md").read_text().endswith("Something newer.\n")
    assert record_in(generated)["commit"] == git(repository, "rev-parse", "HEAD")


def test_an_update_by_cruft_renders_each_version_with_its_own_code(
    generated: Path, repository: Path, cruft: Run
) -> None:
    extension = repository / "answers/extension.py"
    code = extension.read_text().replace(
        'filters["yaml"] =', 'filters["loud"] = str.upper\n    environment.filters["yaml"] ='
    )
    extension.write_text(code)
    readme = repository / "{{cookiecutter.project_slug}}/README.md"
    readme.write_text(readme.read_text().replace("{{ project().name }}", "{{ project().name | loud }}"))
    git(repository, "commit", "--quiet", "--all", "--message", "Second")

    update = cruft(generated, "update", "--skip-apply-ask")

    assert update.returncode == 0, update.stdout + update.stderr
    assert (generated / "README.md").read_text().startswith("# ACME SALES\n")


def test_structured_answers_survive_an_update_by_cruft(
    run_cookiecutter: Run, repository: Path, tmp_path: Path, home: Path, cruft: Run
) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text(
        "default_context:\n"
        "  project_slug: {slug: acme-sales, bucket_prefix: acme}\n"
        "  environments: [{name: dev, account: '111111111111', workers: 10, approval: true}]\n"
        "  datasets: {visits: {format: csv, columns: [{name: id, type: bigint, minimum: 0.5}]}}\n"
    )
    shutil.rmtree(home / ".cookiecutters", ignore_errors=True)
    run_cookiecutter("--config-file", str(answers), template=repository.as_uri())
    project = tmp_path / "output/acme-sales"
    record = record_in(project)
    record["skip"] = []
    (project / ".cruft.json").write_text(json.dumps(record))

    difference = cruft(project, "diff", "--exit-code")

    assert settings_of(project)["environments"] == [
        {"name": "dev", "account": "111111111111", "approval": True, "workers": 10}
    ]
    assert (difference.returncode, difference.stdout) == (0, "")


def test_cruft_create_gives_the_same_project(generated: Path, repository: Path, cruft: Run, tmp_path: Path) -> None:
    (tmp_path / "by cruft").mkdir()
    extra = json.dumps({"environments": "dev=111111111111"})

    done = cruft(tmp_path / "by cruft", "create", repository.as_uri(), "--no-input", "--extra-context", extra)

    assert done.returncode == 0, done.stderr
    assert tree(tmp_path / "by cruft/acme-sales") == tree(generated)


def test_cruft_create_refuses_wrong_answers_too(repository: Path, cruft: Run, tmp_path: Path) -> None:
    (tmp_path / "by cruft").mkdir()
    extra = json.dumps({"project_slug": "../../evil", "project_name": "{{ 7*7 }}", "datasets": []})

    done = cruft(tmp_path / "by cruft", "create", repository.as_uri(), "--no-input", "--extra-context", extra)

    assert done.returncode != 0
    assert list((tmp_path / "by cruft").iterdir()) == []


def test_a_tag_that_was_asked_for_is_recorded(
    run_cookiecutter: Run, repository: Path, tmp_path: Path, home: Path
) -> None:
    shutil.rmtree(home / ".cookiecutters", ignore_errors=True)
    run_cookiecutter("--no-input", "--checkout", "1.0.0", template=repository.as_uri())

    assert record_in(tmp_path / "output/acme-sales")["checkout"] == "1.0.0"


def test_a_template_without_git_has_neither_address_nor_commit(run_cookiecutter: Run, tmp_path: Path) -> None:
    run_cookiecutter("--no-input")

    record = record_in(tmp_path / "output/acme-sales")

    assert (record["template"], record["commit"]) == (None, None)


@pytest.mark.parametrize(
    ("url", "recorded"),
    [
        (
            "https://user:token@example.com/org/dataops-template.git",
            "https://example.com/org/dataops-template.git",
        ),
        (
            "https://token@example.com/org/dataops-template.git",
            "https://example.com/org/dataops-template.git",
        ),
        ("git@example.com:org/dataops-template.git", "git@example.com:org/dataops-template.git"),
    ],
)
def test_a_token_in_the_address_is_not_recorded(url: str, recorded: str, repository: Path) -> None:
    git(repository, "remote", "add", "origin", url)
    variables = {"_repo_dir": str(repository), "_template": "gh:org/dataops-template"}

    record = record_of(variables, {})

    assert record is not None
    assert record["template"] == recorded
    assert "token" not in json.dumps(record)
    assert without_credentials(url) == recorded


def test_an_abbreviated_address_is_recorded_in_full(tmp_path: Path) -> None:
    record = record_of({"_repo_dir": str(tmp_path), "_template": "gh:org/dataops-template"}, {})

    assert record is not None
    assert record["template"] == "https://github.com/org/dataops-template.git"


NO_UPGRADE = "make upgrade and make dataset cannot work"


def unwrapped(said: str) -> str:
    """A text whose lines are as long as the terminal is wide, on one line."""
    return " ".join(said.split())


def test_a_template_in_a_folder_of_a_repository_says_that_it_cannot_be_upgraded(
    run_cookiecutter: Run, template: Path, tmp_path: Path
) -> None:
    shutil.copytree(template, tmp_path / "several/dataops")
    done = run_cookiecutter("--no-input", "--directory", "dataops", template=tmp_path / "several")

    assert done.returncode == 0, done.stderr
    assert f"{NO_UPGRADE} in this project: its template is in a folder of a repository" in unwrapped(done.stdout)


def test_a_template_from_a_zip_file_says_how_it_can_be_upgraded(
    run_cookiecutter: Run, template: Path, tmp_path: Path
) -> None:
    zipped = shutil.make_archive(str(tmp_path / "template"), "zip", template.parent, template.name)
    done = run_cookiecutter("--no-input", template=zipped)

    assert done.returncode == 0, done.stderr
    said = unwrapped(done.stdout)
    assert f"{NO_UPGRADE} yet" in said and "make adopt TEMPLATE=address" in said


def test_a_template_with_a_commit_says_nothing_of_upgrades(
    run_cookiecutter: Run, repository: Path, tmp_path: Path
) -> None:
    assert NO_UPGRADE not in unwrapped(run_cookiecutter("--no-input", template=repository.as_uri()).stdout)
