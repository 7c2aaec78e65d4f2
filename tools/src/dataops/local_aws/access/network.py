"""Limits what a function, job or crawler in a VPC reaches: services with an endpoint there, or all through NAT.

Amazon VPC User Guide, "Gateway endpoints", and AWS PrivateLink Guide, "Access AWS services through AWS PrivateLink":
a gateway endpoint works through the route tables that it is associated with, an interface endpoint with private DNS
takes the service's own name everywhere in its VPC, and security groups count on both sides. A connection
that AWS would leave without an answer is refused at once here: the client reports that it could not connect.
"""

import ipaddress
import logging
import socket
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from moto.ec2.models import ec2_backends
from moto.glue.models import glue_backends

from dataops.local_aws.access.permission import Request, effects

log = logging.getLogger("network")
# By the last part of an endpoint service's name: boto3's name of the service in AWS_ENDPOINT_URL_<SERVICE>.
SERVICES = {
    "athena": "ATHENA",
    "codebuild": "CODEBUILD",
    "codepipeline": "CODEPIPELINE",
    "dynamodb": "DYNAMODB",
    "ec2": "EC2",
    "events": "EVENTBRIDGE",
    "glue": "GLUE",
    "kms": "KMS",
    "lakeformation": "LAKEFORMATION",
    "lambda": "LAMBDA",
    "logs": "CLOUDWATCH_LOGS",
    "monitoring": "CLOUDWATCH",
    "s3": "S3",
    "secretsmanager": "SECRETS_MANAGER",
    "sns": "SNS",
    "sqs": "SQS",
    "sts": "STS",
    "xray": "XRAY",
}
GATEWAYS = ("dynamodb", "s3")
TLS = 443
ANYWHERE = "0.0.0.0/0"
# AWS Glue Developer Guide, "Troubleshooting connection issues in AWS Glue": the errors of a connection's network.
NO_S3 = (
    "VPC S3 endpoint validation failed for SubnetId: {subnet}. VPC: {vpc}. "
    "Reason: Could not find S3 endpoint or NAT gateway for subnetId: {subnet} in Vpc {vpc}"
)
NO_INGRESS = (
    "At least one security group must open all ingress ports. To limit traffic, the source security group "
    "in your inbound rule can be restricted to the same security group"
)


class NetworkSetupError(Exception):
    """Glue cannot start in this network."""


@dataclass(frozen=True)
class Network:
    """The network of a workload: its subnets and the security groups of its network interfaces."""

    account: str
    region: str
    subnets: tuple[str, ...]
    groups: tuple[str, ...]

    @property
    def ec2(self) -> Any:
        """The moto backend of the account's networks."""
        return ec2_backends[self.account][self.region]

    @property
    def vpc(self) -> str:
        """The VPC of the subnets."""
        return str(self.ec2.get_subnet(self.subnets[0]).vpc_id)


@dataclass(frozen=True)
class Way:
    """The way to reach a service: an endpoint, or None for a NAT route; `missing` is the reason if there is neither."""

    service: str
    endpoint: Any = None
    missing: str = ""


def of_function(function: Any) -> Network | None:
    """The network of a function; None outside a VPC."""
    configuration = function.vpc_config or {}
    if not configuration.get("SubnetIds"):
        return None
    groups = tuple(configuration.get("SecurityGroupIds") or ())
    return Network(function.account_id, function.region, tuple(configuration["SubnetIds"]), groups)


def of_connections(account: str, region: str, names: Iterable[str]) -> Network | None:
    """The network of a job or crawler: that of its first Glue connection with a subnet."""
    known = glue_backends[account][region].connections
    for name in names:
        requirements = known[name].connection_input.get("PhysicalConnectionRequirements", {}) if name in known else {}
        if requirements.get("SubnetId"):
            return Network(
                account, region, (requirements["SubnetId"],), tuple(requirements.get("SecurityGroupIdList", ()))
            )
    return None


def ways(network: Network) -> dict[str, Way]:
    """The reachable services, by the name of their endpoint service."""
    return {service: way for service in SERVICES if not (way := _way(network, service)).missing}


def environment(network: Network | None, address: str) -> dict[str, str]:
    """The environment variables with which AWS clients reach the services of a network and no others."""
    if network is None:
        return {}
    addresses = {f"AWS_ENDPOINT_URL_{SERVICES[service]}": address for service in ways(network)}
    return {"AWS_ENDPOINT_URL": nowhere(), **addresses}


def describe(who: str, network: Network | None) -> None:
    """Log the unreachable services: the first thing to check if a client could not connect."""
    missing = defaultdict(list)
    for way in (_way(network, service) for service in SERVICES if network):
        missing[way.missing].append(way.service)
    for reason in missing.keys() - {""}:
        log.info("%s does not reach %s: %s", who, ", ".join(missing[reason]), reason)


def refused_by_endpoint(network: Network | None, service: str, request: Request) -> str | None:
    """The reason why the policy of a request's VPC endpoint denies it, in AWS's words; None if it does not.

    IAM User Guide, "Troubleshoot access denied error messages".
    """
    endpoint = _endpoint_to(network, service) if network else None
    if endpoint is None:
        return None
    found = effects([endpoint.policy_document], request)
    if "Deny" in found:
        return "with an explicit deny in a VPC endpoint policy"
    return None if found else f"because no VPC endpoint policy allows the {request.action} action"


def require_setup_of_glue(network: Network | None) -> None:
    """Raise NetworkSetupError if Glue refuses to run a job or crawler in a connection's network."""
    if network is None:
        return
    if not any(_is_open_to_itself(network, group) for group in network.groups):
        raise NetworkSetupError(NO_INGRESS)
    for subnet in network.subnets:
        one = Network(network.account, network.region, (subnet,), network.groups)
        if not (_gateway(one, "s3") or _interface(one, "s3") or _has_nat(one)):
            raise NetworkSetupError(NO_S3.format(subnet=subnet, vpc=network.vpc))


@cache
def nowhere() -> str:
    """An address without a listener for the lifetime of this process."""
    _reserved.bind(("127.0.0.1", 0))
    return f"http://127.0.0.1:{_reserved.getsockname()[1]}"


_reserved = socket.socket()


def _way(network: Network, service: str) -> Way:
    """The way to reach a service; a private DNS name or a route to an endpoint excludes every other way."""
    endpoint = _endpoint_to(network, service)
    if endpoint is not None:
        missing = _missing_rule(network, endpoint)
        return Way(service, endpoint, missing and f"{endpoint.id} lacks {missing}")
    if not _has_nat(network):
        return Way(service, missing=f"{network.vpc} has no such endpoint")
    return Way(service, missing="" if _may_leave(network) else "its security groups let nothing out to the internet")


def _endpoint_to(network: Network, service: str) -> Any | None:
    return _interface(network, service) or (_gateway(network, service) if service in GATEWAYS else None)


def _interface(network: Network, service: str) -> Any | None:
    """The interface endpoint that takes over the service's own name in the VPC."""
    vpc = network.ec2.vpcs[network.vpc]
    if not (_is_on(vpc.enable_dns_support) and _is_on(vpc.enable_dns_hostnames)):
        return None
    return _endpoint(network, service, "interface", lambda each: _is_on(each.private_dns_enabled))


def _gateway(network: Network, service: str) -> Any | None:
    """The gateway endpoint that the route tables of all subnets lead to."""
    tables = {_route_table(network, subnet).id for subnet in network.subnets}
    return _endpoint(network, service, "gateway", lambda each: tables <= set(each.route_table_ids))


def _endpoint(network: Network, service: str, kind: str, fits: Any) -> Any | None:
    for each in list(network.ec2.vpc_end_points.values()):
        is_it = (
            each.service_name.rpartition(".")[2] == service and (each.vpc_endpoint_type or "gateway").lower() == kind
        )
        if is_it and each.vpc_id == network.vpc and each.state == "available" and fits(each):
            return each
    return None


def _route_table(network: Network, subnet: str) -> Any:
    tables = [table for table in list(network.ec2.route_tables.values()) if table.vpc_id == network.vpc]
    own = (table for table in tables if subnet in table._associations.values())
    main = (table for table in tables if table.main_association_id)
    return next(own, None) or next(main)


def _has_nat(network: Network) -> bool:
    """Whether every subnet has a NAT route; an internet gateway does not help an interface without a public address."""
    return all(any(_leads_out(route) for route in _route_table(network, each).routes) for each in network.subnets)


def _leads_out(route: Any) -> bool:
    ways_out = (route.nat_gateway, route.transit_gateway, route.instance, route.interface, route.vpc_pcx)
    return route.destination_cidr_block == ANYWHERE and any(ways_out)


def _missing_rule(network: Network, endpoint: Any) -> str:
    """The security group rule that is missing for TLS to an endpoint."""
    if endpoint.destination_prefix_list_id:
        passes = _may_leave(network, prefix_list=endpoint.destination_prefix_list_id)
        return "" if passes else "egress to its prefix list"
    ec2 = network.ec2
    addresses = [ec2.enis[name].private_ip_address for name in endpoint.network_interface_ids if name in ec2.enis]
    if not _may_leave(network, groups=endpoint.security_group_ids, addresses=addresses):
        return "egress to its security group"
    ranges = [ec2.get_subnet(subnet).cidr_block for subnet in network.subnets]
    rules = _rules(network, endpoint.security_group_ids, "ingress_rules")
    passes = any(_is_for(rule, network.groups, ranges, None) for rule in rules)
    return "" if passes else "ingress of its security group"


def _may_leave(
    network: Network, groups: Iterable[str] = (), addresses: Iterable[str] = (), prefix_list: str | None = None
) -> bool:
    rules = _rules(network, network.groups, "egress_rules")
    blocks = [f"{address}/32" for address in addresses] or [ANYWHERE]
    return any(_is_for(rule, groups, blocks, prefix_list) for rule in rules)


def _rules(network: Network, groups: Iterable[str], direction: str) -> list[Any]:
    found = (network.ec2.get_security_group_from_id(group) for group in groups)
    return [rule for group in found if group for rule in getattr(group, direction) if _is_of_tls(rule)]


def _is_of_tls(rule: Any) -> bool:
    return rule.ip_protocol == "-1" or (rule.ip_protocol == "tcp" and rule.from_port <= TLS <= rule.to_port)


def _is_for(rule: Any, groups: Iterable[str], targets: list[str], prefix_list: str | None) -> bool:
    if prefix_list and rule.prefix_list_id == prefix_list:
        return True
    if rule.source_group and rule.source_group.get("GroupId") in set(groups):
        return True
    block = str(rule.ip_range.get("CidrIp", ""))
    return block != "" and all(_holds(block, target) for target in targets)


def _holds(block: str, target: str) -> bool:
    return ipaddress.ip_network(target).subnet_of(ipaddress.ip_network(block))  # type: ignore[arg-type]


def _is_open_to_itself(network: Network, group: str) -> bool:
    """Whether a security group allows all TCP ports to itself, as Glue's driver and workers need."""
    rules = getattr(network.ec2.get_security_group_from_id(group), "ingress_rules", [])
    return any(
        rule.ip_protocol == "-1" or (rule.ip_protocol == "tcp" and rule.from_port == 0 and rule.to_port == 65535)
        for rule in rules
        if rule.source_group.get("GroupId") == group or rule.ip_range.get("CidrIp") == ANYWHERE
    )


def _is_on(value: Any) -> bool:
    return str(value).lower() == "true"
