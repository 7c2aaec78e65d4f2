"""The services that each Availability Zone offers: Lambda and some endpoint services are not in every zone."""

from collections.abc import Callable
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.models import LambdaBackend
from moto.core.exceptions import ServiceException
from moto.ec2.exceptions import InvalidSubnetIdError
from moto.ec2.models import ec2_backends
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend
from moto.ec2.models.vpcs import VPCBackend

from dataops.local_aws.account.account_profile import current
from dataops.local_aws.moto_patches.patching import replace

# terraform-aws-modules/terraform-aws-vpc#462, #634: zones by id, which is the same in every account.
WITHOUT_LAMBDA = frozenset({"use1-az3"})
# In a limited zone; the services that AWS lacks there differ by zone and change, so these represent all.
ABSENT_IN_A_LIMITED_ZONE = ("glue", "lambda", "monitoring")
# aws/aws-cdk, packages/aws-cdk-lib/aws-ec2/lib/vpc-endpoint.ts: in China their names are cn.com.amazonaws.<region>.…
CHINESE_NAMES = ("athena", "lambda", "monitoring", "sqs", "states", "sts", "xray")
# keboola/developer-portal#81
NO_LAMBDA = (
    "The provided subnets contain availability zone Lambda doesn't support. Please use a different set of subnets."
)
# The form in which Lambda passes on an error of EC2; no document shows this exact message.
NO_SUBNET = (
    "Error occurred while DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound. EC2 Error Message: {message}"
)
# awslabs/aws-orbit-workbench#320
NO_ENDPOINT = "The VPC endpoint service {service} does not support the availability zone of the subnet: {subnet}"


class InvalidParameterError(ServiceException):
    """EC2's error for a parameter that does not fit the others."""

    code = "InvalidParameter"


def patch_moto() -> None:
    """Let zones differ in the services that they offer, as the account's profile defines."""
    if current().has_limited_zone:
        for zones in RegionsAndZonesBackend.zones.values():
            map_the_first_letter_to_a_zone_without_lambda(zones)
    replace(VPCBackend, "_collect_default_endpoint_services", _as_offered)
    replace(VPCBackend, "_filter_endpoint_services", _by_the_values_of_a_filter)
    replace(VPCBackend, "create_vpc_endpoint", _only_where_offered)
    replace(LambdaBackend, "create_function", _only_where_lambda_is)
    replace(LambdaBackend, "update_function_configuration", _still_where_lambda_is)


def limited_zone(region: str) -> str | None:
    """The name of the zone that lacks Lambda and some endpoint services."""
    zones = RegionsAndZonesBackend.zones.get(region, [])
    # A region of two zones would have none left.
    return zones[0].name if current().has_limited_zone and len(zones) > 2 else None


def has_lambda(zone: str, region: str) -> bool:
    """Whether a zone supports network interfaces of functions."""
    ids = {each.name: each.zone_id for each in RegionsAndZonesBackend.zones.get(region, [])}
    return zone != limited_zone(region) and ids.get(zone) not in WITHOUT_LAMBDA


def map_the_first_letter_to_a_zone_without_lambda(zones: list[Any]) -> None:
    """Change the zone id of the first letter: AWS maps letters to zones separately in each account."""
    for zone in zones[1:]:
        if zone.zone_id in WITHOUT_LAMBDA:
            zones[0].zone_id, zone.zone_id = zone.zone_id, zones[0].zone_id


def _as_offered(original: Callable[..., list[dict[str, Any]]]) -> Any:
    def collect(account: str, region: str) -> list[dict[str, Any]]:
        return [_in_its_zones(_by_its_name(service, region), region) for service in original(account, region)]

    return staticmethod(collect)


def _by_the_values_of_a_filter(original: Callable[..., Any]) -> Any:
    """Fix the parameter name of filter values: moto reads them under a name that requests do not use."""

    def filtered(names: list[str], filters: list[dict[str, Any]], services: list[dict[str, Any]]) -> list[Any]:
        found: list[Any] = original(names, [each | {"Value": each.get("Values", [])} for each in filters], services)
        return found

    return staticmethod(filtered)


def _by_its_name(service: dict[str, Any], region: str) -> dict[str, Any]:
    name = service["ServiceName"]
    if region.startswith("cn-") and name.removeprefix(f"com.amazonaws.{region}.") in CHINESE_NAMES:
        return service | {"ServiceName": f"cn.{name}"}
    return service


def _in_its_zones(service: dict[str, Any], region: str) -> dict[str, Any]:
    if not service["ServiceName"].endswith(tuple(f".{name}" for name in ABSENT_IN_A_LIMITED_ZONE)):
        return service
    zones = [zone for zone in service["AvailabilityZones"] if zone != limited_zone(region)]
    return service | {"AvailabilityZones": zones}


def _only_where_offered(original: Callable[..., Any]) -> Callable[..., Any]:
    def create_vpc_endpoint(
        backend: Any, vpc_id: str, service_name: str, endpoint_type: str | None, *values: Any, **more: Any
    ) -> Any:
        if (endpoint_type or "").lower() == "interface":
            for subnet in more.get("subnet_ids") or []:
                if _zone_of(backend, subnet) not in _zones_of(backend, service_name):
                    raise InvalidParameterError(NO_ENDPOINT.format(service=service_name, subnet=subnet))
        return original(backend, vpc_id, service_name, endpoint_type, *values, **more)

    return create_vpc_endpoint


def _zone_of(backend: Any, subnet: str) -> str:
    return str(backend.get_subnet(subnet).availability_zone)


def _zones_of(backend: Any, service: str) -> set[str]:
    """The zones of an endpoint service; InvalidServiceName if there is no service of that name."""
    answer = backend.describe_vpc_endpoint_services([service], [], None, None, backend.region_name)
    details = answer["servicesDetails"]
    return {zone for each in details if _is_interface(each) for zone in each["AvailabilityZones"]}


def _is_interface(service: dict[str, Any]) -> bool:
    return any(kind["ServiceType"] == "Interface" for kind in service["ServiceType"])


def _only_where_lambda_is(original: Callable[..., Any]) -> Callable[..., Any]:
    def create_function(backend: Any, spec: dict[str, Any]) -> Any:
        _require_lambda_in_zones(backend, spec)
        return original(backend, spec)

    return create_function


def _still_where_lambda_is(original: Callable[..., Any]) -> Callable[..., Any]:
    def update_function_configuration(backend: Any, name: str, qualifier: str, body: dict[str, Any]) -> Any:
        _require_lambda_in_zones(backend, body)
        return original(backend, name, qualifier, body)

    return update_function_configuration


def _require_lambda_in_zones(backend: Any, spec: dict[str, Any]) -> None:
    subnets = (spec.get("VpcConfig") or {}).get("SubnetIds") or []
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    try:
        zones = {_zone_of(ec2, subnet) for subnet in subnets}
    except InvalidSubnetIdError as error:
        raise InvalidParameterValueException(NO_SUBNET.format(message=error.message)) from None
    if not all(has_lambda(zone, backend.region_name) for zone in zones):
        raise InvalidParameterValueException(NO_LAMBDA)
