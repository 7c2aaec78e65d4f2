"""The copy of the template that cookiecutter makes for a pre_prompt hook, and leaves behind when it fails."""

# Every generation waits for this module: what it rarely needs is imported where it is needed.
import os
from collections.abc import Iterator
from pathlib import Path

from answers.cookiecutter_internals import PREFIX_OF_A_COPY, ROOT

# The name that hooks/pre_prompt.py gives to the project's folder in the copy, and only there.
FOLDER_IN_COPY = "{{cookiecutter_project_folder()}}"
# Says in the copy which process works on it.
OWNER = ".dataops-template-copy-of.json"
TOO_LARGE = (
    "The template's folder contains {}: cookiecutter copied that too before it asked anything. "
    "A clean clone generates faster: git clone TEMPLATE clean-template, then cookiecutter clean-template."
)
CACHES = {"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis"}


def is_in_use() -> bool:
    """Whether this code runs from such a copy, which may be removed; nobody's own folder looks like one."""
    return ROOT.parents[1] == temporary_folder() and is_a_copy(ROOT)


def is_a_copy(folder: Path) -> bool:
    return folder.parent.name.startswith(PREFIX_OF_A_COPY) and (folder / FOLDER_IN_COPY).is_dir()


def temporary_folder() -> Path:
    import tempfile

    return Path(tempfile.gettempdir()).resolve()


def remove() -> None:
    """Remove the copy, for a generation that stops here."""
    import shutil

    if is_in_use():
        shutil.rmtree(ROOT.parent, ignore_errors=True)


def remove_at_exit() -> None:
    """Remove what is left of the copy when this process ends, also by Ctrl-C."""
    import atexit
    import shutil

    if is_in_use():
        atexit.register(shutil.rmtree, ROOT.parent, ignore_errors=True)


def remove_what_no_template_needs() -> None:
    """Remove from the copy what would come into the project or fill the disk; say what of it took time to copy."""
    import shutil
    import sys

    large = []
    for place, folders, _ in os.walk(ROOT):
        here = Path(place)
        for name in list(folders):
            if name in CACHES and here != ROOT / "answers":
                shutil.rmtree(here / name)
            elif is_large(here / name):
                large.append((here / name).relative_to(ROOT).as_posix())
                remove_folder(here / name)
            elif name != ".git":
                continue
            folders.remove(name)
    if large:
        print(TOO_LARGE.format(", ".join(sorted(large))), file=sys.stderr)


def remove_folder(folder: Path) -> None:
    """Remove a folder; of a link to one only the link."""
    import shutil

    if folder.is_symlink():
        folder.unlink()
    else:
        shutil.rmtree(folder, ignore_errors=True)


def is_large(folder: Path) -> bool:
    """Whether a folder is a virtual environment, packages, providers or generated projects: no part of a template."""
    named = folder.name in ("node_modules", ".terraform") or folder == ROOT / "demo"
    return named or (folder / "pyvenv.cfg").is_file()


def take(process: int) -> None:
    """Write into the copy that a process works on it."""
    import json

    (ROOT / OWNER).write_text(json.dumps([*this_machine(), process]), encoding="utf-8")


def this_machine() -> list[str]:
    """What a process number belongs to: a host, and on Linux a namespace of processes."""
    import platform

    try:
        return [platform.node(), str(Path("/proc/self/ns/pid").readlink())]
    except OSError:
        return [platform.node(), ""]


def remove_left_behind() -> None:
    """Remove the copies of this template whose process was killed; Windows does not tell whether one is at work."""
    import shutil

    if not hasattr(os, "getuid"):
        return
    for copy in left_behind(temporary_folder()):
        shutil.rmtree(copy.parent, ignore_errors=True)


def left_behind(folder: Path) -> Iterator[Path]:
    """Copies of this user with a note of a process of this machine that no longer runs; in doubt a copy is in use."""
    import json

    for note in folder.glob(f"{PREFIX_OF_A_COPY}*/*/{OWNER}"):
        copy = note.parent
        try:
            own = note.lstat().st_uid == copy.parent.lstat().st_uid == os.getuid() and not copy.is_symlink()
            *machine, process = json.loads(note.read_text(encoding="utf-8"))
            alone = list(copy.parent.iterdir()) == [copy]
        except (OSError, ValueError):
            continue
        if own and alone and is_a_copy(copy) and machine == this_machine() and has_ended(process):
            yield copy


def has_ended(process: object) -> bool:
    if not isinstance(process, int) or process <= 0:
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
