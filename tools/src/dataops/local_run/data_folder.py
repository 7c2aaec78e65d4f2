"""A folder of the user's that holds one folder of files per dataset."""

import sys
from collections.abc import Iterable
from pathlib import Path


def files_of_datasets(data: Path, datasets: Iterable[str], command: str) -> dict[str, list[Path]]:
    """The files of each dataset that has some; when none has, the command ends with one sentence."""
    names = list(datasets)
    if not data.is_dir():
        sys.exit(f"{shown(data)} is no folder: name one that holds a folder per dataset: {command} DATA=folder")
    found = {name: files for name in names if (files := files_in(data / name))}
    if not found:
        sys.exit(
            f"{shown(data)} holds no folder with files for any of the datasets {', '.join(names)}: "
            f"put files into {shown(data / names[0])}/, or name another folder: {command} DATA=folder"
        )
    return found


def strangers_in(data: Path, datasets: Iterable[str]) -> list[str]:
    """What lies in the folder and is no dataset's."""
    return sorted(path.name for path in data.iterdir() if path.name not in {*datasets} and path.name[0] != ".")


def files_in(folder: Path) -> list[Path]:
    """The files below one folder, by name."""
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []


def shown(path: Path) -> str:
    """A path as it can be typed where the command was given."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
