"""Every permission that a plan adds, changes or removes is said as principal, action and resource."""

import json
from typing import Any

import pytest
from plan_json import planned, shown

from dataops.delivery.change import changes_of
from dataops.delivery.permission_change import completed_later, highlighted, permission_changes
from dataops.delivery.policy_grants import grants_of

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


# What a plan can hide: policies inside a role, unknown and sensitive ones, wide names


def configured(change: dict[str, Any], *names: str) -> list[str]:
    """What is read first if the configuration gives these arguments."""
    resource = {"address": f"{change['type']}.{change['name']}", "expressions": {name: {} for name in names}}
    plan = shown(change) | {"configuration": {"root_module": {"resources": [resource]}}}
    return highlighted(permission_changes(changes_of(plan), ACCOUNT))


def test_the_inline_policies_of_a_role_are_read_as_its_policies() -> None:
    block = [{"name": "all", "policy": policy(allow("*", on="*"))}]

    assert "role etl may ANY ACTION on ANY RESOURCE" in said(role("add", after={"inline_policy": block}))[0]
    assert said(role(after={"inline_policy": block}))[0] == ["role etl may ANY ACTION on ANY RESOURCE"]


def test_the_managed_policies_that_a_role_names_itself_are_said() -> None:
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    words = f"role etl gets the managed policy {arn}, whose content is NOT SHOWN here"

    assert words in first(role("add", after={"managed_policy_arns": [arn]}))
    assert first(role(after={"managed_policy_arns": [arn]})) == [words]


def test_inline_policies_that_are_not_known_yet_are_said_where_the_configuration_gives_them() -> None:
    new = role("add", after={"permissions_boundary": "arn:aws:iam::1:policy/most"})
    new["change"]["after_unknown"] = {"inline_policy": True, "managed_policy_arns": True}

    assert first(new) == []
    assert configured(new, "inline_policy", "managed_policy_arns") == [
        "what the inline policy of role etl grants is KNOWN ONLY AFTER THE APPLY",
        "role etl gets a managed policy that is KNOWN ONLY AFTER THE APPLY",
    ]


def test_an_inline_policy_of_which_a_part_is_not_known_yet_is_said() -> None:
    new = role(after={"inline_policy": [{"name": "x"}]})
    new["change"]["after_unknown"] = {"inline_policy": [{"policy": True}]}

    assert first(new) == ["what the inline policy of role etl grants is KNOWN ONLY AFTER THE APPLY"]


def test_a_policy_of_any_type_that_is_not_known_or_sensitive_is_said() -> None:
    endpoint = planned("add", "aws_vpc_endpoint.s3", None, {}, after_unknown={"policy": True})
    bucket = planned("change", "aws_s3_bucket.x", {"policy": policy(allow("s3:*"))}, {}, after_unknown={"policy": True})
    secret = planned("change", "aws_x.x", {}, {"access_policies": "a"}, after_sensitive={"access_policies": True})

    assert first(endpoint) == []
    assert configured(endpoint, "policy") == [
        "what the policy of aws_vpc_endpoint s3 grants is KNOWN ONLY AFTER THE APPLY"
    ]
    assert first(bucket) == ["what the policy of bucket x grants is KNOWN ONLY AFTER THE APPLY"]
    assert first(secret) == ["the access policies of aws_x x is marked as sensitive: NOT SHOWN"]


def test_a_queue_for_failed_messages_is_no_permission() -> None:
    queue = planned("add", "aws_sqs_queue_redrive_policy.x", None, {}, after_unknown={"redrive_policy": True})

    assert configured(queue, "redrive_policy") == []


def test_an_exclusive_list_of_policies_says_that_others_are_taken_away() -> None:
    inline = planned("add", "aws_iam_role_policies_exclusive.x", None, {"role_name": "etl", "policy_names": ["a"]})
    attached = planned(
        "add", "aws_iam_role_policy_attachments_exclusive.x", None, {"role_name": "etl", "policy_arns": ["arn:p"]}
    )

    assert first(inline) == ["role etl keeps these policies only: a. What another one forbids is NO LONGER FORBIDDEN"]
    assert said(attached)[2] == [
        "role etl gets the managed policy arn:p",
        "role etl keeps these policies only: arn:p. What another one forbids is NO LONGER FORBIDDEN",
    ]


@pytest.mark.parametrize(
    ("principal", "words"),
    [
        ({"Federated": "accounts.google.com"}, "AN IDENTITY THAT IS NOT AWS'S: accounts.google.com (Federated)"),
        ({"CanonicalUser": "79a5"}, "AN IDENTITY THAT IS NOT AWS'S: 79a5 (CanonicalUser)"),
        ({"AWS": "AROAEXAMPLE"}, "AROAEXAMPLE (whose account is NOT SHOWN)"),
    ],
)
def test_a_principal_that_is_neither_a_service_nor_of_the_account_is_read_first(
    principal: dict[str, str], words: str
) -> None:
    change = role(before={"assume_role_policy": trust(AWS=ACCOUNT)}, after={"assume_role_policy": trust(**principal)})

    assert first(change) == [f"{words} may work as role etl"]


@pytest.mark.parametrize(
    "resource",
    ["**", "arn:aws:s3:::*", "arn:aws:s3:::*-data/x", "arn:aws:iam::1:role/*", "arn:aws:*:eu-west-1:1:x",
     "arn:aws:kms:eu-west-1:*:key/a", "arn:*", "arn:aws:sqs:eu-west-1:1:*"],
)  # fmt: skip
def test_a_resource_whose_name_is_open_is_read_first(resource: str) -> None:
    (found,) = first(of_role(None, policy(allow("s3:Get*", on=resource)), "add"))

    assert "ANY RESOURCE" in found and (resource == "**" or resource in found)


@pytest.mark.parametrize("resource", [DATA, "arn:aws:iam::1:role/acme-*", "arn:aws:glue:eu-west-1:1:table/sales/*"])
def test_a_resource_whose_name_begins_as_agreed_is_not(resource: str) -> None:
    assert first(of_role(None, policy(allow("s3:Get*", on=resource)), "add")) == []


@pytest.mark.parametrize(
    ("action", "words"),
    [("**", "ANY ACTION on"), ("*:*", "ANY ACTION on"), ("s3:**", "ANY ACTION of s3"),
     ("i?m:PassRole", "ANY ACTION like i?m:PassRole"), ("iam:*Role", "ANY ACTION like iam:*Role")],
)  # fmt: skip
def test_an_action_whose_service_or_beginning_is_open_is_read_first(action: str, words: str) -> None:
    (found,) = first(of_role(None, policy(allow(action)), "add"))

    assert words in found


def test_a_text_in_a_policy_cannot_become_a_line_of_the_summary() -> None:
    condition = {"StringEquals": {"aws:PrincipalTag/x": "a\n- **nothing**\u2028b"}}

    (found,) = said(of_role(None, policy(allow("s3:GetObject", Condition=condition)), "add"))[0]

    assert found.endswith("a - **nothing** b")


def test_a_change_of_a_kind_that_this_project_does_not_know_is_read_first() -> None:
    change = planned("change", "aws_glue_job.x", {"connections": ["c"]}, {"connections": ["c"]}) | {}
    change["change"]["actions"] = ["create", "forget"]

    assert first(change) == ["`aws_glue_job.x` has an UNKNOWN CHANGE (actions create, forget)"]


# What runs, and where


def test_a_new_worker_says_as_which_role_it_works_and_that_it_is_outside_of_the_network() -> None:
    job = {"name": "etl", "role_arn": f"arn:aws:iam::{ACCOUNT}:role/etl"}

    inside, outside = (planned("add", "aws_glue_job.x", None, job | more) for more in ({"connections": ["c"]}, {}))

    assert said(inside)[2] == ["job etl works as role/etl"]
    assert first(outside) == ["job etl runs OUTSIDE OF THE NETWORK"]


def test_a_worker_that_gets_a_role_which_is_not_known_yet_is_read_first() -> None:
    sides = ({"function_name": "start", "role": "a"}, {"function_name": "start"})

    assert first(planned("change", "aws_lambda_function.x", *sides, after_unknown={"role": True})) == [
        "function start works as a role that is KNOWN ONLY AFTER THE APPLY"
    ]


@pytest.mark.parametrize("after", [[], [{"subnet_ids": [], "security_group_ids": []}]])
def test_a_function_that_leaves_the_network_is_read_first(after: list[Any]) -> None:
    network = [{"subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1"]}]
    sides = [{"function_name": "start", "role": "a", "vpc_config": config} for config in (network, after)]

    assert first(planned("change", "aws_lambda_function.x", *sides)) == ["function start runs OUTSIDE OF THE NETWORK"]
    assert first(planned("change", "aws_lambda_function.x", *sides[::-1])) == []


def test_the_blocks_of_a_security_group_are_connections_that_are_open() -> None:
    block = {"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/1"]}
    group = planned("change", "aws_security_group.x", {"name": "w"}, {"name": "w", "ingress": [block]})

    assert first(group) == ["network: tcp 22 from ANY ADDRESS (0.0.0.0/1) is open for security group w"]
    assert configured(
        planned("add", "aws_security_group.x", None, {"name": "w"}, after_unknown={"egress": True}), "egress"
    ) == ["network: which egress security group w allows is KNOWN ONLY AFTER THE APPLY"]
    assert first(planned("add", "aws_security_group.x", None, {"name": "w"}, after_unknown={"egress": True})) == []


def test_a_rule_of_which_one_address_is_not_known_yet_is_read_first() -> None:
    rule = {"type": "egress", "protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["10.0.0.0/16", None]}

    change = planned("add", "aws_security_group_rule.x", None, rule, after_unknown={"cidr_blocks": [False, True]})

    assert first(change) == ["network: tcp 443 to 10.0.0.0/16, addresses that are KNOWN ONLY AFTER THE APPLY is open"]
