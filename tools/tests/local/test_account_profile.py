"""What kind of account the local AWS plays."""

from pathlib import Path

import pytest
from local_aws_server import start

from dataops.local_aws.account.account_profile import PROFILES, choose, current


def test_an_account_has_the_published_default_quotas_unless_another_profile_is_chosen(tmp_path: Path) -> None:
    server = start(tmp_path / "platform")
    try:
        assert server.platform.profile == "plain"
    finally:
        server.end()


def test_the_server_plays_the_profile_of_its_command_line(tmp_path: Path) -> None:
    server = start(tmp_path / "platform", "--profile", "new")
    try:
        assert server.platform.profile == "new"
    finally:
        server.end()


def test_the_chosen_profile_is_the_current_one() -> None:
    choose("governed")
    try:
        assert current().is_governed_by_lake_formation
    finally:
        choose("plain")


@pytest.mark.parametrize(
    ("profile", "region", "is_enabled"),
    [
        ("new", "eu-south-2", False),
        ("new", "eu-west-1", True),
        ("plain", "eu-south-2", True),
    ],
)
def test_a_new_account_has_no_opt_in_region(profile: str, region: str, is_enabled: bool) -> None:
    assert PROFILES[profile].is_enabled(region) is is_enabled
