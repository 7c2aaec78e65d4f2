"""Every permission that a plan adds, changes or removes is said as principal, action and resource."""

import json
from typing import Any

import pytest
from plan_json import planned, shown

from delivery.change import changes_of
from delivery.permission_change import completed_later, highlighted, permission_changes
from delivery.policy_grants import grants_of

ACCOUNT = "111111111111"
DATA = "arn:aws:s3:::data/*"


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions: str, on: str | list[str] | None = DATA, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions)} | ({"Resource": on} if on else {}) | more


def said(*changes: dict[str, Any]) -> tuple[list[str], list[str], list[str]]:
    """What is gained, what is lost, and what else is to be known."""
    found = permission_changes(changes_of(shown(*changes)), ACCOUNT)
    return ([s for each in found for s in each.gained], [s for each in found for s in each.lost],
            [s for each in found for s in each.notes])  # fmt: skip


def of_role(before: str | None, after: str | None, verb: str = "change", **more: Any) -> dict[str, Any]:
    sides = [{"role": "etl", "policy": text} if text else None for text in (before, after)]
    return planned(verb, "aws_iam_role_policy.etl", *sides, **more)


def first(*changes: dict[str, Any]) -> list[str]:
    return highlighted(permission_changes(changes_of(shown(*changes)), ACCOUNT))


# Identity policies


def test_a_new_policy_says_what_its_role_may_do_on_what() -> None:
    gained, lost, _ = said(of_role(None, policy(allow("s3:GetObject", "s3:PutObject")), "add"))

    assert gained == [f"role etl may s3:GetObject, s3:PutObject on {DATA}"] and lost == []


def test_a_changed_policy_says_only_what_it_gained_and_lost() -> None:
    before = policy(allow("s3:GetObject", "s3:PutObject"), allow("sns:Publish", on="arn:aws:sns:::t"))
    after = policy(allow("s3:GetObject", "s3:DeleteObject"), allow("sns:Publish", on="arn:aws:sns:::t"))

    gained, lost, _ = said(of_role(before, after))

    assert gained == [f"role etl may s3:DeleteObject on {DATA}"]
    assert lost == [f"role etl may no longer s3:PutObject on {DATA}"]


def test_another_order_of_the_same_policy_changes_nothing() -> None:
    before = policy(allow("s3:GetObject", "s3:PutObject", Sid="One"), allow("sqs:SendMessage", on=["b", "a"]))
    after = policy(allow("sqs:SendMessage", on=["a", "b"]), allow("s3:PutObject", on=[DATA]), allow("s3:GetObject"))

    assert said(of_role(before, after)) == ([], [], [])


def test_a_destroyed_policy_says_what_its_role_may_no_longer_do() -> None:
    gained, lost, _ = said(of_role(policy(allow("s3:GetObject")), None, "destroy"))

    assert (gained, lost) == ([], [f"role etl may no longer s3:GetObject on {DATA}"])


def test_a_condition_that_is_dropped_is_a_gain() -> None:
    condition = {"StringEquals": {"aws:SourceAccount": [ACCOUNT]}}

    gained, lost, _ = said(of_role(policy(allow("s3:GetObject", Condition=condition)), policy(allow("s3:GetObject"))))

    assert gained == [f"role etl may s3:GetObject on {DATA}"]
    assert lost == [f"role etl may no longer s3:GetObject on {DATA}, if aws:SourceAccount StringEquals {ACCOUNT}"]


def test_a_prohibition_that_is_gone_is_read_first() -> None:
    deny = {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"}

    change = of_role(policy(allow("s3:*", on=DATA), deny), policy(allow("s3:*", on=DATA)))

    assert said(change)[1] == ["role etl is NO LONGER FORBIDDEN to s3:DeleteObject on any resource"]
    assert first(change) == said(change)[1]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (allow("*"), f"may ANY ACTION on {DATA}"),
        (allow("s3:*"), f"may ANY ACTION of s3 on {DATA}"),
        (allow("s3:GetObject", on="*"), "may s3:GetObject on ANY RESOURCE"),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": DATA}, f"may ANY ACTION but iam:* on {DATA}"),
        (
            {"Effect": "Allow", "Action": "s3:PutObject", "NotResource": DATA},
            f"s3:PutObject on ANY RESOURCE but {DATA}",
        ),
    ],
)
def test_what_is_wide_is_said_in_words_and_read_first(statement: dict[str, Any], words: str) -> None:
    change = of_role(None, policy(statement), "add")

    assert words in said(change)[0][0] and first(change) == said(change)[0]


def test_a_narrow_permission_is_not_among_those_to_read_first() -> None:
    assert first(of_role(None, policy(allow("s3:GetObject")), "add")) == []


def test_a_policy_that_is_known_only_after_the_apply_says_so() -> None:
    change = of_role(None, None, "add") | {}
    change["change"]["after"] = {"role": "etl"}
    change["change"]["after_unknown"] = {"policy": True}

    assert said(change)[2] == ["what the policy of role etl grants is KNOWN ONLY AFTER THE APPLY"]
    assert first(change) == said(change)[2]


def test_a_policy_that_the_apply_completes_shows_what_is_known_of_it() -> None:
    statement = {"effect": "Allow", "actions": ["kms:Decrypt"], "resources": [None], "condition": [], "principals": []}
    document: dict[str, Any] = {
        "address": "data.aws_iam_policy_document.key",
        "mode": "data",
        "type": "aws_iam_policy_document",
    }
    document |= {"name": "key", "change": {"actions": ["read"], "after": {"statement": [statement]}}}

    (found,) = completed_later({"resource_changes": [document]}, ACCOUNT)

    assert found.gained == ["whoever gets this policy may kms:Decrypt on something KNOWN ONLY AFTER THE APPLY"]


def test_a_sensitive_policy_is_not_shown_and_said_to_be_so() -> None:
    change = of_role(policy(allow("s3:GetObject")), policy(allow("s3:*")), after_sensitive={"policy": True})

    assert said(change) == ([], [], ["the policy of role etl is marked as sensitive: NOT SHOWN"])


# Trust, boundaries, attachments, what works as a role


def role(verb: str = "change", **sides: Any) -> dict[str, Any]:
    before = {"name": "etl", **sides.get("before", {})} if verb != "add" else None
    return planned(verb, "aws_iam_role.etl", before, {"name": "etl", **sides.get("after", {})})


def trust(**principal: Any) -> str:
    return policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal})


def test_a_new_role_says_who_may_work_as_it_and_that_nothing_bounds_it() -> None:
    gained, _, notes = said(role("add", after={"assume_role_policy": trust(Service="glue.amazonaws.com")}))

    assert gained == ["service glue.amazonaws.com may work as role etl"]
    assert notes == ["role etl is new", "role etl is WITHOUT A BOUNDARY"]


@pytest.mark.parametrize(
    ("principal", "words"),
    [
        ({"AWS": "arn:aws:iam::999999999999:root"}, "account 999999999999 (ANOTHER ACCOUNT)"),
        ({"AWS": "arn:aws:iam::999999999999:role/x"}, "role/x (ANOTHER ACCOUNT)"),
        ({"AWS": ACCOUNT}, f"account {ACCOUNT}"),
        ({"AWS": "*"}, "ANYBODY"),
    ],
)
def test_a_changed_trust_says_who_it_lets_in(principal: dict[str, str], words: str) -> None:
    change = role(
        before={"assume_role_policy": trust(Service="glue.amazonaws.com")},
        after={"assume_role_policy": trust(**principal)},
    )

    gained, lost, _ = said(change)

    assert gained == [f"{words} may work as role etl"]
    assert lost == ["service glue.amazonaws.com may no longer work as role etl"]
    assert bool(first(change)) == (words != f"account {ACCOUNT}")


def test_a_boundary_that_is_taken_away_is_read_first() -> None:
    change = role(before={"permissions_boundary": f"arn:aws:iam::{ACCOUNT}:policy/most"}, after={})

    assert first(change) == ["role etl is WITHOUT A BOUNDARY instead of policy/most"]


def test_an_attached_policy_of_aws_says_that_its_content_is_not_shown() -> None:
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    change = planned("add", "aws_iam_role_policy_attachment.x", None, {"role": "etl", "policy_arn": arn})

    assert first(change) == [f"role etl gets the managed policy {arn}, whose content is NOT SHOWN here"]


def test_a_function_that_works_as_another_role_says_so() -> None:
    sides = [{"function_name": "start", "role": f"arn:aws:iam::{ACCOUNT}:role/{name}"} for name in ("small", "big")]

    assert said(planned("change", "aws_lambda_function.x", *sides))[2] == [
        "function start works as role/big instead of role/small"
    ]


# Policies of resources


@pytest.mark.parametrize(
    ("address", "name", "thing"),
    [
        ("aws_s3_bucket_policy.x", {"bucket": "data"}, "bucket data"),
        ("aws_sqs_queue_policy.x", {"queue_url": f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/jobs"}, "queue jobs"),
        ("aws_sns_topic_policy.x", {"arn": f"arn:aws:sns:eu-west-1:{ACCOUNT}:news"}, "topic news"),
        ("aws_kms_key.x", {"description": "everything"}, "key everything"),
        ("aws_secretsmanager_secret_policy.x", {"name": "login"}, "aws_secretsmanager_secret_policy login"),
    ],
)
def test_the_policy_of_a_resource_says_who_may_do_what_to_it(address: str, name: dict[str, str], thing: str) -> None:
    statement = allow("a:Read", on="*", Principal={"AWS": "arn:aws:iam::999999999999:root"})
    change = planned("add", address, None, name | {"policy": policy(statement)})

    assert said(change)[0] == [f"account 999999999999 (ANOTHER ACCOUNT) may a:Read on {thing}"]
    assert first(change) == said(change)[0]


def test_everybody_who_is_forbidden_something_is_not_anybody_who_may() -> None:
    deny = {"Effect": "Deny", "Action": "s3:*", "Resource": DATA, "Principal": "*"}
    change = planned("add", "aws_s3_bucket_policy.x", None, {"bucket": "data", "policy": policy(deny)})

    assert said(change)[0] == [f"everybody may not any action of s3 on {DATA}"] and first(change) == []


def test_a_permission_of_a_lambda_says_who_may_invoke_it() -> None:
    after = {"function_name": "start", "principal": "events.amazonaws.com", "action": "lambda:InvokeFunction"}
    bound, free = (planned("add", "aws_lambda_permission.x", None, after | more) for more in ({"source_arn": "r"}, {}))

    assert said(bound)[0] == [
        "service events.amazonaws.com may lambda:InvokeFunction on function start, if aws:SourceArn is r"
    ]
    assert said(free)[0] == ["service events.amazonaws.com may lambda:InvokeFunction on function start"]


def test_a_policy_in_a_type_that_nobody_listed_is_read_too() -> None:
    after = {"name": "x", "resource_policy": policy(allow("ecr:Pull", on="*", Principal="*"))}

    assert first(planned("add", "aws_some_new_thing.x", None, after)) == [
        "ANYBODY may ecr:Pull on aws_some_new_thing x"
    ]


def test_a_bucket_that_can_become_public_is_read_first() -> None:
    sides = [{"bucket": "data", "block_public_policy": blocked} for blocked in (True, False)]

    assert first(planned("change", "aws_s3_bucket_public_access_block.x", *sides)) == [
        "bucket data is NO LONGER FORBIDDEN to be public: block_public_policy is off"
    ]


def test_an_address_range_that_is_opened_to_everybody_is_read_first() -> None:
    rule = {"type": "ingress", "protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"]}

    assert first(planned("add", "aws_security_group_rule.x", None, rule)) == [
        "network: tcp 22 from ANY ADDRESS (0.0.0.0/0) is open"
    ]


def test_a_grant_is_the_same_whether_actions_are_a_text_or_a_list() -> None:
    one = {"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": DATA}}

    assert grants_of(one) == grants_of(policy(allow("s3:GetObject")))
