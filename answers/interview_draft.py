"""The draft of an interview: a file of the person's own that keeps every answer until the project is written."""

import contextlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from answers.interview_log import Given
from answers.temporary_copy import has_ended, this_machine

FOLDER = "dataops-template"


@dataclass(frozen=True)
class Draft:
    """Answers that an interview left behind."""

    path: Path
    given: tuple[Given, ...]

    def title(self) -> str:
        """What a person recognises it by."""
        name = next((f"'{answer}', " for question, answer in self.given if question == "Project"), "")
        when = time.strftime("%d %B %H:%M", time.localtime(self.path.stat().st_mtime))
        count = len(self.given)
        return f"{name}{count} answer{'s' if count > 1 else ''}, {when}"


def folder() -> Path:
    """Where drafts are kept: never in the output folder, which may be anybody's."""
    state_home = os.environ.get("XDG_STATE_HOME", "")
    return (Path(state_home) if Path(state_home).is_absolute() else Path.home() / ".local/state") / FOLDER


def own_path() -> Path:
    return folder() / f"draft-{os.getpid()}.json"


def write(path: Path, given: list[Given]) -> None:
    """Keep the answers, readable by this person only; a draft without answers is removed."""
    if not given:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = {"process": [*this_machine(), os.getpid()], "given": given}
    written = path.with_suffix(".new")
    written.unlink(missing_ok=True)
    with os.fdopen(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False)
    written.replace(path)


def left() -> list[Draft]:
    """The drafts that no running interview writes, the newest first."""
    found = sorted(drafts_in(folder()), key=lambda draft: draft.path.stat().st_mtime, reverse=True)
    return [draft for draft in found if draft.given]


def drafts_in(folder: Path) -> Iterator[Draft]:
    for path in folder.glob("draft-*.json"):
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            content = json.loads(path.read_text(encoding="utf-8"))
            *machine, process = content["process"]
            if machine != this_machine() or has_ended(process):
                yield Draft(path, tuple(given_of(content)))


def given_of(content: dict[str, Any]) -> list[Given]:
    return [(str(question), answer) for question, answer in content["given"]]


def farewell() -> str:
    """What a person reads who stops: that nothing is lost, and how to go on."""
    own = next((each for each in drafts_of_this_process()), None)
    if own is None:
        return "Stopped: nothing was written."
    count = len(own.given)
    return (
        f"Stopped: nothing was written. Your {count} answer{'s are' if count > 1 else ' is'} kept in {own.path}, "
        "which only you can read. To go on where you stopped, run the same command again; if cookiecutter asks to "
        "download the template again, Enter agrees and keeps your answers."
    )


def drafts_of_this_process() -> Iterator[Draft]:
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        content = json.loads(own_path().read_text(encoding="utf-8"))
        yield Draft(own_path(), tuple(given_of(content)))
