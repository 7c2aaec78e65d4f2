"""The deploy roles as administrators of an account's data lake."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from tiny_project import LocalAws

from dataops.delivery.data_lake import join_administrators, leave_administrators
from dataops.delivery.refusal import Refusal
from dataops.project.deployment import Deployment

ACCOUNT = "111111111111"
NAMES = {role: f"acme-dev-deploy-{role.removesuffix('_role')}" for role in ("apply_role", "plan_role", "read_role")}
SOMEBODY = {"DataLakePrincipalIdentifier": f"arn:aws:iam::{ACCOUNT}:role/somebody"}


def deployment(is_governed: bool = True) -> Deployment:
    entry = {"account": ACCOUNT, "region": "eu-west-1", "lake_formation": is_governed}
    return Deployment("dev", {"environment": entry, "names": NAMES}, {"region_name": "eu-west-1"})


def principal(role: str) -> dict[str, str]:
    return {"DataLakePrincipalIdentifier": f"arn:aws:iam::{ACCOUNT}:role/{NAMES[role]}"}


@pytest.fixture
def lake(at_local_aws: LocalAws) -> Any:
    """A client of Lake Formation in an account with an administrator of its own, and without defaults."""
    lake = boto3.client("lakeformation", region_name="eu-west-1")
    lake.put_data_lake_settings(DataLakeSettings={"DataLakeAdmins": [SOMEBODY], "CreateTableDefaultPermissions": []})
    return lake


def test_the_deploy_roles_join_the_administrators_that_there_are(lake: Any) -> None:
    join_administrators(deployment())

    settings = lake.get_data_lake_settings()["DataLakeSettings"]
    assert settings["DataLakeAdmins"] == [SOMEBODY, principal("apply_role")]
    assert settings["ReadOnlyAdmins"] == [principal("plan_role"), principal("read_role")]
    assert settings["CreateTableDefaultPermissions"] == []


def test_they_join_once(lake: Any) -> None:
    join_administrators(deployment())
    join_administrators(deployment())

    assert lake.get_data_lake_settings()["DataLakeSettings"]["DataLakeAdmins"] == [SOMEBODY, principal("apply_role")]


def test_they_leave_before_they_are_removed(lake: Any) -> None:
    join_administrators(deployment())
    leave_administrators(deployment())

    settings = lake.get_data_lake_settings()["DataLakeSettings"]
    assert (settings["DataLakeAdmins"], settings["ReadOnlyAdmins"]) == ([SOMEBODY], [])


def test_nobody_joins_where_lake_formation_does_not_govern(lake: Any) -> None:
    assert join_administrators(deployment(is_governed=False)) == ""
    assert lake.get_data_lake_settings()["DataLakeSettings"]["DataLakeAdmins"] == [SOMEBODY]


def test_who_may_not_change_the_settings_reads_what_an_administrator_has_to_add(
    lake: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "PutDataLakeSettings")

    def refuse(**_: Any) -> None:
        raise refused

    here = deployment()
    clients = {"lakeformation": lake, "sts": boto3.client("sts")}
    monkeypatch.setattr(lake, "put_data_lake_settings", refuse)
    monkeypatch.setattr(Deployment, "client", lambda _, service: clients[service])

    with pytest.raises(Refusal, match="Ask a data lake administrator to make acme-dev-deploy-apply an administrator"):
        join_administrators(here)
