"""Adds a dataset to a project: the interview about one file, as at the start, and its lines in project.yaml."""

import shutil
import sys
from pathlib import Path
from typing import Any

from dataops.inference.sample_excerpt import excerpt
from dataops.inference.sample_fields import SampleError
from dataops.inference.sample_file import read_sample

from answers.project import project_faults
from answers.terminal_limits import why_plain
from upgrade.answering import settings_in, text_in
from upgrade.inserting import with_dataset
from upgrade.project import SETTINGS, Project
from upgrade.refusal import RefusedError

NO_TERMINAL = (
    "make dataset asks questions: run it at a terminal. Without one, make try FILE=name prints the lines of "
    f"{SETTINGS} for a file."
)


def add_dataset(project: Project, file: Path) -> int:
    """Ask about the dataset of a file, then write its entry and its sample rows."""
    if not sys.stdin.isatty() or why_plain():
        raise RefusedError(NO_TERMINAL)
    # Only this verb needs questionary.
    from answers import interview_datasets, interview_log

    if fault := interview_datasets.sample_fault(file):
        raise RefusedError(f"{file.name}: {fault}")
    text = text_in(project)
    settings = settings_in(text)
    taken = list(settings["datasets"])
    log = interview_log.Log()
    try:
        found = interview_log.run(lambda: interview_datasets.confirmed(file, taken), log)
    except KeyboardInterrupt:
        raise RefusedError("Stopped: nothing was changed.") from None
    if found is None:
        raise RefusedError("Nothing was changed.")
    name, now = found
    entry = interview_datasets.without_memory({name: now})[name]
    write(project, text, settings, name, entry)
    rows = copied_rows(project.folder, interview_datasets.copies({name: now}))
    print(f"{SETTINGS} has the dataset {name}.{rows} Next: make fix, then make run DATASET={name}.")
    return 0


def write(project: Project, text: str, settings: dict[str, Any], name: str, entry: dict[str, Any]) -> None:
    """Write project.yaml with one dataset more; everything else stays byte for byte."""
    faults = project_faults({**settings, "datasets": {**settings["datasets"], name: entry}})
    if faults:
        raise RefusedError("Nothing was changed:\n" + "\n".join(f"- {each}" for each in faults))
    write_whole((project.folder / SETTINGS).resolve(), with_dataset(text, name, entry).encode("utf-8"))


def write_whole(path: Path, content: bytes) -> None:
    """Write all of a file or leave it as it is, also on a full disk."""
    new = path.with_name(f".{path.name}.new")
    try:
        new.write_bytes(content)
        if path.exists():
            shutil.copymode(path, new)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def copied_rows(folder: Path, samples: dict[str, str]) -> str:
    """Write the first rows of the sample into samples/, unless a file of that name is there; say so in a sentence."""
    said = ""
    for dataset, file in samples.items():
        path = Path(file)
        try:
            name, content = excerpt(path, read_sample(path))
        except (OSError, SampleError) as error:
            return f" No rows of {path.name} are copied: {error}"
        target = folder / "samples" / dataset / name
        if target.exists():
            return f" samples/{dataset}/{name} was there already, and stays."
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            write_whole(target, content)
        except OSError as error:
            return f" No rows of {path.name} are copied: {error}"
        said = f" samples/{dataset}/{name} has its first rows."
    return said
