"""Tests of tell_delivery and remind_approvers: a delivery event is notified in words, once."""

import json
from datetime import timedelta
from typing import Any

import pytest
from event_chain import PIPELINE, EventChain
from notifications.message import person
from notifications.messages.pipeline import stopped
from notifications.notification import Notifications
from notifications.origin import Origin

ANNA = "arn:aws:sts::111111111111:assumed-role/Developers/anna"
BUILD = f"{PIPELINE}-apply-dev:b1"


def pipeline_event(state: str, attempt: int = 1) -> dict[str, Any]:
    detail = {"pipeline": PIPELINE, "execution-id": "e1", "state": state, "pipeline-execution-attempt": float(attempt)}
    return {"id": f"{state}-{attempt}", "source": "aws.codepipeline", "detail": detail}


def codecommit_event(event: str, **detail: Any) -> dict[str, Any]:
    fields = {"event": event, "callerUserArn": ANNA, "repositoryNames": ["acme"], "pullRequestId": "7", "title": "Late"}
    return {"id": event, "source": "aws.codecommit", "detail": fields | detail}


def failed(stage: str, name: str, category: str = "Build", **more: Any) -> dict[str, Any]:
    """Return an action as ListActionExecutions returns it."""
    fields = {"pipelineExecutionId": "e1", "actionExecutionId": f"a-{stage}", "stageName": stage, "actionName": name}
    result = {"externalExecutionId": BUILD, "externalExecutionUrl": "https://log", "externalExecutionSummary": "FAILED"}
    output = {"executionResult": {} if category == "Approval" else result}
    return fields | {"status": "Failed", "input": {"actionTypeId": {"category": category}}, "output": output} | more


def subjects(chain: EventChain, *events: dict[str, Any]) -> list[str]:
    """Return the subjects of events' notifications."""
    for event in events:
        chain.tell_delivery.handler(event, None)
    return [message["Subject"] for message in chain.notifications()]


@pytest.mark.parametrize(
    ("event", "kind", "subject", "words"),
    [
        (pipeline_event("STARTED"), "pipeline started", "a delivery started", "/executions/e1/timeline"),
        (
            codecommit_event("pullRequestCreated"),
            "pull request opened",
            "pull request opened: 7",
            "anna (Developers) opened pull request 7, Late.",
        ),
        (
            codecommit_event("pullRequestApprovalStateChanged"),
            "pull request approved",
            "pull request approved: 7",
            "/codecommit/repositories/acme/pull-requests/7",
        ),
        (
            codecommit_event("pullRequestApprovalRuleOverridden"),
            "pull request overridden",
            "pull request overridden: 7",
            "overrode the required approvals",
        ),
        (
            codecommit_event("referenceUpdated", repositoryName="acme", referenceName="main", commitId="1a2b3c4d5e6f7"),
            "alarm",
            "main was changed without a pull request",
            "It is at commit 1a2b3c4d5e6f now.",
        ),
        (
            codecommit_event("referenceDeleted", repositoryName="acme", referenceName="main", commitId="1a2b3c4d5e6f7"),
            "alarm",
            "main was changed without a pull request",
            "It was deleted.",
        ),
        (
            {
                "id": "1",
                "source": "aws.codebuild",
                "detail": {
                    "build-id": "arn:aws:codebuild:eu-west-1:111111111111:build/acme-pipeline-drift:b2",
                    "project-name": "acme-pipeline-drift",
                    "build-status": "TIMED_OUT",
                    "additional-information": {"logs": {"deep-link": "https://log-of-b2"}},
                },
            },
            "alarm",
            "build drift timed out",
            "log: https://log-of-b2",
        ),
    ],
)
def test_an_event_is_notified_in_words_once(
    chain: EventChain, event: dict[str, Any], kind: str, subject: str, words: str
) -> None:
    for _ in range(2):
        chain.tell_delivery.handler(event, None)

    (message,) = chain.notifications()
    assert message["Subject"] == f"{PIPELINE}: {subject}"
    assert words in message["Message"] and "What to do next:" in message["Message"]
    assert json.loads(message["MessageAttributes"]["kind"]["Value"]) == [kind]


def test_a_failed_action_is_notified_with_its_log(chain: EventChain) -> None:
    chain.codepipeline.actions = [failed("dev", "Apply"), failed("Check", "Check") | {"status": "Succeeded"}]

    chain.tell_delivery.handler(pipeline_event("FAILED"), None)

    (message,) = chain.notifications()
    assert message["Subject"] == f"{PIPELINE}: dev: Apply failed"
    assert "log: https://log" in message["Message"] and "Later environments did not change." in message["Message"]


def test_a_build_that_has_notified_its_refusal_is_not_notified_again(chain: EventChain) -> None:
    chain.codepipeline.actions = [failed("dev", "Apply")]
    sent_by_the_build: Notifications = chain.tell_delivery.notifications
    refusal = stopped(Origin(PIPELINE, "eu-west-1"), "e1", "The apply of dev stopped", "The state has moved.")
    sent_by_the_build.send_now(f"build/{BUILD}", "failed", refusal)

    assert subjects(chain, pipeline_event("FAILED")) == [f"{PIPELINE}: The apply of dev stopped"]


def test_a_rejected_approval_is_notified_once_with_who_and_why(chain: EventChain) -> None:
    answer = {"executionResult": {"externalExecutionSummary": "Not on a Friday."}}
    chain.codepipeline.actions = [failed("prod", "Approve", "Approval", updatedBy=ANNA, output=answer)]

    chain.tell_delivery.handler(pipeline_event("FAILED"), None)
    chain.tell_delivery.handler(pipeline_event("FAILED"), None)

    (message,) = chain.notifications()
    assert message["Subject"] == f"{PIPELINE}: the plan for prod is not approved"
    assert "anna (Developers) rejected it: Not on a Friday." in message["Message"]


def test_an_approval_that_nobody_gave_says_so(chain: EventChain) -> None:
    chain.codepipeline.actions = [failed("prod", "Approve", "Approval")]

    chain.tell_delivery.handler(pipeline_event("FAILED"), None)

    assert "nobody answered in time." in chain.notifications()[0]["Message"]


def test_a_stage_that_failed_before_anything_began_in_it_is_notified(chain: EventChain) -> None:
    assert subjects(chain, pipeline_event("FAILED")) == [f"{PIPELINE}: a delivery stopped"]


def test_a_retried_stage_that_fails_again_is_notified_again(chain: EventChain) -> None:
    again = failed("dev", "Apply")
    again["output"] = {"executionResult": {"externalExecutionId": f"{PIPELINE}-apply-dev:b2"}}
    chain.codepipeline.actions = [failed("dev", "Apply")]
    first = subjects(chain, pipeline_event("FAILED"))
    chain.codepipeline.actions = [again, failed("dev", "Apply")]

    assert subjects(chain, pipeline_event("FAILED", attempt=2)) == first == [f"{PIPELINE}: dev: Apply failed"]


def approval_began(chain: EventChain, hours_ago: float, **changed: Any) -> None:
    """Return the pipeline while a plan waits, beside a running build."""
    began = chain.clock() - timedelta(hours=hours_ago)
    approval = {"actionExecutionId": "a1", "status": "InProgress", "token": "t", "lastStatusChange": began} | changed
    build = {"actionExecutionId": "a2", "status": "InProgress", "lastStatusChange": began}
    chain.codepipeline.stages = [
        {"stageName": "Check", "actionStates": [{"actionName": "Check", "latestExecution": build}]},
        {
            "stageName": "prod",
            "latestExecution": {"pipelineExecutionId": "e1"},
            "actionStates": [{"actionName": "Plan"}, {"actionName": "Approve", "latestExecution": approval}],
        },
    ]


def test_approvers_are_reminded_once_when_half_of_the_time_is_over(chain: EventChain) -> None:
    approval_began(chain, hours_ago=36)
    for _ in range(2):
        chain.remind_approvers.handler({}, None)
        chain.clock.forward(hours=1)

    (message,) = chain.notifications()
    assert message["Subject"] == f"{PIPELINE}: the plan for prod still waits for approval"
    assert "has waited for 36 hours." in message["Message"] and "rejected in 36 hours." in message["Message"]
    assert json.loads(message["MessageAttributes"]["kind"]["Value"]) == ["approval needed"]


def test_nobody_is_reminded_before_that_nor_of_what_is_answered(chain: EventChain) -> None:
    approval_began(chain, hours_ago=35)
    chain.remind_approvers.handler({}, None)
    approval_began(chain, hours_ago=50, status="Succeeded")
    chain.remind_approvers.handler({}, None)

    assert chain.notifications() == []


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        (ANNA, "anna (Developers)"),
        ("arn:aws:iam::111111111111:user/team/bea", "bea"),
        ("arn:aws:iam::111111111111:root", "root"),
    ],
)
def test_a_caller_is_named_as_people_know_them(arn: str, name: str) -> None:
    assert person(arn) == name
