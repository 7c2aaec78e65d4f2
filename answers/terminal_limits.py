"""What this terminal can show: the interview or only cookiecutter's plain questions, and how wide its lines are."""

import os
import shutil
import sys
from collections.abc import Mapping

# What the interview and its libraries print besides ASCII.
PRINTED = "…»é"
PLAIN = "so cookiecutter asks its plain questions instead of the interview."


def why_plain(
    platform: str = sys.platform, environment: Mapping[str, str] = os.environ, encoding: str | None = None
) -> str | None:
    """A sentence for a person who cannot be interviewed here; None for everybody else."""
    if platform == "win32":
        return (
            "Windows without WSL: the interview needs Linux, macOS or WSL, so cookiecutter asks its plain questions "
            "if answers are missing. The project's make commands need WSL too."
        )
    if environment.get("TERM") in ("dumb", "unknown"):
        return f"This terminal (TERM={environment['TERM']}) cannot move its cursor, {PLAIN}"
    encoding = encoding or getattr(sys.stdout, "encoding", None) or "ascii"
    try:
        PRINTED.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return f"This terminal prints {encoding}, which lacks characters that are needed, {PLAIN} (PYTHONUTF8=1 helps.)"
    return None


def screen_width() -> int:
    """The columns of the terminal; the variable COLUMNS, which shutil and rich ask first, may be of another window."""
    try:
        columns = os.get_terminal_size(sys.__stdout__.fileno()).columns if sys.__stdout__ else 0
    except (OSError, ValueError):  # not a terminal, or closed
        columns = 0
    return max(40, columns or shutil.get_terminal_size().columns)
