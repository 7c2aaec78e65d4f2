"""What a project expects to be there already: the state bucket, networks and topics of somebody else."""

from typing import Any

from moto.backends import get_backend


def make(account: str, region: str, state_bucket: str, networks: list[dict[str, Any]], topics: list[str]) -> None:
    """Let them exist, under exactly the names that the project knows them by."""
    buckets = get_backend("s3")[account]["aws"]
    if state_bucket not in buckets.buckets:
        buckets.create_bucket(state_bucket, region)
    for network in networks:
        _network(get_backend("ec2")[account][region], network)
    for arn in topics:
        _, _, _, topic_region, owner, name = arn.split(":")
        get_backend("sns")[owner][topic_region].create_topic(name)


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
