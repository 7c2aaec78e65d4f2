"""Unpacks the tools into the project, for a team that wants to change them: make tools-source.

From then on `make setup` builds and installs them from tools/src, and an upgrade merges them. Nothing but the standard
library is imported: the wheel itself runs this, before anything is installed.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from dataops.wheel import sources_in, unpack

TOOLS, RECORD = Path("tools"), Path(".cruft.json")
LOCK = TOOLS / "requirements.lock"
DONE, REFUSED = 0, 2
# The record names the form; cruft, which does not know it, must not bring the wheel back: answers/record.py.
SKIPPED = ["tools/*.whl", "tools/requirements.lock"]
NEXT = """The source of the tools is in tools/src/; upgrades merge it from now on.
Go on:   make setup, make check, then git add --all tools {record} && git commit -m "Own the tools"
Go back: git checkout -- tools {record} && rm -r {written}"""


class RefusedError(Exception):
    """One sentence about what is in the way."""


def main() -> int:
    """Unpack the tools of the project in the current folder; exit code 2: refused, nothing was changed."""
    try:
        print(to_source(Path.cwd()))
    except RefusedError as refused:
        print(refused, file=sys.stderr)
        return REFUSED
    return DONE


def to_source(project: Path) -> str:
    """Replace the wheel by its source, and note that in the record; what to do next."""
    wheels = sorted((project / TOOLS).glob("*.whl"))
    if not wheels and (project / TOOLS / "src").is_dir():
        return "The project has the source of its tools already, in tools/src/: nothing to do."
    content = checked(project, wheels)
    files = sources_in(content)
    in_the_way = [name for name in files if (project / TOOLS / name).exists()]
    if in_the_way:
        raise RefusedError(f"tools/{in_the_way[0]} exists: move it away, then run make tools-source again.")
    record = record_in(project)
    unpack(files, project / TOOLS)
    if record is not None:
        skip = [*record.get("skip", []), *(each for each in SKIPPED if each not in record.get("skip", []))]
        text = json.dumps({**record, "tools": "source", "skip": skip}, indent=2, ensure_ascii=False)
        (project / RECORD).write_bytes(text.encode() + b"\n")
    # Last, so that a project which is interrupted before has its wheel still.
    wheels[0].unlink()
    (project / LOCK).unlink(missing_ok=True)
    written = " ".join(sorted({f"tools/{name.partition('/')[0]}" for name in files}))
    done = NEXT.format(record=RECORD if record is not None else "", written=written)
    return (
        done
        if record is not None
        else f"{done}\nThe project has no {RECORD}: make adopt writes one, which upgrades need."
    )


def checked(project: Path, wheels: list[Path]) -> bytes:
    """The content of the project's one wheel, if it is the one that the lock file names."""
    if len(wheels) != 1:
        found = ", ".join(wheel.name for wheel in wheels) or "none"
        raise RefusedError(f"tools/ must hold one wheel ({found} found): restore it with git checkout -- tools.")
    content = wheels[0].read_bytes()
    lock = (project / LOCK).read_text(encoding="utf-8") if (project / LOCK).is_file() else ""
    if hashlib.sha256(content).hexdigest() not in lock:
        raise RefusedError(
            f"tools/{wheels[0].name} is not the file that {LOCK.as_posix()} names by its hash: make tools-verify."
        )
    return content


def record_in(project: Path) -> dict[str, Any] | None:
    """The record, None where the project has none."""
    if not (project / RECORD).is_file():
        return None
    try:
        record = json.loads((project / RECORD).read_text(encoding="utf-8"))
    except ValueError:
        record = None
    if not isinstance(record, dict) or not isinstance(record.get("skip", []), list):
        raise RefusedError(f"{RECORD} cannot be read: resolve its conflict, or restore it from an earlier commit.")
    return record


if __name__ == "__main__":
    sys.exit(main())
