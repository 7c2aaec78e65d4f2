"""The plan's build: what an approval needs is uploaded and exported; a refusal is notified."""

from pathlib import Path
from urllib.parse import unquote

import boto3
import pytest
from inbox import Inbox
from tiny_project import BUCKETS, ROLE, SUMMARY_BUCKET, TinyProject

from dataops.delivery import plan, validate
from dataops.delivery.manifest import digest_of
from dataops.delivery.permission_change import highlighted
from dataops.delivery.summary import NOT_LOCKED

FILLED_IN_BY_AWS = """
provider "aws" {
  region = "eu-west-1"
}

resource "aws_iam_role" "small" {
  name = "small"
  assume_role_policy = jsonencode({ Statement = [
    { Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }
  ] })
}

resource "aws_lambda_function" "small" {
  function_name = "small"
  role          = "arn:aws:iam::123456789012:role/small"
  package_type  = "Image"
  image_uri     = "small"
}

resource "aws_security_group" "small" {
  name = "small"
}

resource "aws_sns_topic" "small" {
  name = "small"
}

resource "aws_sqs_queue" "small" {
  name   = "small"
  policy = jsonencode({ Statement = [], Id = aws_sns_topic.small.arn })
}

resource "aws_s3_bucket" "small" {
  bucket = "small"
}

resource "aws_s3_bucket_lifecycle_configuration" "small" {
  bucket = aws_s3_bucket.small.id

  rule {
    id     = "old"
    status = "Enabled"

    filter {}

    expiration {
      days = 7
    }
  }
}
"""


@pytest.fixture
def inbox(project: TinyProject, monkeypatch: pytest.MonkeyPatch) -> Inbox:
    """The plan's build of a project, as pipeline/ starts it."""
    topic = Inbox(project.folder.name)
    variables = {"ENVIRONMENT": "dev", "COMMIT": "a" * 40, "PIPELINE_EXECUTION": "e1", "ROLE_ARN": ROLE}
    for name, value in (variables | {"SUMMARY_BUCKET": SUMMARY_BUCKET} | topic.variables).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(plan, "PROJECT", project.folder)
    monkeypatch.setattr(plan, "FOLDER", project.plan)
    monkeypatch.setattr(plan, "EXPORTED", project.folder / "exported")
    return topic


def test_the_summary_is_uploaded_and_message_link_and_digest_are_exported(project: TinyProject, inbox: Inbox) -> None:
    plan.main()

    exported = {path.name: path.read_text() for path in (project.folder / "exported").iterdir()}
    assert exported["DIGEST"] == digest_of(project.plan)
    assert exported["SUMMARY"].startswith("dev: 1 to add | other: 1 add | Commit aaaaaaaaaaaa, digest ")
    assert unquote(exported["SUMMARY_LINK"]).endswith(f"{SUMMARY_BUCKET}?region=eu-west-1&prefix=summaries/e1/dev.md")
    uploaded = boto3.client("s3").get_object(Bucket=SUMMARY_BUCKET, Key="summaries/e1/dev.md")
    assert uploaded["Body"].read() == (project.plan / "summary.md").read_bytes()
    assert uploaded["ContentType"] == "text/plain; charset=utf-8"
    assert inbox.messages() == []


def test_approvers_are_notified_of_what_would_change_with_a_link(
    project: TinyProject, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APPROVAL_MINUTES", "4320")

    plan.main()

    ((subject, text),) = inbox.messages()
    assert subject == "acme-pipeline: the plan for dev waits for approval"
    exported = (project.folder / "exported/SUMMARY").read_text().split(" | ")
    assert "\n".join(["The plan would change in dev:", *exported]) in text
    assert "Without an answer it is rejected after 3 days." in text
    assert (project.folder / "exported/SUMMARY_LINK").read_text() in text


def test_a_plan_whose_provider_nobody_has_locked_says_so_to_whom_approves_it(
    project: TinyProject, inbox: Inbox
) -> None:
    project.write(BUCKETS % '"data"')

    plan.main()
    assert NOT_LOCKED in (project.plan / "summary.md").read_text()
    assert NOT_LOCKED in (project.folder / "exported/SUMMARY").read_text()

    # The lock file that the first plan has left is what would be committed.
    plan.main()
    assert NOT_LOCKED not in (project.plan / "summary.md").read_text()
    assert NOT_LOCKED not in (project.folder / "exported/SUMMARY").read_text()


def test_an_approver_who_cannot_be_notified_stops_the_build(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPROVAL_MINUTES", "60")
    monkeypatch.setenv("NOTIFICATION_ROUTES", inbox.routes.replace(inbox.topic, f"{inbox.topic}-gone"))

    with pytest.raises(SystemExit, match=r"^AWS refuses: .*Publish.*does not exist\.$"):
        plan.main()


def test_a_plan_that_terraform_refuses_is_notified_in_one_sentence(project: TinyProject, inbox: Inbox) -> None:
    project.write('resource "terraform_data" "x" {\n  input = local.nowhere\n}\n')

    with pytest.raises(SystemExit) as refused:
        plan.main()

    sentence = "Terraform cannot plan dev: Reference to undeclared local value. The build's log has the rest."
    assert refused.value.code == sentence
    ((subject, text),) = inbox.messages()
    assert subject == "acme-pipeline: The plan of dev stopped" and f"\n\n{sentence}\n" in text


def test_what_aws_fills_in_is_not_said_to_be_unknown(project: TinyProject) -> None:
    project.write(FILLED_IN_BY_AWS)

    summary, _ = plan.planned(project.folder, project.terraform(), "a" * 40, project.plan, account="123456789012")

    assert highlighted(summary.permissions) == [
        "role small is WITHOUT A BOUNDARY",
        "function small runs OUTSIDE OF THE NETWORK",
        "what the policy of queue small grants is KNOWN ONLY AFTER THE APPLY",
    ]
    assert summary.retentions == [] and summary.other_providers == []


def test_a_build_that_the_pipeline_did_not_start_says_so(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COMMIT")

    with pytest.raises(SystemExit, match=r"^This build has no COMMIT: the pipeline sets it"):
        plan.main()


def test_what_aws_refuses_is_notified_in_one_sentence(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUMMARY_BUCKET", "nobodys-bucket")

    with pytest.raises(SystemExit, match=r"^AWS refuses: .*GetObject.*bucket does not exist\.$"):
        plan.main()

    assert [subject for subject, _ in inbox.messages()] == ["acme-pipeline: The plan of dev stopped"]


def test_the_lock_file_holds_and_is_part_of_what_is_approved(project: TinyProject, inbox: Inbox) -> None:
    (project.root / ".terraform.lock.hcl").write_text("# committed\n")

    plan.main()

    assert (project.plan / ".terraform.lock.hcl").read_text() == "# committed\n"


def test_of_roots_with_the_same_code_one_is_validated(tmp_path: Path) -> None:
    for name, text in {"dev": "# same", "prod": "# same", "pipeline": "# other"}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "backend.tf").write_text(name)
        (tmp_path / name / "provider.tf").write_text("")
        (tmp_path / name / "main.tf").write_text(text)

    assert [root.name for root in validate.different_roots(tmp_path)] == ["dev", "pipeline"]
