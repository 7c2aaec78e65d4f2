"""Restores the project when an upgrade fails half-way, and checks whether that worked."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from upgrade.git import git, listed, literal, run
from upgrade.merge import Forecast, RemovedFiles, touched
from upgrade.project import SETTINGS, Project
from upgrade.refusal import RefusedError, StoppedError


@dataclass(frozen=True)
class Before:
    """The project before the merge: its status, its branch, and the contents that git cannot restore."""

    status: list[str]
    branch: str
    settings: bytes | None
    removed: RemovedFiles


@contextmanager
def restored_on_failure(
    project: Project, coming: Forecast, removed: RemovedFiles, branch: str | None
) -> Iterator[None]:
    """Merge, on a new branch if wanted; after a failure, restore the project or explain how."""
    before = before_the_merge(project, removed)
    try:
        if branch:
            git(project.top, "checkout", "--quiet", "-b", branch)
        yield
    except StoppedError:
        raise
    except BaseException as why:
        restore(project, coming, before, branch)
        different = sorted(set(before.status) ^ set(status_if_readable(project)))
        if different:
            raise StoppedError(half_done(project, why, different)) from why
        if isinstance(why, RefusedError):
            raise RefusedError(f"{why}\nThe project is as it was before.") from why
        raise


def before_the_merge(project: Project, removed: RemovedFiles) -> Before:
    settings = project.folder / SETTINGS
    is_edited = project.changed().get(project.prefix + SETTINGS) == " M"
    branch = run(project.top, "symbolic-ref", "--quiet", "HEAD").stdout.strip()
    # Untracked files in the way are removed by now, and come back in `restore`.
    found = sorted({*status(project), *(f"?? {path}" for path in removed if is_shown(project, path))})
    return Before(found, branch, settings.read_bytes() if is_edited else None, removed)


def is_shown(project: Project, path: str) -> bool:
    """Return whether git status lists an untracked file: not if it is ignored."""
    return run(project.top, "check-ignore", "--quiet", "--no-index", "--", path).returncode == 1


def status(project: Project) -> list[str]:
    """Return git's status of the project's own files, one entry per file."""
    pathspec = literal(project.prefix) if project.prefix else ":(top)"
    words = ("--porcelain=v1", "-z", "--untracked-files=all", "--ignore-submodules=all", "--no-renames")
    return listed(project.top, "status", *words, "--", pathspec)


def status_if_readable(project: Project) -> list[str]:
    """Return the status, or one entry with git's error."""
    try:
        return status(project)
    except RefusedError as why:
        return [f"!! {project.prefix}{why}"]


def restore(project: Project, coming: Forecast, before: Before, branch: str | None) -> None:
    """Undo the merge, as far as git and the file system allow."""
    known, added = touched(project, coming)
    run(project.top, "reset", "--quiet")
    if known:
        run(project.top, "restore", "--source=HEAD", "--staged", "--worktree", "--", *map(literal, known))
    for path in added:
        remove_file(project, path)
    for path, (content, mode) in before.removed.items():
        target = project.top / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(mode)
    if before.settings is not None:
        (project.folder / SETTINGS).write_bytes(before.settings)
    if branch and run(project.top, "symbolic-ref", "--quiet", "HEAD").stdout.strip() == f"refs/heads/{branch}":
        leave_branch(project, before.branch, branch)


def remove_file(project: Project, path: str) -> None:
    """Remove a file that the merge has written, and the folders that it has created for it."""
    target = project.top / path
    try:
        target.unlink(missing_ok=True)
        for folder in target.relative_to(project.top).parents:
            (project.top / folder).rmdir()
    except OSError:
        # A folder that holds more stays; a file that cannot be removed shows in the status.
        return


def leave_branch(project: Project, former: str, branch: str) -> None:
    """Return to the person's branch; both are the same commit, so no file is written."""
    if former:
        run(project.top, "symbolic-ref", "HEAD", former)
    else:
        run(project.top, "checkout", "--quiet", "--detach")
    run(project.top, "branch", "--quiet", "-D", branch)


def half_done(project: Project, why: BaseException, different: list[str]) -> str:
    """Return which files are not as they were, and how to go back."""
    shown = "\n".join(f"  {entry[:2]} {project.shown(entry[3:])}" for entry in different)
    here = shlex.quote(str(project.folder))
    return (
        f"{why}\nThe upgrade could not be undone either: these files differ from before.\n{shown}\n"
        f"Remove the cause, copy {SETTINGS} if you have just edited it, then go back with "
        f"git -C {here} restore --source=HEAD --staged --worktree . and delete the new files; then upgrade again."
    )
