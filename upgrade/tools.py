"""The tools of a project: one wheel, which an upgrade replaces; in version 1.0.0 they were files of the project."""

from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from upgrade.conflicts import Conflict
from upgrade.git import git
from upgrade.merge import Forecast
from upgrade.project import Project
from upgrade.settling import files_of, write

LOCK = "tools/requirements.lock"
DROPPED_BY_TEMPLATE = (1, 2)
FORMER_FOLDERS = (
    *("local", "delivery", "operations"),
    *(f"tests/{name}" for name in ("local", "delivery", "operations", "platform", "walk", "documentation")),
)
LEAST_LIKENESS = 0.5


@dataclass(frozen=True)
class Moved:
    """The tools that were files and now are in the wheel: their former texts, and the wheel's sources by name."""

    texts: set[str]
    sources: dict[str, set[str]]


def settle(project: Project, before: Path, after: Path) -> None:
    """Replace the project's wheel and the line with its hash by the new ones: nobody merges a wheel."""
    wheels = list(after.glob("tools/*.whl"))
    if not wheels:
        return
    pattern = f"tools/{wheels[0].name.partition('-')[0]}-*.whl"
    names = {LOCK, *(name for name in {*project.tracked(), *files_of(before)} if Path(name).match(pattern))}
    for name in sorted(names if (after / LOCK).is_file() else names - {LOCK}):
        committed = project.committed(name)
        if committed is None:
            (before / name).unlink(missing_ok=True)
        else:
            (before / name).parent.mkdir(parents=True, exist_ok=True)
            write(before / name, committed)


def moved(before: Path, after: Path) -> Moved:
    """Return what the new version has moved from files of the project into the wheel; empty if done before."""
    gone = [
        name for name in files_of(before) - files_of(after) if name.startswith(tuple(f"{f}/" for f in FORMER_FOLDERS))
    ]
    wheels = list(after.glob("tools/*.whl"))
    if not wheels or not gone:
        return Moved(set(), {})
    with ZipFile(BytesIO(wheels[0].read_bytes())) as wheel:
        names = [name for name in wheel.namelist() if ".dist-info/" not in name]
        sources = {f"tools/src/{name}": lines_of(wheel.read(name).decode("utf-8", "replace")) for name in names}
    return Moved({text_of(before / name) for name in gone}, sources)


def text_of(path: Path) -> str:
    """Return the text of a file, byte for byte."""
    return path.read_bytes().decode("utf-8", "surrogateescape")


def lines_of(text: str) -> set[str]:
    """Return the lines that distinguish one file from another; imports do not."""
    return {line.strip() for line in text.splitlines() if line.strip() and "import " not in line}


def explained(project: Project, found: Forecast, moved: Moved) -> Forecast:
    """Add to the conflict of a changed tool where it is now, and how a team owns the tools."""
    return replace(found, conflicts=[with_advice(project, each, moved) for each in found.conflicts])


def with_advice(project: Project, conflict: Conflict, moved: Moved) -> Conflict:
    if conflict.stages != DROPPED_BY_TEMPLATE:
        return conflict
    text = git(project.top, "cat-file", "blob", dict(conflict.versions)[1])
    if text not in moved.texts:
        return conflict
    shown, new_path = project.shown(conflict.path), new_path_of(lines_of(text), moved)
    advice = f"make your change in {new_path}" if new_path else "make your change there"
    return replace(
        conflict,
        advice=(
            "the new version has no such file, and you have changed it: the tools are a package now. Run make "
            f"tools-source, {advice} (git diff :1:./{shown} :2:./{shown} shows it), then git rm {shown}"
        ),
    )


def new_path_of(lines: set[str], moved: Moved) -> str | None:
    """Return the source in the wheel with the most of these lines; tests of tools are not in the wheel."""
    shares = {name: len(lines & theirs) / max(1, len(lines)) for name, theirs in moved.sources.items()}
    nearest = max(shares, key=lambda name: shares[name], default=None)
    return nearest if nearest and shares[nearest] >= LEAST_LIKENESS else None
