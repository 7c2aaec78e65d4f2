"""Conflicts of a merge or an upgrade that were committed, or staged, with their markers."""

import subprocess
from pathlib import Path

from dataops.validation.text import printable

# Both ends of a conflict: a line of equals signs alone also underlines a heading.
MARKERS = "^(<{7}|>{7}) "


def conflict_markers(project: Path) -> list[str]:
    """One sentence for each file that git knows and that holds a marker; none outside of a repository."""
    try:
        found = subprocess.run(
            ["git", "grep", "-I", "-z", "--name-only", "--no-color", "-E", MARKERS, "--", "."],
            cwd=project,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        return []
    names = [name.decode(errors="replace") for name in found.stdout.split(b"\0") if name]
    return [
        f"{printable(name)}: a conflict is not resolved: edit the lines between <<<<<<< and >>>>>>> "
        '(docs/upgrading.md, "Resolve a conflict").'
        for name in names
    ]
