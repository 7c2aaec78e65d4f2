"""Takes roles as AWS's own services do: only those that trust the service, for the resource that it acts for."""

from typing import Any
from uuid import uuid4

from moto.sts.models import sts_backends

from local.stand_in.caller import Caller
from local.stand_in.identity import AccessDeniedError, is_trusted


def as_service(service: str, role: str, resource: str, region: str) -> Caller:
    """The session in which `codebuild` or another service acts by a role; AccessDeniedError where it is not trusted."""
    account = resource.split(":")[4]
    known: dict[str, Any] = {"aws:SourceArn": resource, "aws:SourceAccount": account}
    if not is_trusted(role, frozenset({f"{service}.amazonaws.com"}), known):
        raise AccessDeniedError(f"{service}.amazonaws.com", "sts:AssumeRole", role)
    owner = role.split(":")[4]
    return Caller(owner, region, f"arn:aws:sts::{owner}:assumed-role/{role.rpartition('/')[2]}/{service}", role)


def credentials(session: Caller, name: str) -> dict[str, str]:
    """Environment variables with which a process acts in a session."""
    assert session.role
    given = sts_backends[session.account]["aws"].assume_role(
        region_name=session.region,
        role_session_name=f"{name}-{uuid4()}"[:64],
        role_arn=session.role,
        policy="",
        duration=3600,
        external_id="",
    )
    return {
        "AWS_ACCESS_KEY_ID": given.access_key_id,
        "AWS_SECRET_ACCESS_KEY": str(given.secret_access_key),
        "AWS_SESSION_TOKEN": given.session_token,
        "AWS_REGION": session.region,
        "AWS_DEFAULT_REGION": session.region,
    }
