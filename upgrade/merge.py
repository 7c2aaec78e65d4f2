"""The merge itself: a cherry-pick of a temporary commit, from the old version as rendered to the new one.

Its parent is the old version, so git merges as if the project had always been a branch of the template, whatever
the project's own history is: squashed, shallow, freshly cloned, detached.
"""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from upgrade.conflicts import Conflict, conflicts_in
from upgrade.git import NOBODY, as_the_person, git, listed, literal, run
from upgrade.project import SETTINGS, Project
from upgrade.refusal import RefusedError, StoppedError

STOPPED = (
    "git was ended in the middle of the merge. Copy project.yaml if you have just edited it, remove .git/index.lock, "
    "go back with git reset --hard, and upgrade again."
)
# Contents and modes by path.
RemovedFiles = dict[str, tuple[bytes, int]]


@dataclass(frozen=True)
class Change:
    """Two commits without a branch: the project's repository with the old version in it, then with the new one."""

    old: str
    new: str
    # A folder that the template empties may look like a renamed one: the team's own files stay there.
    moves_folders: bool = True

    @property
    def settings(self) -> tuple[str, str]:
        """Return git's settings for the merge of this change alone."""
        return ("-c", f"merge.directoryRenames={str(self.moves_folders).lower()}")


@dataclass(frozen=True)
class Forecast:
    """The expected result of the merge, before any change: a tree, and what the person must settle in it.

    `faults` is what the new version's validator finds in the merged project.yaml.
    """

    tree: str
    conflicts: list[Conflict]
    faults: tuple[str, ...] = ()

    @property
    def open_conflicts(self) -> list[Conflict]:
        """Return the conflicts besides files that stay deleted."""
        return [conflict for conflict in self.conflicts if not conflict.stays_deleted]

    @property
    def is_clean(self) -> bool:
        """Return whether the merge leaves nothing for the person to settle."""
        return not self.open_conflicts and not self.faults


def change(project: Project, old: Path, new: Path, title: str, scratch: Path) -> Change:
    """Return the template's change between two rendered folders, as git objects."""
    parent = committed(project, tree(project, old, scratch / "old"), "The version that the project has")
    return Change(parent, committed(project, tree(project, new, scratch / "new"), title, "-p", parent))


def committed(project: Project, of: str, title: str, *words: str) -> str:
    """Return the id of a new commit of a tree."""
    return git(project.top, "commit-tree", *words, "-m", title, of, **NOBODY).strip()


def tree(project: Project, rendered: Path, scratch: Path) -> str:
    """Return the last commit's tree with the project's folder replaced by a rendered one, without git's own index."""
    scratch.mkdir(parents=True)
    root = scratch / "tree"
    (root / project.prefix).parent.mkdir(parents=True, exist_ok=True)
    # A hook of the template may have created its own repository.
    shutil.rmtree(rendered / ".git", ignore_errors=True)
    rendered.rename(root / project.prefix)
    index = {"GIT_INDEX_FILE": str(scratch / "index")}
    if project.prefix:
        git(project.top, "read-tree", "HEAD", **index)
        git(project.top, "rm", "-r", "--cached", "--force", "--quiet", "--", literal(project.prefix), **index)
    git_folder = git(project.top, "rev-parse", "--absolute-git-dir").removesuffix("\n")
    words = [f"--git-dir={git_folder}", f"--work-tree={root}"]
    # A rendered folder is complete, whatever part of the repository is checked out.
    for setting in ("core.fileMode=true", "core.symlinks=true", "core.sparseCheckout=false"):
        words += ["-c", setting]
    git(root, *words, "add", "--all", "--force", "--", literal(project.prefix), **index)
    return git(project.top, "write-tree", **index).strip()


def forecast(project: Project, coming: Change, scratch: Path) -> Forecast:
    """Merge in memory."""
    ours = committed(project, "HEAD^{tree}", "The project", "-p", coming.old)
    done = run(project.top, *coming.settings, "merge-tree", "--write-tree", "-z", "--no-messages", ours, coming.new)
    if done.returncode > 1:
        raise RefusedError(f"git cannot merge: {done.stderr.strip()}")
    merged, *entries = done.stdout.split("\0")
    # git names what it moved aside by the commit, which in the project's own merge is HEAD.
    found = conflicts_in(entry.replace(f"~{ours}", "~HEAD") for entry in entries if entry)
    conflicts = [replace(each, is_rewritten=is_rewritten(project, each)) for each in found]
    index = {"GIT_INDEX_FILE": str(scratch / "index")}
    git(project.top, "read-tree", merged.strip(), **index)
    git(project.top, "update-index", "--force-remove", "--", *staying_deleted(conflicts), **index)
    return Forecast(git(project.top, "write-tree", **index).strip(), conflicts)


def leaving_deleted(project: Project, coming: Change, found: Forecast, scratch: Path) -> Change:
    """Return the same change without files that the team has deleted.

    Deleted means: not in the index. A copy on the disk may be ignored, untracked, or another program's, and git
    would overwrite it on its way to a conflict.
    """
    deleted = staying_deleted(found.conflicts)
    if not deleted:
        return coming
    index = {"GIT_INDEX_FILE": str(scratch / "without-deleted")}
    git(project.top, "read-tree", coming.new, **index)
    before = listed(project.top, "ls-tree", "-z", coming.old, "--", *deleted)
    entries = {path: facts.split() for facts, _, path in (entry.partition("\t") for entry in before)}
    for path in deleted:
        if path in entries:
            mode, _, blob = entries[path]
            git(project.top, "update-index", "--add", "--cacheinfo", f"{mode},{blob},{path}", **index)
        else:
            git(project.top, "update-index", "--force-remove", "--", path, **index)
    title = git(project.top, "log", "-1", "--format=%B", coming.new).strip()
    new = git(project.top, "write-tree", **index).strip()
    return replace(coming, new=committed(project, new, title, "-p", coming.old))


def touched(project: Project, coming: Forecast) -> tuple[list[str], list[str]]:
    """Return the paths that the merge writes: those of the last commit, and new ones."""
    words = ("diff-tree", "-r", "-z", "--no-renames", "--name-status", "HEAD", coming.tree)
    fields = listed(project.top, *words)
    letters = dict(zip(fields[1::2], fields[::2], strict=True))
    for conflict in coming.conflicts:
        if not conflict.stays_deleted:
            letters.setdefault(conflict.path, "M" if 2 in conflict.stages else "A")
    in_head = set(listed(project.top, "ls-tree", "-r", "-z", "--name-only", "HEAD"))
    return sorted(path for path in letters if path in in_head), sorted(path for path in letters if path not in in_head)


def refuse_overlooked_edits(project: Project, coming: Forecast) -> None:
    """Refuse if git is set to ignore changes of an edited file: it would overwrite the edit silently."""
    marked = [entry for entry in listed(project.top, "ls-files", "-v", "-z") if entry[0].islower() or entry[0] == "S"]
    if not marked:
        return
    known = set(touched(project, coming)[0])
    edited = [path for path in (entry[2:] for entry in marked) if path in known and is_edited(project, path)]
    if edited:
        raise RefusedError(
            "git ignores changes of these files (assume-unchanged, skip-worktree), and the new version "
            f"changes them: {', '.join(map(project.shown, edited))}. "
            "Run git update-index --no-assume-unchanged --no-skip-worktree on them, and commit or undo your edits."
        )


def is_edited(project: Project, path: str) -> bool:
    """Return whether a file on the disk differs from the last commit; a missing one does not."""
    file = project.top / path
    if file.is_symlink() or not file.is_file():
        return False
    return content(project, path) != git(project.top, "rev-parse", f"HEAD:{path}").strip()


def is_rewritten(project: Project, conflict: Conflict) -> bool:
    """Return whether the team's file still has less than half of a file's former lines."""
    if conflict.stages != (1, 2, 3):
        return False
    before, here, _ = (blob for _, blob in conflict.versions)
    counted = git(project.top, "diff", "--no-ext-diff", "--numstat", before, here).split()
    gone = counted[1] if counted else "0"
    lines = git(project.top, "cat-file", "blob", before).count("\n")
    # Git counts no lines of a binary file.
    return gone != "-" and int(gone) > lines / 2


def staying_deleted(conflicts: list[Conflict]) -> list[str]:
    """Return what the team has deleted and the new version changes."""
    return [conflict.path for conflict in conflicts if conflict.stays_deleted]


def clear_the_way(project: Project, coming: Forecast) -> RemovedFiles:
    """Refuse if an untracked file is in the place of a new one; remove and return one with the same content."""
    arriving = listed(project.top, "diff-tree", "-r", "-z", "--no-renames", "--diff-filter=A", "HEAD", coming.tree)
    # git lists facts and path in turns: ":000000 100644 <zeros> <blob> A", "docs/page.md".
    blobs = {path: facts.split()[3] for facts, path in zip(arriving[::2], arriving[1::2], strict=True)}
    known = set(listed(project.top, "ls-files", "-z"))
    lying = {path: lying_at(project.top, path) for path in blobs}
    unknown = {path: obstacle for path, obstacle in lying.items() if obstacle and obstacle not in known}
    same = [path for path, obstacle in unknown.items() if obstacle == path and content(project, path) == blobs[path]]
    others = sorted(set(unknown.values()) - set(same))
    if others:
        raise RefusedError(
            "The new version brings files where untracked files exist already. "
            f"Move or commit them: {', '.join(map(project.shown, others))}"
        )
    removed = {path: ((project.top / path).read_bytes(), (project.top / path).stat().st_mode) for path in same}
    for path in same:
        (project.top / path).unlink()
    return removed


def lying_at(top: Path, path: str) -> str | None:
    """Return the file at a path, or in the place of one of its folders."""
    paths = [path, *(str(parent) for parent in Path(path).parents)][:-1]
    return next((each for each in paths if (top / each).is_symlink() or (top / each).is_file()), None)


def content(project: Project, path: str) -> str:
    """Return git's id of a file's content as it would be committed."""
    if (project.top / path).is_symlink():
        return ""
    return git(project.top, "hash-object", f"--path={path}", "--", path).strip()


def merge(project: Project, coming: Change, expected: Forecast) -> None:
    """Merge into the working tree and the index, without a commit, and check that the result is as forecast."""
    done = run(project.top, *coming.settings, "cherry-pick", "--no-commit", coming.new)
    if done.returncode < 0:
        raise StoppedError(STOPPED)
    found = conflicts_in(listed(project.top, "ls-files", "--unmerged", "-z"))
    if done.returncode > 1 or (done.returncode and not found):
        raise RefusedError(f"git could not write the new version's files: {done.stderr.strip()}")
    if not found and git(project.top, "write-tree").strip() != expected.tree:
        raise RefusedError("git merged something else than it had forecast.")


def commit(project: Project, title: str) -> None:
    """Commit what is staged, and project.yaml, which the upgrade has read, with the person's hooks and signature."""
    git(project.top, "add", "--", literal(project.prefix + SETTINGS))
    done = as_the_person(project.top, "commit", "--quiet", "--message", title)
    if done.returncode:
        why = (done.stderr + done.stdout).strip()
        raise RefusedError(
            f"git commit failed, on the branch that was asked for: {why}\n"
            "Leave BRANCH out, and commit the staged upgrade yourself."
        )
