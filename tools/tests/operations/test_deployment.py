"""Which AWS a command asks, and what it says when that one cannot answer: one sentence, and no traceback."""

import shutil
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest
from deployed import DEAD_EVENTS, SETTINGS, pretend_deployed
from event_chain import refusal

from dataops.local_platform import Platform
from dataops.operations import redrive, where
from dataops.project import PROJECT, deployment
from dataops.project.deployment import Deployment, deployment_of

WHERE, REDRIVE = ["orders/a.csv", "--environment", "dev"], ["--environment", "dev"]
PROJECT_YAML = """
name: Acme
slug: acme
region: eu-west-1
environments: [{name: dev, account: "111111111111"}]
datasets: {orders: {format: csv, columns: [{name: id, type: bigint}]}}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(PROJECT / "modules" / "project", tmp_path / "modules" / "project")
    (tmp_path / "project.yaml").write_text(PROJECT_YAML)
    monkeypatch.setattr(deployment, "PROJECT", tmp_path)
    return tmp_path


def test_names_come_from_terraform_and_a_local_platform_is_asked_before_aws(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    platform = Platform("dev", "http://127.0.0.1:5000", 1, "111111111111", "eu-west-1")
    monkeypatch.setattr(deployment, "running_platform", lambda _: platform)

    found = deployment_of("dev")

    assert capsys.readouterr().out == "This asks the local AWS of dev at http://127.0.0.1:5000, not AWS.\n"
    assert (found.prefix, found.names["event_dead_letter"], set(SETTINGS)) == (
        "acme-dev",
        DEAD_EVENTS,
        set(SETTINGS) & set(found.settings),
    )
    assert found.buckets["input"] == "acme-dev-input-111111111111" and found.datasets["orders"]["prefix"] == "orders/"
    assert found.client("s3").meta.endpoint_url == platform.address


def test_an_unknown_environment_is_one_sentence(project: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        deployment_of("prd")

    assert ended.value.code == (
        "project.yaml names no environment 'prd': its entry `environments` has those that there are."
    )


def test_a_project_that_terraform_refuses_keeps_terraforms_sentence(project: Path) -> None:
    (project / "project.yaml").write_text(PROJECT_YAML.replace("bigint", "number"))

    with pytest.raises(SystemExit, match=r"^Terraform refuses project\.yaml"):
        deployment_of("dev")


def test_credentials_of_another_account_are_refused(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_deployed(monkeypatch)
    entry: dict[str, Any] = {"environment": {"account": "999999999999", "region": "eu-west-1"}}
    monkeypatch.setattr(deployment, "settings_of", lambda *_: SETTINGS | entry)

    with pytest.raises(SystemExit, match=r"^Your AWS credentials are of account 123456789012, but dev is account 9999"):
        where.main(WHERE)


def test_an_account_that_is_not_decided_is_said_before_credentials_are_asked(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "project.yaml").write_text(PROJECT_YAML.replace("111111111111", "000000000001"))
    monkeypatch.setattr(boto3, "client", lambda *_, **__: pytest.fail("AWS was asked"))

    with pytest.raises(SystemExit, match=r"^The account of dev is not decided yet"):
        deployment.on_aws("dev")


def test_no_credentials_are_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pretend_deployed(monkeypatch)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", boto3.Session(botocore_session=botocore.session.get_session()))

    with pytest.raises(SystemExit, match=r"^AWS cannot be asked: Unable to locate credentials\. Log in, "):
        where.main(WHERE)


@pytest.mark.parametrize(("command", "arguments"), [(where.main, WHERE), (redrive.main, REDRIVE)])
def test_an_environment_that_is_not_deployed_is_one_sentence(
    command: Any, arguments: list[str], aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_deployed(monkeypatch)

    with pytest.raises(SystemExit, match=r"^dev is not deployed here \(\w+: [\w.]+\): see docs/deploying\.md\.$"):
        command(arguments)


def test_expired_credentials_and_a_missing_permission_are_one_sentence(aws: None) -> None:
    found = Deployment("dev", SETTINGS, {})
    for code, sentence in {"ExpiredToken": "have expired", "AccessDenied": "do not allow AnyOperation"}.items():
        with pytest.raises(SystemExit, match=f"^Your AWS credentials {sentence}"), deployment.explained(found):
            raise refusal(code)
