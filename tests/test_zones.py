"""A new VPC's subnets are where Lambda and every VPC endpoint are, and stay where they are once they exist."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.ec2.models import vpcs
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend
from terraform_runner import Terraform, of_type

REGION = "eu-west-1"
SUBNETS = "-target=module.environment.aws_subnet.private"


@pytest.fixture
def ec2(local_aws: str) -> Any:
    credentials = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    return boto3.client("ec2", endpoint_url=local_aws, region_name=REGION, **credentials)


@pytest.fixture
def services(ec2: Any) -> Iterator[list[dict[str, Any]]]:
    """The endpoint services of the local AWS, for one test to change."""
    ec2.describe_vpc_endpoint_services()
    kept = vpcs.DEFAULT_VPC_ENDPOINT_SERVICES[REGION]
    vpcs.DEFAULT_VPC_ENDPOINT_SERVICES[REGION] = changed = deepcopy(kept)
    yield changed
    vpcs.DEFAULT_VPC_ENDPOINT_SERVICES[REGION] = kept


def limit(services: list[dict[str, Any]], name: str, zones: list[str]) -> None:
    for service in services:
        if service["ServiceName"].endswith(f".{name}"):
            service["AvailabilityZones"] = zones


def zones_of(planned: dict[str, Any]) -> list[str]:
    return sorted(values["availability_zone"] for values in of_type(planned, "aws_subnet").values())


def test_a_zone_that_lacks_an_endpoint_service_gets_no_subnet(
    planned_project: Path, terraform: Terraform, services: list[dict[str, Any]]
) -> None:
    limit(services, "glue", ["eu-west-1b", "eu-west-1c"])

    assert zones_of(terraform.plan(planned_project / "dev", SUBNETS)) == ["eu-west-1b", "eu-west-1c"]


def test_a_zone_that_has_no_lambda_gets_no_subnet(
    planned_project: Path, terraform: Terraform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RegionsAndZonesBackend.zones[REGION][1], "zone_id", "use1-az3")

    assert zones_of(terraform.plan(planned_project / "dev", SUBNETS)) == ["eu-west-1a", "eu-west-1c"]


def test_a_region_without_two_such_zones_is_refused_in_words(
    planned_project: Path, terraform: Terraform, services: list[dict[str, Any]]
) -> None:
    limit(services, "kms", ["eu-west-1a"])
    terraform.init(planned_project / "dev")

    done = terraform.run(planned_project / "dev", "plan", "-input=false", SUBNETS)

    assert done.returncode != 0
    assert "no two availability zones of eu-west-1 offer Lambda" in " ".join(done.stderr.replace("│", "").split())


def test_subnets_that_exist_keep_their_zones_when_an_earlier_zone_begins_to_offer_everything(
    planned_project: Path, terraform: Terraform, ec2: Any
) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    made = []
    for number, zone in enumerate(["eu-west-1b", "eu-west-1c"]):
        name = {"Key": "Name", "Value": f"acme-sales-dev-private-{zone}"}
        tags = [name, {"Key": "Deployment", "Value": "acme-sales-dev"}]
        subnet = ec2.create_subnet(
            VpcId=vpc,
            CidrBlock=f"10.20.{number * 16}.0/20",
            AvailabilityZone=zone,
            TagSpecifications=[{"ResourceType": "subnet", "Tags": tags}],
        )
        made.append(subnet["Subnet"]["SubnetId"])

    planned = terraform.plan(planned_project / "dev", SUBNETS)

    for subnet in made:
        ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=vpc)
    assert zones_of(planned) == ["eu-west-1b", "eu-west-1c"]
