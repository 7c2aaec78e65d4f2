"""Removes from two rendered versions what the merge must not see as the template's change."""

from pathlib import Path

from answers.record import MADE_FROM_THE_SETTINGS
from upgrade.answering import Answered
from upgrade.project import SETTINGS, Project
from upgrade.record import RECORD, Record, owned_by_the_team, patterns, text_of
from upgrade.refusal import RefusedError


def settle(project: Project, record: Record, renewed: Record, before: Path, after: Path) -> None:
    """Leave the team's files to the team, and change the record together with all other files."""
    skip = patterns(record, owned_by_the_team(before), owned_by_the_team(after))
    made = {name: (after / name).read_bytes() for name in MADE_FROM_THE_SETTINGS if (after / name).is_file()}
    leave_to_the_team(set(project.tracked()), skip, before, after)
    for name, content in made.items():
        replace(project, name, content, before, after)
    write(before / RECORD, project.committed(RECORD) or "")
    write(after / RECORD, text_of({**renewed, "skip": skip}))


def leave_to_the_team(tracked: set[str], skip: list[str], before: Path, after: Path) -> None:
    """Drop the team's files from both versions; one that is new in this version, and does not exist yet, comes once."""
    known = tracked | files_of(before)
    for path in files_of(before, skip):
        (before / path).unlink()
    for path in files_of(after, skip) & known:
        (after / path).unlink()


def files_of(folder: Path, skip: list[str] | None = None) -> set[str]:
    """Return the files of a folder, or those of patterns, as cruft reads them: a folder means all files in it."""
    roots = [folder] if skip is None else [root for pattern in skip for root in folder.glob(pattern)]
    found = [path for root in roots for path in (root, *root.rglob("*"))]
    return {path.relative_to(folder).as_posix() for path in found if path.is_symlink() or path.is_file()}


def replace(project: Project, name: str, content: bytes, before: Path, after: Path) -> None:
    """Set a file of the project to this content, whatever it is now; a deleted one stays deleted."""
    committed = project.committed(name)
    if committed is not None:
        write(before / name, committed)
        (after / name).write_bytes(content)


def settle_settings(project: Project, answers: Answered, before: Path, after: Path) -> None:
    """Change project.yaml by what the new version asks for or renames, and by nothing else."""
    committed = project.committed(SETTINGS)
    if answers.text == answers.text_before:
        return
    if committed != answers.text_before:
        raise RefusedError(f"The new version adds to {SETTINGS}: commit your change of it first.")
    write(before / SETTINGS, committed)
    write(after / SETTINGS, answers.text)


def write(path: Path, text: str) -> None:
    """Write a text byte for byte."""
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
