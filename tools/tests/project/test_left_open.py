"""Placeholders in project.yaml are listed by `make check` and refused by name before anything is made in AWS."""

from pathlib import Path
from typing import Any

import pytest

from dataops.project import left_open

DECIDED: dict[str, Any] = {
    "environments": [{"name": "dev", "account": "111111111111"}, {"name": "prod", "account": "222222222222"}],
    "approvers": ["Architects"],
    "git": {"provider": "github", "repository": "acme/sales"},
}


def with_open(**more: Any) -> dict[str, Any]:
    """Settings in which something is left open."""
    return {**DECIDED, **more}


OPEN_PROD = with_open(environments=[DECIDED["environments"][0], {"name": "prod", "account": "000000000002"}])
OPEN_DEV = with_open(environments=[{"name": "dev", "account": "000000000001"}, DECIDED["environments"][1]])


def test_nothing_is_listed_if_everything_is_decided(capsys: pytest.CaptureFixture[str]) -> None:
    left_open.list_what_is_left_open(DECIDED)

    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        (OPEN_PROD, "the account of prod"),
        (with_open(delivery={"account": "000000000009"}), "the delivery account"),
        (with_open(approvers=["not-decided-yet"]), "the approvers"),
        (with_open(git={"provider": "github", "repository": "not-decided-yet/sales"}), "the repository"),
        (with_open(git={"provider": "codecommit", "repository": "not-decided-yet"}), "the repository"),
    ],
)
def test_every_placeholder_is_listed_by_name(
    settings: dict[str, Any], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    left_open.list_what_is_left_open(settings)

    assert capsys.readouterr().out.splitlines()[1:] == [f"  {name}"]
    with pytest.raises(SystemExit, match=f"Not decided yet in project.yaml: {name}\\.$"):
        left_open.refuse_what_is_left_open(settings, "pipeline")


@pytest.mark.parametrize(
    ("settings", "environment", "missing"),
    [
        (OPEN_PROD, "dev", []),
        (OPEN_PROD, "prod", ["the account of prod"]),
        (OPEN_DEV, "prod", ["the account of dev"]),
        ({**OPEN_DEV, "delivery": {"account": "333333333333"}}, "prod", []),
        ({**DECIDED, "delivery": {"account": "000000000009"}}, "prod", ["the delivery account"]),
        (with_open(approvers=["not-decided-yet"]), "dev", []),
    ],
)
def test_an_environment_waits_only_for_its_own_account_and_that_of_the_deliveries(
    settings: dict[str, Any], environment: str, missing: list[str]
) -> None:
    assert left_open.missing_for(settings, environment) == missing


def test_the_settings_are_those_of_project_yaml(tmp_path: Path) -> None:
    (tmp_path / "project.yaml").write_text('environments: [{name: dev, account: "000000000001"}]\n')

    assert left_open.left_open(left_open.settings_in(tmp_path)) == ["the account of dev"]
