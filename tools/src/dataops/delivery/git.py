"""Asks git about the project's own repository, in the words of git."""

import os
import subprocess
import sys
from pathlib import Path

from dataops.delivery.refusal import Refusal

NOTHING_COMMITTED = (
    'Nothing is committed yet: git init --initial-branch {branch} && git add --all && git commit --message "Start"'
)


def git(project: Path, *words: str) -> str:
    """What git answers; a complaint of git is a refusal."""
    done = attempt(project, *words)
    if done.returncode:
        raise Refusal(f"git {words[0]} is refused: {' '.join((done.stderr or done.stdout).split())}")
    return done.stdout.strip()


def attempt(project: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run git whatever its outcome; git-remote-codecommit is found where this Python is."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    variables = {**os.environ, "PATH": path, "GIT_TERMINAL_PROMPT": "0"}
    # A name or a title may hold bytes that are no UTF-8: it is shown with replacements.
    return subprocess.run(
        ["git", *words], cwd=project, env=variables, text=True, encoding="utf-8", errors="replace",
        capture_output=True, check=False,
    )  # fmt: skip


def refuse_unless_committed(project: Path, branch: str) -> None:
    """What is sent anywhere is what is committed: a repository of its own, with a commit and without open changes."""
    if attempt(project, "rev-parse", "--verify", "HEAD").returncode:
        raise Refusal(NOTHING_COMMITTED.format(branch=branch))
    top = Path(git(project, "rev-parse", "--show-toplevel"))
    if top.resolve() != project.resolve():
        raise Refusal(f"The project is a folder of another repository, {top.name}: give it a repository of its own.")
    # Not by `git`, which strips: the first line may begin with a space.
    changed = attempt(project, "status", "--porcelain").stdout.splitlines()
    if changed:
        raise Refusal(
            f"{len(changed)} files differ from the last commit, {changed[0][3:]} first: commit or stash them."
        )


def is_repository(project: Path) -> bool:
    """Whether the sources came by git; a pipeline hands them over without."""
    return (project / ".git").exists()
