"""`make release VERSION=x.y.z`: create a version, or print why there is none."""

import sys

from releases import generated
from releases.release import CHANGELOG, ROOT, faults, faults_of_version, last, make, now, unwritten


def main(version: str) -> int:
    """Return exit code 0 if the version is created."""
    before = last()
    found = faults_of_version(version, before)
    if not found:
        after = now(version)
        accounted = generated.moved(ROOT / generated.PROJECT)
        changelog = CHANGELOG.read_text(encoding="utf-8")
        found = unwritten(changelog) + faults(before, after, changelog, accounted)
    if found:
        print("No version was made.", *found, sep="\n", file=sys.stderr)
        return 1
    make(after)
    print(f"Version {version} is committed and tagged. Publish it: git push origin HEAD {version}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
