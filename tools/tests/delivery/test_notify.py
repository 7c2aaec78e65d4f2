"""The last stage tells once what was delivered where."""

import boto3
import pytest
from git_repositories import SETTINGS
from inbox import Inbox

from dataops.delivery import notify
from dataops.delivery.build import Build
from dataops.delivery.deployed import history, record, record_smoke_test
from dataops.delivery.release import Release

BUCKET, OLD, NEW = "acme-artifacts", "a" * 40, "b" * 40


def build(environment: str, commit: str, execution: str) -> Build:
    variables = {"ENVIRONMENT": environment, "COMMIT": commit, "PIPELINE_EXECUTION": execution}
    return Build(variables | {"SUMMARY_BUCKET": BUCKET, "AWS_REGION": "eu-west-1"})


@pytest.fixture
def bucket(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    where = {"LocationConstraint": "eu-west-1"}
    boto3.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)


def deliver(environment: str, commit: str, execution: str) -> None:
    """Apply and test as the pipeline does."""
    s3, delivered = boto3.client("s3"), build(environment, commit, execution)
    record(s3, delivered, "digest")
    record_smoke_test(s3, delivered, "passed")


def test_a_delivery_is_notified_with_every_environment_and_links(bucket: None, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = Inbox("notify")
    for environment in ("dev", "prod"):
        deliver(environment, OLD, "e1")
        deliver(environment, NEW, "e2")
    variables = {**build("dev", NEW, "e2").variables, **inbox.variables}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(notify, "release_of", lambda _: Release(SETTINGS))

    notify.main()

    ((subject, text),) = inbox.messages()
    assert subject == "acme-pipeline: bbbbbbbbbbbb is delivered"
    assert text.count("aaaaaaaaaaaa -> bbbbbbbbbbbb, applied ") == 2 and text.count("smoke test passed.") == 2
    assert "console.aws.amazon.com/s3/object/acme-artifacts?region=eu-west-1&prefix=summaries/e2/prod.md" in text
    assert text.endswith("/pipelines/acme-pipeline/executions/e2/timeline?region=eu-west-1")


def test_an_environment_that_another_delivery_applied_is_not_counted_as_ours(bucket: None) -> None:
    deliver("dev", NEW, "e2")
    deliver("prod", OLD, "e1")

    message = notify.delivery_message(build("dev", NEW, "e2"), ["dev", "prod"], boto3.client("s3"))

    assert message.facts[0].startswith("dev: nothing -> bbbbbbbbbbbb, applied ")
    assert message.facts[1].startswith("prod: this delivery recorded nothing")


def test_the_record_keeps_what_was_deployed_and_how_its_smoke_test_ended(bucket: None) -> None:
    s3 = boto3.client("s3")
    deliver("dev", OLD, "e1")
    record(s3, build("dev", NEW, "e2"), "digest")
    record_smoke_test(s3, build("dev", NEW, "e2"), "failed")

    known = history(s3, BUCKET, "dev")

    assert [(entry["commit"], entry["smoke_test"]) for entry in known] == [(NEW, "failed"), (OLD, "passed")]
    assert history(s3, BUCKET, "prod") == []
