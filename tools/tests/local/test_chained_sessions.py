"""A session assumed from a role's session ends after an hour at most; a build that applies outlives it."""

import itertools
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from local_aws_server import Server, eventually
from small_pipeline import ACCOUNT, BUCKET, REGION, Small, small_pipeline, statement

from dataops.project import PROJECT

numbers = itertools.count(1)


@pytest.fixture
def small(server: Server, tmp_path: Path) -> Iterator[Small]:
    yield small_pipeline(server, tmp_path, f"chained-{next(numbers)}")
    server.ask("chained-sessions", seconds=3600)


def role(small: Small, name: str) -> str:
    """The ARN of a role with the permissions of these tests; it is created on first use."""
    with suppress(ClientError):
        small.make_role(f"{small.name}-{name}", "AWS", statement("sts:*", "s3:*"))
    return f"arn:aws:iam::{ACCOUNT}:role/{small.name}-{name}"


def chained(small: Small) -> dict[str, Any]:
    """The credentials of one role, assumed in a session of another."""
    first = small.in_role(role(small, "first").rpartition("/")[2], "sts")
    return dict(first.assume_role(RoleArn=role(small, "second"), RoleSessionName="somebody")["Credentials"])


def buckets(small: Small, held: dict[str, Any]) -> Any:
    keys = {"aws_access_key_id": held["AccessKeyId"], "aws_secret_access_key": held["SecretAccessKey"]}
    session = small.server.platform.access | keys | {"aws_session_token": held["SessionToken"]}
    return boto3.client("s3", **session).list_buckets()


def test_a_chained_session_ends_and_one_of_the_owner_does_not(small: Small) -> None:
    small.server.ask("chained-sessions", seconds=4)
    held = chained(small)
    own = small.in_role(role(small, "first").rpartition("/")[2], "s3")
    buckets(small, held)

    time.sleep(4.5)

    with pytest.raises(ClientError, match="ExpiredToken"):
        buckets(small, held)
    own.list_buckets()


TERRAFORM = """
terraform {
  backend "s3" {
    bucket       = "%(bucket)s"
    key          = "%(name)s/terraform.tfstate"
    region       = "%(region)s"
    use_lockfile = true
  }
}

resource "terraform_data" "slow" {
  provisioner "local-exec" {
    command = "sleep 12"
  }
}
"""
# The apply build's use of its role, without the plan and the approval before it.
APPLY = """
import sys
from pathlib import Path
from dataops.delivery.build import credentials_of, this_build
from dataops.delivery.deploy_role import terraform_access
from dataops.delivery.terraform import Terraform

project, build = Path(sys.argv[1]), this_build()
access = %(access)s
terraform = Terraform(project, "dev", access)
terraform.init()
terraform.plan(project / "tfplan")
terraform.apply(project / "tfplan")
"""
REFRESHED = 'terraform_access(build.variable("ROLE_ARN"), build, project)'
ONE_SESSION = 'credentials_of(build.variable("ROLE_ARN"), build)'


def applied(small: Small, access: str) -> tuple[str, str]:
    """The status and output of a build whose apply takes longer than a chained session lives."""
    folder = small.folder / "project"
    (folder / "dev").mkdir(parents=True)
    (folder / "dev" / "backend.tf").write_text("")
    text = TERRAFORM % {"bucket": BUCKET, "name": small.name, "region": REGION}
    (folder / "dev" / "main.tf").write_text(text)
    (folder / "apply.py").write_text(APPLY % {"access": access})
    small.server.ask("chained-sessions", seconds=8)
    path = ":".join(map(str, (os.environ["PYTHONPATH"], PROJECT, PROJECT / "lambda", PROJECT / "files")))
    command = f"PYTHONPATH={path} {sys.executable} -P {folder / 'apply.py'} {folder}"
    spec = {"phases": {"build": {"commands": [command]}}}
    name = small.project("apply", spec, "NO_SOURCE", variables={"ROLE_ARN": role(small, "deploy")})
    client = small.client("codebuild")
    identity = client.start_build(projectName=name)["build"]["id"]

    def ended() -> dict[str, Any]:
        (found,) = client.batch_get_builds(ids=[identity])["builds"]
        return dict(found) if found["buildComplete"] else {}

    status = str(eventually(ended, identity)["buildStatus"])
    log = small.server.folder / "builds" / name / identity.partition(":")[2] / "log.txt"
    return status, log.read_text()


def test_an_apply_outlives_the_sessions_of_its_role_and_writes_its_state(small: Small) -> None:
    status, log = applied(small, REFRESHED)

    assert status == "SUCCEEDED", log
    state = small.client("s3").get_object(Bucket=BUCKET, Key=f"{small.name}/terraform.tfstate")["Body"].read()
    assert [each["name"] for each in json.loads(state)["resources"]] == ["slow"]


def test_with_one_session_for_all_of_it_the_state_would_be_lost(small: Small) -> None:
    status, log = applied(small, ONE_SESSION)

    assert status == "FAILED" and "ExpiredToken" in log
