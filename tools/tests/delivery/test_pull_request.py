"""A pull request's build: everything is looked at, one comment says how it went, and the build fails when it should."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber
from tiny_project import NOTHING_TO_LOSE, ROLE, TinyProject

from dataops.delivery import pull_request
from dataops.delivery.branch import complaint_about
from dataops.delivery.pull_request import LONGEST_COMMENT, Finding, comment

COMMIT, MAIN = "c" * 40, "d" * 40
MAKEFILE = "check validate scan test:\n\t@echo running $@\n\t@test $@ != $(BROKEN)\n"


class Comments:
    """The pull request at CodeCommit, and what is said about it."""

    def __init__(self, codecommit: Any) -> None:
        self.codecommit, self.stub = codecommit, Stubber(codecommit)
        self.said: list[str] = []

    def expect(self, branch: str) -> None:
        target = {"repositoryName": "acme", "sourceReference": f"refs/heads/{branch}", "destinationCommit": MAIN}
        request = {"pullRequestId": "7", "pullRequestTargets": [target]}
        self.stub.add_response("get_pull_request", {"pullRequest": request}, {"pullRequestId": "7"})
        commits = {"pullRequestId": "7", "repositoryName": "acme", "beforeCommitId": MAIN, "afterCommitId": COMMIT}
        self.stub.add_response("post_comment_for_pull_request", {}, commits | {"content": ANY})
        self.codecommit.meta.events.register("before-parameter-build.codecommit.*", self._note)

    def _note(self, params: dict[str, Any], **_: Any) -> None:
        self.said += [params["content"]] if "content" in params else []


@pytest.fixture
def comments(project: TinyProject, monkeypatch: pytest.MonkeyPatch) -> Comments:
    """The build of a pull request to a project with one environment."""
    (project.folder / "Makefile").write_text(MAKEFILE)
    variables = {"PULL_REQUEST_ID": "7", "SOURCE_COMMIT": COMMIT, "BROKEN": "none"}
    for name, value in (variables | {"PLAN_ROLES": json.dumps([{"environment": "dev", "role": ROLE}])}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(pull_request, "PROJECT", project.folder)
    found, real = Comments(boto3.client("codecommit")), boto3.client
    monkeypatch.setattr(
        boto3, "client", lambda name, **g: found.codecommit if name == "codecommit" else real(name, **g)
    )
    return found


def test_a_good_change_is_commented_with_its_commit_and_the_plan_of_every_environment(comments: Comments) -> None:
    comments.expect("feature/late-orders")

    with comments.stub:
        pull_request.main()

    (said,) = comments.said
    assert said.startswith(f"**Passed** for commit {COMMIT[:12]}\n")
    assert "| make check | passed |" in said and "| the branch's name | passed |" in said
    assert "# dev: 1 to add" in said and "- add `terraform_data.version`" in said


def test_the_plan_of_a_pull_request_says_who_is_of_another_account(comments: Comments, project: TinyProject) -> None:
    comments.expect("feature/late-orders")
    statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Principal": {"AWS": "arn:aws:iam::999999999999:root"}}
    project.write(NOTHING_TO_LOSE % json.dumps({"Statement": [statement]}).replace('"', '\\"'))

    with comments.stub:
        pull_request.main()

    assert (
        "- **account 999999999999 (ANOTHER ACCOUNT) may sqs:SendMessage on terraform_data version**" in comments.said[0]
    )


def test_a_failing_check_fails_the_build_and_the_rest_is_still_looked_at(
    comments: Comments, monkeypatch: pytest.MonkeyPatch
) -> None:
    comments.expect("feature/late-orders")
    monkeypatch.setenv("BROKEN", "scan")

    with comments.stub, pytest.raises(SystemExit, match=r"^This change has failed checks: make scan\. See the"):
        pull_request.main()

    (said,) = comments.said
    assert said.startswith("**Failed**") and "| make scan | **failed** |" in said and "| make test | passed |" in said
    assert "# dev: 1 to add" in said


def test_a_plan_that_terraform_refuses_is_commented_in_one_sentence(comments: Comments, project: TinyProject) -> None:
    comments.expect("feature/late-orders")
    project.write(NOTHING_TO_LOSE.replace("input", "imput") % "1")

    with comments.stub, pytest.raises(SystemExit, match=r"has failed checks: the plan of dev\."):
        pull_request.main()

    assert "Terraform cannot plan dev: Unsupported argument. The build's log has the rest." in comments.said[0]


def test_a_branch_against_the_convention_is_not_fine(comments: Comments) -> None:
    comments.expect("johns-stuff")

    with comments.stub, pytest.raises(SystemExit, match=r"has failed checks: the branch's name\."):
        pull_request.main()

    assert "The branch johns-stuff does not follow the naming convention: " in comments.said[0]


def test_another_provider_finds_the_same_in_the_log(
    comments: Comments, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PULL_REQUEST_ID")

    pull_request.main()

    assert f"**Passed** for commit {COMMIT[:12]}" in capsys.readouterr().out and comments.said == []


@pytest.mark.parametrize("branch", ["feature/late-orders", "hotfix/1.2", "rollback/to-a1-from-b2", "upgrade/v1.4.0"])
def test_branches_that_say_what_they_are_for(branch: str) -> None:
    assert complaint_about(branch) is None


@pytest.mark.parametrize(
    "branch", ["main", "feature/", "feature/Late", "Feature/x", "feature/a b", "feature/$(x)", "x/y"]
)
def test_branches_that_do_not(branch: str) -> None:
    assert str(complaint_about(branch)).startswith(f"The branch {branch} does not follow the naming convention")


def test_a_comment_is_never_too_long_and_keeps_every_environments_essence(tmp_path: Path) -> None:
    essence = "DATA WOULD BE LOST. The output bucket of {} and everything in it would be destroyed"
    names = [f"env{number}" for number in range(8)]
    findings = [Finding(name, True, "a long line\n" * 5_000, essence.format(name)) for name in names]

    said = comment(COMMIT, findings)

    assert len(said) <= LONGEST_COMMENT
    assert all(essence.format(name) in said for name in names)
    assert said.count("… cut; the build's log has all of it.") == len(names)
