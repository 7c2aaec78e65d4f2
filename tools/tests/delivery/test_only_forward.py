"""What plan and apply ask before any code of their commit runs: one that takes deployed commits out is refused."""

import json
import os
import subprocess
from pathlib import Path

import boto3
import pytest
from git_repositories import ADDRESS, Repository
from tiny_project import SUMMARY_BUCKET, LocalAws

from dataops.project import PROJECT

SCRIPT = PROJECT / "buildspecs" / "only_forward.sh"


@pytest.fixture
def repository(at_local_aws: LocalAws, tmp_path: Path) -> Repository:
    """`main` with four commits that are pushed; nothing is deployed."""
    made = Repository(tmp_path / "work", tmp_path / "remote.git")
    made.git("remote", "add", "origin", ADDRESS)
    for name in ("one", "two", "three", "four"):
        made.commit(name)
    made.git("push", "--quiet", "origin", "main")
    boto3.client("s3").delete_object(Bucket=SUMMARY_BUCKET, Key="deployed/dev.json")
    return made


def deploy(*commits: str) -> None:
    """What the record of the environment holds, the newest first."""
    body = json.dumps([{"commit": commit, "execution": "e"} for commit in commits], indent=2)
    boto3.client("s3").put_object(Bucket=SUMMARY_BUCKET, Key="deployed/dev.json", Body=body)


def built(repository: Repository, commit: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run it where a build has checked a commit out."""
    repository.git("checkout", "--quiet", "--detach", commit)
    known = {"COMMIT": repository.git("rev-parse", commit), "ENVIRONMENT": "dev", "SUMMARY_BUCKET": SUMMARY_BUCKET}
    return subprocess.run(
        ["bash"],
        input=SCRIPT.read_text(),
        cwd=repository.folder,
        env=os.environ | known | variables,
        text=True,
        capture_output=True,
        check=False,
    )


def test_an_earlier_head_of_the_branch_is_refused_and_the_commits_are_named(repository: Repository) -> None:
    newest, third, second = (repository.git("rev-parse", f"main~{back}") for back in range(3))
    deploy(newest, third, second)

    done = built(repository, second)

    assert done.returncode == 1
    assert done.stderr == (
        f"This commit is refused: it GOES BACK: dev has {newest[:12]}, and 2 commits would be taken out "
        f"({newest[:12]} {third[:12]}). Go back by a pull request, which others approve: "
        f"make rollback TO={second[:12]}. Nothing was changed.\n"
    )


@pytest.mark.parametrize("commit", ["main", "main~1"])
def test_the_deployed_commit_and_a_newer_one_are_delivered(repository: Repository, commit: str) -> None:
    deploy(repository.git("rev-parse", "main~1"))

    assert built(repository, commit).returncode == 0


def test_the_first_delivery_to_an_environment_takes_nothing_out(repository: Repository) -> None:
    assert built(repository, "main~2").returncode == 0


def test_a_revert_goes_forward(repository: Repository) -> None:
    deploy(repository.git("rev-parse", "main"))
    repository.git("revert", "--no-edit", "HEAD")

    assert built(repository, "main").returncode == 0


def test_a_deployed_commit_that_the_branch_no_longer_has_is_left_to_the_approvers(repository: Repository) -> None:
    deploy("f" * 40)

    assert built(repository, "main").returncode == 0


def test_a_record_that_cannot_be_read_or_understood_refuses_everything(repository: Repository) -> None:
    nobodys = built(repository, "main", SUMMARY_BUCKET="nobodys-bucket")
    boto3.client("s3").put_object(Bucket=SUMMARY_BUCKET, Key="deployed/dev.json", Body=b"{}")
    unclear = built(repository, "main")

    assert (nobodys.returncode, unclear.returncode) == (1, 1)
    assert "the record of what is deployed in dev cannot be read: An error occurred (NoSuchBucket)" in " ".join(
        nobodys.stderr.split()
    )
    assert "the record of what is deployed in dev cannot be understood" in unclear.stderr


def test_no_module_of_the_commit_takes_part_in_the_question(repository: Repository) -> None:
    lets_everything_pass = "def load(_):\n    return [{'commit': '%s'}]\n" % ("f" * 40)
    older = repository.commit("json.py", lets_everything_pass)
    deploy(repository.commit("five"))

    assert built(repository, older).returncode == 1
