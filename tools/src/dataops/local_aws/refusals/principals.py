"""The principals that a policy names: AWS refuses a policy whose principal does not exist."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.loaders import Loader
from moto.iam.models import iam_backends

from dataops.local_aws.access.caller import Caller

NAMED = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):(role|user)/(?:.*/)?([\w+=,.@-]+)")
ACCOUNT = re.compile(r"\d{12}|arn:aws[a-z-]*:iam::\d{12}:root")
# Service principals that differ from the endpoint's name, from the services' own documents.
OTHER_SERVICES = frozenset(
    {"billingconsole", "cloudwatch", "delivery", "edgelambda", "logging", "management", "replication", "vpc-flow-logs"}
)


def statements_of(document: str) -> list[dict[str, Any]]:
    """The statements of a policy; none if the text is not a policy, which the service itself refuses."""
    try:
        found = json.loads(document).get("Statement", [])
    except (ValueError, AttributeError):
        return []
    return found if isinstance(found, list) else [found]


def named(document: str, kind: str) -> Iterator[str]:
    """The principals of one kind, `AWS` or `Service`, in all statements of a policy."""
    for statement in statements_of(document):
        principal = statement.get("Principal")
        values = principal.get(kind, []) if isinstance(principal, dict) else []
        yield from [values] if isinstance(values, str) else values


def unknown_principal(caller: Caller, document: str) -> str | None:
    """The first role, user or account of a policy that does not exist; other accounts' resources may be invisible."""
    for principal in named(document, "AWS"):
        found = NAMED.fullmatch(principal)
        if found and not _exists(caller, *found.groups()):
            return principal
        if not found and principal != "*" and not ACCOUNT.fullmatch(principal) and ":sts:" not in principal:
            return principal
    return None


def unknown_service(caller: Caller, document: str) -> str | None:
    """The first service principal of a policy that AWS does not have."""
    return next((each for each in named(document, "Service") if not _is_service(each, caller.region)), None)


def _exists(caller: Caller, account: str, kind: str, name: str) -> bool:
    if account != caller.account and account not in list(iam_backends):
        return True
    held = iam_backends[account]["aws"]
    if kind == "user":
        return name in held.users
    return any(role.name == name for role in list(held.roles.values()))


def _is_service(principal: str, region: str) -> bool:
    """Whether a principal is `service.amazonaws.com`, or names a region of its own partition too."""
    words = re.fullmatch(r"([a-z0-9.-]+)\.amazonaws\.com(\.cn)?", principal)
    if not words or (words[2] and not region.startswith("cn-")):
        return False
    name, _, suffix = (
        words[1].rpartition(".") if re.search(r"\.[a-z]{2}(-[a-z]+)+-\d$", words[1]) else (words[1], "", "")
    )
    return name.split(".")[0] in _services() and (not suffix or (suffix.startswith("cn-") == region.startswith("cn-")))


@cache
def _services() -> frozenset[str]:
    loader = Loader()
    return frozenset(loader.list_available_services("service-2")) | OTHER_SERVICES
