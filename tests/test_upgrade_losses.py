"""An upgrade that fails or meets files outside of git's index loses nothing, and its exit code says what happened."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from upgrade_lab import ROOT, Project, Template
from upgrade_pages import changed, page

from upgrade.refusal import RefusedError, sentence_for

Small = tuple[Template, Project]
NEW = {
    "docs/both.md": changed(page("both"), 2, by="2.0.0"),
    "docs/new.md": page("new"),
    "docs/untouched.md": changed(page("untouched"), 2, by="2.0.0"),
}
OURS = "the only copy\n"
# A full disk is a small file system here, which only root can mount: as anybody else, run these tests in a container.
MAY_MOUNT = sys.platform == "linux" and os.geteuid() == 0


@pytest.fixture
def newer(small: Small) -> Small:
    """A project for which there is a version 2.0.0, with two changed files and a new one."""
    small[0].release("2.0.0", NEW)
    return small


def everything(project: Project) -> dict[str, bytes]:
    """Every file on the disk, tracked, untracked or ignored."""
    paths = (path for path in project.folder.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {path.relative_to(project.folder).as_posix(): path.read_bytes() for path in paths}


def untrack(project: Project, name: str, *, ignored: bool) -> None:
    """Take a file out of the index, with an edit on the disk that git knows nothing of."""
    project.git("rm", "--quiet", "--cached", name)
    if ignored:
        project.write({".gitignore": project.read(".gitignore") + f"{name}\n"})
        project.git("add", ".gitignore")
    project.git("commit", "--quiet", "--message", "Not tracked any more")
    project.write({name: OURS})


@pytest.mark.parametrize("ignored", [True, False], ids=["ignored", "untracked"])
def test_a_file_that_was_taken_out_of_git_stays_on_the_disk_as_it_is(newer: Small, ignored: bool) -> None:
    _, project = newer
    untrack(project, "docs/both.md", ignored=ignored)

    done = project.upgrade()

    assert done.returncode == 0, done.stdout + done.stderr
    assert project.read("docs/both.md") == OURS
    assert project.read("docs/untouched.md") == NEW["docs/untouched.md"]
    assert "they stay deleted:\n  docs/both.md\n" in done.stdout


def test_a_folder_that_a_repository_above_ignores_stays_on_the_disk_as_it_is(newer: Small, tmp_path: Path) -> None:
    template, project = newer
    whole = Project(tmp_path / "mono", template)
    shutil.copytree(project.folder, whole.folder / "svc/acme", ignore=shutil.ignore_patterns(".git"))
    whole.write({".gitignore": "docs/\n"})
    whole.git("init", "--quiet")
    whole.commit()
    inner = Project(whole.folder / "svc/acme", template)
    inner.write({"docs/both.md": OURS})
    before = everything(inner)

    done = inner.upgrade()

    assert done.returncode == 0, done.stdout + done.stderr
    after = everything(inner)
    assert {name: after[name] for name in before if name.startswith("docs/")} == {
        name: content for name, content in before.items() if name.startswith("docs/")
    }


def test_what_the_team_deleted_is_no_conflict_in_the_commit_message_either(newer: Small) -> None:
    _, project = newer
    project.git("rm", "--quiet", "docs/both.md")
    project.commit()

    project.upgrade()

    assert "Upgrade the template" in project.read(".git/MERGE_MSG")
    assert "Conflicts" not in project.read(".git/MERGE_MSG")


@pytest.mark.parametrize("mark", ["--assume-unchanged", "--skip-worktree"])
def test_an_edit_that_git_is_set_to_overlook_is_not_overwritten(newer: Small, mark: str) -> None:
    _, project = newer
    project.git("update-index", mark, "docs/both.md")
    project.write({"docs/both.md": OURS})

    done = project.upgrade()

    assert done.returncode == 2
    assert "the new version changes them: docs/both.md." in done.stderr
    assert project.read("docs/both.md") == OURS


def break_the_writing_of(project: Project, name: str, command: str) -> None:
    """Let git fail, as with a full disk, when it writes this file."""
    project.git("config", "filter.broken.smudge", command)
    project.git("config", "filter.broken.clean", "cat")
    project.git("config", "filter.broken.required", "true")
    (project.folder / ".git/info/attributes").write_text(f"{name} filter=broken\n")


@pytest.mark.parametrize("words", [(), ("--branch", "upgrade-2")], ids=["here", "on a branch"])
def test_a_merge_that_git_cannot_finish_is_undone(newer: Small, words: tuple[str, ...]) -> None:
    _, project = newer
    project.write({"docs/new.md": NEW["docs/new.md"]})
    project.replace("project.yaml", "Acme Sales", "Acme Retail")
    # The new version's text cannot be written, the old one can.
    break_the_writing_of(
        project,
        "docs/untouched.md",
        "python3 -c \"import sys; t=sys.stdin.read(); '2.0.0' in t and sys.exit(1); sys.stdout.write(t)\"",
    )
    before = (everything(project), project.status(), project.git("for-each-ref"), project.git("symbolic-ref", "HEAD"))

    done = project.upgrade(*words)

    assert done.returncode == 2
    assert "git could not write the new version's files" in done.stderr
    assert done.stderr.endswith("The project is as it was before.\n")
    after = (everything(project), project.status(), project.git("for-each-ref"), project.git("symbolic-ref", "HEAD"))
    assert after == before


def test_a_merge_that_can_neither_be_finished_nor_undone_names_every_file_that_is_not_as_it_was(newer: Small) -> None:
    _, project = newer
    break_the_writing_of(project, "docs/untouched.md", "false")

    done = project.upgrade()

    assert done.returncode == 2
    assert "nothing" not in done.stderr.lower()
    assert set(re.findall(r"^  .. (.*)$", done.stderr, re.MULTILINE)) == {line[3:] for line in project.status()}
    assert "go back with git -C" in done.stderr


def test_the_way_back_that_is_printed_after_that_works_once_the_cause_is_gone(newer: Small) -> None:
    _, project = newer
    before = everything(project)
    break_the_writing_of(project, "docs/untouched.md", "false")
    done = project.upgrade()
    project.git("config", "--remove-section", "filter.broken")

    back = re.search(r"git -C \S+ (restore .*?) and delete", done.stderr)
    assert back
    project.git(*back[1].split())

    assert everything(project) == before
    assert project.upgrade().returncode == 0


def test_after_a_kill_the_printed_way_back_works_with_a_file_that_the_team_deleted(newer: Small) -> None:
    _, project = newer
    project.git("rm", "--quiet", "docs/both.md")
    project.commit()
    project.git("config", "filter.deadly.smudge", "kill -9 $PPID")
    (project.folder / ".git/info/attributes").write_text("docs/untouched.md filter=deadly\n")
    assert "go back with git reset --hard" in project.upgrade().stderr
    project.git("config", "--remove-section", "filter.deadly")

    (project.folder / ".git/index.lock").unlink(missing_ok=True)
    project.git("reset", "--quiet", "--hard")
    again = project.upgrade()

    assert again.returncode == 0, again.stderr
    assert not project.has("docs/both.md")


def hook(project: Project, name: str, script: str) -> None:
    path = project.folder / ".git/hooks" / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.mark.parametrize("cause", ["signature", "hook"])
def test_a_commit_on_a_branch_that_is_refused_leaves_everything_as_it_was(newer: Small, cause: str) -> None:
    _, project = newer
    if cause == "signature":
        project.git("config", "commit.gpgsign", "true")
        project.git("config", "gpg.program", "false")
    else:
        hook(project, "commit-msg", "echo 'no ticket number' >&2; exit 1")
    before = (everything(project), project.status(), project.git("for-each-ref"), project.git("symbolic-ref", "HEAD"))

    done = project.upgrade("--branch", "upgrade-2")

    assert done.returncode == 2
    assert "git commit failed" in done.stderr
    assert "Leave BRANCH out" in done.stderr
    after = (everything(project), project.status(), project.git("for-each-ref"), project.git("symbolic-ref", "HEAD"))
    assert after == before


def test_the_teams_hooks_check_the_commit_on_a_branch(newer: Small) -> None:
    _, project = newer
    hook(project, "commit-msg", 'echo "Ticket: 42" >> "$1"')

    assert project.upgrade("--branch", "upgrade-2").returncode == 0

    assert "Ticket: 42" in project.git("log", "-1", "--format=%B")


@pytest.mark.parametrize(
    "skip", ["null", '"README.md"', "[3]", '["/etc/passwd"]', '["../elsewhere"]', '[""]', '["**x"]']
)
def test_a_skip_that_cannot_be_used_is_refused_in_one_sentence(newer: Small, skip: str) -> None:
    _, project = newer
    record = re.sub(r'"skip": \[[^]]*\]', f'"skip": {skip}', project.read(".cruft.json"))
    project.write({".cruft.json": record})
    project.commit()

    done = project.upgrade()

    assert done.returncode == 2
    assert done.stderr.startswith("`skip` in .cruft.json must")
    assert "Traceback" not in done.stderr


def test_an_error_of_the_updater_itself_does_not_end_with_the_code_of_conflicts(newer: Small) -> None:
    template, project = newer
    template.replace("upgrade/report.py", "    parts = [", "    raise ZeroDivisionError('on purpose')\n    parts = [")
    template.release("3.0.0")

    done = project.upgrade()

    assert done.returncode == 2
    assert "The updater failed: ZeroDivisionError: on purpose." in done.stderr
    assert "Traceback" not in done.stderr
    assert project.status() == []


def test_a_version_that_needs_a_newer_python_says_so(newer: Small) -> None:
    template, project = newer
    template.replace("upgrade/__main__.py", "NEEDED = (3, 11)", "NEEDED = (3, 99)")
    template.write({"upgrade/command.py": "this is no Python that we know\n"})
    template.release("3.0.0")

    done = project.upgrade()

    assert done.returncode == 2
    assert done.stderr.startswith("This version of the template needs Python 3.99 or newer")
    assert project.status() == []


def test_the_python_that_the_updater_asks_for_is_the_templates_and_old_ones_can_read_the_question() -> None:
    text = (ROOT / "upgrade/__main__.py").read_text(encoding="utf-8")
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]

    found = re.search(r"NEEDED = \((\d+), (\d+)\)", text)

    assert found
    assert declared == f">={found[1]}.{found[2]}"
    ast.parse(text, feature_version=(3, 6))


def test_in_a_larger_repository_every_printed_command_and_path_works_where_the_person_stands(
    newer: Small, tmp_path: Path
) -> None:
    template, project = newer
    whole = Project(tmp_path / "mono", template)
    shutil.copytree(project.folder, whole.folder / "svc/acme sales", ignore=shutil.ignore_patterns(".git"))
    whole.write({"other/work.txt": "before\n"})
    whole.git("init", "--quiet")
    whole.commit()
    inner = Project(whole.folder / "svc/acme sales", template)
    inner.replace("project.yaml", "Acme Sales", "Acme Retail")
    whole.write({"other/work.txt": "somebody is at work\n"})

    done = inner.upgrade()

    assert done.returncode == 0, done.stderr
    assert "git add project.yaml && git commit" in done.stdout
    assert " docs/both.md " in done.stdout
    assert "svc/" not in done.stdout
    inner.git("add", "project.yaml")
    assert whole.read("other/work.txt") == "somebody is at work\n"


def test_the_newest_of_releases_with_and_without_a_v_is_the_highest_number(newer: Small) -> None:
    template, project = newer
    template.git("tag", "v1.1.0", "1.0.0")

    done = project.upgrade()

    assert done.stdout.startswith("Upgrade the template from 1.0.0 to 2.0.0")


def test_a_sparse_clone_of_the_project_can_be_upgraded(newer: Small) -> None:
    _, project = newer
    project.git("sparse-checkout", "set", "--cone", "docs")

    done = project.upgrade()

    assert done.returncode == 0, done.stderr
    assert project.read("docs/both.md") == NEW["docs/both.md"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """A folder on a file system of so many kilobytes: small_disk(40)."""
    mounted: list[Path] = []

    def mount(kilobytes: int) -> Path:
        folder = tmp_path / f"disk{kilobytes}"
        folder.mkdir()
        words = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
        subprocess.run(words, check=True)
        mounted.append(folder)
        return folder

    yield mount
    for folder in mounted:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("kilobytes", MAY_MOUNT * [64, 600, 1600, 2500])
def test_a_full_temporary_folder_is_called_full_and_changes_nothing(
    newer: Small, small_disk: Callable[[int], Path], kilobytes: int
) -> None:
    _, project = newer
    before = (everything(project), project.status(), project.git("for-each-ref"))

    done = project.upgrade(TMPDIR=str(small_disk(kilobytes)))

    assert done.returncode == 2
    assert re.fullmatch(r"The disk .* is full: free space there, or set TMPDIR .*\n", done.stderr)
    assert (everything(project), project.status(), project.git("for-each-ref")) == before


def fill(disk: Path, all_but: int) -> None:
    """Leave so many kilobytes free."""
    free = shutil.disk_usage(disk).free // 1024
    (disk / "ballast").write_bytes(bytes(1024 * (free - all_but)))


@pytest.mark.parametrize("kilobytes", MAY_MOUNT * [20, 40, 60])
def test_a_project_on_a_full_disk_is_as_it_was_or_each_file_that_is_not_is_named_with_the_way_back(
    newer: Small, small_disk: Callable[[int], Path], kilobytes: int
) -> None:
    template, project = newer
    disk = small_disk(20_000)
    there = Project(disk / "project", template)
    shutil.copytree(project.folder, there.folder)
    fill(disk, all_but=kilobytes)
    before = everything(there)

    done = there.upgrade()

    assert done.returncode == 2
    assert set(re.findall(r"^  .. (.*)$", done.stderr, re.MULTILINE)) == {line[3:] for line in there.status()}
    (disk / "ballast").unlink()
    if back := re.search(r"git -C \S+ (restore .*?) and delete", done.stderr):
        there.git(*back[1].split())
    assert everything(there) == before


def test_only_a_refusal_promises_that_nothing_was_changed() -> None:
    full = "[Errno 28] No space left on device"

    assert sentence_for(RefusedError(full)).endswith("on another disk. Nothing was changed.")
    assert sentence_for(OSError(full)).endswith("on another disk. `git status` shows whether the project changed.")
