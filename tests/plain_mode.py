"""Cookiecutter without questionary, which then asks its plain questions, and Ctrl-C at one of them."""

from pathlib import Path
from typing import Any

import pexpect


def without_questionary(folder: Path) -> Path:
    """A folder whose questionary cannot be imported, to stand before the real one."""
    (folder / "questionary.py").write_text("raise ImportError\n")
    return folder


def press_control_c(asking: Any) -> None:
    """Press it until the command ends: Python hears it at the next key if it came just before waiting for keys."""
    for _ in range(20):
        asking.sendintr()
        if asking.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=10) == 0:
            return
    raise AssertionError("Ctrl-C did not end the command")
