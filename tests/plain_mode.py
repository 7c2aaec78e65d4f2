"""Cookiecutter without questionary, which then asks its plain questions."""

from pathlib import Path


def without_questionary(folder: Path) -> Path:
    """A folder whose questionary cannot be imported, to stand before the real one."""
    (folder / "questionary.py").write_text("raise ImportError\n")
    return folder
