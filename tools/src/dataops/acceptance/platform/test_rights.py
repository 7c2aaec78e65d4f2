"""Tests that every part of the chain needs its permissions: without one it fails there, with AWS's error message."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from dataops.acceptance.platform.running_project import RunningProject, orders

Document = dict[str, Any]


def sentence(action: str, kind: str = "identity-based policy") -> str:
    """Return how AWS ends its error message about a missing permission."""
    return f"because no {kind} allows the {action} action"


def lacking(document: Document, action: str) -> Document:
    """Return a policy without an action, and without the statements that have no other action."""

    def left(statement: Document) -> list[str]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        return [each for each in actions if each != action]

    return document | {"Statement": [each | {"Action": left(each)} for each in document["Statement"] if left(each)]}


def log_of(chain: RunningProject) -> str:
    """Return what the local AWS has logged."""
    return (chain.folder / ".local" / chain.environment / "platform.log").read_text(encoding="utf-8")


@contextmanager
def role_without(chain: RunningProject, role: str, action: str) -> Iterator[None]:
    """Remove an action from a role of the environment for a while."""
    iam, name = chain.client("iam"), f"{chain.prefix}-{role}"
    names = iam.list_role_policies(RoleName=name)["PolicyNames"]
    before = {each: iam.get_role_policy(RoleName=name, PolicyName=each)["PolicyDocument"] for each in names}
    assert any(lacking(document, action) != document for document in before.values()), f"{name} has no {action}"

    def put(change: Callable[[Document], Document]) -> None:
        for each, document in before.items():
            iam.put_role_policy(RoleName=name, PolicyName=each, PolicyDocument=json.dumps(change(document)))

    put(lambda document: lacking(document, action))
    try:
        yield
    finally:
        put(lambda document: document)


@contextmanager
def boundary_without(chain: RunningProject, action: str) -> Iterator[None]:
    """Remove an action from the permissions boundary of every role for a while."""
    iam, account = chain.client("iam"), chain.settings["environment"]["account"]
    arn = f"arn:aws:iam::{account}:policy/{chain.names['boundary']}"
    before = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=before)["PolicyVersion"]["Document"]
    changed = json.dumps(lacking(document, action))
    version = iam.create_policy_version(PolicyArn=arn, PolicyDocument=changed, SetAsDefault=True)["PolicyVersion"]
    try:
        yield
    finally:
        iam.set_default_policy_version(PolicyArn=arn, VersionId=before)
        iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])


@contextmanager
def key_without(chain: RunningProject, principal: str) -> Iterator[None]:
    """Remove a principal from the policy of the environment's key for a while."""
    kms = chain.client("kms")
    key = kms.describe_key(KeyId=chain.names["key"])["KeyMetadata"]["KeyId"]
    before = kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
    document = json.loads(before)
    kept = [each for each in document["Statement"] if principal not in json.dumps(each["Principal"])]
    assert kept != document["Statement"], f"the key's policy has no {principal}"
    changed = json.dumps(document | {"Statement": kept})
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=changed, BypassPolicyLockoutSafetyCheck=True)
    try:
        yield
    finally:
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=before)


FUNCTIONS = {
    "start-crawler": ("glue:StartCrawler", {"dataset": "orders", "scheduled": True}),
    "start-etl-job": ("dynamodb:Query", None),
    "close-run": ("glue:GetJobRun", {"detail": {"jobName": "", "jobRunId": "jr_1", "state": "SUCCEEDED"}}),
    "send-digest": ("dynamodb:GetItem", {"time": "2026-04-01T06:00:00.000000+00:00", "datasets": {"orders": None}}),
    "sweep": ("dynamodb:Query", {"dataset": "orders", "crawl": "on-upload", "prefix": "orders/"}),
    "notify": ("sns:Publish", {"Records": [{"Sns": {"Message": "an alarm", "MessageId": "rights"}}]}),
}


def event_of(chain: RunningProject, function: str) -> Document:
    """Return an event with which a function makes the call that its role does not allow."""
    if function == "start-etl-job":
        return {"detail": {"crawlerName": chain.name("orders"), "state": "Succeeded"}}
    event = json.loads(json.dumps(FUNCTIONS[function][1]))
    if function == "close-run":
        event["detail"]["jobName"] = chain.name("orders")
    return dict(event)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_stops_at_the_call_that_its_role_may_not_make(chain: RunningProject, function: str) -> None:
    action = FUNCTIONS[function][0]

    with role_without(chain, function, action):
        answer = chain.invoke(function, event_of(chain, function))

    # SNS writes its actions in capital letters.
    assert sentence(action).lower() in answer.get("errorMessage", "").lower(), answer


def test_a_function_that_calls_nothing_leaves_no_log_without_the_right_to_it(chain: RunningProject) -> None:
    before = chain.logged("check-connections")
    with role_without(chain, "check-connections", "logs:PutLogEvents"):
        chain.invoke("check-connections", {})
        unheard = chain.logged("check-connections")

    chain.invoke("check-connections", {})

    assert unheard == before
    assert len(chain.logged("check-connections")) > len(before)
    said = f"{chain.prefix}-check-connections/lambda is not authorized to perform: logs:PutLogEvents"
    assert said in log_of(chain)


def test_a_job_stops_at_the_call_that_its_role_may_not_make(chain: RunningProject) -> None:
    """Its files wait for the next run, which has the permission again."""
    with role_without(chain, "glue-job", "glue:BatchCreatePartition"):
        file = chain.upload("orders/without a right of the job.csv", orders(2))
        chain.wait_for("CLAIMED", file)
        run = chain.row(file)["run"]
        chain.wait("the end of the run", lambda: chain.row(f"run/{run}").get("state") == "FAILED")
        (failed,) = chain.job_runs("orders", run)

    assert sentence("glue:BatchCreatePartition") in failed["ErrorMessage"]
    chain.wait_for("PENDING", file)
    chain.sweep("orders")
    chain.wait_for("DONE", file)
    chain.wait_until_quiet()


def test_a_crawler_stops_at_the_call_that_its_role_may_not_make(chain: RunningProject) -> None:
    name = chain.name("orders")

    def crawled() -> Document:
        chain.glue.start_crawler(Name=name)
        chain.wait("the end of the crawl", lambda: chain.glue.get_crawler(Name=name)["Crawler"]["State"] == "READY")
        found: Document = chain.glue.get_crawler(Name=name)["Crawler"]["LastCrawl"]
        return found

    with role_without(chain, "glue-crawler", "glue:GetTable"):
        failed = crawled()

    assert failed["Status"] == "FAILED"
    assert sentence("glue:GetTable") in failed["ErrorMessage"]
    assert crawled()["Status"] == "SUCCEEDED"
    chain.wait_until_quiet()


def test_the_boundary_stops_what_a_role_is_granted(chain: RunningProject) -> None:
    with boundary_without(chain, "dynamodb:Query"):
        answer = chain.invoke("start-etl-job", event_of(chain, "start-etl-job"))

    assert sentence("dynamodb:Query", "permissions boundary") in answer["errorMessage"]


def test_without_the_account_in_the_key_s_policy_no_role_may_use_the_key(chain: RunningProject) -> None:
    with key_without(chain, ":root"):
        answer = chain.invoke("start-etl-job", event_of(chain, "start-etl-job"))

    assert sentence("kms:Decrypt", "resource-based policy") in answer["errorMessage"]


def test_without_eventbridge_in_the_key_s_policy_no_event_of_an_upload_arrives(chain: RunningProject) -> None:
    with key_without(chain, "events.amazonaws.com"):
        chain.upload("orders/no event without the key.csv", orders(1))
        said = "events.amazonaws.com is not authorized to perform: kms:GenerateDataKey"
        chain.wait("the refusal", lambda: said in log_of(chain))


def test_without_its_policy_the_queue_takes_no_event(chain: RunningProject) -> None:
    address = chain.queue()
    before = chain.sqs.get_queue_attributes(QueueUrl=address, AttributeNames=["Policy"])["Attributes"]
    lost = chain.waiting_messages("event_dead_letter")
    chain.sqs.set_queue_attributes(QueueUrl=address, Attributes={"Policy": ""})
    try:
        chain.upload("orders/no event without the policy.csv", orders(1))
        chain.wait("the dead letter", lambda: chain.waiting_messages("event_dead_letter") > lost)
    finally:
        chain.sqs.set_queue_attributes(QueueUrl=address, Attributes=before)
