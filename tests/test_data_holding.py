"""No resource of a generated project can lose its data unasked: the list of what holds data knows every type."""

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest
from terraform_runner import resources

# Settings that the AWS provider gives only to what holds something: it may be kept, emptied, recovered or outlived.
OF_WHAT_HOLDS_DATA = {
    "backup_retention_period",
    "deletion_protection",
    "deletion_protection_enabled",
    "deletion_window_in_days",
    "final_snapshot_identifier",
    "force_destroy",
    "message_retention_seconds",
    "point_in_time_recovery",
    "recovery_window_in_days",
    "retention_in_days",
    "skip_destroy",
    "skip_final_snapshot",
}
# The same settings where they are about something else.
ABOUT_OTHER_THINGS = {
    "aws_cloudwatch_event_rule": "force_destroy is about rules that a service of AWS has made",
    "aws_cloudwatch_event_target": "force_destroy is about rules that a service of AWS has made",
    "aws_lambda_function": "skip_destroy is about old versions of the code",
    "aws_s3_object": "force_destroy is about a lock; the object is made from the repository",
}


@pytest.fixture(scope="module")
def data_holding(project: Path) -> Any:
    """The generated project's own list."""
    sys.path[:0] = [str(project), str(project / "lambda")]
    try:
        return importlib.import_module("dataops.delivery.data_holding")
    finally:
        del sys.path[:2]


def test_every_type_of_the_real_plan_is_known_to_hold_data_or_to_hold_none(
    plan: dict[str, Any], data_holding: Any
) -> None:
    types = {resource["type"] for resource in resources(plan).values()}

    assert types - set(data_holding.LOST) - data_holding.HOLDING_NOTHING == set()
    assert set(data_holding.LOST) & data_holding.HOLDING_NOTHING == set()


def test_what_the_provider_lets_be_kept_or_recovered_is_known_to_hold_data(
    plan: dict[str, Any], data_holding: Any
) -> None:
    keeping = {
        resource["type"] for resource in resources(plan).values() if OF_WHAT_HOLDS_DATA & set(resource["values"])
    } - set(ABOUT_OTHER_THINGS)

    assert {"aws_s3_bucket", "aws_dynamodb_table", "aws_kms_key", "aws_sqs_queue"} <= keeping
    assert keeping <= set(data_holding.LOST)
