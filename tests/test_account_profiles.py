"""A project in an account of each profile: its chain runs there, and what AWS would refuse there is refused."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from make_command import make, with_tools

Bake = Callable[..., Path]
DEVICES = {
    "devices": {
        "format": "csv",
        "columns": [{"name": "id", "type": "bigint"}, {"name": "kind", "type": "string"}],
        "primary_key": ["id"],
    }
}
# What dev must say in project.yaml where the account asks for it.
OPTIONS: dict[str, dict[str, Any]] = {"new": {"reserved_concurrency": False}, "governed": {"lake_formation": True}}
# Applies a part of dev in an account of a profile: what Terraform said is what it prints.
APPLY = """
import sys
from dataops.project.job_settings import settings_of_the_team
from dataops.local_run.lifetime import down, start
from dataops.local_run.platform import initialised
from dataops.project import PROJECT

platform = start("dev", settings_of_the_team(PROJECT, "dev"), None, sys.argv[1])
try:
    words = ["apply", "-auto-approve", "-input=false", "-no-color", *(f"-target={each}" for each in sys.argv[2:])]
    done = initialised(platform, is_first=False)._run(*words)
    print(done.stdout, done.stderr)
finally:
    down("dev")
"""
BY_LETTER = '_zones = { for index, letter in ["a", "b"] : "${local.region}${letter}" => index }'
DATABASE = "module.environment.aws_glue_catalog_database.this"
ENDPOINTS = "module.environment.aws_vpc_endpoint.interface"


@pytest.fixture(scope="module")
def baked(bake_into: Bake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one dataset of two columns."""
    return bake_into(tmp_path_factory.mktemp("profiles"), datasets=DEVICES)


@contextmanager
def options(project: Path, entry: dict[str, Any]) -> Iterator[None]:
    """What project.yaml says of dev, for as long as the block lasts."""
    path = project / "project.yaml"
    before = path.read_text(encoding="utf-8")
    settings = yaml.safe_load(before)
    settings["environments"][0] |= entry
    path.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")


def applied(project: Path, profile: str, *targets: str) -> str:
    """What Terraform says when a part of dev is applied in a fresh account."""
    done = subprocess.run(
        [sys.executable, "-c", APPLY, profile, *targets],
        cwd=project, env=with_tools(), text=True, capture_output=True, timeout=900, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return " ".join(done.stdout.replace("│", " ").split())


def assert_a_file_is_published(baked: Path, tmp_path: Path, profile: str) -> None:
    """The whole platform in an account of a profile publishes the good rows, and quarantines the other."""
    (tmp_path / "devices").mkdir()
    (tmp_path / "devices/all.csv").write_text(
        "id,kind\n" + "".join(f"{number},a\n" for number in [*range(40), "x", 39])
    )

    with options(baked, OPTIONS[profile]):
        done = make(baked, "local", f"DATA={tmp_path}", f"PROFILE={profile}")
        make(baked, "local-down")

    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((baked / ".local/dev/report.json").read_text(encoding="utf-8"))
    (file,) = report["datasets"]["devices"]["files"]
    assert (file["state"], file["published"], file["quarantined"]) == ("DONE", 40, 1)


def test_a_file_is_published_in_a_governed_account(baked: Path, tmp_path: Path) -> None:
    # tests/soak_account_profiles.py does the same in a new account.
    assert_a_file_is_published(baked, tmp_path, "governed")


def test_a_governed_account_refuses_the_database_of_a_project_without_the_option(baked: Path) -> None:
    said = applied(baked, "governed", DATABASE)

    assert "Insufficient Lake Formation permission(s): Required Create Database on Catalog" in said


def test_zones_by_their_letters_are_refused_where_a_zone_lacks_a_service(baked: Path) -> None:
    path = baked / "modules/environment/network.tf"
    before = path.read_text(encoding="utf-8")
    changed, count = re.subn(r"_zones\s+= \{ for index, zone in .*", lambda _: BY_LETTER, before)
    assert count == 1
    path.write_text(changed, encoding="utf-8")
    try:
        said = applied(baked, "governed", ENDPOINTS)
    finally:
        path.write_text(before, encoding="utf-8")

    assert "does not support the availability zone of the subnet" in said


def test_the_zones_of_a_network_are_those_that_offer_what_it_uses(baked: Path) -> None:
    said = applied(baked, "governed", ENDPOINTS)

    assert "Apply complete!" in said, said


def test_a_region_that_is_off_takes_no_credentials_of_a_project(baked: Path) -> None:
    with options(baked, {"region": "af-south-1"}):
        said = applied(baked, "new", DATABASE)

    assert "InvalidClientTokenId: The security token included in the request is invalid." in said
