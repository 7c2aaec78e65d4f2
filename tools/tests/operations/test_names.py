"""`make names` gives the names of an environment to a shell, and keeps an old AWS CLI from reaching AWS."""

import os
import subprocess
from pathlib import Path

import pytest
from deployed import SETTINGS

from dataops.operations import names
from dataops.project.deployment import Deployment

ADDRESS = "http://127.0.0.1:5000"
LOCAL = {"region_name": "eu-west-1", "endpoint_url": ADDRESS}
GIVEN = SETTINGS | {"project": {"slug": "acme"}}


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder in which a shell finds programs: an `aws` that tells its version, and that it was called."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def have_aws(programs: Path, version: str) -> None:
    (programs / "aws").write_text(f"#!/bin/sh\n[ $1 = --version ] && echo {version} || echo reached\n")
    (programs / "aws").chmod(0o755)


def after_names(
    access: dict[str, str], command: str, monkeypatch: pytest.MonkeyPatch, shown: pytest.CaptureFixture[str]
) -> subprocess.CompletedProcess[str]:
    """A command in a shell that has taken the names of an environment."""
    monkeypatch.setattr(names, "deployment_of", lambda environment: Deployment(environment, GIVEN, access))
    names.main(["--environment", "dev"], standalone_mode=False)
    lines = shown.readouterr().out
    return subprocess.run(
        ["/bin/sh", "-c", f'eval "$LINES_OF_NAMES"; {command}'],
        env={**os.environ, "LINES_OF_NAMES": lines},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("version", ["aws-cli/1.46.2 Python/3.11", "aws-cli/2.9.19 Python/3.11"])
def test_beside_a_local_aws_an_old_command_line_is_never_called(
    programs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], version: str
) -> None:
    have_aws(programs, version)

    done = after_names(LOCAL, "aws sqs list-queues", monkeypatch, capsys)

    assert (done.returncode, done.stdout) == (1, "")
    assert "install version 2.13 or newer" in done.stderr


@pytest.mark.parametrize(
    ("access", "version"),
    [(LOCAL, "aws-cli/2.13.0 Python/3.11"), ({"region_name": "eu-west-1"}, "aws-cli/1.46.2 Python/3.11")],
    ids=["one that knows the local address", "any, for AWS itself"],
)
def test_another_command_line_is_called(
    programs: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    access: dict[str, str],
    version: str,
) -> None:
    have_aws(programs, version)

    assert after_names(access, "aws sqs list-queues", monkeypatch, capsys).stdout == "reached\n"


def test_the_shell_gets_the_names_and_the_address_of_a_local_aws(
    programs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    have_aws(programs, "aws-cli/2.31.4 x")

    done = after_names(LOCAL, 'echo "$ENV $PREFIX $DATASET $PIPELINE $AWS_ENDPOINT_URL"', monkeypatch, capsys)

    assert done.stdout == f"dev {SETTINGS['prefix']} customers acme-pipeline {ADDRESS}\n"
