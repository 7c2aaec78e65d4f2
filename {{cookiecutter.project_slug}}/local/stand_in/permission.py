"""Judges resource policies for the services that act on their own: a rule that may not deliver must not deliver."""

import fnmatch
import json
from collections.abc import Callable
from typing import Any

Policy = dict[str, Any]
COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": str.__eq__,
    "ArnEquals": fnmatch.fnmatchcase,
    "ArnLike": fnmatch.fnmatchcase,
    "StringLike": fnmatch.fnmatchcase,
    "Bool": lambda known, wanted: known == wanted.lower(),
}


def allows(policy: str | Policy | None, service: str, action: str, resource: str, context: dict[str, str]) -> bool:
    """Whether a policy lets an AWS service do one thing to one resource; context holds the keys of conditions."""
    given: Policy = json.loads(policy) if isinstance(policy, str) else policy or {}
    effects = {
        statement["Effect"]
        for statement in _several(given.get("Statement", []))
        if _names(_principals(statement.get("Principal")), service)
        and _names([name.lower() for name in _several(statement["Action"])], action.lower())
        and _names(_several(statement.get("Resource", "*")), resource)
        and _holds(statement.get("Condition", {}), context)
    }
    return effects == {"Allow"}


def _names(patterns: list[str], value: str) -> bool:
    return any(fnmatch.fnmatchcase(value, pattern) for pattern in patterns)


def _holds(condition: dict[str, dict[str, Any]], context: dict[str, str]) -> bool:
    unknown = condition.keys() - COMPARISONS
    if unknown:
        raise ValueError(f"the local AWS cannot judge the condition {', '.join(sorted(unknown))} of a policy")
    known = {name.lower(): value for name, value in context.items()}
    return all(
        any(COMPARISONS[test](known.get(name.lower(), ""), str(wanted)) for wanted in _several(values))
        for test, wants in condition.items()
        for name, values in wants.items()
    )


def _principals(principal: Any) -> list[str]:
    """The services that a statement is about; `*` is everybody, services too."""
    if not isinstance(principal, dict):
        return _several(principal or [])
    everybody = ["*"] if "*" in _several(principal.get("AWS", [])) else []
    return [*_several(principal.get("Service", [])), *everybody]


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
