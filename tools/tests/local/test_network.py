"""The services that a function, job or crawler in a VPC can reach."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from local_aws_server import Server
from moto.ec2.models import ec2_backends

from dataops.local_aws.access.network import (
    Network,
    NetworkSetupError,
    describe,
    environment,
    refused_by_endpoint,
    require_setup_of_glue,
    ways,
)
from dataops.local_aws.access.permission import Request

REGION = "eu-west-1"
TOPIC = f"arn:aws:sns:{REGION}:111111111111:acme"
ADDRESS = "http://127.0.0.1:5000"


@dataclass
class Vpc:
    """A VPC as in modules/environment, in an account of its own."""

    ec2: Any
    vpc: Any
    subnet: Any
    group: Any

    @property
    def network(self) -> Network:
        return Network(self.ec2.account_id, REGION, (self.subnet.id,), (self.group.id,))

    @property
    def table(self) -> str:
        return next(each.id for each in self.ec2.route_tables.values() if each.vpc_id == self.vpc.id)

    def interface(self, service: str, groups: list[str] | None = None, is_private: bool = True) -> Any:
        return self.ec2.create_vpc_endpoint(
            self.vpc.id,
            f"com.amazonaws.{REGION}.{service}",
            "Interface",
            None,
            [],
            subnet_ids=[self.subnet.id],
            security_group_ids=groups or [self.group.id],
            private_dns_enabled=is_private,
        )

    def gateway(self, service: str, tables: list[str] | None = None) -> Any:
        tables = [self.table] if tables is None else tables
        return self.ec2.create_vpc_endpoint(self.vpc.id, f"com.amazonaws.{REGION}.{service}", "Gateway", None, tables)

    def allow(self, direction: str, **to: Any) -> None:
        rule = {"group_name_or_id": self.group.id, "ip_protocol": "tcp", "from_port": 0, "to_port": 65535}
        getattr(self.ec2, f"authorize_security_group_{direction}")(**rule | {"ip_ranges": [], **to})

    def allow_members(self, *directions: str) -> None:
        for direction in directions:
            self.allow(direction, source_groups=[{"GroupId": self.group.id}])

    def route_to_nat(self) -> None:
        self.ec2.create_route(self.table, "0.0.0.0/0", nat_gateway_id=self.nat())

    def nat(self) -> str:
        address = self.ec2.allocate_address("vpc").allocation_id
        return str(self.ec2.create_nat_gateway(self.subnet.id, address).id)


@pytest.fixture
def vpc() -> Vpc:
    """A VPC with a subnet and a security group without rules."""
    ec2 = ec2_backends[str(uuid4().int)[:12]][REGION]
    made = ec2.create_vpc("10.1.0.0/16")
    made.enable_dns_hostnames = True
    subnet = ec2.create_subnet(made.id, "10.1.0.0/24", availability_zone=f"{REGION}a")
    group = ec2.create_security_group("work", "work", made.id)
    group.egress_rules.clear()
    return Vpc(ec2, made, subnet, group)


def test_a_service_with_an_endpoint_whose_group_is_the_callers_own_is_reached(vpc: Vpc) -> None:
    vpc.interface("sns")
    vpc.allow_members("egress", "ingress")

    assert list(ways(vpc.network)) == ["sns"]


def test_a_service_without_an_endpoint_is_not_reached(vpc: Vpc) -> None:
    vpc.allow_members("egress", "ingress")

    assert ways(vpc.network) == {}


def test_an_endpoint_without_private_dns_does_not_take_the_services_own_name(vpc: Vpc) -> None:
    vpc.interface("sns", is_private=False)
    vpc.allow_members("egress", "ingress")

    assert ways(vpc.network) == {}


def test_private_dns_needs_the_dns_hostnames_of_the_vpc(vpc: Vpc) -> None:
    vpc.interface("sns")
    vpc.allow_members("egress", "ingress")
    vpc.vpc.enable_dns_hostnames = False

    assert ways(vpc.network) == {}


@pytest.mark.parametrize("direction", ["egress", "ingress"])
def test_nothing_passes_when_one_side_has_no_rule(vpc: Vpc, direction: str) -> None:
    vpc.interface("sns")
    vpc.allow_members(direction)

    assert ways(vpc.network) == {}


def test_a_group_that_lets_the_subnet_in_is_enough(vpc: Vpc) -> None:
    of_endpoint = vpc.ec2.create_security_group("endpoint", "endpoint", vpc.vpc.id)
    vpc.interface("sns", [of_endpoint.id])
    rule = {"group_name_or_id": of_endpoint.id, "ip_protocol": "tcp", "from_port": 443, "to_port": 443}
    vpc.ec2.authorize_security_group_ingress(**rule, ip_ranges=[{"CidrIp": "10.1.0.0/16"}])
    vpc.allow("egress", source_groups=[{"GroupId": of_endpoint.id}])

    assert list(ways(vpc.network)) == ["sns"]


def test_a_gateway_is_reached_by_the_rule_for_its_prefix_list(vpc: Vpc) -> None:
    made = vpc.gateway("s3")
    assert ways(vpc.network) == {}

    vpc.allow("egress", prefix_list_ids=[{"PrefixListId": made.destination_prefix_list_id}])

    assert list(ways(vpc.network)) == ["s3"]


def test_a_gateway_of_another_route_table_is_not_reached(vpc: Vpc) -> None:
    made = vpc.gateway("s3", [vpc.ec2.create_route_table(vpc.vpc.id).id])
    vpc.allow("egress", prefix_list_ids=[{"PrefixListId": made.destination_prefix_list_id}])

    assert ways(vpc.network) == {}


def test_a_nat_route_leads_to_every_service(vpc: Vpc) -> None:
    vpc.route_to_nat()
    vpc.allow("egress", ip_ranges=[{"CidrIp": "0.0.0.0/0"}])

    assert {"s3", "sns", "sqs", "lambda"} <= set(ways(vpc.network))


def test_a_nat_route_is_of_no_use_to_a_group_that_may_not_leave(vpc: Vpc) -> None:
    vpc.route_to_nat()
    vpc.allow_members("egress")

    assert ways(vpc.network) == {}


def test_clients_hear_that_they_could_not_connect_to_a_service_that_is_not_reached(
    vpc: Vpc, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(vpc.network, ADDRESS).items():
        monkeypatch.setenv(name, value)
    sns = boto3.client("sns", region_name=REGION, aws_access_key_id="any", aws_secret_access_key="any")

    with pytest.raises(EndpointConnectionError):
        sns.list_topics()


def test_clients_find_the_services_that_are_reached(vpc: Vpc, monkeypatch: pytest.MonkeyPatch) -> None:
    vpc.interface("monitoring")
    vpc.allow_members("egress", "ingress")
    for name, value in environment(vpc.network, ADDRESS).items():
        monkeypatch.setenv(name, value)

    assert boto3.client("cloudwatch", region_name=REGION).meta.endpoint_url == ADDRESS
    assert boto3.client("glue", region_name=REGION).meta.endpoint_url != ADDRESS


def test_what_is_in_no_vpc_reaches_everything(vpc: Vpc) -> None:
    assert environment(None, ADDRESS) == {}


def test_the_log_names_what_is_not_reached_and_why(vpc: Vpc, caplog: pytest.LogCaptureFixture) -> None:
    made = vpc.interface("sns")
    vpc.allow_members("egress")

    with caplog.at_level("INFO", "network"):
        describe("acme-notify", vpc.network)

    assert f"acme-notify does not reach sns: {made.id} lacks ingress of its security group" in caplog.messages
    assert any("glue" in line and line.endswith(f"{vpc.vpc.id} has no such endpoint") for line in caplog.messages)


def test_the_policy_of_an_endpoint_allows_everything_unless_it_is_written(vpc: Vpc) -> None:
    vpc.interface("sns")

    assert refused_by_endpoint(vpc.network, "sns", Request("sns:Publish", TOPIC)) is None


@pytest.mark.parametrize(
    ("effect", "action", "refusal"),
    [
        ("Allow", "sns:Subscribe", "because no VPC endpoint policy allows the sns:Publish action"),
        ("Deny", "sns:*", "with an explicit deny in a VPC endpoint policy"),
        ("Allow", "sns:Publish", None),
    ],
)
def test_the_policy_of_an_endpoint_refuses_what_it_does_not_allow(
    vpc: Vpc, effect: str, action: str, refusal: str | None
) -> None:
    statement = {"Effect": effect, "Principal": "*", "Action": action, "Resource": "*"}
    vpc.interface("sns").policy_document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    assert refused_by_endpoint(vpc.network, "sns", Request("sns:Publish", TOPIC)) == refusal


def test_glue_does_not_start_in_a_subnet_without_a_way_to_s3(vpc: Vpc) -> None:
    vpc.allow_members("egress", "ingress")

    with pytest.raises(
        NetworkSetupError, match=f"Could not find S3 endpoint or NAT gateway for subnetId: {vpc.subnet.id}"
    ):
        require_setup_of_glue(vpc.network)


def test_glue_does_not_start_with_a_group_that_is_not_open_to_itself(vpc: Vpc) -> None:
    vpc.gateway("s3")
    vpc.allow_members("egress")

    with pytest.raises(NetworkSetupError, match="At least one security group must open all ingress ports"):
        require_setup_of_glue(vpc.network)


def test_glue_starts_beside_a_gateway_of_s3_with_a_group_that_is_open_to_itself(vpc: Vpc) -> None:
    vpc.gateway("s3")
    vpc.allow_members("egress", "ingress")

    require_setup_of_glue(vpc.network)


CALLS_SNS = """
import boto3
from botocore.config import Config

sns = boto3.client("sns", config=Config(retries={"total_max_attempts": 1}))


def handle(event, context):
    return sns.list_topics()["Topics"]
"""


def test_a_function_reaches_a_service_as_soon_as_its_network_leads_there(server: Server) -> None:
    ec2 = server.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.2.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.2.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="open", Description="Open", VpcId=vpc)["GroupId"]
    members = [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=members)
    server.function("in_a_vpc", CALLS_SNS, VpcConfig={"SubnetIds": [subnet], "SecurityGroupIds": [group]})

    assert server.invoke("in_a_vpc")["errorType"] == "EndpointConnectionError"

    ec2.create_vpc_endpoint(
        VpcId=vpc,
        VpcEndpointType="Interface",
        ServiceName=f"com.amazonaws.{REGION}.sns",
        SubnetIds=[subnet],
        SecurityGroupIds=[group],
        PrivateDnsEnabled=True,
    )

    # The service responds, whether or not the policies of its role allow the call.
    answer = server.invoke("in_a_vpc")
    assert isinstance(answer, list) or answer["errorType"] in ("AuthorizationErrorException", "ClientError"), answer
