"""What is installed is what was locked: every package by version and hash."""

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
NAMED = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==(\S+)", re.MULTILINE)
FILES = ["requirements", "buildspecs/requirements", "buildspecs/scan-requirements"]


def named(path: Path) -> dict[str, str]:
    """Each package of a file with its version."""
    return {re.sub(r"[._]", "-", name.lower()): version for name, version in NAMED.findall(path.read_text())}


@pytest.mark.parametrize("name", FILES)
def test_a_lock_file_holds_every_requirement_at_its_version(name: str) -> None:
    locked = named(PROJECT / f"{name}.lock")

    assert named(PROJECT / f"{name}.txt").items() <= locked.items(), "make lock renews the lock files"


@pytest.mark.parametrize("name", FILES)
def test_every_locked_package_has_a_hash_and_no_address(name: str) -> None:
    text = (PROJECT / f"{name}.lock").read_text()

    packages = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert packages and all("--hash=sha256:" in package for package in packages)
    assert "://" not in text


def test_the_builds_and_the_project_use_the_same_packages() -> None:
    assert named(PROJECT / "buildspecs/requirements.lock").items() <= named(PROJECT / "requirements.lock").items()
