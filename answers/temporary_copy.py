"""The copy of the template that cookiecutter makes for a pre_prompt hook, and leaves behind when it fails."""

# Every generation waits for this module: what it rarely needs is imported where it is needed.
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# The name that hooks/pre_prompt.py gives to the project's folder in the copy, and only there.
FOLDER_IN_COPY = "{{cookiecutter_project_folder()}}"


def is_in_use() -> bool:
    """Whether this code runs from such a copy, which may be removed; nobody's own folder looks like one."""
    import tempfile

    in_temporary_folder = ROOT.parents[1] == Path(tempfile.gettempdir()).resolve()
    named_as_one = ROOT.parent.name.startswith("cookiecutter") and (ROOT / FOLDER_IN_COPY).is_dir()
    return in_temporary_folder and named_as_one


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
