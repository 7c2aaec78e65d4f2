"""The record of a deployment contains the approver, the time and the comment; `make deployed` prints it."""

import itertools
from pathlib import Path
from typing import Any

import pytest
from local_aws_server import Server, eventually
from small_pipeline import APPROVAL, SCOPE, Small, action, small_pipeline, statement

from dataops.delivery.approval import approval_in_words, approval_of
from dataops.delivery.build import Build
from dataops.delivery.delivery_figures import approvals_that_wait, last_deliveries

numbers = itertools.count(1)


@pytest.fixture
def small(server: Server, tmp_path: Path) -> Small:
    return small_pipeline(server, tmp_path, f"approved-{next(numbers)}")


def asking(small: Small, *stages: str) -> str:
    """Make the pipeline ask for an approval in each stage; return the execution that starts with it."""
    small.push(content="1")
    small.create(*({"name": name, "actions": [action("Approve", APPROVAL)]} for name in stages))
    found = small.client("codepipeline").list_pipeline_executions(pipelineName=small.name)
    return str(found["pipelineExecutionSummaries"][0]["pipelineExecutionId"])


def known(small: Small, execution: str, environment: str, *rights: dict[str, Any]) -> dict[str, str]:
    """The approvals that the build of an apply finds, with these permissions."""
    role = f"{small.name}-{next(numbers)}"
    small.make_role(role, "AWS", *rights)
    build = Build({"ENVIRONMENT": environment, "PREFIX": small.name, "PIPELINE_EXECUTION": execution})
    return approval_of(small.in_role(role, "codepipeline"), build)


def reading(small: Small) -> dict[str, Any]:
    """The only permission that pipeline/role_build.tf grants the apply for it."""
    return statement("codepipeline:ListActionExecutions", resource=f"arn:aws:codepipeline:{SCOPE}:{small.name}")


def test_the_approver_the_time_and_the_comment_of_this_environment_are_kept(small: Small) -> None:
    execution = asking(small, "dev", "prod")
    anybody = statement("codepipeline:PutApprovalResult")
    for role in ("Architects", "Owners"):
        small.make_role(f"{small.name}-{role}", "AWS", anybody)
    small.answer("dev", "Approved", "looks | fine", by=small.in_role(f"{small.name}-Architects", "codepipeline", "ann"))
    small.answer("prod", "Approved", "", by=small.in_role(f"{small.name}-Owners", "codepipeline", "eve"))
    small.ended(execution)

    dev, prod = (known(small, execution, name, reading(small)) for name in ("dev", "prod"))

    assert (dev["approved_by"], dev["approval_comment"]) == (f"ann ({small.name}-Architects)", "looks / fine")
    assert prod["approved_by"] == f"eve ({small.name}-Owners)" and prod["approval_comment"] == ""
    assert approval_in_words(dev) == (
        f', approved {dev["approved_at"]} by ann ({small.name}-Architects), who wrote "looks / fine"'
    )


def test_an_approval_waits_until_it_is_answered_and_then_the_delivery_has_ended(small: Small) -> None:
    execution = asking(small, "dev")
    eventually(lambda: approvals_that_wait(small.client("codepipeline"), small.name), "an approval that waits")

    small.answer("dev", "Rejected", "no")
    small.ended(execution)

    assert approvals_that_wait(small.client("codepipeline"), small.name) == []
    # The pipeline's creation has started it.
    assert last_deliveries(small.client("codepipeline"), small.name) == []


def test_an_environment_that_asks_nobody_has_no_approval_on_record(small: Small) -> None:
    execution = asking(small, "dev")

    assert known(small, execution, "prod", reading(small)) == {}
    assert approval_in_words({"commit": "a"}) == ""


def test_an_approval_that_cannot_be_read_does_not_lose_the_record(small: Small) -> None:
    execution = asking(small, "dev")

    found = known(small, execution, "dev")

    assert "not known: " in found["approval"] and "AccessDenied" in found["approval"]
    assert approval_in_words(found).startswith(", approval not known: ")
