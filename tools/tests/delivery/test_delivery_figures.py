"""`make deployed` says what waits, for whom and since when, and how the last deliveries went."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from dataops.delivery.delivery_figures import Delivery, figures, last_deliveries, lasting, sentences_about_the_pipeline

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
FAILED, DELIVERED = Delivery(False, timedelta(minutes=5)), Delivery(True, timedelta(hours=2))


def execution(status: str, minutes: int = 30, trigger: str = "CloudWatchEvent") -> dict[str, Any]:
    return {
        "status": status,
        "startTime": NOW,
        "lastUpdateTime": NOW + timedelta(minutes=minutes),
        "trigger": {"triggerType": trigger},
    }


class Pipeline:
    """CodePipeline with these states of stages and these executions."""

    def __init__(self, actions: dict[str, dict[str, Any]] | None = None, executions: Any = (), error: str = "") -> None:
        self.actions, self.executions, self.error = actions or {}, list(executions), error

    def get_pipeline_state(self, name: str) -> dict[str, Any]:
        if self.error:
            raise ClientError({"Error": {"Code": self.error, "Message": "no"}}, "GetPipelineState")
        stages = [{"stageName": stage, "actionStates": [state]} for stage, state in self.actions.items()]
        return {"stageStates": stages}

    def list_pipeline_executions(self, pipelineName: str, maxResults: int) -> dict[str, Any]:  # noqa: N803 (boto3's)
        return {"pipelineExecutionSummaries": self.executions}


def waiting(token: str | None) -> dict[str, Any]:
    latest = {"status": "InProgress", "lastStatusChange": NOW - timedelta(hours=3, minutes=20)}
    return {"latestExecution": latest | ({"token": token} if token else {})}


def test_an_approval_that_waits_is_said_with_who_may_give_it_and_since_when() -> None:
    pipeline = Pipeline({"dev": {}, "prod": waiting("a token")})

    assert sentences_about_the_pipeline(pipeline, "acme-pipeline", ["Architects", "Owners"], NOW) == [
        "prod waits for Architects or Owners since 2026-11-29 08:40 UTC, 3 hours 20 minutes."
    ]


def test_a_build_in_progress_is_no_approval_that_waits() -> None:
    assert sentences_about_the_pipeline(Pipeline({"dev": waiting(None)}), "acme-pipeline", [], NOW) == []


@pytest.mark.parametrize("status", ["InProgress", "Stopped", "Superseded", "Cancelled"])
def test_an_execution_that_was_neither_delivered_nor_failed_is_not_counted(status: str) -> None:
    assert last_deliveries(Pipeline(executions=[execution(status)]), "acme-pipeline") == []


def test_the_execution_that_a_new_pipeline_starts_is_not_counted() -> None:
    assert last_deliveries(Pipeline(executions=[execution("Failed", trigger="CreatePipeline")]), "acme-pipeline") == []


def test_the_last_twenty_deliveries_are_counted() -> None:
    found = last_deliveries(Pipeline(executions=[execution("Succeeded", each) for each in range(30)]), "acme-pipeline")

    assert [each.took for each in found] == [timedelta(minutes=each) for each in range(20)]


def test_failure_rate_and_lead_time_are_of_the_last_deliveries() -> None:
    longest = Delivery(True, timedelta(days=1, hours=2, minutes=3))

    assert figures([FAILED, DELIVERED, DELIVERED, longest]) == (
        "1 of the last 4 deliveries failed (25 %); rejected approvals count. "
        "From the push to the last environment, approvals included: 2 hours (median), at most 1 day 2 hours."
    )


def test_without_a_delivery_that_reached_the_end_there_is_no_lead_time() -> None:
    assert figures([FAILED]) == "1 of the last 1 deliveries failed (100 %); rejected approvals count."


def test_whoever_may_not_read_the_pipeline_learns_which_permission_is_missing() -> None:
    (sentence,) = sentences_about_the_pipeline(Pipeline(error="AccessDeniedException"), "acme-pipeline", [], NOW)

    assert "your role may not read the pipeline acme-pipeline (codepipeline:GetPipelineState)" in sentence


def test_another_error_of_aws_is_not_swallowed() -> None:
    with pytest.raises(ClientError):
        sentences_about_the_pipeline(Pipeline(error="PipelineNotFoundException"), "acme-pipeline", [], NOW)


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (timedelta(seconds=5), "1 minute"),
        (timedelta(minutes=59), "59 minutes"),
        (timedelta(hours=1, minutes=1), "1 hour 1 minute"),
        (timedelta(days=3, minutes=7), "3 days 7 minutes"),
        (timedelta(days=3, hours=1, minutes=7), "3 days 1 hour"),
    ],
)
def test_a_duration_is_said_in_its_two_largest_units(time: timedelta, words: str) -> None:
    assert lasting(time) == words
