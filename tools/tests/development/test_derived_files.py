"""`make check` finds each file that does not match what it follows, in a second; `make fix` renews those it can."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from dataops.development import checks
from dataops.development.data_contract import write
from dataops.development.derived_files import folder_faults, lock_faults, out_of_date, renew
from dataops.project import PROJECT
from dataops.project.left_open import settings_in

PICTURE = "docs/architecture.svg: it does not match project.yaml. Run make fix, and commit the picture."
NEW_DATASET = "datasets:\n  refunds:\n    format: json\n    columns:\n      - {name: refund_id, type: bigint}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what the checks read of a project."""
    for name in ("project.yaml", "project.schema.json", "requirements.txt", "requirements.lock"):
        shutil.copy(PROJECT / name, tmp_path)
    for name in ("modules/project", "buildspecs", "dev", "prod", "docs", "bootstrap", "pipeline"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_in_a_fresh_project_every_file_matches(project: Path) -> None:
    assert out_of_date(project, settings_in(project)) == []


def test_a_new_dataset_needs_a_new_picture_which_fix_draws(project: Path) -> None:
    change(project / "project.yaml", "datasets:\n", NEW_DATASET)
    settings = settings_in(project)

    assert out_of_date(project, settings) == [PICTURE]
    assert renew(project, settings) == ["docs/architecture.svg"]
    assert "refunds" in (project / "docs/architecture.svg").read_text(encoding="utf-8")
    assert out_of_date(project, settings) == []


def test_fix_renews_the_contracts_that_there_are_and_adds_none(project: Path) -> None:
    write(project, settings_in(project), ["orders"])
    change(project / "project.yaml", "expected_every: 24 hours", "expected_every: 3 days")
    settings = settings_in(project)

    (sentence,) = out_of_date(project, settings)
    assert sentence == "contracts/orders.yaml: it differs from project.yaml. Run make fix, and review the difference."
    assert renew(project, settings) == ["contracts/orders.yaml"]
    assert out_of_date(project, settings) == []
    assert [path.name for path in (project / "contracts").iterdir()] == ["orders.yaml"]


def test_an_environment_without_a_folder_and_a_folder_without_an_environment_are_named(project: Path) -> None:
    (project / "prod").rename(project / "uat")

    assert folder_faults(project, settings_in(project)) == [
        "project.yaml: the environment prod has no folder. Run make sync.",
        "uat/: project.yaml has no environment uat. Run make sync.",
    ]


def test_a_state_in_another_account_or_region_is_named(project: Path) -> None:
    settings = settings_in(project)
    settings["environments"][0] |= {"account": "999999999999", "region": "eu-south-2"}

    assert folder_faults(project, settings) == [
        "dev/backend.tf: it names another account than project.yaml. Run make sync.",
        "dev/backend.tf: it names another region than project.yaml. Run make sync.",
    ]


def test_a_requirement_that_a_lock_file_lacks_is_named(project: Path) -> None:
    (name, version) = re.findall(r"^(ruff)==(\S+)$", (project / "requirements.txt").read_text(), re.MULTILINE)[0]
    change(project / "requirements.txt", f"{name}=={version}", f"{name}==99.1")

    assert lock_faults(project) == ["requirements.lock: it lacks ruff==99.1 of requirements.txt. Run make lock."]


def test_check_says_it_before_the_slower_checkers_start(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(project / "project.yaml", "datasets:\n", NEW_DATASET)
    started: list[str] = []
    monkeypatch.setattr(checks, "PROJECT", project)
    monkeypatch.setattr(checks, "run", lambda *words: started.append(Path(words[0]).name))

    done = CliRunner().invoke(checks.check)

    assert (done.exit_code, done.output.strip()) == (1, PICTURE)
    assert started == []


def test_fix_says_what_it_wrote(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(project / "project.yaml", "datasets:\n", NEW_DATASET)
    monkeypatch.setattr(checks, "PROJECT", project)
    monkeypatch.setattr(checks, "run", lambda *words: None)

    done = CliRunner().invoke(checks.fix)

    assert (done.exit_code, done.output) == (
        0,
        "Wrote docs/architecture.svg: it follows project.yaml. Review and commit it.\n",
    )


def written_by_the_runbook() -> set[str]:
    """The files that the commands of docs/runbook.md write into the project's folder."""
    text = (PROJECT / "docs/runbook.md").read_text(encoding="utf-8")
    return set(re.findall(r"> ([\w.-]+)$", text, re.MULTILINE)) | set(
        re.findall(r"^aws lambda invoke .* ([\w.-]+\.json)$", text, re.MULTILINE)
    )


def test_git_status_shows_nothing_that_a_command_makes(tmp_path: Path) -> None:
    shutil.copy(PROJECT / ".gitignore", tmp_path)
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    (tmp_path / "elsewhere").mkdir()
    for name in (".venv", ".venv-scan"):
        (tmp_path / name).symlink_to(tmp_path / "elsewhere")
    names = written_by_the_runbook()
    assert {"sweep.json", "answer.json"} <= names
    for name in names:
        (tmp_path / name).touch()

    command = ["git", "-C", str(tmp_path), "status", "--porcelain"]
    shown = subprocess.run(command, text=True, capture_output=True, check=True).stdout

    assert shown == "?? .gitignore\n"
