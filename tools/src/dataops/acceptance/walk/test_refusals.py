"""Tests that anything that differs from what was approved stops the delivery, changes nothing, and is notified."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from dataops.acceptance.walk.walking import APPROVERS, DEVELOPERS, Walk, asks_to_approve, with_another
from dataops.project.control import ask

NOTHING_CHANGED = "Nothing was changed."


@pytest.fixture(scope="module")
def planned(walk: Walk, first: str) -> str:
    """An execution that waits for the approval of the first environment; it changes only documents."""
    execution = walk.deliver("Words", **{"README.md": lambda text: f"{text}\nMore words.\n"})
    walk.until_it_waits(execution, walk.environments[0])
    return execution


@contextmanager
def unchanged(walk: Walk, environment: str) -> Iterator[None]:
    """Check that nothing is applied to an environment meanwhile."""
    before = walk.state(environment), walk.deployed(environment)
    yield
    assert (walk.state(environment), walk.deployed(environment)) == before


@contextmanager
def replaced(walk: Walk, location: dict[str, str], body: bytes, name: str = "pipeline") -> Iterator[None]:
    """Replace an object for a while."""
    before = walk.object(location, name)
    walk.replace(location, body, name)
    try:
        yield
    finally:
        walk.replace(location, before, name)


def refused(walk: Walk, execution: str, *words: str) -> None:
    """Check that the refusal is in the build's log and in a notification."""
    dev = walk.environments[0]
    assert walk.begun(execution)[-1] == f"{dev} Apply"
    log = walk.log(execution, dev, "Apply")
    for word in (*words, NOTHING_CHANGED):
        assert word in log
    assert walk.notifications(f"The apply of {dev}", *words, NOTHING_CHANGED)


def test_who_is_no_approver_cannot_approve(walk: Walk, planned: str) -> None:
    dev = walk.environments[0]

    with pytest.raises(
        ClientError, match=f"{DEVELOPERS[0]}/somebody is not authorized to perform: codepipeline:PutAppr"
    ):
        walk.answer(planned, dev, "Approved", "let me", role=DEVELOPERS[0])

    assert walk.until_it_waits(planned, dev)


def test_a_plan_that_changed_after_the_approval_is_refused(walk: Walk, planned: str) -> None:
    dev = walk.environments[0]
    location = walk.artifact(planned, dev, "Plan")
    other = with_another(walk.object(location), "manifest.json", lambda text: text + b" ")

    with unchanged(walk, dev), replaced(walk, location, other):
        walk.answer(planned, dev, "Approved", "looks fine")
        assert walk.until_over(planned) == "Failed"

    refused(walk, planned, "What was handed over is not what was approved", "its digest is")


def test_a_state_that_moved_after_the_approval_is_refused(walk: Walk, planned: str) -> None:
    dev = walk.environments[0]
    state = walk.state(dev)
    moved = json.dumps(state | {"serial": state["serial"] + 1}).encode()

    with replaced(walk, walk.state_location(dev), moved, dev):
        assert walk.retry(planned, dev) == "Failed"

    refused(walk, planned, f"has moved from serial {state['serial']} to {state['serial'] + 1}")


def test_the_apply_works_as_the_deploy_role_of_its_environment_and_as_nobody_else(walk: Walk, planned: str) -> None:
    dev = walk.environments[0]
    role = walk.played.delivery["environments"][0]["apply_role"]
    iam = walk.played.client("iam", dev)
    nothing = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}

    with unchanged(walk, dev):
        iam.put_role_policy(RoleName=role, PolicyName="nothing", PolicyDocument=json.dumps(nothing))
        try:
            assert walk.retry(planned, dev) == "Failed"
        finally:
            iam.delete_role_policy(RoleName=role, PolicyName="nothing")

    # The same build succeeds with the unchanged role: see the tests before and after this one.
    assert "403" in walk.log(planned, dev, "Apply")


def test_an_archive_that_changed_after_the_approval_is_refused(walk: Walk, planned: str) -> None:
    dev = walk.environments[0]
    location = walk.artifact(planned, dev, "Plan")
    other = with_another(walk.object(location), "build/lambda.zip", lambda body: body + b"0")

    with unchanged(walk, dev), replaced(walk, location, other):
        assert walk.retry(planned, dev) == "Failed"

    refused(walk, planned, "build/lambda.zip is not the one that was approved")


def test_the_same_approval_applies_once_everything_is_as_it_was_approved(walk: Walk, planned: str) -> None:
    dev = walk.environments[0]
    walk.pipeline.retry_stage_execution(
        pipelineName=walk.played.pipeline, stageName=dev, pipelineExecutionId=planned, retryMode="FAILED_ACTIONS"
    )

    walk.until_it_waits(planned, walk.environments[-1])

    assert walk.deployed(dev)[0]["execution"] == planned


def test_a_rejected_approval_stops_before_the_apply(walk: Walk, planned: str) -> None:
    prod = walk.environments[-1]

    with unchanged(walk, prod):
        walk.answer(planned, prod, "Rejected", "not on a Friday", role=APPROVERS[1])
        assert walk.until_over(planned) == "Failed"

    assert walk.begun(planned)[-1] == f"{prod} Approve"
    assert walk.notifications(prod, "not on a Friday")


def test_a_plan_that_destroys_a_bucket_is_refused_although_it_was_approved(walk: Walk, planned: str) -> None:
    dev = walk.environments[0]

    def rename(text: str) -> str:
        return text.replace("-${purpose}-", '-${replace(purpose, "quarantine", "refused")}-', 1)

    with walk.taken_back(), unchanged(walk, dev):
        execution = walk.deliver("Another bucket", **{"modules/project/name.tf": rename})
        walk.until_it_waits(execution, dev)
        (mail,) = walk.notifications(asks_to_approve(dev), execution)
        assert f"DATA WOULD BE LOST. Apply will refuse it. The quarantine bucket of {dev} and everything in it" in mail
        walk.answer(execution, dev, "Approved", "I did not read it")
        assert walk.until_over(execution) == "Failed"

    refused(walk, execution, "quarantine bucket", "allowed-destroys.yaml does not allow it")


def test_an_approval_that_nobody_gives_in_time_counts_as_a_rejection(walk: Walk, planned: str) -> None:
    dev = walk.environments[0]

    with walk.taken_back(), unchanged(walk, dev):
        execution = walk.deliver("More words", **{"README.md": lambda text: f"{text}\nStill more.\n"})
        walk.until_it_waits(execution, dev)
        ask(walk.played.platform, "expire")
        assert walk.until_over(execution) == "Failed"

    assert walk.begun(execution)[-1] == f"{dev} Approve"
    assert walk.notifications(dev, "timed out")


TRANSFORM = """from pyspark.sql import DataFrame, functions


def transform(rows: DataFrame) -> DataFrame:
    return rows.withColumn("id", functions.upper("id"))
"""


def test_a_failing_smoke_test_keeps_a_change_from_the_next_environment(walk: Walk, planned: str) -> None:
    dev, prod = walk.environments[0], walk.environments[-1]

    with unchanged(walk, prod):
        execution = walk.deliver("A fault in the data path", **{"files/transforms/canary.py": lambda _: TRANSFORM})
        walk.answer(execution, dev, "Approved", "looks fine")
        assert walk.until_over(execution) == "Failed"

    assert walk.begun(execution)[-1] == f"{dev} Smoke"
    assert walk.notifications(f"The smoke test of {dev}", "rows were published, which are not those that were sent")
    known: list[dict[str, Any]] = list(walk.deployed(dev))
    assert (known[0]["execution"], known[0]["smoke_test"]) == (execution, "failed")


def test_a_refusal_that_the_build_has_notified_is_not_notified_again(walk: Walk, planned: str) -> None:
    """The event that the pipeline failed comes a moment later, and finds that the notification was sent."""
    assert walk.notifications(": The apply of ", NOTHING_CHANGED)
    assert walk.notifications("is not approved")
    assert walk.notifications(": Apply failed") == walk.notifications(": Approve failed") == []


# One approver alone: a commit that nobody has reviewed, started and approved by the same person


@pytest.fixture(scope="module")
def unreviewed(walk: Walk, planned: str) -> str:
    """Return a commit that no branch names, made from a developer's branch without any permission to push."""
    walk.settled()
    with walk.taken_back():
        walk.change("Let everybody in", **{"README.md": lambda text: f"{text}\nUnreviewed.\n"})
        walk.played.push("feature/unreviewed")
    approver = walk.played.client_of_role(APPROVERS[0], "codecommit", "alone")
    made = approver.create_unreferenced_merge_commit(
        repositoryName=walk.played.repository_name,
        sourceCommitSpecifier="feature/unreviewed",
        destinationCommitSpecifier="main",
        mergeOption="THREE_WAY_MERGE",
    )
    return str(made["commitId"])


def started(walk: Walk, commit: str) -> str:
    """Start the pipeline with a chosen commit, as an approver alone."""
    revision = {"actionName": "Source", "revisionType": "COMMIT_ID", "revisionValue": commit}
    approver = walk.played.client_of_role(APPROVERS[0], "codepipeline", "alone")
    begun = approver.start_pipeline_execution(name=walk.played.pipeline, sourceRevisions=[revision])
    return str(begun["pipelineExecutionId"])


def not_on_the_branch(walk: Walk, execution: str, stage: str, action: str, commit: str) -> None:
    """Check that the execution ended there, before any of its code ran, with a notification."""
    assert walk.begun(execution)[-1] == f"{stage} {action}"
    log = walk.log(execution, stage, action)
    assert f"This commit is refused: {commit} is not on the branch main." in log
    assert "Running command make" not in log
    assert walk.notifications(f"{stage}: {action} failed", "not on the delivered branch", execution)


def test_a_commit_that_is_not_on_the_branch_is_refused_before_its_code_runs(walk: Walk, unreviewed: str) -> None:
    execution = started(walk, unreviewed)

    assert walk.until_over(execution) == "Failed"

    not_on_the_branch(walk, execution, "Check", "Check", unreviewed)


def test_the_plan_refuses_it_also_when_the_check_does_not(walk: Walk, unreviewed: str) -> None:
    dev = walk.environments[0]

    with walk.without_the_look_at_the_branch("check"):
        execution = started(walk, unreviewed)
        assert walk.until_over(execution) == "Failed"

    not_on_the_branch(walk, execution, dev, "Plan", unreviewed)


def test_the_apply_refuses_it_also_when_check_and_plan_do_not(walk: Walk, unreviewed: str) -> None:
    dev = walk.environments[0]

    with walk.without_the_look_at_the_branch("check", f"plan-{dev}"), unchanged(walk, dev):
        execution = started(walk, unreviewed)
        walk.answer(execution, dev, "Approved", "I am the one who started it")
        assert walk.until_over(execution) == "Failed"

    not_on_the_branch(walk, execution, dev, "Apply", unreviewed)


def test_a_commit_that_was_delivered_before_does_not_come_again_by_one_approver(walk: Walk, planned: str) -> None:
    """It would remove deployed commits: that needs a pull request, which `make rollback` opens."""
    dev = walk.environments[0]
    before = walk.deployed(dev)[-1]["commit"]

    execution = started(walk, before)

    assert walk.until_over(execution) == "Failed"
    assert walk.begun(execution)[-1] == f"{dev} Plan"
    assert "Refuse a commit that takes deployed commits out" in walk.why(execution)
