"""The ARNs that EC2 calls are evaluated on: existing resources with their own tags, new ones with the request's.

Resource types: Service Authorization Reference, "Actions, resources, and condition keys for Amazon EC2".
"""

import re
from typing import Any

from dataops.local_aws.access.call_resources import ANY, Given, Scope

# The type of a resource by the prefix of its id.
TYPES = {
    "vpc": "vpc",
    "subnet": "subnet",
    "rtb": "route-table",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "vpce": "vpc-endpoint",
    "fl": "vpc-flow-log",
    "eni": "network-interface",
    "acl": "network-acl",
}
IDENTITY = re.compile(rf"(?:{'|'.join(TYPES)})-[0-9a-z]+")
# The resources that a call creates: it is evaluated on a resource that has no id yet.
NEW = {
    "CreateFlowLogs": "vpc-flow-log",
    "CreateNetworkInterface": "network-interface",
    "CreateRouteTable": "route-table",
    "CreateSecurityGroup": "security-group",
    "CreateSubnet": "subnet",
    "CreateVpc": "vpc",
    "CreateVpcEndpoint": "vpc-endpoint",
    "AuthorizeSecurityGroupEgress": "security-group-rule",
    "AuthorizeSecurityGroupIngress": "security-group-rule",
}
# Members with a resource that the call is not evaluated on: the target of a rule, the old routes of an endpoint.
NOT_CHECKED = (
    "IpPermissions",
    "RemoveRouteTableId",
    "RemoveSubnetId",
    "RemoveSecurityGroupId",
    "SecurityGroupRuleId",
)


def existing(scope: Scope, operation: str, given: Given) -> list[str]:
    """The resources of a call that exist already."""
    if operation.startswith("Describe") and operation != "DescribeVpcAttribute":
        return ANY
    if operation == "DisassociateRouteTable":
        given = {"RouteTableId": _associated(scope, given.get("AssociationId"))}
    kept = {name: value for name, value in given.items() if name not in NOT_CHECKED and not name.startswith("Tag")}
    return [scope.arn("ec2", f"{TYPES[each.partition('-')[0]]}/{each}") for each in _identities(kept)]


def new(scope: Scope, operation: str) -> list[str]:
    """The resources that a call creates."""
    return [scope.arn("ec2", f"{NEW[operation]}/*")] if operation in NEW else []


def vpc_of(scope: Scope, arn: str) -> str | None:
    """The ARN of an existing resource's VPC: interfaces, subnets, groups and route tables have `ec2:Vpc`."""
    identity, ec2 = arn.rpartition("/")[2], scope.backend("ec2")
    subnets = {name: subnet for zone in ec2.subnets.values() for name, subnet in zone.items()}
    groups = {name: group for each in ec2.groups.values() for name, group in each.items()}
    interface = ec2.enis.get(identity)
    found = (interface.subnet if interface else None) or subnets.get(identity) or groups.get(identity)
    found = found or ec2.route_tables.get(identity)
    return scope.arn("ec2", f"vpc/{found.vpc_id}") if found else None


def _associated(scope: Scope, association: Any) -> str:
    tables = scope.backend("ec2").route_tables.values()
    return next((str(table.id) for table in tables if association in table.associations), "*")


def _identities(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [found for below in value.values() for found in _identities(below)]
    if isinstance(value, list):
        return [found for below in value for found in _identities(below)]
    return [value] if IDENTITY.fullmatch(str(value)) else []
