"""`make doctor` checks the local AWS as it checks AWS, and finds what would block a deployment in each profile."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import local_aws_server
import pytest
from local_aws_server import ACCOUNT, REGION, Server

from dataops.project import PROJECT

PROJECT_YAML = f"""
name: Acme
slug: acme
region: {REGION}
approvers: [Architects]
environments: [{{name: dev, account: "{ACCOUNT}"}}]
datasets: {{orders: {{format: csv, columns: [{{name: id, type: bigint}}]}}}}
notifications: [{{protocol: sms, endpoint: "+32470123456"}}]
"""
COPIED = ("modules", "lambda", "bootstrap", "pipeline")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The parts of a project that the doctor reads."""
    folder = tmp_path_factory.mktemp("project")
    for name in COPIED:
        shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".terraform"))
    shutil.copy(PROJECT / "project.schema.json", folder)
    (folder / "project.yaml").write_text(PROJECT_YAML)
    return folder


@pytest.fixture(scope="module", params=["new", "plain", "governed"])
def account(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Server]]:
    """The name of a profile, and an account of it."""
    started = local_aws_server.start(tmp_path_factory.mktemp(request.param), "--profile", request.param)
    yield request.param, started
    started.end()


def doctor(project: Path, server: Server, environment: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run the doctor as a person with this AWS account does."""
    return subprocess.run(
        [sys.executable, "-m", "dataops", "doctor", "--environment", environment],
        cwd=project, env=os.environ | server.platform.process_environment | variables, text=True, capture_output=True,
        check=False,
    )  # fmt: skip


def rows(output: str, state: str) -> list[str]:
    """The rows of the table with a status."""
    return [line for line in output.splitlines() if line.startswith(f"{state} ")]


WILL_FAIL = {"new": ["Lambda concurrency"], "plain": [], "governed": ["Lake Formation"]}


def test_an_environment_is_checked_in_the_account_that_it_goes_to(project: Path, account: tuple[str, Server]) -> None:
    profile, server = account

    done = doctor(project, server, "dev")

    assert done.stderr == ""
    assert [row[11:].split("  ")[0] for row in rows(done.stdout, "will fail")] == WILL_FAIL[profile], done.stdout
    # In Lake Formation only administrators may read a database, also one that does not exist.
    assert len(rows(done.stdout, "not read")) == (1 if profile == "governed" else 0), done.stdout
    assert ("needs a grant of Lake Formation for glue:GetDatabase" in done.stdout) == (profile == "governed")
    assert done.returncode == (1 if WILL_FAIL[profile] else 0)
    assert ("receives nothing" in done.stdout) == (profile == "new")
    assert ("not used: eu-west-1a lacks glue, lambda, monitoring" in done.stdout) == (profile == "governed")


def test_the_delivery_account_is_asked_for_people_builds_and_repository(
    project: Path, account: tuple[str, Server]
) -> None:
    profile, server = account

    done = doctor(project, server, "pipeline")

    assert done.stderr == ""
    assert "There is no role Architects in account 111111111111." in done.stdout
    assert "CodeCommit answers; acme is free" in done.stdout
    assert ("a second one is refused while it runs" in done.stdout) == (profile == "new")
    assert rows(done.stdout, "not read") == []
    assert done.returncode == 1


def test_a_new_account_has_not_enabled_the_regions_that_are_off_by_default(account: tuple[str, Server]) -> None:
    profile, server = account
    asked = {"AllRegions": True, "RegionNames": ["af-south-1", REGION]}

    regions = server.client("ec2").describe_regions(**asked)["Regions"]

    assert {region["RegionName"]: region["OptInStatus"] for region in regions} == {
        "af-south-1": "not-opted-in" if profile == "new" else "opted-in",
        REGION: "opt-in-not-required",
    }


def test_a_bucket_that_somebody_has_is_found(project: Path, server: Server) -> None:
    name = f"acme-dev-input-{ACCOUNT}"
    s3 = server.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})

    by_hand = doctor(project, server, "dev").stdout
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "Deployment", "Value": "acme-dev"}]})
    own = doctor(project, server, "dev").stdout
    s3.delete_bucket(Bucket=name)

    assert f"The bucket {name} exists already" in by_hand
    assert f"The bucket {name} exists already" not in own


def test_credentials_of_another_account_end_it_at_once(project: Path, server: Server) -> None:
    done = doctor(project, server, "dev", AWS_ACCESS_KEY_ID="222222222222")

    assert done.returncode == 1
    assert "Your AWS credentials are of account 222222222222" in done.stdout
    assert done.stdout.splitlines()[-1] == "1 will fail."


def test_whoever_may_read_little_reads_which_rights_are_needed_and_nothing_fails(project: Path, server: Server) -> None:
    iam, name = server.client("iam"), "reads-little"
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
    may = {"Effect": "Allow", "Action": ["iam:*", "ec2:Describe*"], "Resource": "*"}
    iam.create_role(RoleName=name, Path="/team/", AssumeRolePolicyDocument=json.dumps(policy(trust)))
    iam.put_role_policy(RoleName=name, PolicyName="little", PolicyDocument=json.dumps(policy(may)))
    arn = f"arn:aws:iam::{ACCOUNT}:role/team/{name}"
    session = server.client("sts").assume_role(RoleArn=arn, RoleSessionName="me")["Credentials"]

    done = doctor(
        project, server, "dev", AWS_ACCESS_KEY_ID=session["AccessKeyId"],
        AWS_SECRET_ACCESS_KEY=session["SecretAccessKey"], AWS_SESSION_TOKEN=session["SessionToken"],
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    assert "You seem to lack kms:CreateAlias, kms:CreateKey, s3:" in done.stdout
    for right in (
        "lambda:GetAccountSettings",
        "events:ListRules",
        "s3:ListAllMyBuckets",
        "servicequotas:GetServiceQuota",
    ):
        assert f"needs {right}" in done.stdout
    assert rows(done.stdout, "will fail") == []


def policy(statement: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [statement]}
