"""An added resource is shown by its telling values, never by a possible secret; what is left out is counted."""

import json
from typing import Any

import pytest
from plan_json import ENVIRONMENT, planned, shown

from dataops.delivery.change import changes_of
from dataops.delivery.summary import PlanSummary, page


def line_of(address: str, after: dict[str, Any], **marks: Any) -> str:
    """The line of an added resource in the summary."""
    summary = PlanSummary("dev", "a" * 40, changes_of(shown(planned("add", address, None, after, **marks))), [], [])
    return [line for line in page(summary).splitlines() if line.startswith(f"- add `{address}`")][-1]


@pytest.mark.parametrize(
    ("address", "after", "text"),
    [
        ("aws_s3_bucket.this", {"bucket": "acme-raw", "force_destroy": False}, "bucket acme-raw, force_destroy false"),
        (
            "aws_lambda_function.this",
            {"function_name": "acme-dev-start", "timeout": 60, "memory_size": 256, "handler": "start.go", "layers": []},
            "function_name acme-dev-start, handler start.go, memory_size 256, timeout 60",
        ),
        (
            "aws_cloudwatch_event_rule.this",
            {"name": "hourly", "schedule_expression": "rate(1 hour)", "description": "x"},
            "name hourly, schedule_expression rate(1 hour), description x",
        ),
        (
            "aws_cloudwatch_event_rule.this",
            {"name": "up", "event_pattern": json.dumps({"source": ["aws.s3"]})},
            "name up, event_pattern.source[0] aws.s3",
        ),
        (
            "aws_cloudwatch_metric_alarm.this",
            {"alarm_name": "late", "threshold": 3600, "alarm_actions": ["arn:aws:sns:eu-west-1:1:news"]},
            "alarm_name late, threshold 3600, alarm_actions[0] arn:aws:sns:eu-west-1:1:news",
        ),
        (
            "aws_glue_job.this",
            {"name": "etl", "number_of_workers": 2, "command": [{"script_location": "s3://code/etl.py"}]},
            "name etl, command[0].script_location s3://code/etl.py, number_of_workers 2",
        ),
    ],
)  # fmt: skip
def test_an_added_resource_tells_what_it_is_set_to(address: str, after: dict[str, Any], text: str) -> None:
    assert line_of(f"{ENVIRONMENT}.{address}", after).endswith(f": {text}")


def test_no_value_that_could_be_a_secret_is_shown_and_their_number_is() -> None:
    after = {
        "name": "x",
        "password": "hunter2",
        "environment": [{"variables": {"A": "hunter2"}}],
        "marked": "hunter2",
        "connection_properties": {"USER": "hunter2"},
        "definition": json.dumps({"token": "hunter2"}),
    }

    line = line_of("aws_glue_connection.x", after, after_sensitive={"marked": True})

    assert line.endswith(": name x, 5 values not shown because they may be secrets") and "hunter2" not in line


def test_a_long_value_is_cut_and_values_beyond_the_most_telling_are_counted() -> None:
    after = {"name": "n" * 200, "description": "one\ntwo"} | {f"other_{number:02}": number for number in range(1, 21)}

    line = line_of("aws_glue_job.x", after)

    assert f"name {'n' * 79}…, description one two, other_01 1" in line and line.endswith("other_10 10, and 10 more")


def test_a_policy_is_shown_as_what_it_grants_and_not_again_as_a_value() -> None:
    assert line_of("aws_sqs_queue.x", {"name": "x", "policy": "{}", "tags_all": {"a": "b"}}).endswith(": name x")
