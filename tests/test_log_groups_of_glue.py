"""Glue's log groups are declared in a new environment, and taken over where a job has run before they were."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.logs.responses import LogsResponse
from terraform_runner import Terraform

GROUPS = "module.environment.aws_cloudwatch_log_group.this"
MADE_BY_GLUE = "/aws-glue/jobs/acme-sales-dev-role/acme-sales-dev-glue-job/error"


def associate(response: Any) -> str:
    """AssociateKmsKey, which moto lacks: the local AWS adds the same (dataops.local_aws.moto_patches)."""
    group = response.logs_backend._find_log_group(log_group_name=response._get_param("logGroupName"))
    group.kms_key_id = response._get_param("kmsKeyId")
    return ""


@pytest.fixture
def dev(
    planned_project: Path, tmp_path: Path, terraform: Terraform, local_aws: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """An environment without a state, in an account where a job has already run."""
    monkeypatch.setattr(LogsResponse, "associate_kms_key", associate, raising=False)
    credentials = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    logs = boto3.client("logs", endpoint_url=local_aws, region_name="eu-west-1", **credentials)
    logs.create_log_group(logGroupName=MADE_BY_GLUE)
    folder = shutil.copytree(planned_project, tmp_path / "project", symlinks=True) / "dev"
    yield folder
    terraform.run(folder, "destroy", "-auto-approve", "-input=false", f"-target={GROUPS}")
    left = [each["logGroupName"] for each in logs.describe_log_groups()["logGroups"]]
    assert MADE_BY_GLUE not in left


def changes(planned: dict[str, Any]) -> dict[str, list[str]]:
    """Each of Glue's groups, and what becomes of it: import, create, update, no-op."""
    return {
        change["index"]: ["import"] * ("importing" in change["change"]) + change["change"]["actions"]
        for change in planned["resource_changes"]
        if change["address"].startswith(GROUPS) and change["index"] in ("job_error", "job_output", "crawler")
    }


def test_a_group_that_glue_has_made_is_taken_over_and_a_missing_one_is_made(dev: Path, terraform: Terraform) -> None:
    before = changes(terraform.plan(dev, f"-target={GROUPS}"))
    applied = terraform.run(dev, "apply", "-input=false", "-auto-approve", "test.tfplan")
    after = changes(terraform.plan(dev, f"-target={GROUPS}"))

    assert before == {"job_error": ["import", "update"], "job_output": ["create"], "crawler": ["create"]}
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert after == {key: ["no-op"] for key in before}
