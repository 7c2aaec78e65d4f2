"""The copy of the template that cookiecutter makes for a pre_prompt hook, and leaves behind when it fails."""

# Every generation waits for this module: rarely needed modules are imported where they are needed.
import os
from collections.abc import Iterator
from pathlib import Path

from answers.cookiecutter_internals import PREFIX_OF_A_COPY, ROOT

# The name that hooks/pre_prompt.py gives to the project's folder in the copy, and only there.
FOLDER_IN_COPY = "{{cookiecutter_project_folder()}}"
# The file in the copy that names the process that works on it.
OWNER = ".dataops-template-copy-of.json"
TOO_LARGE = (
    "The template's folder contains {}: cookiecutter copied that too before it asked anything. "
    "A clean clone generates faster: git clone TEMPLATE clean-template, then cookiecutter clean-template."
)
CACHES = {"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis"}


def is_in_use() -> bool:
    """Return whether this code runs from such a copy, which may be removed; a user's folder never looks like one."""
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
    """Remove the rest of the copy when this process ends, also by Ctrl-C."""
    import atexit
    import shutil

    if is_in_use():
        atexit.register(shutil.rmtree, ROOT.parent, ignore_errors=True)


def remove_what_no_template_needs() -> None:
    """Remove from the copy files that are no part of the template; return those that took time to copy."""
    import shutil
    import sys
    import textwrap

    from answers.terminal_limits import screen_width

    large = []
    for root, folders, _ in os.walk(ROOT):
        here = Path(root)
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
        text = TOO_LARGE.format(", ".join(sorted(large)))
        print(textwrap.fill(text, screen_width(), break_on_hyphens=False), file=sys.stderr)


def remove_folder(folder: Path) -> None:
    """Remove a folder; for a link only the link."""
    import shutil

    if folder.is_symlink():
        folder.unlink()
    else:
        shutil.rmtree(folder, ignore_errors=True)


def is_large(folder: Path) -> bool:
    """Return whether a folder is a virtual environment, packages, providers or generated projects."""
    named = folder.name in ("node_modules", ".terraform") or folder == ROOT / "demo"
    return named or (folder / "pyvenv.cfg").is_file()


def take(process: int) -> None:
    """Record in the copy that a process works on it."""
    import json

    (ROOT / OWNER).write_text(json.dumps([*this_machine(), process]), encoding="utf-8")


def this_machine() -> list[str]:
    """Return the scope of a process number: a host, and on Linux a namespace of processes."""
    import platform

    try:
        return [platform.node(), str(Path("/proc/self/ns/pid").readlink())]
    except OSError:
        return [platform.node(), ""]


def remove_left_behind() -> None:
    """Remove the copies of this template whose process was killed; on Windows, running processes cannot be detected."""
    import shutil

    if not hasattr(os, "getuid"):
        return
    for copy in left_behind(temporary_folder()):
        shutil.rmtree(copy.parent, ignore_errors=True)


def left_behind(folder: Path) -> Iterator[Path]:
    """Return this user's copies whose process on this machine no longer runs; in doubt a copy is in use."""
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
    """Return whether a process has ended, also one whose end nobody waits for, as in a container without an init."""
    if not isinstance(process, int) or process <= 0:
        return False
    try:
        os.kill(process, 0)
        return state_of(process) == "Z"
    except ProcessLookupError:
        return True
    except OSError:
        return False


def state_of(process: int) -> str:
    """Return the state of a process as Linux names it (man proc_pid_stat); empty elsewhere."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace").rpartition(") ")[2][:1]
    except OSError:
        return ""
