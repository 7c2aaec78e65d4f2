"""Whether this terminal can show the interview; if not, cookiecutter asks its plain questions."""

import os
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
