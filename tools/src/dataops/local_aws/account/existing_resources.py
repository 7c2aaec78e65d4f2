"""Resources that a project expects to exist: state buckets, networks, topics, roles, secrets of other owners."""

import json
from collections.abc import Iterable
from typing import Any
from unittest.mock import patch

from moto.backends import get_backend
from moto.ec2.models import subnets, vpcs

from dataops.local_aws.access import lake_formation
from dataops.local_aws.access.caller import root_of


def make(
    state_buckets: list[tuple[str, str, str]],
    networks: list[dict[str, Any]],
    topics: dict[str, list[str]],
    roles: list[str],
    data_lake_administrators: list[tuple[str, str]] | None = None,
    secrets: Iterable[tuple[str, str, str]] = (),
    state_tags: dict[str, str] | None = None,
) -> None:
    """Create them under the names that the project uses; buckets and secrets by account, region and name.

    `topics` are the accounts of the project that publish to each topic.
    """
    for account, region, name in state_buckets:
        buckets = get_backend("s3")[account]["aws"]
        if name not in buckets.buckets:
            buckets.create_bucket(name, region)
            buckets.put_bucket_tagging(name, state_tags or {})
    for network in networks:
        _network(get_backend("ec2")[network["account"]][network["region"]], network)
    for arn, publishers in topics.items():
        _topic(arn, publishers)
    for arn in roles:
        _role(arn)
    for region, arn in data_lake_administrators or []:
        lake_formation.administrate(region, arn)
    for account, region, name in secrets:
        login = json.dumps({"username": "local", "password": "local"})
        get_backend("secretsmanager")[account][region].create_secret(name, login, None, None, [], None, None, [], False)


def _topic(arn: str, publishers: list[str]) -> None:
    """A topic with the policy that docs/notifications.md of the project asks of its owner."""
    _, _, _, region, owner, name = arn.split(":")
    allowed = {"Effect": "Allow", "Action": "sns:Publish", "Resource": arn}
    alarms = {
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Condition": {"StringEquals": {"aws:SourceAccount": publishers}},
    }
    senders = {"Principal": {"AWS": [root_of(account) for account in publishers]}}
    policy = {"Version": "2012-10-17", "Statement": [allowed | senders, allowed | alarms]}
    topic = get_backend("sns")[owner][region].create_topic(name)
    topic.policy = json.dumps(policy)


def _role(arn: str) -> None:
    """A role that everybody in its account may assume and that has no permissions yet."""
    account, way = arn.split(":")[4], arn.partition(":role")[2]
    path, _, name = way.rpartition("/")
    trust = {"Effect": "Allow", "Principal": {"AWS": root_of(account)}, "Action": "sts:AssumeRole"}
    get_backend("iam")[account]["aws"].create_role(
        name, json.dumps({"Version": "2012-10-17", "Statement": [trust]}), f"{path}/", None, "", [], "3600"
    )


def _network(ec2: Any, network: dict[str, Any]) -> None:
    """A VPC of another owner, which reaches AWS through a NAT gateway."""
    if network["vpc"] in ec2.vpcs:
        return
    # moto would generate names; these are in project.yaml.
    with patch.object(vpcs, "random_vpc_id", return_value=network["vpc"]):
        vpc = ec2.create_vpc("10.250.0.0/16")
    for attribute in ("enable_dns_support", "enable_dns_hostnames"):
        ec2.modify_vpc_attribute(vpc.id, attribute, True)
    for number, name in enumerate(network["subnets"]):
        zone = f"{ec2.region_name}{'abc'[number % 3]}"
        with patch.object(subnets, "random_subnet_id", return_value=name):
            ec2.create_subnet(vpc.id, f"10.250.{number}.0/24", availability_zone=zone)
    gateway = ec2.create_nat_gateway(network["subnets"][0], ec2.allocate_address("vpc").allocation_id)
    main = next(table for table in ec2.route_tables.values() if table.vpc_id == vpc.id)
    ec2.create_route(main.id, "0.0.0.0/0", nat_gateway_id=gateway.id)
