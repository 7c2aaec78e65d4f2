"""What AWS would delete earlier than before is read before an approval."""

from typing import Any

import pytest
from plan_json import planned, shown

from dataops.delivery.change import changes_of
from dataops.delivery.message import message
from dataops.delivery.shorter_retention import shorter_retentions
from dataops.delivery.summary import PlanSummary, page


def earlier(*changes: dict[str, Any]) -> list[str]:
    return shorter_retentions(changes_of(shown(*changes)))


def logs(before: int | None, after: int | None, **more: Any) -> dict[str, Any]:
    sides = ({"retention_in_days": days} for days in (before, after))
    return planned("change", "aws_cloudwatch_log_group.x", *sides, **more)


def rule(days: int | None = None, prefix: str = "", status: str = "Enabled", versions: int = 90) -> dict[str, Any]:
    old = [{"noncurrent_days": versions}]
    expiration = [{"days": days}] if days else []
    return {"status": status, "filter": [{"prefix": prefix}], "expiration": expiration,
            "noncurrent_version_expiration": old}  # fmt: skip


def lifecycle(before: list[Any], after: list[Any]) -> dict[str, Any]:
    sides = ({"bucket": "data", "rule": rules} for rules in (before, after))
    return planned("change", "aws_s3_bucket_lifecycle_configuration.x", *sides)


@pytest.mark.parametrize(("before", "after"), [(365, 30), (0, 30), (None, 30)])
def test_a_shorter_retention_of_logs_is_said(before: int | None, after: int) -> None:
    now = f"{before} days" if before else "never"

    assert earlier(logs(before, after)) == [
        f"DELETED EARLIER: after 30 days, until now {now}: `aws_cloudwatch_log_group.x`"
    ]


@pytest.mark.parametrize(("before", "after"), [(30, 365), (30, 0), (30, 30)])
def test_a_longer_retention_of_logs_is_no_news(before: int, after: int) -> None:
    assert earlier(logs(before, after)) == []


def test_a_retention_that_is_not_known_yet_is_said() -> None:
    (found,) = earlier(logs(30, None, after_unknown={"retention_in_days": True}))

    assert "KNOWN ONLY AFTER THE APPLY" in found


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ([rule()], [rule(7)], "objects of the whole bucket are DELETED EARLIER: after 7 days, until now never"),
        (
            [rule(30)],
            [rule(7)],
            "objects of the whole bucket are DELETED EARLIER: after 7 days, until now after 30",
        ),
        (
            [rule(30, "tmp/")],
            [rule(30)],
            "objects of the whole bucket are DELETED EARLIER: after 30 days, until now never",
        ),
        (
            [rule(30, status="Disabled"), rule()],
            [rule(30)],
            "objects of the whole bucket are DELETED EARLIER: after 30 days, until now never",
        ),
        ([rule()], [rule(versions=1)], "old versions of the whole bucket are DELETED EARLIER: after 1 days"),
        ([rule(90)], [rule(90), rule(1)], "objects of the whole bucket are DELETED EARLIER: after 1 days"),
    ],
)
def test_a_new_shorter_or_wider_expiration_is_said(before: list[Any], after: list[Any], words: str) -> None:
    assert any(found.startswith(words) for found in earlier(lifecycle(before, after)))


def test_a_longer_or_narrower_expiration_is_no_news() -> None:
    assert earlier(lifecycle([rule(7)], [rule(30)])) == []
    assert earlier(lifecycle([rule(7), rule()], [rule()])) == []


def test_a_new_lifecycle_of_a_bucket_that_is_there_is_said_and_that_of_a_new_one_is_not() -> None:
    address = 'module.storage.aws_s3_bucket_lifecycle_configuration.this["data"]'
    new = planned("add", address, None, {"rule": [rule(7)]}, after_unknown={"bucket": True})
    bucket = planned("add", 'module.storage.aws_s3_bucket.this["data"]', None, {"bucket": "data"})

    assert len(earlier(new)) == 2 and earlier(new, bucket) == []
    assert len(earlier(planned("add", address, None, {"bucket": "data", "rule": [rule(7)]}), bucket)) == 2


def test_a_time_to_live_that_is_switched_on_is_said() -> None:
    sides = ({"ttl": [{"enabled": on, "attribute_name": "until"}]} for on in (False, True))

    assert earlier(planned("change", "aws_dynamodb_table.x", *sides)) == [
        "items are DELETED EARLIER: at the time in their attribute until: `aws_dynamodb_table.x`"
    ]


def test_it_stands_above_the_permissions_and_is_kept_in_the_message() -> None:
    summary = PlanSummary("dev", "a" * 40, changes_of(shown(logs(365, 1))), [], [])

    text = page(summary)

    assert text.index("## Data that would be deleted earlier") < text.index("## In numbers")
    assert message(summary).startswith("DATA WOULD BE DELETED EARLIER: 1 retention | dev: 1 to change")
