"""Tests of files that must agree: environments and their folders, lock files, the layout of the output bucket."""

import re
from pathlib import Path
from typing import Any

import output_layout
import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[1]
SETTINGS = yaml.safe_load((PROJECT / "project.yaml").read_text(encoding="utf-8"))
SYNC = "project.yaml has changed since the folders were made: run make sync."
# They have a state as well, and are no environment.
OTHERS = {"bootstrap", "pipeline"}
NAMED = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==(\S+)", re.MULTILINE)
FILES = ["requirements", "buildspecs/requirements", "buildspecs/scan-requirements"]
FOLDERS = {name.lower(): value for name, value in vars(output_layout).items() if name.isupper()}


def test_every_environment_has_a_folder_and_every_folder_is_one() -> None:
    folders = {path.parent.name for path in PROJECT.glob("*/backend.tf")} - OTHERS

    assert folders == {environment["name"] for environment in SETTINGS["environments"]}, SYNC


@pytest.mark.parametrize("environment", SETTINGS["environments"], ids=lambda environment: environment["name"])
def test_the_state_of_an_environment_lies_in_its_own_account_and_region(environment: dict[str, Any]) -> None:
    backend = (PROJECT / environment["name"] / "backend.tf").read_text(encoding="utf-8")

    assert f'-{environment["name"]}-state-{environment["account"]}"' in backend, SYNC
    assert f'"{environment.get("region", SETTINGS["region"])}"' in backend, SYNC


def named(path: Path) -> dict[str, str]:
    """Return each package of a file with its version."""
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


def test_terraform_has_the_folders_that_the_code_has() -> None:
    text = (PROJECT / "modules/project/name.tf").read_text()
    (declared,) = re.findall(r"output_folders = \{(.*?)\}", text, re.DOTALL)

    assert dict(re.findall(r'(\w+)\s*=\s*"(\w+)"', declared)) == FOLDERS


def test_no_other_file_names_a_folder_of_the_output_bucket() -> None:
    decided = {PROJECT / "modules/project/name.tf", PROJECT / "files/output_layout.py"}
    written = re.compile(rf"[\"'/]({'|'.join(FOLDERS.values())})[\"'/]")
    code = [
        path
        for folder in ("bootstrap", "files", "lambda", "modules", "pipeline")
        for path in (PROJECT / folder).rglob("*")
        if path.suffix in {".py", ".tf"} and ".terraform" not in path.parts
    ]

    assert [path for path in code if path not in decided and written.search(path.read_text())] == []
