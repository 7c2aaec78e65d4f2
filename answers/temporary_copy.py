"""The copy of the template that cookiecutter makes for a pre_prompt hook, and leaves behind when it fails."""

import atexit
import shutil
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def is_in_use() -> bool:
    """Whether this code runs from such a copy."""
    return (
        ROOT.parent.name.startswith("cookiecutter")
        and ROOT.parents[1] == Path(tempfile.gettempdir()).resolve()
    )


def remove() -> None:
    """Remove the copy, for a generation that stops here."""
    if is_in_use():
        shutil.rmtree(ROOT.parent, ignore_errors=True)


def remove_at_exit() -> None:
    """Remove what is left of the copy when this process ends, also by Ctrl-C."""
    if is_in_use():
        atexit.register(shutil.rmtree, ROOT.parent, ignore_errors=True)
