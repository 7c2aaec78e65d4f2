"""The policy of the recipient decides who may deliver, as on AWS."""

import json
from typing import Any

import pytest

from dataops.local_aws.access.permission import NotEvaluatedError, Request, allows, effects, may

QUEUE = "arn:aws:sqs:eu-west-1:111111111111:uploads"
RULE = "arn:aws:events:eu-west-1:111111111111:rule/acme-orders"
CONTEXT = {"aws:SourceArn": RULE, "aws:SourceAccount": "111111111111", "aws:SecureTransport": "true"}
ALLOWED = {
    "Effect": "Allow",
    "Principal": {"Service": "events.amazonaws.com"},
    "Action": "sqs:SendMessage",
    "Resource": QUEUE,
    "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:events:eu-west-1:111111111111:rule/acme-*"}},
}
TLS_ONLY = {
    "Effect": "Deny",
    "Principal": {"AWS": "*"},
    "Action": "sqs:*",
    "Resource": QUEUE,
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def is_allowed(*statements: dict[str, Any]) -> bool:
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    return allows(policy, "events.amazonaws.com", "sqs:SendMessage", QUEUE, CONTEXT)


def test_a_statement_that_names_service_action_resource_and_rule_allows() -> None:
    assert is_allowed(ALLOWED)


def test_no_policy_allows_nothing() -> None:
    assert not allows(None, "events.amazonaws.com", "sqs:SendMessage", QUEUE, CONTEXT)
    assert not is_allowed()


@pytest.mark.parametrize(
    "change",
    [
        {"Principal": {"Service": "s3.amazonaws.com"}},
        {"Principal": {"AWS": "arn:aws:iam::111111111111:root"}},
        {"Action": "sqs:ReceiveMessage"},
        {"Resource": QUEUE + "-other"},
        {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:events:eu-west-1:111111111111:rule/other-*"}}},
        {"Condition": {"StringEquals": {"aws:SourceAccount": "222222222222"}}},
        {"Condition": {"StringEquals": {"aws:SourceOrgID": "o-1"}}},
    ],
    ids=str,
)
def test_a_statement_that_misses_in_one_point_allows_nothing(change: dict[str, Any]) -> None:
    assert not is_allowed(ALLOWED | change)


@pytest.mark.parametrize(
    "change",
    [
        {"Principal": "*"},
        {"Principal": {"AWS": "*"}},
        {"Principal": {"Service": ["s3.amazonaws.com", "events.amazonaws.com"]}},
        {"Action": ["SQS:SendMessage"]},
        {"Action": "sqs:*"},
        {"Condition": {"StringEquals": {"AWS:SourceAccount": ["222222222222", "111111111111"]}}},
    ],
    ids=str,
)
def test_the_other_ways_to_write_the_same_allow_too(change: dict[str, Any]) -> None:
    assert is_allowed(ALLOWED | change)


def test_a_deny_outweighs_an_allow() -> None:
    assert not is_allowed(ALLOWED, ALLOWED | {"Effect": "Deny"})


def test_a_deny_of_what_does_not_come_by_tls_does_not_lock_out() -> None:
    assert is_allowed(ALLOWED, TLS_ONLY)


def test_a_condition_that_cannot_be_evaluated_is_named() -> None:
    with pytest.raises(NotEvaluatedError, match="cannot evaluate the condition DateLessThan of a policy"):
        is_allowed(ALLOWED | {"Condition": {"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}}})


def decided(statements: list[dict[str, Any]], boundary: dict[str, Any] | None = None, **request: Any) -> bool:
    """Whether a role with these statements may write its state."""
    asked = {"action": "s3:PutObject", "resource": "arn:aws:s3:::acme-state/dev/terraform.tfstate"} | request
    return may([{"Statement": statements}], boundary, Request(**asked))


WRITE = {"Effect": "Allow", "Action": ["s3:Put*"], "Resource": "arn:aws:s3:::acme-state/dev/*"}
ANYTHING = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
NEVER = {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}


def test_an_identity_may_do_what_its_own_policy_says() -> None:
    assert decided([WRITE])
    assert not decided([])
    assert not decided([WRITE], action="s3:DeleteObject")
    assert not decided([WRITE], resource="arn:aws:s3:::acme-state/prod/terraform.tfstate")


def test_a_boundary_bounds_and_gives_nothing() -> None:
    assert decided([WRITE], boundary=ANYTHING)
    assert not decided([WRITE], boundary={"Statement": [WRITE | {"Action": "s3:Get*"}]})
    assert not decided([WRITE], boundary={"Statement": [*ANYTHING.values(), WRITE | {"Effect": "Deny"}]})
    assert not decided([], boundary=ANYTHING)


def test_what_a_statement_excludes_is_all_the_rest() -> None:
    assert decided([WRITE, NEVER])
    assert not decided([ANYTHING["Statement"], NEVER], action="iam:CreateUser")
    assert not decided([{"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::acme-state/*"}])


def test_a_variable_stands_for_what_is_known_of_the_request() -> None:
    own = WRITE | {"Resource": "arn:aws:s3:::acme-state/${aws:PrincipalTag/environment}/*"}

    assert decided([own], context={"aws:PrincipalTag/environment": "dev"})
    assert not decided([own], context={"aws:PrincipalTag/environment": "prod"})
    assert not decided([own])


PLAN, APPLY = ("arn:aws:iam::333333333333:role/acme-pipeline-plan-dev", "arn:aws:iam::333333333333:role/apply")
KNOWN = {"aws:PrincipalArn": PLAN, "aws:SecureTransport": "true", "tags": ["a", "b"], "age": "7"}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"ArnEquals": {"aws:PrincipalArn": [APPLY, PLAN]}}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/acme-pipeline-*"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:*:role/acme-pipeline-plan-dev"}}, False),
        ({"ArnNotEquals": {"aws:PrincipalArn": [APPLY, PLAN]}}, False),
        ({"StringNotLike": {"aws:PrincipalArn": "*/other-*"}}, True),
        ({"StringNotLike": {"nothing": "*"}}, True),
        ({"StringLike": {"nothing": "*"}}, False),
        ({"StringLikeIfExists": {"nothing": "x"}}, True),
        ({"StringEqualsIgnoreCase": {"AWS:principalarn": PLAN.upper()}}, True),
        ({"Null": {"nothing": "true"}}, True),
        ({"Null": {"nothing": "false"}}, False),
        ({"Null": {"tags": "true"}}, False),
        ({"Bool": {"aws:SecureTransport": "True"}}, True),
        ({"ForAllValues:StringEquals": {"tags": ["a", "b", "c"]}}, True),
        ({"ForAllValues:StringEquals": {"tags": ["a"]}}, False),
        ({"ForAllValues:StringEquals": {"nothing": ["a"]}}, True),
        ({"ForAnyValue:StringEquals": {"tags": ["b"]}}, True),
        ({"ForAnyValue:StringEquals": {"nothing": ["b"]}}, False),
        ({"ForAnyValue:StringNotEquals": {"tags": ["b"]}}, True),
        ({"NumericLessThan": {"age": "8"}, "NumericGreaterThanEquals": {"age": "8"}}, False),
        ({"NumericLessThan": {"age": "8"}, "NumericNotEquals": {"age": "8"}}, True),
    ],
    ids=str,
)
def test_a_condition_holds_as_iam_says(condition: dict[str, Any], holds: bool) -> None:
    assert decided([WRITE | {"Condition": condition}], context=KNOWN) is holds


TRUST = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::333333333333:root"}, "Action": "sts:AssumeRole"}


def trusted(statement: dict[str, Any], *names: str) -> bool:
    request = Request("sts:AssumeRole", names=frozenset(names), context={"aws:PrincipalArn": PLAN})
    return effects([{"Statement": statement}], request) == {"Allow"}


def test_a_role_is_taken_by_those_whom_its_trust_names() -> None:
    account = "arn:aws:iam::333333333333:root"

    assert trusted(TRUST, PLAN, account)
    assert trusted(TRUST | {"Principal": {"AWS": PLAN}}, PLAN, account)
    assert not trusted(TRUST | {"Principal": {"AWS": APPLY}}, PLAN, account)
    assert not trusted(TRUST | {"Principal": {"Service": "codebuild.amazonaws.com"}}, PLAN, account)
    assert not trusted(TRUST | {"Condition": {"ArnEquals": {"aws:PrincipalArn": APPLY}}}, PLAN, account)


def test_an_excluded_principal_is_not_guessed_at() -> None:
    with pytest.raises(NotEvaluatedError, match="cannot evaluate NotPrincipal"):
        trusted({"Effect": "Deny", "NotPrincipal": {"AWS": PLAN}, "Action": "*"}, PLAN)
