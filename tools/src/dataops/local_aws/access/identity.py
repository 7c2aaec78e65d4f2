"""What a caller may do: the policies of its role, its boundary and session, and the policy of the resource."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends

from dataops.local_aws.access.caller import Caller, root_of
from dataops.local_aws.access.context_keys import RESOURCE_TAG, is_filled
from dataops.local_aws.access.permission import Document, Known, Request, effects
from dataops.local_aws.access.resource_policies import owner_of, policy_of
from dataops.local_aws.access.resource_tags import tags_of

# IAM user guide, "Troubleshoot access denied error messages".
IDENTITY, BOUNDARY = "identity-based policy", "permissions boundary"
SESSION, RESOURCE = "session policy", "resource-based policy"


class AccessDeniedError(Exception):
    """Somebody may not do what they have asked for."""

    def __init__(self, who: str, action: str, resource: str, reason: str = "") -> None:
        self.who, self.action, self.resource, self.reason = who, action, resource, reason
        because = f" {reason}" if reason else ""
        super().__init__(f"User: {who} is not authorized to perform: {action} on resource: {resource}{because}")


def require(caller: Caller, action: str, resource: str, **context: Any) -> None:
    """AccessDeniedError unless the caller may do something; an account itself may do anything in it."""
    if not caller.role:
        return
    policy = policy_of(resource) if resource.startswith("arn:") else None
    reason = denial(caller, action, resource, context, policy, owner=owner_of(resource))
    if reason is not None:
        raise AccessDeniedError(caller.arn, action, resource, reason)


def request_of(caller: Caller, action: str, resource: str, context: Mapping[str, Known]) -> Request:
    """A request with every key that AWS fills for it."""
    keys: dict[str, Known] = {**caller.context, **context}
    owner = resource.split(":")[4] if resource.startswith("arn:") else ""
    keys |= {"aws:ResourceAccount": owner or caller.account}
    return Request(action, resource, caller.names, keys, _tags_of(resource), is_filled)


def _tags_of(resource: str) -> Callable[[str], Known | None]:
    """Finds `aws:resourcetag/...` of a resource."""

    def look_up(key: str) -> Known | None:
        tag = RESOURCE_TAG.fullmatch(key)
        if not tag or not resource.startswith("arn:"):
            return None
        return next((value for name, value in tags_of(resource).items() if name.lower() == tag[1]), None)

    return look_up


def denial(
    caller: Caller,
    action: str,
    resource: str,
    context: Mapping[str, Known],
    policy: Document = None,
    needs_resource: bool = False,
    owner: str = "",
) -> str | None:
    """Why a role's session may not do something, in AWS's words; None where it may.

    `policy` is the resource's own. `needs_resource`: identity policies count only if that policy names the account,
    as with keys. `owner`: the resource's account, where its ARN has none.
    """
    assert caller.role
    request = request_of(caller, action, resource, context)
    by_kind = {
        IDENTITY: effects(identity_policies(caller.role), request),
        BOUNDARY: effects([boundary], request) if (boundary := boundary_of(caller.role)) is not None else {"Allow"},
        SESSION: effects([caller.policy], request) if caller.policy else {"Allow"},
        RESOURCE: effects([policy], request) if policy else set(),
    }
    denying = next((kind for kind, found in by_kind.items() if "Deny" in found), None)
    if denying:
        article = "an" if denying == IDENTITY else "a"
        return f"with an explicit deny in {article} {denying}"
    owner = owner or (resource.split(":")[4] if resource.startswith("arn:") else "") or caller.account
    missing = _missing(caller, request, by_kind, policy, needs_resource or owner != caller.account)
    return f"because no {missing} allows the {action} action" if missing else None


def _missing(
    caller: Caller, request: Request, by_kind: dict[str, set[str]], policy: Document, needs_resource: bool
) -> str | None:
    """The kind of policy that should allow a request and does not."""
    allowing = {kind for kind, found in by_kind.items() if "Allow" in found}
    by_name = replace(request, names=frozenset({caller.arn, str(caller.role)}))
    is_own = request.context["aws:ResourceAccount"] == caller.account
    if is_own and policy and "Allow" in effects([policy], by_name):
        # IAM user guide, "Policy evaluation logic": in one account a resource that names the role is enough.
        return next((kind for kind in (BOUNDARY, SESSION) if kind not in allowing), None)
    if needs_resource and RESOURCE not in allowing:
        return RESOURCE
    return next((kind for kind in (IDENTITY, BOUNDARY, SESSION) if kind not in allowing), None)


def require_role(caller: Caller, role: str) -> None:
    """AccessDeniedError unless the caller may take a role: its trust decides, and the caller's own policies with it."""
    if not is_trusted(role, caller.names, caller.context):
        raise AccessDeniedError(caller.arn, "sts:AssumeRole", role)
    account = frozenset({caller.account, root_of(caller.account)})
    # A role that trusts one of its own account by name needs no more; one that trusts an account leaves it to that.
    if not (role.split(":")[4] == caller.account and is_trusted(role, caller.names - account, caller.context)):
        reason = denial(caller, "sts:AssumeRole", role, {}, owner=caller.account) if caller.role else None
        if reason is not None:
            raise AccessDeniedError(caller.arn, "sts:AssumeRole", role, reason)


def is_trusted(role: str, names: frozenset[str], context: Mapping[str, Known]) -> bool:
    """Whether a role's trust policy lets somebody take it."""
    found = role_of(role)
    request = Request("sts:AssumeRole", "*", names, context, _tags_of(role), is_filled)
    return found is not None and effects([found.assume_role_policy_document], request) == {"Allow"}


def role_of(arn: str) -> Any | None:
    """The role of an ARN, as moto keeps it."""
    try:
        return iam_backends[arn.split(":")[4]]["aws"].get_role_by_arn(arn)
    except NotFoundException:
        return None


def role_may(arn: str, request: Request) -> bool:
    """Whether the policies of a role let it do something, whoever acts in it."""
    bounds = effects([boundary], request) if (boundary := boundary_of(arn)) is not None else {"Allow"}
    return effects(identity_policies(arn), request) == {"Allow"} == bounds


def identity_policies(arn: str) -> list[Document]:
    """The policies of a role, inline and attached; none of a role that is not there."""
    role = role_of(arn)
    if role is None:
        return []
    return [*role.policies.values(), *(_document(policy) for policy in role.managed_policies.values())]


def boundary_of(arn: str) -> Document:
    """The boundary of a role; None without one. One that is not there bounds everything."""
    role = role_of(arn)
    if role is None or not role.permissions_boundary_arn:
        return None
    bound = iam_backends[role.account_id]["aws"].managed_policies.get(role.permissions_boundary_arn)
    return _document(bound) if bound else {"Statement": []}


def _document(policy: Any) -> Document:
    document: str = next(version.document for version in policy.versions if version.is_default)
    return document
