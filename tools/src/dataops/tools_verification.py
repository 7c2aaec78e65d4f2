"""Compares the tools of a project with those that a checked out template builds: make tools-verify.

The project's upgrade.py fetches the template and runs this file of the template, not the one in the wheel: a wheel
that was changed must not verify itself. It imports only the standard library.
"""

import argparse
import hashlib
import sys
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).parents[1]))

from dataops.wheel import build, sources

SAME, DIFFERENT, UNKNOWN = 0, 1, 2
LOCK = "requirements.lock"


def main() -> int:
    """Return exit code 0: the same, 1: different, 2: there is nothing to compare with."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--project", type=Path, required=True, help="the folder of the project")
    parser.add_argument("--template", type=Path, required=True, help="a clone of the template, at the wanted version")
    parser.add_argument("--version", required=True, help="the name of that version, for the sentence")
    given = parser.parse_args()
    code, sentence = compared(given.project / "tools", given.template / "tools", given.version)
    print(sentence, file=sys.stdout if code == SAME else sys.stderr)
    return code


def compared(ours: Path, theirs: Path, version: str) -> tuple[int, str]:
    """Return the exit code, and the message."""
    if not (theirs / "src").is_dir():
        return UNKNOWN, f"Version {version} of the template has no tools to build: it is older than the wheel."
    if (ours / "src").is_dir():
        return source_compared(ours, theirs, version)
    name, content = build(theirs)
    digest = hashlib.sha256(content).hexdigest()
    expected = f"./tools/{name} --hash=sha256:{digest}"
    lock = (ours / LOCK).read_text(encoding="utf-8").strip() if (ours / LOCK).is_file() else "missing"
    wheels = sorted(ours.glob("*.whl"))
    if [wheel.name for wheel in wheels] != [name]:
        found = ", ".join(wheel.name for wheel in wheels) or "no wheel"
        return DIFFERENT, f"DIFFERENT: version {version} of the template builds {name}; tools/ has {found}."
    if (found := hashlib.sha256(wheels[0].read_bytes()).hexdigest()) != digest:
        return (
            DIFFERENT,
            f"DIFFERENT: version {version} of the template builds sha256:{digest}; {name} is sha256:{found}.",
        )
    if lock != expected:
        return DIFFERENT, f"DIFFERENT: tools/{LOCK} must be `{expected}`, and is `{lock}`."
    return SAME, f"The same: version {version} of the template builds tools/{name}, sha256:{digest}."


def source_compared(ours: Path, theirs: Path, version: str) -> tuple[int, str]:
    """Return what a team that owns the tools has changed."""
    here, there = sources(ours), sources(theirs)
    changed = sorted(f"tools/{name}" for name in here.keys() | there.keys() if here.get(name) != there.get(name))
    if not changed:
        return SAME, f"The same: tools/ is the source of version {version} of the template."
    more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
    return DIFFERENT, f"DIFFERENT from version {version} of the template: {', '.join(changed[:3])}{more}."


if __name__ == "__main__":
    sys.exit(main())
