"""The output of an upgrade: what comes, what conflicts, how to continue and how to go back."""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

from upgrade.git import git
from upgrade.merge import Forecast, staying_deleted
from upgrade.project import SETTINGS, Project

AT_MOST = "60"


@dataclass(frozen=True)
class Story:
    """The facts of one upgrade besides the files: its title, notes, and removed environments."""

    title: str
    notes: list[tuple[str, str, str]]
    gone: list[str]


def preview_of(project: Project, story: Story, coming: Forecast) -> str:
    """Return what comes, what conflicts, and what the changelog has about it."""
    comes = difference(project, coming, "--stat", "--compact-summary", f"--stat-count={AT_MOST}")
    if "\n ...\n" in comes:
        comes += "\n (the rest: make upgrade PREVIEW=1, or git diff --cached --stat afterwards)"
    parts = [
        f"{story.title}.",
        f"What comes:\n{comes}",
        listing(
            "Deleted here, changed in the new version; they stay deleted:",
            map(project.shown, staying_deleted(coming.conflicts)),
        ),
        listing("Conflicts:", [f"{project.shown(each.path)}: {each.sentence}" for each in coming.open_conflicts]),
        listing(f"Wrong in the merged {SETTINGS}; correct it there:", coming.faults),
        environments_gone(story.gone),
        *(f"{heading}, version {version}:\n{textwrap.indent(text, '  ')}" for version, heading, text in story.notes),
    ]
    return "\n\n".join(part for part in parts if part)


def difference(project: Project, coming: Forecast, *words: str) -> str:
    """Return how the project's files will differ from the last commit."""
    return git(project.folder, "diff", "--no-ext-diff", "--relative", *words, "HEAD", coming.tree).rstrip("\n")


def end_of_preview(project: Project, coming: Forecast) -> str:
    """Return the last line of a preview, because a long difference scrolls its beginning off the screen."""
    open_ones = [project.shown(each.path) for each in coming.open_conflicts]
    in_conflict = f" Conflicts would be in: {', '.join(open_ones)}" if open_ones else ""
    wrong = f" The merged {SETTINGS} would have to be corrected, as listed above." if coming.faults else ""
    return f"This was a preview: nothing was changed.{in_conflict}{wrong}"


def listing(title: str, entries: Iterable[str]) -> str:
    lines = [f"  {entry}" for entry in entries]
    return "\n".join([title, *lines]) if lines else ""


def environments_gone(names: list[str]) -> str:
    if not names:
        return ""
    destroyed = ", ".join(f"make destroy ENV={name}" for name in names)
    return (
        f"No longer an environment: {', '.join(names)}. Its folder is removed, but its resources in AWS remain. "
        f"To remove them too: go back, add it to {SETTINGS} again, {destroyed}, remove it there, upgrade again."
    )


def way_on(story: Story, merged: Forecast, branch: str | None, settings_edited: bool) -> str:
    """Return how to finish what is staged now, and how to undo it."""
    settings = f"git add {SETTINGS} && " if settings_edited else ""
    commit = f'{settings}git commit -m "{story.title}"'
    back = "git reset --merge" + (f" && git checkout - && git branch -D {branch}" if branch else "")
    if not merged.is_clean:
        steps = ["resolve the conflicts (docs/upgrading.md), git add them"] if merged.open_conflicts else []
        steps += [f"correct {SETTINGS}, git add {SETTINGS}"] if merged.faults else []
        on = f"{', '.join(steps)}, make check, then {commit}"
    elif branch:
        on = f"git push --set-upstream origin {branch}, then open a pull request"
        back = f"git checkout - && git branch -D {branch}"
    else:
        on = f"git diff --cached, make check, then {commit}"
    return f"Go on:   {on}\nGo back: {back}"
