"""What is refused is refused in one sentence with exit code 2, before anything is changed."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from upgrade_lab import Project, Template, run
from upgrade_pages import changed, page

Small = tuple[Template, Project]


@pytest.fixture
def newer(small: Small) -> Small:
    """A project for which there is a version 2.0.0, with a new and a changed file."""
    small[0].release("2.0.0", {"docs/new.md": page("new"), "docs/edited.md": changed(page("edited"), 2, by="2.0.0")})
    return small


def assert_refused(project: Project, sentence: str, *words: str, **environment: str) -> None:
    """An upgrade is refused with this sentence, and leaves everything as it was."""
    before = (project.status(), project.read("docs/edited.md"), project.git("for-each-ref"))

    done = project.upgrade(*words, **environment)

    assert done.returncode == 2, done.stdout + done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert (project.status(), project.read("docs/edited.md"), project.git("for-each-ref")) == before


def test_a_change_that_is_not_committed_is_refused(newer: Small) -> None:
    _, project = newer
    project.write({"docs/both.md": "being written\n"})

    assert_refused(project, "Not everything is committed: docs/both.md.")


def test_a_staged_change_is_refused(newer: Small) -> None:
    _, project = newer
    project.replace("project.yaml", "Acme Sales", "Acme Retail")
    project.git("add", "project.yaml")

    assert_refused(project, "Not everything is committed: project.yaml.")


def test_a_file_that_git_does_not_know_is_not_overwritten_by_a_new_one(newer: Small) -> None:
    _, project = newer
    project.write({"docs/new.md": "of the team\n"})

    assert_refused(project, "untracked files exist already. Move or commit them: docs/new.md")
    assert project.read("docs/new.md") == "of the team\n"


def test_an_ignored_file_is_not_overwritten_by_a_new_one(newer: Small) -> None:
    _, project = newer
    project.write({".gitignore": project.read(".gitignore") + "docs/new.md\n"})
    project.commit()
    project.write({"docs/new.md": "of the team\n"})

    assert_refused(project, "Move or commit them: docs/new.md")
    assert project.read("docs/new.md") == "of the team\n"


def test_a_file_where_a_new_folder_would_be_is_not_overwritten(small: Small) -> None:
    template, project = small
    template.release("2.0.0", {"docs/more/new.md": page("new")})
    project.write({"docs/more": "of the team\n"})

    assert_refused(project, "Move or commit them: docs/more")


def test_a_folder_that_is_not_under_git_is_refused(newer: Small, tmp_path: Path) -> None:
    _, project = newer
    shutil.rmtree(project.folder / ".git")
    before = sorted(project.folder.rglob("*"))

    done = project.upgrade(GIT_CEILING_DIRECTORIES=str(tmp_path))

    assert done.returncode == 2
    assert "is not under git" in done.stderr
    assert sorted(project.folder.rglob("*")) == before


def test_a_folder_that_git_does_not_trust_is_refused_with_what_git_says(newer: Small) -> None:
    template, project = newer
    words = ("-m", "upgrade", "--project", project.folder, "--template", template.address)

    done = run(template.folder, sys.executable, *words, GIT_TEST_ASSUME_DIFFERENT_OWNER="1")

    assert done.returncode == 2
    assert "git config --global --add safe.directory" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_project_without_a_commit_is_refused(newer: Small, tmp_path: Path) -> None:
    _, project = newer
    shutil.rmtree(project.folder / ".git")
    project.git("init", "--quiet")

    done = project.upgrade()

    assert done.returncode == 2
    assert "has no commit yet" in done.stderr


def test_a_template_that_cannot_be_reached_is_refused(newer: Small) -> None:
    assert_refused(newer[1], "The template cannot be fetched", "--template", "file:///nowhere/template.git")


def test_a_version_that_does_not_exist_is_refused(newer: Small) -> None:
    address = newer[0].address
    sentence = f"The template at {address} has no version 9.9.9: git ls-remote --tags {address} lists what it has.\n"
    assert_refused(newer[1], sentence, "--to", "9.9.9")


def test_an_older_version_is_refused_where_it_is_asked_for(newer: Small) -> None:
    _, project = newer
    project.upgrade()
    project.commit()

    assert_refused(project, "The project has 2.0.0 already, which came after 1.0.0", "--to", "1.0.0")


def test_a_version_that_had_no_updater_yet_is_refused(small: Small) -> None:
    template, project = small
    template.write({"upgrade": None})
    template.release("2.0.0")

    assert_refused(project, "is older than upgrades", "--to", "2.0.0")


def test_a_project_without_a_record_is_refused_with_the_way_to_one(newer: Small) -> None:
    _, project = newer
    project.write({".cruft.json": None})
    project.commit()

    assert_refused(project, "make adopt TEMPLATE=address")


def test_without_a_record_and_an_address_nothing_can_be_fetched(newer: Small) -> None:
    _, project = newer
    project.write({".cruft.json": None})

    done = run(project.folder, "python3", "upgrade.py")

    assert done.returncode == 2
    assert done.stderr == "No .cruft.json can be read here: make adopt TEMPLATE=address, as for git clone.\n"


def test_where_the_record_names_no_template_its_address_is_asked_for(newer: Small) -> None:
    _, project = newer
    project.replace(".cruft.json", '"template": "', '"template": null, "was": "')

    done = run(project.folder, "python3", "upgrade.py")

    assert done.returncode == 2
    assert done.stderr == ".cruft.json names no template: say TEMPLATE=address, as for git clone.\n"


def test_a_record_that_cannot_be_read_is_refused(newer: Small) -> None:
    _, project = newer
    project.write({".cruft.json": "<<<<<<< HEAD\n{}\n"})
    project.commit()

    assert_refused(project, ".cruft.json cannot be read")


def test_a_recorded_version_that_the_template_lost_is_refused(newer: Small) -> None:
    _, project = newer
    commit = project.template.git("rev-parse", "1.0.0")
    project.replace(".cruft.json", commit, "0123456789012345678901234567890123456789")
    project.commit()

    assert_refused(project, "does not contain the version that the project has, 012345678")


def test_a_hook_of_the_new_version_that_fails_is_refused_with_what_it_said(small: Small) -> None:
    template, project = small
    template.replace("hooks/post_gen_project.py", "\nmain()\n", '\nraise SystemExit("the hook has no paper left")\n')
    template.release("2.0.0")

    assert_refused(project, "Version 2.0.0 of the template could not be rendered")
    assert_refused(project, "the hook has no paper left")


def test_a_branch_that_exists_is_refused(newer: Small) -> None:
    _, project = newer
    project.git("branch", "upgrade-2")

    assert_refused(project, "There is a branch upgrade-2 already", "--branch", "upgrade-2")


def test_a_branch_without_a_usable_name_is_refused(newer: Small) -> None:
    assert_refused(newer[1], "is not a valid branch name", "--branch", "a..b")


def test_a_branch_is_refused_where_git_does_not_know_who_commits(newer: Small) -> None:
    nobody = {f"GIT_{role}_{what}": "" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}

    assert_refused(newer[1], "git does not know who commits here", "--branch", "upgrade-2", **nobody)


def test_a_git_that_is_too_old_is_refused(newer: Small, tmp_path: Path) -> None:
    git = shutil.which("git")
    (tmp_path / "bin").mkdir()
    old = tmp_path / "bin/git"
    old.write_text(f'#!/bin/sh\n[ "$1" = version ] && echo git version 2.30.1 && exit\nexec {git} "$@"\n')
    old.chmod(0o755)

    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"

    assert_refused(newer[1], "needs git 2.38 or newer; this machine has: git version 2.30.1", PATH=path)
