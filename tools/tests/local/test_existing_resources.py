"""Resources of other owners exist before the project, under the names in project.yaml."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import local_aws_server
import pytest
from botocore.exceptions import ClientError
from local_aws_server import ACCOUNT, REGION, Server, policy_for

from dataops.local_aws.access.caller import root_of

VPC, SUBNETS = "vpc-0abc1234", ["subnet-0abc1234", "subnet-0def5678"]
OPEN, CLOSED = f"arn:aws:sns:{REGION}:999999999999:open", f"arn:aws:sns:{REGION}:999999999999:closed"
EXISTING_RESOURCES: dict[str, Any] = {
    "state_buckets": [(ACCOUNT, REGION, "acme-state")],
    "state_tags": {"Deployment": "acme-dev"},
    "topics": {OPEN: [ACCOUNT], CLOSED: ["333333333333"]},
    "roles": [f"arn:aws:iam::{ACCOUNT}:role/Architects"],
    "networks": [{"account": ACCOUNT, "region": REGION, "vpc": VPC, "subnets": SUBNETS}],
    "secrets": [(ACCOUNT, REGION, "sales/warehouse")],
    "workspaces": {"workspace": ["T0123ABCD"], "team": []},
}


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("existing_resources")
    started = local_aws_server.start(folder, "--existing-resources", json.dumps(EXISTING_RESOURCES))
    yield started
    started.end()


def test_an_existing_vpc_has_its_subnets_dns_and_a_way_out(account: Server) -> None:
    ec2 = account.client("ec2")

    subnets = ec2.describe_subnets(SubnetIds=SUBNETS)["Subnets"]
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [VPC]}])["RouteTables"]

    assert {subnet["VpcId"] for subnet in subnets} == {VPC}
    assert len({subnet["AvailabilityZone"] for subnet in subnets}) == len(SUBNETS)
    for attribute in ("enableDnsSupport", "enableDnsHostnames"):
        answer = ec2.describe_vpc_attribute(VpcId=VPC, Attribute=attribute)
        assert answer[attribute[0].upper() + attribute[1:]]["Value"] is True
    routes = [route for table in tables for route in table["Routes"]]
    assert any(route.get("NatGatewayId") and route["DestinationCidrBlock"] == "0.0.0.0/0" for route in routes)


def test_the_state_bucket_has_the_tags_that_bootstrap_gives_it(account: Server) -> None:
    tags = account.client("s3").get_bucket_tagging(Bucket="acme-state")["TagSet"]

    assert tags == [{"Key": "Deployment", "Value": "acme-dev"}]


# Amazon VPC User Guide, "IAM role for publishing flow logs to CloudWatch Logs".
FLOW = ("CreateLogGroup", "CreateLogStream", "PutLogEvents", "DescribeLogGroups", "DescribeLogStreams")


def delivery_of_a_flow_log(account: Server, name: str, actions: list[str], service: str) -> tuple[str, str | None]:
    """The status and the error of a flow log whose role trusts a service and has some permissions."""
    group = f"/vpc/{name}"
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}"
    account.client("logs").create_log_group(logGroupName=group)
    iam, ec2 = account.client("iam"), account.client("ec2")
    trust = policy_for(service, "sts:AssumeRole")
    del trust["Statement"][0]["Resource"]
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    own = [f"logs:{action}" for action in actions if action != "DescribeLogGroups"]
    anywhere = [f"logs:{action}" for action in actions if action == "DescribeLogGroups"]
    statements = [
        {"Effect": "Allow", "Action": granted, "Resource": where}
        for granted, where in ((own, [arn, f"{arn}:*"]), (anywhere, "*"))
        if granted
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_role_policy(RoleName=name, PolicyName="write", PolicyDocument=document)
    made = ec2.create_flow_logs(
        ResourceIds=[VPC], ResourceType="VPC", TrafficType="ALL", LogDestinationType="cloud-watch-logs",
        LogDestination=arn, DeliverLogsPermissionArn=role,
    )  # fmt: skip
    log = ec2.describe_flow_logs(FlowLogIds=made["FlowLogIds"])["FlowLogs"][0]
    return log["DeliverLogsStatus"], log.get("DeliverLogsErrorMessage")


def test_a_flow_log_writes_if_its_role_has_the_rights_that_aws_lists(account: Server) -> None:
    status = delivery_of_a_flow_log(account, "flow-all", list(FLOW), "vpc-flow-logs.amazonaws.com")

    assert status == ("SUCCESS", None)


@pytest.mark.parametrize("missing", FLOW)
def test_a_flow_log_fails_if_its_role_lacks_one_of_them(missing: str, account: Server) -> None:
    rest = [action for action in FLOW if action != missing]

    status = delivery_of_a_flow_log(account, f"flow-without-{missing}", rest, "vpc-flow-logs.amazonaws.com")

    assert status == ("FAILED", "Access error")


def test_a_flow_log_fails_if_its_role_trusts_another_service(account: Server) -> None:
    status = delivery_of_a_flow_log(account, "flow-untrusted", list(FLOW), "ec2.amazonaws.com")

    assert status == ("FAILED", "Access error")


def of_a_sender(account: Server) -> Any:
    """A client of a role that may publish to every topic."""
    trust = {"Effect": "Allow", "Principal": {"AWS": root_of(ACCOUNT)}, "Action": "sts:AssumeRole"}
    may = {"Effect": "Allow", "Action": "sns:Publish", "Resource": "*"}
    trust_policy, policy = (json.dumps({"Version": "2012-10-17", "Statement": [each]}) for each in (trust, may))
    iam = account.client("iam")
    arn = iam.create_role(RoleName="sender", AssumeRolePolicyDocument=trust_policy)["Role"]["Arn"]
    iam.put_role_policy(RoleName="sender", PolicyName="publish", PolicyDocument=policy)
    session = account.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    access = {
        "aws_access_key_id": session["AccessKeyId"],
        "aws_secret_access_key": session["SecretAccessKey"],
        "aws_session_token": session["SessionToken"],
    }
    return boto3.client("sns", **account.platform.access | access)


def test_a_topic_of_another_account_takes_messages_of_the_accounts_that_it_expects_and_of_no_other(
    account: Server,
) -> None:
    sns = of_a_sender(account)

    assert sns.publish(TopicArn=OPEN, Message="run failed")["MessageId"]
    with pytest.raises(ClientError, match=r"(?i)not authorized to perform: sns:publish"):
        sns.publish(TopicArn=CLOSED, Message="run failed")


def test_roles_and_secrets_are_there(account: Server) -> None:
    assert account.client("iam").get_role(RoleName="Architects")
    assert account.client("secretsmanager").describe_secret(SecretId="sales/warehouse")["Name"] == "sales/warehouse"


def test_only_the_workspaces_that_somebody_has_authorised_are_listed(account: Server) -> None:
    chat = account.client("chatbot")

    slack = chat.describe_slack_workspaces()["SlackWorkspaces"]

    assert [workspace["SlackTeamId"] for workspace in slack] == ["T0123ABCD"]
    assert chat.list_microsoft_teams_configured_teams()["ConfiguredTeams"] == []
