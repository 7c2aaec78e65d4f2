"""Judges resource policies for the services that act on their own: a rule that may not deliver must not deliver."""

import fnmatch
import json
from typing import Any

Policy = dict[str, Any]
COMPARISONS = {
    "StringEquals": str.__eq__,
    "ArnEquals": fnmatch.fnmatchcase,
    "ArnLike": fnmatch.fnmatchcase,
    "StringLike": fnmatch.fnmatchcase,
}


def allows(policy: str | Policy | None, service: str, action: str, context: dict[str, str]) -> bool:
    """Whether a policy lets an AWS service do one thing; context holds aws:SourceArn and aws:SourceAccount."""
    given: Policy = json.loads(policy) if isinstance(policy, str) else policy or {}
    statements = _several(given.get("Statement", []))
    return any(
        statement["Effect"] == "Allow"
        and service in _several(_services(statement.get("Principal")))
        and any(fnmatch.fnmatchcase(action.lower(), named.lower()) for named in _several(statement["Action"]))
        and _holds(statement.get("Condition", {}), context)
        for statement in statements
    )


def _holds(condition: dict[str, dict[str, Any]], context: dict[str, str]) -> bool:
    known = {name.lower(): value for name, value in context.items()}
    return all(
        any(COMPARISONS[test](known.get(name.lower(), ""), wanted) for wanted in _several(values))
        for test, wants in condition.items()
        for name, values in wants.items()
    )


def _services(principal: Any) -> Any:
    return principal.get("Service", []) if isinstance(principal, dict) else []


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
