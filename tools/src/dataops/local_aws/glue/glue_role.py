"""Glue's steps in the role of a job or crawler before the work begins: each needs a permission of that role."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from dataops.local_aws.access.call_resources import Scope, named
from dataops.local_aws.access.caller import Caller
from dataops.local_aws.access.identity import AccessDeniedError, require
from dataops.local_aws.access.network import of_connections, require_setup_of_glue
from dataops.local_aws.access.roles import as_service
from dataops.local_aws.server.client import LocalAws

# The managed policy AWSGlueServiceRole has them for connections into a VPC.
LOOKING = ("NetworkInterfaces", "RouteTables", "SecurityGroups", "Subnets", "VpcEndpoints")
INTERFACE_TAGS = ["aws-glue-service-resource"]


class UntrustedRoleError(Exception):
    """Glue may not assume the role of a job."""


def session_of_run(aws: LocalAws, job: dict[str, Any], run: str, connections: Iterable[str]) -> Caller:
    """The session in which Glue works for a run of a job.

    CreateJob takes any role; a role that does not trust Glue fails each run, with this sentence:
    aws-solutions-library-samples/data-lakes-on-aws#312.
    """
    try:
        return session_of(aws, "job", job["Name"], job["Role"], connections)
    except AccessDeniedError as error:
        said = f"Role {error.resource} should be given assume role permissions for Glue Service."
        raise UntrustedRoleError(
            f"JobName:{job['Name']} and JobRunId:{run} failed to execute with exception {said}"
        ) from error


def session_of(aws: LocalAws, kind: str, name: str, role: str, connections: Iterable[str] = ()) -> Caller:
    """The session in which Glue works for a `job` or a `crawler`; AccessDeniedError if its role does not trust Glue."""
    scope = Scope(aws.account, aws.region)
    arn = named(f"arn:aws:iam::{aws.account}:role/", role)
    session = as_service("glue", arn, scope.arn("glue", f"{kind}/{name}"), aws.region)
    return replace(session, network=of_connections(aws.account, aws.region, connections))


def require_setup(aws: LocalAws, session: Caller, connections: Iterable[str], security: str | None) -> None:
    """Raise AccessDeniedError unless the role may read its settings and create interfaces in its connections' subnets.

    NetworkSetupError if Glue cannot work in that network.
    """
    scope = Scope(aws.account, aws.region)
    if security:
        require(session, "glue:GetSecurityConfiguration", "*")
    for name in connections:
        for part in ("catalog", f"connection/{name}"):
            require(session, "glue:GetConnection", scope.arn("glue", part))
        found = scope.backend("glue").connections.get(name)
        where = found.connection_input.get("PhysicalConnectionRequirements", {}) if found else {}
        if where.get("SubnetId"):
            _require_interface(scope, session, where)
    require_setup_of_glue(session.network)


def _require_interface(scope: Scope, session: Caller, where: dict[str, Any]) -> None:
    for what in LOOKING:
        require(session, f"ec2:Describe{what}", "*")
    interface = scope.arn("ec2", "network-interface/*")
    groups = [scope.arn("ec2", f"security-group/{group}") for group in where.get("SecurityGroupIdList", [])]
    for arn in (interface, scope.arn("ec2", f"subnet/{where['SubnetId']}"), *groups):
        require(session, "ec2:CreateNetworkInterface", arn)
    require(session, "ec2:CreateTags", interface, **{"aws:TagKeys": INTERFACE_TAGS})
    require(session, "ec2:DeleteNetworkInterface", interface)
