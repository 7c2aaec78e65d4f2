"""The provider that a generated project uses is the one that these tests run with: locked, for every platform."""

import json
import re
import shutil
from pathlib import Path

import pytest
from terraform_runner import Terraform

LOCK = ".terraform.lock.hcl"
ROOTS = ("bootstrap", "dev", "pipeline", "prod")
# What `terraform providers lock` records for a platform is a checksum of the unpacked provider.
COMMON_PLATFORMS = ("linux_amd64", "darwin_arm64", "windows_amd64")


@pytest.mark.parametrize("root", ROOTS)
def test_every_root_has_the_lock_file_of_the_template(project: Path, root: str) -> None:
    assert (project / root / LOCK).read_text() == (project / "bootstrap" / LOCK).read_text()


@pytest.mark.parametrize("root", ROOTS)
def test_every_root_asks_for_the_version_that_is_locked(project: Path, root: str) -> None:
    asked = re.search(r'version = "(~> [0-9.]+)"', (project / root / "provider.tf").read_text())
    locked = re.search(r'constraints = "(.+)"', (project / root / LOCK).read_text())

    assert asked and locked and asked[1] == locked[1]


def test_the_lock_file_knows_every_platform(project: Path) -> None:
    text = (project / "dev" / LOCK).read_text()

    assert len(set(re.findall(r'"zh:[0-9a-f]{64}"', text))) == 15
    assert len(set(re.findall(r'"h1:[^"]{44}"', text))) == len(COMMON_PLATFORMS)


def test_the_locked_provider_is_the_one_that_the_tests_use(project: Path, terraform: Terraform, tmp_path: Path) -> None:
    root = copied_root(project, tmp_path)

    done = terraform.run(root, "init", "-input=false", "-lockfile=readonly")
    version = json.loads(terraform.run(root, "version", "-json").stdout)

    assert done.returncode == 0, done.stderr
    assert version["provider_selections"] == {"registry.terraform.io/hashicorp/aws": locked_version(root)}


def test_a_provider_whose_content_is_not_the_locked_one_is_refused(
    project: Path, terraform: Terraform, tmp_path: Path
) -> None:
    root = copied_root(project, tmp_path)
    text = re.sub(r'"h1:.', '"h1:0', (root / LOCK).read_text())
    (root / LOCK).write_text(text)

    done = terraform.run(root, "init", "-input=false", "-lockfile=readonly")

    assert done.returncode != 0
    assert "doesn't match any of the" in done.stderr


def copied_root(project: Path, folder: Path) -> Path:
    """A root with nothing but its provider, so that no backend is asked."""
    for name in ("provider.tf", LOCK):
        shutil.copy(project / "bootstrap" / name, folder)
    text = (folder / "provider.tf").read_text()
    (folder / "provider.tf").write_text(text[: text.index('provider "aws"')])
    return folder


def locked_version(root: Path) -> str:
    found = re.search(r'version     = "(.+)"', (root / LOCK).read_text())
    assert found
    return found[1]
