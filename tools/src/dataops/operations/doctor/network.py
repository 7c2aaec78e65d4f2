"""Checks the network: zones and quotas for a new VPC, or whether an existing one lets jobs and Lambdas reach AWS."""

from typing import Any

from dataops.operations.doctor.check import Check
from dataops.operations.doctor.finding import Finding, fails, fine, look
from dataops.operations.doctor.needs import Needs
from dataops.operations.doctor.quotas import RAISE, quota
from dataops.operations.doctor.reading import Reader
from dataops.operations.doctor.taken_names import tags_in

# modules/environment/network.tf creates subnets in two zones.
ZONES = 2
# Lambda puts interfaces into each subnet, and a Glue worker takes an address: AWS keeps five of each subnet.
ADDRESSES_OF_A_LAMBDA = 2
UNKNOWN_VPC = (
    "InvalidVpcID.NotFound",
    "InvalidSubnetID.NotFound",
    "InvalidVpcID.Malformed",
    "InvalidSubnetID.Malformed",
)
INTERFACE, GATEWAY = "Interface", "Gateway"


def filters(**given: str) -> list[dict[str, Any]]:
    """Return filters for EC2."""
    return [{"Name": name.replace("_", "-"), "Values": [value]} for name, value in given.items()]


def read_room(needs: Needs, reader: Reader) -> dict[str, Any]:
    """Read the existing VPCs and gateway endpoints, and their quotas."""
    return {
        "vpcs": reader.ask_all("ec2", "DescribeVpcs", "Vpcs"),
        "endpoints": reader.ask_all("ec2", "DescribeVpcEndpoints", "VpcEndpoints"),
        "most_vpcs": quota(reader, "vpc", "L-F678F1CE"),
        "most_gateways": quota(reader, "vpc", "L-1B52E74A"),
        "most_interfaces": quota(reader, "vpc", "L-29B6F2EB"),
    }


def check_room(needs: Needs, found: dict[str, Any]) -> list[Finding]:
    """Check whether one more VPC with its endpoints fits the quotas, unless it exists."""
    if any(needs.is_own(tags_in(vpc.get("Tags"))) for vpc in found["vpcs"]):
        return [fine(f"the VPC of {needs.environment} exists already")]
    gateways = sum(endpoint["VpcEndpointType"] == GATEWAY for endpoint in found["endpoints"])
    new = needs.capacity
    wanted = [
        ("VPCs", len(found["vpcs"]), 1, found["most_vpcs"], "L-F678F1CE"),
        ("gateway endpoints", gateways, len(new["gateway_endpoints"]), found["most_gateways"], "L-1B52E74A"),
        ("interface endpoints in one VPC", 0, len(new["interface_endpoints"]), found["most_interfaces"], "L-29B6F2EB"),
    ]
    short = [
        fails(
            f"{needs.region} has {there} of {most:.0f} {what}; {needs.environment} makes {made}.",
            f"{RAISE.format(service='VPC', code=code)} Or name an existing VPC under `network` in project.yaml.",
        )
        for what, there, made, most, code in wanted
        if most is not None and there + made > most
    ]
    known = f"{found['most_vpcs']:.0f}" if found["most_vpcs"] is not None else "an unknown number"
    return short or [fine(f"{len(found['vpcs'])} of {known} VPCs; room for one more with its endpoints")]


def read_zones(needs: Needs, reader: Reader) -> dict[str, Any]:
    """Read the region's zones with their ids, and the zones of each service that Terraform needs."""
    own = filters(state="available", zone_type="availability-zone")
    zones = reader.ask("ec2", "DescribeAvailabilityZones", Filters=own)["AvailabilityZones"]
    services = reader.ask_all(
        "ec2", "DescribeVpcEndpointServices", "ServiceDetails", Filters=filters(service_type=INTERFACE)
    )
    ends = {f".{needs.region}.{name}": name for name in asked_services(needs)}
    offered = {
        name: service.get("AvailabilityZones", [])
        for service in services
        for end, name in ends.items()
        if service["ServiceName"].endswith(f"com.amazonaws{end}")
    }
    return {"zones": {zone["ZoneName"]: zone["ZoneId"] for zone in zones}, "services": offered}


def asked_services(needs: Needs) -> list[str]:
    """Return each service with an endpoint, and Lambda: where its endpoint is missing, Lambda is missing too."""
    return [*needs.capacity["interface_endpoints"], "lambda"]


def check_zones(needs: Needs, found: dict[str, Any]) -> list[Finding]:
    """Check that two zones have Lambda and every service of the VPC's endpoints."""
    elsewhere = "Name an existing VPC under `network` in project.yaml, or another region."
    missing = [name for name in asked_services(needs) if name not in found["services"]]
    if missing:
        return [fails(f"{needs.region} has no endpoint service {', '.join(missing)}.", elsewhere)]
    lacking = {zone: lacking_in(needs, zone, name, found["services"]) for zone, name in found["zones"].items()}
    usable = [zone for zone, names in lacking.items() if not names]
    without = "; ".join(f"{zone} lacks {', '.join(names)}" for zone, names in lacking.items() if names)
    if len(usable) < ZONES:
        why = without or "there are no more zones"
        says = f"{ZONES} zones with every service are needed, {needs.region} has {len(usable)}: {why}."
        return [fails(says, elsewhere)]
    return [fine(f"{', '.join(usable)}{f'; not used: {without}' if without else ''}")]


def lacking_in(needs: Needs, zone: str, zone_id: str, services: dict[str, list[str]]) -> list[str]:
    """Return the services that a zone lacks; a service that names no zone excludes none."""
    names = [name for name, offered in services.items() if offered and zone not in offered]
    is_known = zone_id in needs.capacity["zones_without_lambda"]
    return [*names, "lambda"] if is_known and "lambda" not in names else names


def read_vpc(needs: Needs, reader: Reader) -> dict[str, Any]:
    """Read an existing VPC: DNS, subnets, routes, endpoints."""
    network = needs.existing_network or {}
    vpc = network["vpc"]
    found: dict[str, Any] = {"vpc": reader.ask("ec2", "DescribeVpcs", UNKNOWN_VPC, VpcIds=[vpc])}
    if found["vpc"] is None:
        return found
    for attribute, answer in (("enableDnsSupport", "EnableDnsSupport"), ("enableDnsHostnames", "EnableDnsHostnames")):
        value = reader.ask("ec2", "DescribeVpcAttribute", VpcId=vpc, Attribute=attribute)
        found[attribute] = value[answer]["Value"]
    subnets = reader.ask("ec2", "DescribeSubnets", UNKNOWN_VPC, SubnetIds=sorted(network["subnets"]))
    found["subnets"] = (subnets or {"Subnets": []})["Subnets"]
    found["routes"] = reader.ask_all("ec2", "DescribeRouteTables", "RouteTables", Filters=filters(vpc_id=vpc))
    found["endpoints"] = reader.ask_all("ec2", "DescribeVpcEndpoints", "VpcEndpoints", Filters=filters(vpc_id=vpc))
    return found


def check_vpc(needs: Needs, found: dict[str, Any]) -> list[Finding]:
    """Check everything that Glue and Lambda refuse, or wait for without end, in an existing VPC."""
    network = needs.existing_network or {}
    correct = "Correct `network` in project.yaml."
    if not (found["vpc"] or {}).get("Vpcs"):
        return [fails(f"There is no VPC {network['vpc']} in {needs.region}.", correct)]
    there = {subnet["SubnetId"]: subnet for subnet in found["subnets"] if subnet["VpcId"] == network["vpc"]}
    missing = [name for name in network["subnets"] if name not in there]
    findings = [fails(f"{network['vpc']} has no subnet {name}.", correct) for name in missing]
    switch = f"aws ec2 modify-vpc-attribute --vpc-id {network['vpc']}"
    if not found["enableDnsSupport"]:
        says = f"{network['vpc']} has DNS resolution switched off: no name of AWS is found there."
        findings.append(fails(says, f"{switch} --enable-dns-support"))
    if not found["enableDnsHostnames"]:
        says = f"{network['vpc']} has DNS hostnames switched off: private DNS of endpoints does not work there."
        outcome = look if all(leads_out(table_of(subnet, found["routes"])) for subnet in there.values()) else fails
        findings.append(outcome(says, f"{switch} --enable-dns-hostnames"))
    for subnet in there.values():
        findings += check_subnet(needs, subnet, found)
    return findings or [fine(f"{network['vpc']}: DNS on, every subnet has room and a way to each service")]


def check_subnet(needs: Needs, subnet: dict[str, Any], found: dict[str, Any]) -> list[Finding]:
    """Check a subnet: it needs a path to every service, and free addresses."""
    name, table = subnet["SubnetId"], table_of(subnet, found["routes"])
    findings = []
    if subnet.get("AvailabilityZoneId") in needs.capacity["zones_without_lambda"]:
        says = f"Subnet {name} is in {subnet['AvailabilityZoneId']}, where Lambda is not."
        findings.append(fails(says, "Name subnets of other zones under `network` in project.yaml."))
    lacking = [] if leads_out(table) else services_without_a_way(needs, subnet, table, found["endpoints"])
    if "s3" in lacking:
        advice = "Add a gateway endpoint for S3 to its route table, or a route through a NAT gateway."
        findings.append(fails(f"Subnet {name} has no way to S3: Glue refuses to start there.", advice))
    others = [service for service in lacking if service != "s3"]
    if others:
        advice = "Add endpoints with private DNS for them to this VPC, or a route through a NAT gateway."
        findings.append(
            fails(f"Subnet {name} has no way to {', '.join(others)}: calls there wait until they time out.", advice)
        )
    workers = needs.entry["workers"] * len(needs.datasets)
    wanted = workers + ADDRESSES_OF_A_LAMBDA * len(needs.capacity["lambdas"])
    free = subnet["AvailableIpAddressCount"]
    if free < needs.entry["workers"]:
        findings.append(
            fails(
                f"Subnet {name} has {free} free addresses; one run takes {needs.entry['workers']}.",
                "Name a larger subnet.",
            )
        )
    elif free < wanted:
        says = f"Subnet {name} has {free} free addresses; all jobs and Lambdas together take up to {wanted}."
        findings.append(look(says, "Name a larger subnet, or expect jobs to wait when many datasets run at once."))
    return findings


def table_of(subnet: dict[str, Any], tables: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the subnet's own route table, or the VPC's main one."""
    pairs = [(link, table) for table in tables for link in table.get("Associations", [])]
    own = [table for link, table in pairs if link.get("SubnetId") == subnet["SubnetId"]]
    return (own or [table for link, table in pairs if link.get("Main")] or [{}])[0]


def leads_out(table: dict[str, Any]) -> bool:
    """Return whether a default route lets private addresses out; an internet gateway does not."""
    ways = (
        "NatGatewayId",
        "TransitGatewayId",
        "InstanceId",
        "NetworkInterfaceId",
        "VpcPeeringConnectionId",
        "LocalGatewayId",
    )
    everywhere = [route for route in table.get("Routes", []) if route.get("DestinationCidrBlock") == "0.0.0.0/0"]
    return any(route.get(way) for route in everywhere for way in ways) or any(
        str(route.get("GatewayId", "")).startswith("vgw-") for route in everywhere
    )


def services_without_a_way(
    needs: Needs, subnet: dict[str, Any], table: dict[str, Any], endpoints: list[dict[str, Any]]
) -> list[str]:
    """Return services with neither a gateway endpoint in the route table nor an interface endpoint with private DNS."""
    reached = set()
    for endpoint in endpoints:
        name = endpoint["ServiceName"].rpartition(".")[2]
        in_table = table.get("RouteTableId") in endpoint.get("RouteTableIds", [])
        if (endpoint["VpcEndpointType"] == GATEWAY and in_table) or endpoint.get("PrivateDnsEnabled"):
            reached.add(name)
    return [
        name
        for name in (*needs.capacity["gateway_endpoints"], *needs.capacity["interface_endpoints"])
        if name not in reached
    ]


def read_guard(needs: Needs, reader: Reader) -> list[dict[str, Any]]:
    """Read the features of GuardDuty's detectors."""
    detectors = reader.ask_all("guardduty", "ListDetectors", "DetectorIds")
    return [
        feature
        for name in detectors
        for feature in reader.ask("guardduty", "GetDetector", DetectorId=name).get("Features", [])
    ]


def check_guard(needs: Needs, features: list[dict[str, Any]]) -> list[Finding]:
    """Check runtime monitoring, which creates an endpoint and a security group of its own in every VPC."""
    watching = [each for each in features if each["Name"] in ("RUNTIME_MONITORING", "EKS_RUNTIME_MONITORING")]
    if not any(each["Status"] == "ENABLED" for each in watching):
        return [fine("GuardDuty puts nothing into the VPC")]
    says = "GuardDuty's runtime monitoring puts an endpoint and a security group into the VPC."
    return [
        look(
            says,
            "Before `make destroy`, exclude this VPC there, or remove both: AWS deletes no VPC that holds them.",
        )
    ]


CHECKS = [
    Check("room for a VPC", read_room, check_room, lambda needs: needs.own_network),
    Check("zones", read_zones, check_zones, lambda needs: needs.own_network),
    Check("existing VPC", read_vpc, check_vpc, lambda needs: needs.existing_network is not None),
    Check("GuardDuty", read_guard, check_guard, lambda needs: needs.own_network),
]
