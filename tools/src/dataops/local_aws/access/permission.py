"""Evaluates IAM policies as AWS documents it: identity policies with boundary, resource policies, trust policies."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

Policy = dict[str, Any]
Document = str | Policy | None
Known = str | list[str]
VARIABLE = re.compile(r"\$\{([^}*?$]+)\}")


class NotEvaluatedError(Exception):
    """A policy that cannot be evaluated here: the test run fails; nothing is allowed or denied by guesswork."""


def _nothing(key: str) -> None:
    return None


def _every_key(key: str) -> bool:
    return True


@dataclass(frozen=True)
class Request:
    """One action on one resource: the names of the caller, and the values of the condition keys.

    `look_up` finds a costly value when a condition needs it. `is_filled`: whether an absent key is known to be absent
    on AWS too; a condition on any other key is a NotEvaluatedError.
    """

    action: str
    resource: str = "*"
    names: frozenset[str] = frozenset()
    context: Mapping[str, Known] = field(default_factory=dict)
    look_up: Callable[[str], Known | None] = _nothing
    is_filled: Callable[[str], bool] = _every_key

    def known(self, key: str) -> Known | None:
        """The value of a condition key; None if the request has none."""
        if key in self.context:
            return self.context[key]
        lowered = key.lower()
        found = next((value for name, value in self.context.items() if name.lower() == lowered), None)
        found = self.look_up(lowered) if found is None else found
        if found is None and not self.is_filled(lowered):
            raise NotEvaluatedError(
                f"the local AWS cannot evaluate {self.action}: it does not fill the condition key {key} "
                "(local_aws/access/context_keys.py)"
            )
        return found


def allows(policy: Document, service: str, action: str, resource: str, context: Mapping[str, Known]) -> bool:
    """Whether the policy of a resource lets an AWS service do something to it."""
    return effects([policy], Request(action, resource, frozenset({service}), context)) == {"Allow"}


def may(policies: Iterable[Document], boundary: Document, request: Request) -> bool:
    """Whether an identity's policies allow something, within its permissions boundary if it has one."""
    bounds = {"Allow"} if boundary is None else effects([boundary], request)
    return effects(policies, request) == {"Allow"} == bounds


def effects(policies: Iterable[Document], request: Request) -> set[str]:
    """The effects of all statements that match a request: Allow, Deny, both or none."""
    return {
        str(statement["Effect"])
        for policy in policies
        for statement in _statements(policy)
        if _is_about(statement, request)
    }


def _statements(policy: Document) -> list[Policy]:
    if isinstance(policy, str):
        return _parsed(policy)
    found: list[Policy] = _several((policy or {}).get("Statement", []))
    return found


@lru_cache(maxsize=1024)
def _parsed(text: str) -> list[Policy]:
    found: list[Policy] = _several(json.loads(text).get("Statement", []))
    return found


def _is_about(statement: Policy, request: Request) -> bool:
    if "NotPrincipal" in statement:
        raise NotEvaluatedError("the local AWS cannot evaluate NotPrincipal in a policy")
    return (
        _fits(statement, "Action", request, request.action, ignore_case=True)
        and _fits_names(statement.get("Principal"), request.names)
        and _fits(statement, "Resource", request, request.resource)
        and all(_holds(test, wants, request) for test, wants in statement.get("Condition", {}).items())
    )


def _fits_names(principal: Any, names: frozenset[str]) -> bool:
    """Whether a statement applies to the caller; an identity policy names no principal and applies to its identity."""
    if principal is None:
        return True
    wanted = _several(principal.get("AWS", []) if isinstance(principal, dict) else principal)
    named = [*wanted, *_several(principal.get("Service", []))] if isinstance(principal, dict) else wanted
    return "*" in wanted or not names.isdisjoint(named)


def _fits(statement: Policy, element: str, request: Request, value: str, ignore_case: bool = False) -> bool:
    excluded = f"Not{element}" in statement
    patterns = _several(statement.get(f"Not{element}" if excluded else element, "*" if element == "Resource" else []))
    filled = [text for text in (_filled(pattern, request) for pattern in patterns) if text is not None]
    return any(_like(value, pattern, ignore_case) for pattern in filled) != excluded


def _holds(test: str, wants: dict[str, Any], request: Request) -> bool:
    """Whether all keys of one condition operator match."""
    quantity, _, name = test.rpartition(":")
    operator, if_exists = name.removesuffix("IfExists"), name.endswith("IfExists")
    negated = "Not" in operator
    compare = COMPARISONS.get(operator.replace("Not", ""))
    if compare is None and operator != "Null":
        raise NotEvaluatedError(f"the local AWS cannot evaluate the condition {test} of a policy")

    def holds(key: str, want: Any) -> bool:
        known, wanted = request.known(key), [_filled(str(each), request) for each in _several(want)]
        if compare is None:
            return (known is None) == (str(wanted[0]).lower() == "true")
        if known is None:
            return if_exists or negated or quantity == "ForAllValues"
        return _compared(compare, known, wanted, quantity, negated)

    return all(holds(key, want) for key, want in wants.items())


def _compared(compare: Callable[[str, str], bool], known: Any, wanted: list[Any], quantity: str, negated: bool) -> bool:
    found = [any(compare(value, each) for each in wanted if each is not None) != negated for value in _several(known)]
    return all(found) if quantity == "ForAllValues" or (negated and not quantity) else any(found)


def _filled(text: str, request: Request) -> str | None:
    """A text with its policy variables replaced; None if the request lacks one, and then nothing matches."""
    if "${" not in text:
        return text
    values = {key: request.known(key) for key in VARIABLE.findall(text)}
    if any(not isinstance(value, str) for value in values.values()):
        return None
    return VARIABLE.sub(lambda found: str(values[found[1]]), text)


def _like(value: str, pattern: str, ignore_case: bool = False) -> bool:
    return pattern == "*" or _pattern(pattern, ignore_case).fullmatch(value) is not None


@lru_cache(maxsize=16384)
def _pattern(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    translated = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(translated, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def _like_arn(value: str, pattern: str) -> bool:
    """Whether two ARNs match; each of the six parts is compared separately."""
    parts = value.split(":", 5), pattern.split(":", 5)
    return len(parts[0]) == len(parts[1]) and all(map(_like, *parts))


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": str.__eq__,
    "StringEqualsIgnoreCase": lambda known, wanted: known.lower() == wanted.lower(),
    "StringLike": _like,
    "ArnEquals": _like_arn,
    "ArnLike": _like_arn,
    "Bool": lambda known, wanted: known.lower() == wanted.lower(),
    "NumericEquals": lambda known, wanted: float(known) == float(wanted),
    "NumericLessThan": lambda known, wanted: float(known) < float(wanted),
    "NumericLessThanEquals": lambda known, wanted: float(known) <= float(wanted),
    "NumericGreaterThan": lambda known, wanted: float(known) > float(wanted),
    "NumericGreaterThanEquals": lambda known, wanted: float(known) >= float(wanted),
}
