"""The project to upgrade, as its repository has it."""

import shlex
from dataclasses import dataclass
from pathlib import Path

from upgrade.git import git, listed, run
from upgrade.refusal import RefusedError

SETTINGS = "project.yaml"
UNMERGED = {"DD", "AU", "UD", "UA", "DU", "AA", "UU"}


@dataclass(frozen=True)
class Project:
    """A project; `top` is the repository's folder, `prefix` the project's place in it: "" or "some/folder/"."""

    top: Path
    prefix: str

    @property
    def folder(self) -> Path:
        return self.top / self.prefix

    def committed(self, name: str) -> str | None:
        """Return the content of a file in the last commit as bytes; None if that has no such file."""
        done = run(self.top, "cat-file", "blob", f"HEAD:{self.prefix}{name}")
        return None if done.returncode else done.stdout

    def shown(self, path: str) -> str:
        """Return a path relative to the project's folder, where the person's shell is."""
        return shlex.quote(path.removeprefix(self.prefix) if path.startswith(self.prefix) else f":/{path}")

    def tracked(self) -> dict[str, str]:
        """Return every file of the project in the last commit, with the id of its content."""
        entries = (entry.partition("\t") for entry in listed(self.top, "ls-tree", "-r", "-z", "HEAD"))
        below = {path: facts.split()[2] for facts, _, path in entries if path.startswith(self.prefix)}
        return {path.removeprefix(self.prefix): blob for path, blob in below.items()}

    def changed(self) -> dict[str, str]:
        """Return git's two letters for each tracked file that differs from the last commit."""
        words = ("--porcelain=v1", "-z", "--untracked-files=no", "--ignore-submodules=all", "--no-renames")
        return {entry[3:]: entry[:2] for entry in listed(self.top, "status", *words)}


def project_in(folder: Path) -> Project:
    """Return the project in a folder, if that is under git and has a commit."""
    top = run(folder, "rev-parse", "--show-toplevel")
    if top.returncode and "not a git repository" not in top.stderr:
        raise RefusedError(f"git cannot read {folder}: {top.stderr.strip()}")
    if top.returncode:
        raise RefusedError(f"{folder} is not under git: `git init`, add and commit everything, then upgrade.")
    prefix = git(folder, "rev-parse", "--show-prefix").removesuffix("\n")
    project = Project(Path(top.stdout.removesuffix("\n")), prefix)
    if run(project.top, "rev-parse", "--verify", "--quiet", "HEAD^{commit}").returncode:
        raise RefusedError("The project has no commit yet: add and commit everything, then upgrade.")
    return project


def refuse_unfinished_work(project: Project) -> None:
    """Refuse uncommitted changes, except in project.yaml, which an upgrade reads and which may have just been edited.

    Unstaged edits elsewhere in a larger repository do not matter: the merge does not reach them.
    """
    changed = project.changed()
    if UNMERGED & set(changed.values()):
        raise RefusedError(
            "A merge is not finished: resolve its conflicts and commit, or go back with git reset --merge."
        )
    unsettled = [
        path
        for path, code in changed.items()
        if (path, code) != (project.prefix + SETTINGS, " M") and (path.startswith(project.prefix) or code[0] != " ")
    ]
    if unsettled:
        more = f" and {len(unsettled) - 3} more" if len(unsettled) > 3 else ""
        shown = ", ".join(map(project.shown, unsettled[:3])) + more
        raise RefusedError(f"Not everything is committed: {shown}. Commit it, or put it aside with git stash.")
