"""The merge itself: a cherry-pick of a commit that nobody made, from the old version as rendered to the new one.

Its parent is the old version, so git merges as if the project had always been a branch of the template, whatever
the project's own history looks like: squashed, shallow, freshly cloned, detached.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from upgrade.conflicts import Conflict, conflicts_in
from upgrade.git import NOBODY, git, listed, literal, run
from upgrade.project import SETTINGS, Project
from upgrade.refusal import RefusedError, StoppedError

STOPPED = (
    "git was ended in the middle of the merge. Copy project.yaml if you have just edited it, remove .git/index.lock, "
    "go back with git reset --hard, and upgrade again."
)


@dataclass(frozen=True)
class Change:
    """Two commits that no branch holds: the project's repository with the old version in it, then with the new one."""

    old: str
    new: str


@dataclass(frozen=True)
class Forecast:
    """What the merge will give, before anything is touched: a tree, and the conflicts in it."""

    tree: str
    conflicts: list[Conflict]


def change(project: Project, old: Path, new: Path, title: str, scratch: Path) -> Change:
    """The change that the template has made between two rendered folders, as git objects."""
    parent = committed(project, tree(project, old, scratch / "old"), "The version that the project has")
    return Change(parent, committed(project, tree(project, new, scratch / "new"), title, "-p", parent))


def committed(project: Project, of: str, title: str, *words: str) -> str:
    """The id of a new commit of a tree."""
    return git(project.top, "commit-tree", *words, "-m", title, of, **NOBODY).strip()


def tree(project: Project, rendered: Path, scratch: Path) -> str:
    """The last commit's tree with the project's folder replaced by a rendered one; git's own index is not used."""
    scratch.mkdir(parents=True)
    root = scratch / "tree"
    (root / project.prefix).parent.mkdir(parents=True, exist_ok=True)
    # A hook of the template may have made a repository of its own.
    shutil.rmtree(rendered / ".git", ignore_errors=True)
    rendered.rename(root / project.prefix)
    index = {"GIT_INDEX_FILE": str(scratch / "index")}
    if project.prefix:
        git(project.top, "read-tree", "HEAD", **index)
        git(project.top, "rm", "-r", "--cached", "--force", "--quiet", "--", literal(project.prefix), **index)
    place = git(project.top, "rev-parse", "--absolute-git-dir").removesuffix("\n")
    words = [f"--git-dir={place}", f"--work-tree={root}", "-c", "core.fileMode=true", "-c", "core.symlinks=true"]
    git(root, *words, "add", "--all", "--force", "--", literal(project.prefix), **index)
    return git(project.top, "write-tree", **index).strip()


def forecast(project: Project, coming: Change, scratch: Path) -> Forecast:
    """Merge in memory."""
    ours = committed(project, "HEAD^{tree}", "The project", "-p", coming.old)
    done = run(project.top, "merge-tree", "--write-tree", "-z", "--no-messages", ours, coming.new)
    if done.returncode > 1:
        raise RefusedError(f"git cannot merge: {done.stderr.strip()}")
    merged, *entries = done.stdout.split("\0")
    found = conflicts_in(filter(None, entries))
    conflicts = [replace(each, is_rewritten=is_rewritten(project, each)) for each in found]
    index = {"GIT_INDEX_FILE": str(scratch / "index")}
    git(project.top, "read-tree", merged.strip(), **index)
    git(project.top, "update-index", "--force-remove", "--", *staying_deleted(conflicts), **index)
    return Forecast(git(project.top, "write-tree", **index).strip(), conflicts)


def is_rewritten(project: Project, conflict: Conflict) -> bool:
    """Whether less than half of the lines that a file had before are in the team's file still."""
    if conflict.stages != (1, 2, 3):
        return False
    before, here, _ = (blob for _, blob in conflict.versions)
    counted = git(project.top, "diff", "--no-ext-diff", "--numstat", before, here).split()
    gone = counted[1] if counted else "0"
    lines = git(project.top, "cat-file", "blob", before).count("\n")
    # Of a binary file git counts no lines.
    return gone != "-" and int(gone) > lines / 2


def staying_deleted(conflicts: list[Conflict]) -> list[str]:
    """What the team has deleted and the new version changes."""
    return [conflict.path for conflict in conflicts if conflict.stays_deleted]


def clear_the_way(project: Project, coming: Forecast) -> None:
    """Refuse where a file that git does not know lies in the way; one that holds what is coming may go."""
    arriving = listed(project.top, "diff-tree", "-r", "-z", "--no-renames", "--diff-filter=A", "HEAD", coming.tree)
    # git lists facts and path in turns: ":000000 100644 <zeros> <blob> A", "docs/page.md".
    blobs = {path: facts.split()[3] for facts, path in zip(arriving[::2], arriving[1::2], strict=True)}
    known = set(listed(project.top, "ls-files", "-z"))
    lying = {path: lying_at(project.top, path) for path in blobs}
    unknown = {path: place for path, place in lying.items() if place and place not in known}
    same = [path for path, place in unknown.items() if place == path and content(project, path) == blobs[path]]
    others = sorted(set(unknown.values()) - set(same))
    if others:
        raise RefusedError(
            "The new version brings files where others lie that git does not know. "
            f"Move them away, or commit them: {', '.join(others)}"
        )
    for path in same:
        (project.top / path).unlink()


def lying_at(top: Path, path: str) -> str | None:
    """The file at a path, or where one of its folders would have to be."""
    places = [path, *(str(parent) for parent in Path(path).parents)][:-1]
    return next((place for place in places if (top / place).is_symlink() or (top / place).is_file()), None)


def content(project: Project, path: str) -> str:
    """Git's id of a file's content as it would be committed."""
    if (project.top / path).is_symlink():
        return ""
    return git(project.top, "hash-object", f"--path={path}", "--", path).strip()


def merge(project: Project, coming: Change) -> list[Conflict]:
    """Merge into the working tree and the index, without a commit; the conflicts that are left."""
    done = run(project.top, "cherry-pick", "--no-commit", coming.new)
    if done.returncode < 0:
        raise StoppedError(STOPPED)
    found = conflicts_in(listed(project.top, "ls-files", "--unmerged", "-z"))
    if done.returncode and not found:
        raise RefusedError(f"git cannot merge, and has changed nothing: {done.stderr.strip()}")
    away = staying_deleted(found)
    if away:
        git(project.top, "rm", "--force", "--quiet", "--ignore-unmatch", "--", *map(literal, away))
    return found


@contextmanager
def on_branch(project: Project, name: str | None) -> Iterator[None]:
    """Merge on a new branch where one is wanted; a merge that is refused leaves none behind."""
    if not name:
        yield
        return
    git(project.top, "checkout", "--quiet", "-b", name)
    try:
        yield
    except RefusedError:
        git(project.top, "checkout", "--quiet", "-")
        git(project.top, "branch", "--quiet", "-D", name)
        raise


def commit(project: Project, title: str) -> None:
    """Commit what is staged, and project.yaml, which the upgrade has read."""
    git(project.top, "add", "--", literal(project.prefix + SETTINGS))
    git(project.top, "commit", "--quiet", "--message", title)
