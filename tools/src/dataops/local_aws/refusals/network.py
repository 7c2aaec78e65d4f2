"""Amazon EC2: how many networks there may be, how large, and what a group's description or an endpoint needs."""

import ipaddress
import re
from typing import Any

from dataops.local_aws.account import account_profile
from dataops.local_aws.refusals.call import Call, Rules, refuse

# EC2 API Reference, CreateSecurityGroup, GroupDescription; the same characters for the description of a rule.
DESCRIPTION = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}")
CHARACTERS = "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"


def region_has_room_for_a_network(call: Call) -> None:
    """Amazon VPC user guide, "Amazon VPC quotas"."""
    if len(call.held("ec2").vpcs) >= account_profile.current().vpcs_per_region:
        refuse("VpcLimitExceeded", "The maximum number of VPCs has been reached.")


def network_has_a_size(call: Call) -> None:
    """EC2 API Reference, CreateVpc and CreateSubnet: between /16 and /28."""
    block, kind = call.given.get("CidrBlock"), "Vpc" if call.operation == "CreateVpc" else "Subnet"
    if block and not 16 <= ipaddress.ip_network(block, strict=False).prefixlen <= 28:
        refuse(f"Invalid{kind}.Range", f"The CIDR '{block}' is invalid.")


def endpoint_can_have_its_names(call: Call) -> None:
    """EC2 API Reference, CreateVpcEndpoint, PrivateDnsEnabled: both attributes of the network must be true."""
    network = call.held("ec2").vpcs.get(call.given.get("VpcId"))
    if network is None or not call.given.get("PrivateDnsEnabled") or call.given.get("VpcEndpointType") != "Interface":
        return
    if not (_is_on(network.enable_dns_support) and _is_on(network.enable_dns_hostnames)):
        both = "both enableDnsSupport and enableDnsHostnames VPC attributes set to true"
        refuse("InvalidParameter", f"Enabling private DNS requires {both} for {network.id}")


def region_has_room_for_an_endpoint(call: Call) -> None:
    """Amazon VPC user guide, "Amazon VPC quotas": interface endpoints per VPC, gateway endpoints per region.

    The code is of EC2's list of error codes; the sentence is ours, after that of VpcLimitExceeded.
    """
    profile, kind = account_profile.current(), call.given.get("VpcEndpointType") or "Gateway"
    endpoints = [each for each in call.held("ec2").vpc_end_points.values() if each.state != "deleted"]
    same = [each for each in endpoints if (each.vpc_endpoint_type or "Gateway") == kind]
    here = [each for each in same if each.vpc_id == call.given.get("VpcId")]
    if kind == "Interface" and len(here) >= profile.interface_endpoints_per_vpc:
        refuse("VpcEndpointLimitExceeded", "The maximum number of VPC endpoints has been reached.")
    if kind == "Gateway" and len(same) >= profile.gateway_endpoints_per_region:
        refuse("VpcEndpointLimitExceeded", "The maximum number of VPC endpoints has been reached.")


def description_can_be_written(call: Call) -> None:
    """Neither an apostrophe nor a letter beyond ASCII."""
    for text in _descriptions(call.given):
        if not DESCRIPTION.fullmatch(text):
            what = "security group" if call.operation == "CreateSecurityGroup" else "rule"
            rule = f"Valid descriptions are strings less than 256 characters from the following set:  {CHARACTERS}"
            refuse("InvalidParameterValue", f"Invalid {what} description. {rule}")


def _descriptions(given: dict[str, Any]) -> list[str]:
    found = [given.get("Description")]
    for permission in given.get("IpPermissions") or []:
        for kind in ("IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs"):
            found += [each.get("Description") for each in permission.get(kind) or []]
    return [text for text in found if text]


def _is_on(value: Any) -> bool:
    return str(value).lower() == "true"


REFUSALS: Rules = {
    "CreateVpc": (region_has_room_for_a_network, network_has_a_size),
    "CreateSubnet": (network_has_a_size,),
    "CreateVpcEndpoint": (endpoint_can_have_its_names, region_has_room_for_an_endpoint),
    "CreateSecurityGroup": (description_can_be_written,),
    "AuthorizeSecurityGroupIngress": (description_can_be_written,),
    "AuthorizeSecurityGroupEgress": (description_can_be_written,),
}
