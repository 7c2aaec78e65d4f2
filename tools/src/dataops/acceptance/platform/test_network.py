"""Tests of functions and a crawler whose network has no path to a service; nothing is applied again."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from dataops.acceptance.platform.running_project import RunningProject

DENY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]}
# A day without a run: the digest asks the ledger, and has nothing to send.
LONG_AGO = {"time": "2020-01-02T00:00:00Z", "datasets": {"orders": ""}}
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}


class Network:
    """The network of the running project, and the parts that tests remove for a while."""

    def __init__(self, project: RunningProject) -> None:
        self.project, self.ec2 = project, project.client("ec2")
        found = self.ec2.describe_security_groups(
            Filters=[{"Name": "group-name", "Values": [f"{project.prefix}-work"]}]
        )
        self.group = found["SecurityGroups"][0]

    def endpoint(self, service: str) -> dict[str, Any]:
        found = self.ec2.describe_vpc_endpoints()["VpcEndpoints"]
        return next(each for each in found if each["ServiceName"].endswith(f".{service}"))

    def modify(self, service: str, **changes: Any) -> None:
        self.ec2.modify_vpc_endpoint(VpcEndpointId=self.endpoint(service)["VpcEndpointId"], **changes)

    @contextmanager
    def closed(self, service: str) -> Iterator[None]:
        """An interface endpoint whose security group allows no ingress."""
        made = self.ec2.create_security_group(GroupName="closed", Description="Closed", VpcId=self.group["VpcId"])[
            "GroupId"
        ]
        own = self.group["GroupId"]
        self.modify(service, AddSecurityGroupIds=[made], RemoveSecurityGroupIds=[own])
        try:
            yield
        finally:
            self.modify(service, AddSecurityGroupIds=[own], RemoveSecurityGroupIds=[made])
            self.ec2.delete_security_group(GroupId=made)

    @contextmanager
    def without_egress_to(self, service: str) -> Iterator[None]:
        """The group of the functions without its egress rule for a gateway endpoint."""
        prefix_lists = self.ec2.describe_prefix_lists()["PrefixLists"]
        name = self.endpoint(service)["ServiceName"]
        wanted = next(each["PrefixListId"] for each in prefix_lists if each["PrefixListName"] == name)
        rule = next(
            each
            for each in self.group["IpPermissionsEgress"]
            if wanted in [prefix_list["PrefixListId"] for prefix_list in each.get("PrefixListIds", [])]
        )
        rule = rule | {"PrefixListIds": [{"PrefixListId": wanted}]}
        self.ec2.revoke_security_group_egress(GroupId=self.group["GroupId"], IpPermissions=[rule])
        try:
            yield
        finally:
            self.ec2.authorize_security_group_egress(GroupId=self.group["GroupId"], IpPermissions=[rule])

    @contextmanager
    def denied_by(self, service: str) -> Iterator[None]:
        """An endpoint whose policy denies everything."""
        self.modify(service, PolicyDocument=json.dumps(DENY))
        try:
            yield
        finally:
            self.modify(service, PolicyDocument=json.dumps(ALLOW))

    @contextmanager
    def without_route_to(self, service: str) -> Iterator[None]:
        """A gateway endpoint without its routes in the route tables."""
        tables = self.endpoint(service)["RouteTableIds"]
        self.modify(service, RemoveRouteTableIds=tables)
        try:
            yield
        finally:
            self.modify(service, AddRouteTableIds=tables)


@pytest.fixture(scope="module")
def network(project: RunningProject) -> Network:
    return Network(project)


def test_every_service_that_the_project_calls_is_reached(project: RunningProject) -> None:
    assert project.invoke("check-connections", {})["unreachable"] == []


@pytest.mark.parametrize("service", ["sns", "glue"])
def test_a_service_whose_endpoint_lets_nothing_in_is_not_reached(
    project: RunningProject, network: Network, service: str
) -> None:
    with network.closed(service):
        assert project.invoke("check-connections", {})["unreachable"] == [service]

    assert project.invoke("check-connections", {})["unreachable"] == []


def test_a_function_hears_that_it_could_not_connect_to_what_its_group_may_not_reach(
    project: RunningProject, network: Network
) -> None:
    with network.without_egress_to("dynamodb"):
        answer = project.invoke("send-digest", LONG_AGO)

    assert answer["errorType"] == "EndpointConnectionError"
    assert project.invoke("send-digest", LONG_AGO) == {"day": "2020-01-01"}


def test_the_policy_of_an_endpoint_refuses_what_the_functions_role_may_do(
    project: RunningProject, network: Network
) -> None:
    with network.denied_by("dynamodb"):
        answer = project.invoke("send-digest", LONG_AGO)

    assert "with an explicit deny in a VPC endpoint policy" in answer["errorMessage"]


def test_a_crawler_does_not_start_in_a_subnet_that_does_not_lead_to_s3(
    project: RunningProject, network: Network
) -> None:
    crawler = project.name(project.names["canary"])
    with network.without_route_to("s3"):
        last_crawl = crawled(project, crawler)

    assert last_crawl["Status"] == "FAILED"
    assert "Could not find S3 endpoint or NAT gateway for subnetId" in last_crawl["ErrorMessage"]
    # With the route again; a failed latest crawl would also activate its alarm in the tests after this one.
    assert crawled(project, crawler)["Status"] == "SUCCEEDED"


def crawled(project: RunningProject, crawler: str) -> dict[str, str]:
    """Return how a crawl has ended."""
    project.glue.start_crawler(Name=crawler)
    project.wait("the end of the crawl", lambda: project.glue.get_crawler(Name=crawler)["Crawler"]["State"] == "READY")
    return dict(project.glue.get_crawler(Name=crawler)["Crawler"]["LastCrawl"])
