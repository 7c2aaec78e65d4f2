"""The record, .cruft.json: which version of the template a project has, and with which answers it was rendered."""

import json
from pathlib import Path
from typing import Any

from answers.record import SOURCE, without_credentials
from upgrade.project import SETTINGS, Project
from upgrade.refusal import RefusedError
from upgrade.versions import Version

RECORD = ".cruft.json"
Record = dict[str, Any]


def record_in(project: Project) -> Record:
    """The record of the last commit."""
    text = project.committed(RECORD)
    if text is None:
        raise RefusedError(f"The last commit has no {RECORD}: make adopt TEMPLATE=address writes one.")
    try:
        record: Record = json.loads(text)
        usable = record["commit"] and isinstance(record["context"]["cookiecutter"], dict)
    except (ValueError, KeyError, TypeError):
        raise RefusedError(f"{RECORD} cannot be read: restore it from an earlier commit, or make adopt.") from None
    if not usable:
        raise RefusedError(f"{RECORD} names no version of the template: make adopt TEMPLATE=address finds the nearest.")
    refuse_unusable_skip(project, record.get("skip", []))
    return record


def refuse_unusable_skip(project: Project, skip: object) -> None:
    """`skip` is the one key that people edit by hand."""
    if not isinstance(skip, list):
        raise RefusedError(f'`skip` in {RECORD} must be a list of patterns, such as ["README.md"]: it is {skip!r}.')
    unusable = [pattern for pattern in skip if not is_pattern(project, pattern)]
    if unusable:
        raise RefusedError(
            f"`skip` in {RECORD} must contain paths and patterns below the project's folder, unlike {unusable[0]!r}."
        )


def is_pattern(project: Project, pattern: object) -> bool:
    """Whether pathlib takes it; below a file nothing is searched."""
    if not isinstance(pattern, str) or ".." in Path(pattern).parts:
        return False
    try:
        next((project.folder / SETTINGS).glob(pattern), None)
    except (ValueError, RuntimeError, IndexError):
        return False
    return True


def answers_in(record: Record) -> dict[str, Any]:
    """The recorded answers, without what cookiecutter and cruft note beside them."""
    return {key: value for key, value in record["context"]["cookiecutter"].items() if not key.startswith("_")}


def private_answers_in(record: Record) -> dict[str, str]:
    """What the project has chosen without being asked: the form of its tools."""
    return {"_tools": SOURCE} if record.get("tools") == SOURCE else {}


def owned_by_the_team(rendered: Path) -> list[str]:
    """The patterns of the files that a version of the template leaves to the team once they are there."""
    path = rendered / RECORD
    found: list[str] = json.loads(path.read_text(encoding="utf-8")).get("skip", []) if path.is_file() else []
    return found


def patterns(record: Record, old: list[str], new: list[str]) -> list[str]:
    """The team's own list of patterns, with those that came with the new version."""
    kept = record.get("skip", old)
    return [*kept, *(pattern for pattern in new if pattern not in [*old, *kept])]


def renewed(
    record: Record, template: str | None, checkout: str | None, new: Version, answers: dict[str, Any]
) -> Record:
    """The record after the upgrade; a key that somebody else put there stays."""
    context = {**answers, "_template": template, "_commit": new.commit}
    moved = {"template": template, "commit": new.commit, "checkout": checkout, "context": {"cookiecutter": context}}
    return {**record, **moved, "directory": record.get("directory")}


def address(given: str, project: Project, recorded: str | None) -> str | None:
    """What the record says of where the template is: no path of this machine, and no token."""
    return recorded if (project.folder / given).exists() else without_credentials(given)


def text_of(record: Record) -> str:
    """A record as hooks/post_gen_project.py and cruft write it."""
    return json.dumps(record, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
