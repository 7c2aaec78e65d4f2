"""`make check` finds a conflict that was staged or committed with its markers, also in a page that no program reads."""

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from dataops.development import checks
from dataops.development.conflict_markers import conflict_markers

CONFLICT = "Before\n<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> 1a2b3c4 (Upgrade the template)\n"
SENTENCE = (
    "docs/run book.md: a conflict is not resolved: edit the lines between <<<<<<< and >>>>>>> "
    '(docs/upgrading.md, "Resolve a conflict").'
)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A project in a folder of a larger repository, with a conflict in a page."""
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    project = tmp_path / "project"
    (project / "docs").mkdir(parents=True)
    (project / "docs/run book.md").write_text(CONFLICT)
    (project / "docs/heading.md").write_text("A heading\n=======\nbetween `<<<<<<<` and `>>>>>>>`\n")
    (tmp_path / "other.md").write_text(CONFLICT)
    subprocess.run(["git", "add", "--all"], cwd=tmp_path, check=True)
    return project


def test_a_page_with_markers_is_named(repository: Path) -> None:
    assert conflict_markers(repository) == [SENTENCE]


def test_after_the_conflict_is_resolved_nothing_is_said(repository: Path) -> None:
    (repository / "docs/run book.md").write_text("Before\nours\n")

    assert conflict_markers(repository) == []


def test_a_folder_that_is_no_repository_has_no_conflict(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(CONFLICT)

    assert conflict_markers(tmp_path) == []


def test_check_stops_at_a_conflict(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "PROJECT", repository)

    done = CliRunner().invoke(checks.check)

    assert done.exit_code == 1
    assert done.output == f"{SENTENCE}\n"
