"""What an IAM policy grants, statement by statement, whatever order its JSON has."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

ANY = "*"
OTHERS = "anything but "


@dataclass(frozen=True, order=True)
class Grant:
    """One action that one principal may or may not do to one resource; `who` is empty in the policy of an identity."""

    effect: str
    who: str
    action: str
    resource: str
    condition: str


@dataclass(frozen=True, order=True)
class Grants:
    """Grants of one effect, principal and condition that belong together: each action is for each resource."""

    effect: str
    who: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    condition: str


def grants_of(document: Any) -> frozenset[Grant]:
    """Every grant of a policy, given as text or as data; of nothing, none."""
    policy = parsed(document)
    return frozenset(grant for statement in _several(policy.get("Statement", [])) for grant in _grants(statement))


def is_policy(value: Any) -> bool:
    """Whether a text is a policy document."""
    return isinstance(value, str) and value.lstrip().startswith("{") and "Statement" in parsed(value)


def parsed(document: Any) -> dict[str, Any]:
    """A policy as data; what is no JSON object is an empty one."""
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except ValueError:
            return {}
    return document if isinstance(document, dict) else {}


def gathered(grants: Iterable[Grant]) -> list[Grants]:
    """The same grants in as few as there can be: actions for the same resources, then resources of the same actions."""
    actions: dict[tuple[str, str, str, str], list[str]] = {}
    for each in sorted(grants):
        actions.setdefault((each.effect, each.who, each.condition, each.resource), []).append(each.action)
    resources: dict[tuple[str, str, str, tuple[str, ...]], list[str]] = {}
    for (effect, who, condition, resource), found in actions.items():
        resources.setdefault((effect, who, condition, tuple(found)), []).append(resource)
    return sorted(
        Grants(effect, who, found, tuple(named), condition)
        for (effect, who, condition, found), named in resources.items()
    )


def is_wild(part: str) -> bool:
    """Whether a part of a name holds a wildcard."""
    return "*" in part or "?" in part


def is_wide(resource: str) -> bool:
    """Whether an ARN leaves open the service, the account, or how the name begins."""
    if not is_wild(resource):
        return False
    parts = resource.split(":", 5)
    if not resource.startswith("arn:") or len(parts) < 6:
        return True
    _, partition, service, _, account, name = parts
    if is_wild(partition) or is_wild(service) or is_wild(account):
        return True
    # Of S3 the name is the bucket's; of the others a type stands before it, as in role/name.
    kind, separator, rest = ("", "", name) if service == "s3" else _kind_and_name(name)
    return is_wild(kind) or (bool(separator) and not rest) or rest[:1] in ("*", "?")


def _kind_and_name(name: str) -> tuple[str, str, str]:
    found = re.match(r"([^/:]*)([/:])(.*)", name)
    return (found[1], found[2], found[3]) if found else ("", "", name)


def _grants(statement: dict[str, Any]) -> Iterable[Grant]:
    effect, condition = str(statement.get("Effect", "Allow")), _condition(statement.get("Condition"))
    for who in _principals(statement):
        for action in _element(statement, "Action"):
            for resource in _element(statement, "Resource") or [""]:
                yield Grant(effect, who, action, resource, condition)


def _element(statement: dict[str, Any], name: str) -> list[str]:
    """The actions or resources of a statement; what a statement excludes stays together."""
    if f"Not{name}" in statement:
        return [OTHERS + ", ".join(sorted(map(str, _several(statement[f"Not{name}"]))))]
    return sorted({str(each) for each in _several(statement.get(name, []))})


def _principals(statement: dict[str, Any]) -> list[str]:
    """`AWS:arn…`, `Service:lambda.amazonaws.com`, `*`; one empty name where the policy is that of an identity."""
    if "NotPrincipal" in statement:
        return [OTHERS + ", ".join(_named(statement["NotPrincipal"]))]
    return _named(statement["Principal"]) if "Principal" in statement else [""]


def _named(principal: Any) -> list[str]:
    if not isinstance(principal, dict):
        return sorted(map(str, _several(principal)))
    found = {(kind, str(each)) for kind, names in principal.items() for each in _several(names)}
    return sorted(ANY if name == ANY else f"{kind}:{name}" for kind, name in found)


def _condition(condition: Any) -> str:
    """The tests of a condition in words, in an order of their own."""
    tests = [
        f"{key} {operator} {' or '.join(sorted(map(str, _several(values))))}"
        for operator, wanted in (condition or {}).items()
        for key, values in wanted.items()
    ]
    return " and ".join(sorted(tests))


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
