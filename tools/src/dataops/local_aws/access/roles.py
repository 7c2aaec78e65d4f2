"""Takes roles as AWS's own services do: only those that trust the service, with the keys that the service sends."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from moto.sts.models import sts_backends

from dataops.local_aws.access.caller import Caller
from dataops.local_aws.access.identity import AccessDeniedError, is_trusted
from dataops.local_aws.access.network import of_function

# Lambda names no source when it takes an execution role: its guide knows none ("Defining Lambda function permissions
# with an execution role"). Glue's guide has aws:SourceAccount, and an ARN of the job or the crawler ("Cross-service
# confused deputy prevention"); CodeBuild's, CodePipeline's and EventBridge's guides have both for what they act for.
WITHOUT_SOURCE = ("lambda",)


def as_service(service: str, role: str, resource: str, region: str) -> Caller:
    """The session in which `codebuild` or another service acts by a role; AccessDeniedError where it is not trusted."""
    account = resource.split(":")[4]
    known: dict[str, Any] = {"aws:PrincipalIsAWSService": "true", "aws:SecureTransport": "true"}
    if service not in WITHOUT_SOURCE:
        known |= {"aws:SourceArn": resource, "aws:SourceAccount": account}
    if not is_trusted(role, frozenset({f"{service}.amazonaws.com"}), known):
        raise AccessDeniedError(f"{service}.amazonaws.com", "sts:AssumeRole", role)
    owner = role.split(":")[4]
    return Caller(owner, region, f"arn:aws:sts::{owner}:assumed-role/{role.rpartition('/')[2]}/{service}", role)


def as_function(function: Any, region: str) -> Caller:
    """The session in which a function acts by its role; its credentials name the function."""
    session = as_service("lambda", function.role, function.function_arn, region)
    keys = {"lambda:SourceFunctionArn": function.function_arn}
    return replace(session, session_keys=keys, network=of_function(function))


def credentials(session: Caller, name: str) -> dict[str, str]:
    """Environment variables with which a process acts in a session of a service, which renews them."""
    assert session.role
    given: Any = sts_backends[session.account]["aws"].assume_role(
        region_name=session.region,
        role_session_name=f"{name}-{uuid4()}"[:64],
        role_arn=session.role,
        policy="",
        duration=3600,
        external_id="",
    )
    given.service, given.session_keys, given.network = True, session.session_keys, session.network
    return {
        "AWS_ACCESS_KEY_ID": given.access_key_id,
        "AWS_SECRET_ACCESS_KEY": str(given.secret_access_key),
        "AWS_SESSION_TOKEN": given.session_token,
        "AWS_REGION": session.region,
        "AWS_DEFAULT_REGION": session.region,
    }
