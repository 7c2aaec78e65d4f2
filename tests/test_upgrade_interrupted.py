"""An upgrade that is killed can be repeated: git alone brings the project back, and nothing claims to be done."""

import shutil
from pathlib import Path

import pytest
from upgrade_lab import Project, Template
from upgrade_pages import changed, page

Small = tuple[Template, Project]
PAGES = {
    "docs/both.md": changed(page("both"), 2, by="2.0.0"),
    "docs/new.md": page("new"),
    "docs/untouched.md": changed(page("untouched"), 2, by="2.0.0"),
    "docs/windows.md": changed(page("windows").replace("\n", "\r\n"), 2, by="2.0.0"),
}
# Kills whoever runs one of the commands of git.
KILLER = """#!/bin/sh
for word in "$@"; do
  if [ "$word" = "{command}" ]; then kill -9 $PPID; exit 1; fi
done
exec {git} "$@"
"""


@pytest.fixture
def newer(small: Small) -> Project:
    """A project with an edit of its own, and a version that changes four pages."""
    template, project = small
    template.release("2.0.0", PAGES)
    project.write({"docs/edited.md": changed(page("edited"), 15, by="the team")})
    project.commit()
    return project


def assert_complete(project: Project) -> None:
    """A repeated upgrade gives everything."""
    done = project.upgrade()

    assert done.returncode == 0, done.stdout + done.stderr
    assert {name: project.read(name) for name in PAGES} == PAGES
    assert project.read("docs/edited.md") == changed(page("edited"), 15, by="the team")


@pytest.mark.parametrize("command", ["checkout", "write-tree", "merge-tree", "cherry-pick"])
def test_before_the_merge_a_kill_leaves_the_project_as_it_was(newer: Project, command: str, tmp_path: Path) -> None:
    killer = tmp_path / "bin/git"
    killer.parent.mkdir()
    killer.write_text(KILLER.format(command=command, git=shutil.which("git")))
    killer.chmod(0o755)

    done = newer.upgrade(PATH=f"{killer.parent}:/usr/bin:/bin")

    assert done.returncode != 0
    assert newer.status() == []
    assert_complete(newer)


@pytest.fixture
def killed(newer: Project) -> Project:
    """A project in which git was killed while it wrote the files: some are new, one is missing, some are old."""
    newer.git("config", "filter.deadly.smudge", "kill -9 $PPID")
    (newer.folder / ".git/info/attributes").write_text("docs/untouched.md filter=deadly\n")

    done = newer.upgrade()

    assert done.returncode == 2
    assert "go back with git reset --hard" in done.stderr
    assert newer.read("docs/new.md") == page("new")
    assert newer.read("docs/windows.md") != PAGES["docs/windows.md"]
    newer.git("config", "--remove-section", "filter.deadly")
    return newer


def test_over_a_half_written_project_no_upgrade_says_that_all_is_done(killed: Project) -> None:
    again = killed.upgrade()

    assert again.returncode == 2
    assert "Not everything is committed" in again.stderr


def test_after_a_kill_in_the_middle_of_the_merge_git_alone_brings_the_project_back(killed: Project) -> None:
    (killed.folder / ".git/index.lock").unlink(missing_ok=True)
    killed.git("reset", "--quiet", "--hard")

    assert_complete(killed)
