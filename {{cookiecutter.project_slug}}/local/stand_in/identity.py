"""What a role may do: its policies and its boundary, as they were applied."""

from typing import Any

from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends

from local.stand_in.caller import Caller, root_of
from local.stand_in.permission import Document, Request, effects, may


class AccessDeniedError(Exception):
    """Somebody may not do what they have asked for."""

    def __init__(self, who: str, action: str, resource: str) -> None:
        super().__init__(f"User: {who} is not authorized to perform: {action} on resource: {resource}")


def require(caller: Caller, action: str, resource: str, **context: Any) -> None:
    """AccessDeniedError unless the caller's policies allow it; an account itself may do anything in it."""
    request = Request(action, resource, caller.names, {**caller.context, **context})
    if caller.role and not role_may(caller.role, request):
        raise AccessDeniedError(caller.arn, action, resource)


def role_may(arn: str, request: Request) -> bool:
    """Whether the policies of a role let it do something."""
    role = role_of(arn)
    return role is not None and may([*role.policies.values(), *_attached(role)], _boundary(role), request)


def require_role(caller: Caller, role: str) -> None:
    """AccessDeniedError unless the caller may take a role: its trust decides, and the caller's own policies with it."""
    if not is_trusted(role, caller.names, caller.context):
        raise AccessDeniedError(caller.arn, "sts:AssumeRole", role)
    account = frozenset({caller.account, root_of(caller.account)})
    # A role that trusts one of its own account by name needs no more; one that trusts an account leaves it to that.
    if not (role.split(":")[4] == caller.account and is_trusted(role, caller.names - account, caller.context)):
        require(caller, "sts:AssumeRole", role)


def is_trusted(role: str, names: frozenset[str], context: dict[str, Any]) -> bool:
    """Whether a role's trust policy lets somebody take it."""
    found = role_of(role)
    request = Request("sts:AssumeRole", names=names, context=context)
    return found is not None and effects([found.assume_role_policy_document], request) == {"Allow"}


def role_of(arn: str) -> Any | None:
    """The role of an ARN, as moto keeps it."""
    try:
        return iam_backends[arn.split(":")[4]]["aws"].get_role_by_arn(arn)
    except NotFoundException:
        return None


def _attached(role: Any) -> list[Document]:
    return [_document(policy) for policy in role.managed_policies.values()]


def _boundary(role: Any) -> Document:
    """None without a boundary; one that is not there bounds everything."""
    if not role.permissions_boundary_arn:
        return None
    policies = iam_backends[role.account_id]["aws"].managed_policies
    bound = policies.get(role.permissions_boundary_arn)
    return _document(bound) if bound else {"Statement": []}


def _document(policy: Any) -> Document:
    document: str = next(version.document for version in policy.versions if version.is_default)
    return document
