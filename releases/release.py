"""What must hold before a version is made, and what making one writes."""

import json
import re
import subprocess
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from releases import generated
from upgrade.changelog import part, sections

ROOT = Path(__file__).parents[1]
LAST = ROOT / "releases/last.json"
CHANGELOG = ROOT / "CHANGELOG.md"
# The template and the tools have one version; the wheel's name holds it.
PROJECTS = (ROOT / "pyproject.toml", ROOT / "tools/pyproject.toml")
HEADINGS = ("New projects", "Upgrading", "By hand")
NEXT = "## Unreleased\n\n" + "\n".join(f"### {heading}\n" for heading in HEADINGS)


@dataclass(frozen=True)
class Release:
    """What a version generates: its files with their checksums, and where its Terraform keeps data."""

    version: str
    files: dict[str, str]
    resources: list[str]


def last() -> Release | None:
    """The last release; None before the first."""
    return Release(**json.loads(LAST.read_text(encoding="utf-8"))) if LAST.exists() else None


def now(version: str) -> Release:
    """What the working copy generates."""
    return Release(version, generated.files(), generated.resources(ROOT / generated.PROJECT))


def unwritten(changelog: str) -> list[str]:
    """The headings of Unreleased that have no text yet."""
    section = sections(changelog).get("Unreleased", "")
    return [f"CHANGELOG.md has nothing below {each} of Unreleased." for each in HEADINGS if not part(section, each)]


def faults(before: Release | None, after: Release, changelog: str, accounted: set[str]) -> list[str]:
    """What has changed since the last release and must not go on like that, in a sentence each."""
    if not before:
        return []
    silent = [
        f"{name} is generated differently than by {before.version}, and Unreleased in CHANGELOG.md does not name it."
        for name in undocumented(before.files, after.files, sections(changelog).get("Unreleased", ""))
    ]
    lost = [
        f"{resource} must be kept and is gone: ship a moved block, or a removed block that does not destroy it."
        for resource in before.resources
        if resource not in after.resources and resource not in accounted
    ]
    return [*silent, *lost]


def undocumented(before: dict[str, str], after: dict[str, str], section: str) -> list[str]:
    """Files that differ and that no `path`, `folder/` or `pattern*` in the section covers."""
    differing = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    named = re.findall(r"`([^`\s]+)`", section)
    return [name for name in differing if not any(covers(each, name) for each in named)]


def covers(named: str, name: str) -> bool:
    return fnmatch(name, named) or name.startswith(f"{named.rstrip('/')}/")


def faults_of_version(version: str, before: Release | None) -> list[str]:
    """Why a version's number or the repository is not fit."""
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        return [f"{version or 'VERSION='} is no version: give three numbers, such as make release VERSION=1.2.0."]
    if before and numbers(version) <= numbers(before.version):
        return [f"{version} does not come after {before.version}."]
    if git("tag", "--list", version):
        return [f"There is a tag {version} already."]
    return ["Not everything is committed."] if git("status", "--porcelain") else []


def numbers(version: str) -> list[int]:
    return [int(number) for number in version.split(".")]


def make(release: Release) -> None:
    """Give the changes their version, in one commit with its tag; nothing is pushed."""
    text = CHANGELOG.read_text(encoding="utf-8")
    CHANGELOG.write_text(text.replace("## Unreleased\n", f"{NEXT}\n## {release.version}\n", 1), encoding="utf-8")
    LAST.write_text(json.dumps(vars(release), indent=1) + "\n", encoding="utf-8")
    for project in PROJECTS:
        text = project.read_text(encoding="utf-8")
        versioned = re.sub(r'^version = ".*"', f'version = "{release.version}"', text, count=1, flags=re.MULTILINE)
        project.write_text(versioned, encoding="utf-8")
    git("add", "--", *(str(path) for path in (CHANGELOG, LAST, *PROJECTS)))
    git("commit", "--quiet", "--message", f"Version {release.version}")
    git("tag", "--annotate", release.version, "--message", f"Version {release.version}")


def git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
