"""What Availability Zones offer, and what is refused where they do not."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_aws_server import ACCOUNT, REGION, ROLE, Server, archive, start

from dataops.local_aws.account.zones import map_the_first_letter_to_a_zone_without_lambda

GLUE = f"com.amazonaws.{REGION}.glue"
LIMITED, GOOD = f"{REGION}a", f"{REGION}b"


@pytest.fixture(scope="module")
def governed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start(tmp_path_factory.mktemp("governed"), "--profile", "governed")
    yield server
    server.end()


def subnet_in(server: Server, zone: str) -> tuple[str, str]:
    """A VPC, the same for all tests on a server, and its subnet in a zone."""
    ec2, block = server.client("ec2"), f"10.1.{ord(zone[-1])}.0/24"
    found = ec2.describe_vpcs(Filters=[{"Name": "cidr", "Values": ["10.1.0.0/16"]}])["Vpcs"]
    vpc = found[0]["VpcId"] if found else ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    wanted = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "cidr-block", "Values": [block]}]
    subnets = ec2.describe_subnets(Filters=wanted)["Subnets"]
    made = subnets[0] if subnets else ec2.create_subnet(VpcId=vpc, CidrBlock=block, AvailabilityZone=zone)["Subnet"]
    return vpc, made["SubnetId"]


def endpoint_in(server: Server, zone: str, service: str) -> Any:
    vpc, subnet = subnet_in(server, zone)
    return server.client("ec2").create_vpc_endpoint(
        VpcId=vpc, ServiceName=service, VpcEndpointType="Interface", SubnetIds=[subnet]
    )


def function_in(server: Server, name: str, subnet: str) -> Any:
    return server.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=ROLE,
        Handler="it.handle",
        Code={"ZipFile": archive({"it.py": ""})},
        VpcConfig={"SubnetIds": [subnet], "SecurityGroupIds": []},
    )


def offered(server: Server, region: str = REGION) -> dict[str, list[str]]:
    found = server.client("ec2").describe_vpc_endpoint_services()["ServiceDetails"]
    return {each["ServiceName"]: each["AvailabilityZones"] for each in found}


def test_an_endpoint_service_names_the_zones_that_it_is_in(governed: Server, server: Server) -> None:
    assert offered(governed)[GLUE] == [GOOD, f"{REGION}c"]
    assert offered(governed)[f"com.amazonaws.{REGION}.sns"] == [LIMITED, GOOD, f"{REGION}c"]
    assert offered(server)[GLUE] == [LIMITED, GOOD, f"{REGION}c"]


def test_an_interface_endpoint_is_refused_in_a_zone_without_its_service(governed: Server) -> None:
    with pytest.raises(ClientError, match=f"{GLUE} does not support the availability zone of the subnet") as refused:
        endpoint_in(governed, LIMITED, GLUE)

    assert refused.value.response["Error"]["Code"] == "InvalidParameter"


def test_an_interface_endpoint_is_made_in_a_zone_with_its_service(governed: Server) -> None:
    assert endpoint_in(governed, GOOD, GLUE)["VpcEndpoint"]["State"] == "available"


def test_an_endpoint_of_a_service_that_nobody_offers_is_refused(server: Server) -> None:
    with pytest.raises(ClientError, match="InvalidServiceName"):
        endpoint_in(server, LIMITED, f"com.amazonaws.{REGION}.no-such-service")


def test_a_function_is_refused_in_a_zone_without_lambda(governed: Server) -> None:
    with pytest.raises(ClientError, match="contain availability zone Lambda doesn't support") as refused:
        function_in(governed, "refused", subnet_in(governed, LIMITED)[1])

    assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"


def test_a_function_does_not_move_into_a_zone_without_lambda(governed: Server) -> None:
    function_in(governed, "moving", subnet_in(governed, GOOD)[1])

    with pytest.raises(ClientError, match="Lambda doesn't support"):
        governed.client("lambda").update_function_configuration(
            FunctionName="moving",
            VpcConfig={"SubnetIds": [subnet_in(governed, LIMITED)[1]], "SecurityGroupIds": []},
        )


def test_a_function_in_a_subnet_that_does_not_exist_is_refused(server: Server) -> None:
    with pytest.raises(ClientError, match=r"EC2 Error Code: InvalidSubnetID\.NotFound"):
        function_in(server, "nowhere", "subnet-0123456789abcdef0")


def test_the_letter_of_a_zone_without_lambda_differs_by_account() -> None:
    zones = [SimpleNamespace(name=f"us-east-1{letter}", zone_id=f"use1-az{n}") for letter, n in (("a", 6), ("b", 3))]

    map_the_first_letter_to_a_zone_without_lambda(zones)

    assert [zone.zone_id for zone in zones] == ["use1-az3", "use1-az6"]


def test_every_zone_has_an_id_that_is_the_same_in_every_account(server: Server) -> None:
    zones = server.client("ec2", ACCOUNT).describe_availability_zones()["AvailabilityZones"]

    assert all(zone["ZoneId"].startswith("euw1-az") for zone in zones)
