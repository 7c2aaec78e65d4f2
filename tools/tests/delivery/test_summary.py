"""What an approver reads: the losses first and in words, then who may do what, then the rest by what it is."""

import json
from dataclasses import replace
from typing import Any

import pytest
from plan_json import DATASET, ENVIRONMENT, planned, shown

from dataops.delivery.allowed_destroys import AllowedDestroy
from dataops.delivery.change import changes_by_hand, changes_of
from dataops.delivery.data_holding import sentence
from dataops.delivery.delivered_change import Commit, DeliveredChange, PullRequest
from dataops.delivery.message import LONGEST, message
from dataops.delivery.summary import PlanSummary, page

COMMIT, DIGEST = "a" * 40, "d" * 64
OUTPUT = f'{ENVIRONMENT}.module.storage.aws_s3_bucket.this["output"]'
CHANGE = DeliveredChange(
    since="b" * 40,
    commits=[Commit(COMMIT, "Bob", "Take late orders in")],
    requests={COMMIT: PullRequest("7", "Late orders", "bob (Developers)", ("ann (Architects)",))},
)
LOSS = "The output bucket of dev and everything in it would be destroyed"
MORE_WORKERS = planned(
    "change",
    f"{DATASET}.aws_glue_job.this",
    {"number_of_workers": 2, "arguments": "a"},
    {"number_of_workers": 10, "arguments": "b"},
)


def summary_of(*changes: dict[str, Any], allowed: tuple[AllowedDestroy, ...] = (), **more: Any) -> PlanSummary:
    plan = shown(*changes, **more)
    return PlanSummary("dev", COMMIT, changes_of(plan), changes_by_hand(plan), list(allowed))


def test_the_headline_counts_and_warns() -> None:
    many = summary_of(planned("destroy", OUTPUT), MORE_WORKERS, planned("nothing", f"{ENVIRONMENT}.aws_vpc.this"))

    assert page(many).splitlines()[0] == "# dev: DATA WOULD BE LOST; 1 to change, 1 to destroy"
    assert page(summary_of(MORE_WORKERS)).splitlines()[0] == "# dev: 1 to change"
    assert page(summary_of()).splitlines()[0] == "# dev: no changes"


BACK = DeliveredChange("b" * 40, [], taken_back=[Commit("b" * 40, "Bob", "Close the hole"), Commit("c" * 40, "A", "x")])


def test_going_back_is_the_first_thing_of_summary_and_message() -> None:
    back = replace(summary_of(planned("destroy", OUTPUT)), change=BACK)
    sentence_of_it = f"GOES BACK: takes out 2 commits ({'b' * 12}, {'c' * 12}); deployed is {'b' * 12}"

    assert page(back).splitlines()[0].startswith("# dev: GOES BACK; DATA WOULD BE LOST; ")
    assert page(back).splitlines()[4] == f"**{sentence_of_it}.**"
    assert message(back).startswith(f"{sentence_of_it} | DATA WOULD BE LOST")


def test_no_number_of_losses_cuts_away_that_a_delivery_goes_back() -> None:
    many = replace(summary_of(*(planned("destroy", f'aws_s3_bucket.this["{n}"]') for n in range(40))), change=BACK)

    assert message(many).startswith("GOES BACK: takes out 2 commits") and len(message(many)) <= LONGEST


def test_losses_stand_on_top_in_words_with_what_is_missing_to_allow_them() -> None:
    text = page(summary_of(MORE_WORKERS, planned("destroy", OUTPUT)))

    assert text.splitlines()[4:8] == [
        "## Data that would be lost",
        "",
        f"- **{LOSS} (NOT ALLOWED)**: `{OUTPUT}`",
        "",
    ]
    assert "What is not allowed is not applied: each needs its line in allowed-destroys.yaml" in text
    assert text.index("Data that would be lost") < text.index("In numbers") < text.index("Dataset orders")


def test_an_allowed_loss_keeps_its_reason_and_a_stale_line_is_listed() -> None:
    allowed = AllowedDestroy("dev", OUTPUT, "moved to the new account")
    stale = AllowedDestroy("dev", "module.gone.aws_s3_bucket.this", "long ago")

    text = page(summary_of(planned("destroy", OUTPUT), allowed=(allowed, stale)))

    assert f"- **{LOSS} (allowed: moved to the new account)**" in text and "NOT ALLOWED" not in text
    assert "allows `module.gone.aws_s3_bucket.this`, which this plan does not destroy." in text


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (OUTPUT, "The output bucket of dev and everything in it"),
        (f"{ENVIRONMENT}.aws_dynamodb_table.ledger", "The ledger table of dev and everything in it"),
        (
            f"{ENVIRONMENT}.aws_kms_key.this",
            "The encryption key of dev and with it everything that it has encrypted",
        ),
        (
            f'{ENVIRONMENT}.aws_sqs_queue.dead_letters["uploads"]',
            "The uploads dead letters queue of dev and every message in it",
        ),
        (
            f"{DATASET}.aws_glue_catalog_table.batches",
            "The batches table of dataset orders in dev and its list of published data",
        ),
        ("aws_neptune_cluster.graph", "The aws_neptune_cluster graph of dev and whatever it holds"),
    ],
)
def test_a_loss_is_a_sentence(address: str, words: str) -> None:
    before = {"partition_keys": [{"name": "batch_id"}]}
    (destroyed,) = summary_of(planned("destroy", address, before)).losses
    (replaced,) = summary_of(planned("replace", address, before)).losses

    assert sentence(destroyed, "dev") == f"{words} would be destroyed"
    assert sentence(replaced, "dev") == f"{words} would be replaced by an empty one"


def test_what_holds_nothing_is_no_loss() -> None:
    view = planned("destroy", f"{DATASET}.aws_glue_catalog_table.newest", {"partition_keys": []})
    code = planned("replace", f'{ENVIRONMENT}.aws_s3_object.code["etl.py"]')
    kept = planned("forget", OUTPUT)

    assert summary_of(view, code, kept, planned("add", OUTPUT), planned("change", OUTPUT)).losses == []


def test_only_the_names_of_attributes_are_shown_unless_a_value_can_be_no_secret() -> None:
    before = {"password": "old", "pin": 1, "workers": 2, "on": True, "glue_version": "5.1", "same": 1, "tags_all": {}}
    after = {
        "password": "new",
        "pin": 2,
        "workers": 10,
        "on": False,
        "glue_version": "6.0",
        "same": 1,
        "tags_all": {"a": "b"},
    }
    marks = {"before_sensitive": {"pin": True}, "after_sensitive": {"pin": True}}

    (change,) = summary_of(planned("change", "aws_glue_job.this", before, after, **marks)).changes

    assert set(change.attributes) == {"glue_version 5.1 → 6.0", "on true → false", "password", "pin", "workers 2 → 10"}


def test_what_is_known_only_after_the_apply_is_named() -> None:
    changed = planned(
        "change", "aws_glue_job.this", {"a": 1, "b": 1}, {"b": 1}, after_unknown={"a": True, "c": {"d": True}}
    )

    (change,) = summary_of(changed).changes

    assert change.attributes == ("a",)


def test_the_rest_stands_dataset_by_dataset_then_by_what_it_is() -> None:
    text = page(
        summary_of(
            MORE_WORKERS,
            planned("add", f"{DATASET}.aws_glue_crawler.this"),
            planned("add", f"{ENVIRONMENT}.aws_vpc.this"),
            planned("destroy", f"{ENVIRONMENT}.aws_cloudwatch_metric_alarm.x"),
        )
    )

    assert "| dataset orders | 1 | 1 |  |" in text and "| **all** | 2 | 1 | 1 |" in text
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## In numbers",
        "## Dataset orders",
        "## Monitoring",
        "## Network",
    ]
    assert f"- change `{DATASET}.aws_glue_job.this`: arguments a → b, number_of_workers 2 → 10" in text


def test_a_change_of_who_may_do_what_stands_above_the_change_and_the_numbers() -> None:
    address = f'{ENVIRONMENT}.aws_iam_role_policy.glue["job"]'
    before, after = (policy(actions=actions) for actions in (["s3:GetObject"], ["s3:GetObject", "s3:*"]))
    summary = summary_of(
        planned("change", address, {"role": "glue", "policy": before}, {"role": "glue", "policy": after})
    )

    lines = page(replace(summary, change=CHANGE)).splitlines()

    start = lines.index("## Who may do what changes")
    assert lines[start + 2 : start + 7] == [
        "Read these first (1):",
        "",
        "- **role glue may ANY ACTION of s3 on arn:aws:s3:::data/***",
        "",
        f"- change `{address}`",
    ]
    assert start < lines.index("## What the change is") < lines.index("## In numbers")


def policy(actions: list[str]) -> str:
    """A policy of an identity with one statement."""
    statement = {"Effect": "Allow", "Action": actions, "Resource": "arn:aws:s3:::data/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_the_message_says_what_the_change_is_and_how_the_environment_before_took_it() -> None:
    summary = replace(summary_of(MORE_WORKERS), change=CHANGE, tested_before="dev has this commit and passed.")

    assert message(summary, DIGEST) == (
        "dev: 1 to change | 1 commit since the deployed `bbbbbbbbbbbb`; pull request 7, approved by ann (Architects): "
        "Take late orders in | dev has this commit and passed. | dataset orders: 1 change | "
        f"Commit {COMMIT[:12]}, digest {DIGEST[:12]}"
    )


def test_the_message_counts_the_permissions_that_change() -> None:
    role = planned("add", "aws_iam_role_policy.x", None, {"role": "glue", "policy": policy(["s3:GetObject", "s3:*"])})

    assert "| permissions: 1 gained, 0 lost, 1 OF THEM TO READ FIRST |" in message(summary_of(role), DIGEST)


def test_what_was_changed_by_hand_is_listed_where_the_plan_takes_it_back() -> None:
    function, rule = f"{ENVIRONMENT}.aws_lambda_function.this", f"{DATASET}.aws_cloudwatch_event_rule.uploads"
    by_hand = (
        planned("change", function, {"timeout": 300, "layers": None}, {"timeout": 60, "layers": []}),
        planned("destroy", rule),
        planned("change", f"{ENVIRONMENT}.aws_vpc.this", {"tags": None}, {"tags": {}}),
    )
    taken_back = planned("change", function, {"timeout": 60}, {"timeout": 300})

    text = page(summary_of(taken_back, planned("add", rule), by_hand=by_hand))

    heading = "## Changed past Terraform since the last apply"
    lines = [f"- change `{function}`: timeout 300 → 60", f"- destroy `{rule}`"]
    assert text[text.index(heading) :].splitlines()[:5] == [heading, "", *lines, ""]


def test_the_message_says_losses_first_then_counts_then_the_parts() -> None:
    said = message(summary_of(MORE_WORKERS, planned("destroy", OUTPUT)), DIGEST)

    assert said == (
        f"DATA WOULD BE LOST. Apply will refuse it. {LOSS} (NOT ALLOWED) | dev: 1 to change, 1 to destroy | "
        f"dataset orders: 1 change | buckets: 1 destroy | Commit {COMMIT[:12]}, digest {DIGEST[:12]}"
    )


def bucket(number: int) -> dict[str, Any]:
    return planned("destroy", f'{ENVIRONMENT}.aws_s3_bucket.this["a-very-long-name-of-a-bucket-{number}"]')


@pytest.mark.parametrize("count", [1, 4, 5, 6, 50, 5_000])
def test_the_message_fits_and_never_keeps_a_loss_to_itself(count: int) -> None:
    parts = [
        planned("add", f'module.environment.module.dataset["d{number}"].aws_glue_job.this') for number in range(60)
    ]

    said = message(summary_of(*map(bucket, range(count)), *parts), DIGEST)

    assert len(said) <= LONGEST and "\n" not in said and said.startswith("DATA WOULD BE LOST")
    named = sum(f"a-very-long-name-of-a-bucket-{number} bucket" in said for number in range(count))
    assert named == count or f"{count} buckets; {count} of them not allowed" in said
    assert f"60 to add, {count} to destroy" in said and DIGEST[:12] in said


def test_losses_of_too_many_kinds_are_counted_together() -> None:
    kinds = [planned("destroy", f"aws_some_quite_long_name_of_a_database_{number}.this") for number in range(40)]

    said = message(summary_of(*kinds), DIGEST)

    assert len(said) <= LONGEST and said.startswith("DATA WOULD BE LOST: 40 resources that hold it; 40 of them not")


def test_a_reason_of_several_lines_does_not_break_the_message() -> None:
    allowed = AllowedDestroy("dev", OUTPUT, "moved\nto the new account")

    said = message(summary_of(planned("destroy", OUTPUT), allowed=(allowed,)), DIGEST)

    assert "(allowed: moved to the new account)" in said and "refuse" not in said


def test_an_allowed_loss_with_a_long_reason_pushes_no_permission_out_of_the_message() -> None:
    reason = "moved " * 200 + "\n## Nothing else | permissions: 0 gained"
    allowed = tuple(AllowedDestroy("dev", bucket(number)["address"], reason) for number in range(4))
    role = planned("add", "aws_iam_role_policy.x", None, {"role": "glue", "policy": policy(["s3:*"])})
    summary = summary_of(*map(bucket, range(4)), role, allowed=allowed)

    said = message(summary, DIGEST)

    assert len(said) <= LONGEST and said.startswith("DATA WOULD BE LOST")
    assert " | permissions: 1 gained, 0 lost, 1 OF THEM TO READ FIRST | " in said
    assert "\n## Nothing else" not in page(summary)


def test_the_message_keeps_the_permissions_whatever_the_reason_of_one_loss() -> None:
    allowed = AllowedDestroy("dev", OUTPUT, "x" * 480)
    role = planned("add", "aws_iam_role_policy.x", None, {"role": "glue", "policy": policy(["s3:*"])})

    said = message(summary_of(planned("destroy", OUTPUT), role, allowed=(allowed,)), DIGEST)

    assert f"(allowed: {'x' * 59}…)" in said and "permissions: 1 gained, 0 lost, 1 OF THEM TO READ FIRST" in said


def test_an_unknown_change_is_counted_and_counts_as_a_loss_of_data() -> None:
    change = planned("change", OUTPUT, {"bucket": "a"}, {"bucket": "b"})
    change["change"]["actions"] = ["create", "forget"]
    summary = summary_of(change)

    assert summary.counts() == "1 UNKNOWN CHANGE" and len(summary.refused) == 1
    assert "The output bucket of dev and everything in it has an UNKNOWN CHANGE and may be lost" in page(summary)
    assert "| part | UNKNOWN CHANGE |" in page(summary) and "1 OF THEM TO READ FIRST" in message(summary)


def test_what_is_only_read_is_no_change() -> None:
    change = planned("nothing", OUTPUT)
    change["change"]["actions"] = ["read"]

    assert summary_of(change).changes == []


def test_a_value_in_a_block_is_shown_unless_something_in_the_block_is_sensitive() -> None:
    sides = ({"tracing": [{"mode": mode}]} for mode in ("Active", "PassThrough"))
    before, after = sides

    (shown_change,) = summary_of(
        planned("change", "aws_lambda_function.x", before, after, after_sensitive={"tracing": [{}]})
    ).changes
    (hidden,) = summary_of(
        planned("change", "aws_lambda_function.x", before, after, after_sensitive={"tracing": [{"mode": True}]})
    ).changes

    assert shown_change.attributes == ("tracing[0].mode Active → PassThrough",)
    assert hidden.attributes == ("tracing",)
