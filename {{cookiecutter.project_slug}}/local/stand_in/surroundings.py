"""What a project expects to be there already: state buckets, networks, topics and roles of somebody else."""

import json
from typing import Any

from moto.backends import get_backend

from local.stand_in import lake_formation
from local.stand_in.caller import root_of


def make(
    state_buckets: list[tuple[str, str, str]],
    networks: list[dict[str, Any]],
    topics: list[str],
    roles: list[str],
    data_lake_administrators: list[tuple[str, str]] | None = None,
) -> None:
    """Let them exist, under exactly the names that the project knows them by; buckets by account, region and name."""
    for account, region, name in state_buckets:
        buckets = get_backend("s3")[account]["aws"]
        if name not in buckets.buckets:
            buckets.create_bucket(name, region)
    for network in networks:
        _network(get_backend("ec2")[network["account"]][network["region"]], network)
    for arn in topics:
        _, _, _, topic_region, owner, name = arn.split(":")
        get_backend("sns")[owner][topic_region].create_topic(name)
    for arn in roles:
        _role(arn)
    for region, arn in data_lake_administrators or []:
        lake_formation.administrate(region, arn)


def _role(arn: str) -> None:
    """A role that everybody in its account may take, and that may do nothing yet."""
    account, name = arn.split(":")[4], arn.rpartition("/")[2]
    trust = {"Effect": "Allow", "Principal": {"AWS": root_of(account)}, "Action": "sts:AssumeRole"}
    get_backend("iam")[account]["aws"].create_role(
        name, json.dumps({"Version": "2012-10-17", "Statement": [trust]}), "/", None, "", [], "3600"
    )


def _network(ec2: Any, network: dict[str, Any]) -> None:
    if network["vpc"] in ec2.vpcs:
        return
    vpc = _renamed(ec2.vpcs, ec2.create_vpc("10.250.0.0/16"), network["vpc"])
    for number, name in enumerate(network["subnets"]):
        zone = f"{ec2.region_name}{'abc'[number % 3]}"
        subnet = ec2.create_subnet(vpc.id, f"10.250.{number}.0/24", availability_zone=zone)
        del ec2.subnets[zone][subnet.id]
        subnet.id = name
        ec2.subnets[zone][name] = subnet


def _renamed(known: dict[str, Any], model: Any, name: str) -> Any:
    """moto thinks of a name itself; ours are in project.yaml."""
    del known[model.id]
    model.id = name
    known[name] = model
    return model
