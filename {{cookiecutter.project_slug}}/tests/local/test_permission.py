"""Who may deliver is decided by the policy of the one who receives, as on AWS."""

import json
from typing import Any

import pytest

from local.stand_in.permission import allows

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


def judged(*statements: dict[str, Any]) -> bool:
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    return allows(policy, "events.amazonaws.com", "sqs:SendMessage", QUEUE, CONTEXT)


def test_a_statement_that_names_service_action_resource_and_rule_allows() -> None:
    assert judged(ALLOWED)


def test_no_policy_allows_nothing() -> None:
    assert not allows(None, "events.amazonaws.com", "sqs:SendMessage", QUEUE, CONTEXT)
    assert not judged()


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
    assert not judged(ALLOWED | change)


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
    assert judged(ALLOWED | change)


def test_a_deny_outweighs_an_allow() -> None:
    assert not judged(ALLOWED, ALLOWED | {"Effect": "Deny"})


def test_a_deny_of_what_does_not_come_by_tls_does_not_lock_out() -> None:
    assert judged(ALLOWED, TLS_ONLY)


def test_a_condition_that_cannot_be_judged_is_said() -> None:
    with pytest.raises(ValueError, match="cannot judge the condition DateLessThan of a policy"):
        judged(ALLOWED | {"Condition": {"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}}})
