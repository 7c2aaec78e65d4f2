"""Athena keeps workgroups and saved queries as Terraform writes them, and refuses what AWS refuses."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_aws_server import ACCOUNT, REGION, Server

ARN = f"arn:aws:athena:{REGION}:{ACCOUNT}:workgroup/team"
RESULTS: dict[str, Any] = {
    "EnforceWorkGroupConfiguration": True,
    "BytesScannedCutoffPerQuery": 10_000_000,
    "ResultConfiguration": {"OutputLocation": "s3://results/team/", "ExpectedBucketOwner": ACCOUNT},
}


@pytest.fixture
def athena(server: Server) -> Any:
    """A client, and the workgroup `team`."""
    client = server.client("athena")
    if "team" not in [each["Name"] for each in client.list_work_groups()["WorkGroups"]]:
        client.create_work_group(Name="team", Configuration=RESULTS, Tags=[{"Key": "Project", "Value": "acme"}])
    return client


def refusal(ask: Any, **given: Any) -> str:
    """The sentence of a refused call."""
    with pytest.raises(ClientError) as error:
        ask(**given)
    return str(error.value.response["Error"]["Message"])


def test_a_workgroup_takes_other_settings_and_loses_those_that_are_removed(athena: Any) -> None:
    updates = {
        "BytesScannedCutoffPerQuery": 20_000_000,
        "ResultConfigurationUpdates": {"OutputLocation": "s3://results/new/", "RemoveExpectedBucketOwner": True},
    }

    athena.update_work_group(WorkGroup="team", Description="of the team", ConfigurationUpdates=updates)

    found = athena.get_work_group(WorkGroup="team")["WorkGroup"]
    assert (found["Description"], found["Configuration"]["BytesScannedCutoffPerQuery"]) == ("of the team", 20_000_000)
    assert found["Configuration"]["ResultConfiguration"] == {"OutputLocation": "s3://results/new/"}
    assert found["Configuration"]["EnforceWorkGroupConfiguration"]


def test_tags_are_listed_also_where_none_is_left(athena: Any) -> None:
    assert athena.list_tags_for_resource(ResourceARN=ARN)["Tags"] == [{"Key": "Project", "Value": "acme"}]
    athena.untag_resource(ResourceARN=ARN, TagKeys=["Project"])
    assert athena.list_tags_for_resource(ResourceARN=ARN)["Tags"] == []


def test_a_workgroup_that_holds_a_saved_query_goes_with_its_content_only(athena: Any) -> None:
    saved = athena.create_named_query(Name="head", Database="d", QueryString="select 1", WorkGroup="team")

    assert refusal(athena.delete_work_group, WorkGroup="team") == "WorkGroup team is not empty"
    athena.delete_work_group(WorkGroup="team", RecursiveDeleteOption=True)

    assert refusal(athena.get_work_group, WorkGroup="team") == "WorkGroup team is not found."
    assert "does not exist" in refusal(athena.get_named_query, NamedQueryId=saved["NamedQueryId"])


def test_a_saved_query_can_be_removed(athena: Any) -> None:
    saved = athena.create_named_query(Name="head", Database="d", QueryString="select 1", WorkGroup="team")

    athena.delete_named_query(NamedQueryId=saved["NamedQueryId"])

    assert saved["NamedQueryId"] not in athena.list_named_queries(WorkGroup="team")["NamedQueryIds"]


def test_what_aws_refuses_is_refused(athena: Any) -> None:
    query = {"Database": "d", "QueryString": "select 1", "WorkGroup": "nobody"}

    assert refusal(athena.create_named_query, Name="head", **query) == "WorkGroup nobody is not found."
    assert refusal(athena.create_work_group, Name="team") == "WorkGroup is already created"
    assert refusal(athena.delete_work_group, WorkGroup="primary") == "Cannot delete primary WorkGroup"


def test_a_query_is_answered_by_nothing_rather_than_by_an_empty_result(athena: Any) -> None:
    assert "make query" in refusal(athena.start_query_execution, QueryString="select 1", WorkGroup="team")
