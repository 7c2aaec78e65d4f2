"""Judges IAM policies as AWS does: of identities with their boundary, of resources, and of roles' trust."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Policy = dict[str, Any]
Document = str | Policy | None
Known = str | list[str]
VARIABLE = re.compile(r"\$\{([^}*?$]+)\}")


@dataclass(frozen=True)
class Request:
    """What somebody wants to do: the names that policies know them by, and the values of the keys of conditions.

    Of a partial one not everything is known: what cannot be judged counts in its favour.
    """

    action: str
    resource: str | None = "*"
    names: frozenset[str] = frozenset()
    context: Mapping[str, Known] = field(default_factory=dict)
    is_partial: bool = False

    def known(self, key: str) -> Known | None:
        """The value of a key of a condition; None where the request has none."""
        return next((value for name, value in self.context.items() if name.lower() == key.lower()), None)


def allows(policy: Document, service: str, action: str, resource: str, context: dict[str, str]) -> bool:
    """Whether the policy of a resource lets an AWS service do one thing to it."""
    return effects([policy], Request(action, resource, frozenset({service}), context)) == {"Allow"}


def may(policies: Iterable[Document], boundary: Document, request: Request) -> bool:
    """Whether an identity's own policies let it do something, within its permissions boundary if it has one."""
    bounds = {"Allow"} if boundary is None else effects([boundary], request)
    return effects(policies, request) == {"Allow"} == bounds


def effects(policies: Iterable[Document], request: Request) -> set[str]:
    """Allow, Deny, both or nothing: what all statements that are about a request say of it."""
    given = [json.loads(policy) if isinstance(policy, str) else policy or {} for policy in policies]
    statements = [statement for policy in given for statement in _several(policy.get("Statement", []))]
    return {str(statement["Effect"]) for statement in statements if _is_about(statement, request)}


def _is_about(statement: Policy, request: Request) -> bool:
    if "NotPrincipal" in statement:
        raise ValueError("the local AWS cannot judge NotPrincipal in a policy")
    return (
        _fits_names(statement.get("Principal"), request.names)
        and _fits(statement, "Action", request, request.action, ignore_case=True)
        and _fits_resource(statement, request)
        and all(_holds(test, wants, request, statement) for test, wants in statement.get("Condition", {}).items())
    )


def _fits_names(principal: Any, names: frozenset[str]) -> bool:
    """Whether a statement is about somebody; the policy of an identity names nobody, it is about that one."""
    if principal is None:
        return True
    wanted = _several(principal.get("AWS", []) if isinstance(principal, dict) else principal)
    named = [*wanted, *_several(principal.get("Service", []))] if isinstance(principal, dict) else wanted
    return "*" in wanted or not names.isdisjoint(named)


def _fits_resource(statement: Policy, request: Request) -> bool:
    if request.resource is None:
        return statement["Effect"] == "Allow" or "*" in _several(statement.get("Resource", []))
    return _fits(statement, "Resource", request, request.resource)


def _fits(statement: Policy, element: str, request: Request, value: str, ignore_case: bool = False) -> bool:
    excluded = f"Not{element}" in statement
    patterns = _several(statement.get(f"Not{element}" if excluded else element, "*" if element == "Resource" else []))
    filled = [text for text in (_filled(pattern, request) for pattern in patterns) if text is not None]
    return any(_like(value, pattern, ignore_case) for pattern in filled) != excluded


def _holds(test: str, wants: dict[str, Any], request: Request, statement: Policy) -> bool:
    """Whether all keys of one test of a condition hold."""
    quantity, _, name = test.rpartition(":")
    operator, if_exists = name.removesuffix("IfExists"), name.endswith("IfExists")
    negated = "Not" in operator
    compare = COMPARISONS.get(operator.replace("Not", ""))
    if compare is None and operator != "Null":
        raise ValueError(f"the local AWS cannot judge the condition {test} of a policy")

    def holds(key: str, want: Any) -> bool:
        known, wanted = request.known(key), [_filled(str(each), request) for each in _several(want)]
        if known is None and request.is_partial:
            return bool(statement["Effect"] == "Allow")
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
    """A text with the variables in it replaced; None where the request lacks one: then nothing is like it."""
    values = {key: request.known(key) for key in VARIABLE.findall(text)}
    if any(not isinstance(value, str) for value in values.values()):
        return None
    return VARIABLE.sub(lambda found: str(values[found[1]]), text)


def _like(value: str, pattern: str, ignore_case: bool = False) -> bool:
    translated = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(translated, value, re.DOTALL | (re.IGNORECASE if ignore_case else 0)) is not None


def _like_arn(value: str, pattern: str) -> bool:
    """Of ARNs each of the six parts is compared by itself."""
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
