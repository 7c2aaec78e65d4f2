"""`make rollback`: back to a commit by reverting what came since, merges too, as a pull request."""

from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from git_repositories import ADDRESS, Repository, release

from dataops.delivery import rollback
from dataops.delivery.deployed import last_good
from dataops.delivery.rollback import revert


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A project whose main is pushed: a start, a commit, a merge of two commits, a commit."""
    made = Repository(tmp_path / "project", tmp_path / "codecommit.git")
    made.git("remote", "add", "origin", ADDRESS)
    return made


def history_of(repository: Repository) -> list[str]:
    """A start, a commit, a merge of two commits, a commit that changes the first file; oldest first."""
    commits = [repository.commit("README.md", "one"), repository.commit("a.py"), repository.merge("b.py", "c.py")]
    commits.append(repository.commit("README.md", "two"))
    repository.git("push", "--quiet", "origin", "main")
    return commits


def test_everything_since_is_reverted_merges_too_and_the_tree_is_the_old_one(repository: Repository) -> None:
    commits = history_of(repository)

    branch, count = revert(repository.folder, commits[0], "origin/main")

    assert branch == f"rollback/to-{commits[0][:12]}-from-{commits[-1][:12]}" and count == 3
    assert repository.files(branch) == ["README.md"]
    assert repository.git("rev-parse", f"{branch}^{{tree}}") == repository.git("rev-parse", f"{commits[0]}^{{tree}}")
    # A pull request of it can be merged: main is part of it.
    assert repository.git("merge-base", branch, "main") == commits[-1]
    assert repository.git("rev-parse", "--abbrev-ref", "HEAD") == "main"


def test_a_merge_is_a_place_to_return_to(repository: Repository) -> None:
    commits = history_of(repository)

    branch, count = revert(repository.folder, commits[2], "origin/main")

    assert count == 1 and repository.files(branch) == ["README.md", "a.py", "b.py", "c.py"]


def test_a_rollback_can_be_rolled_back(repository: Repository) -> None:
    commits = history_of(repository)
    branch, _ = revert(repository.folder, commits[0], "origin/main")
    repository.git("merge", "--quiet", "--no-ff", "--message", "Merge rollback", branch)
    repository.git("push", "--quiet", "origin", "main")

    again, _ = revert(repository.folder, commits[-1], "origin/main")

    assert repository.git("rev-parse", f"{again}^{{tree}}") == repository.git("rev-parse", f"{commits[-1]}^{{tree}}")


def refusal(repository: Repository, to: str) -> str:
    with pytest.raises(SystemExit) as refused:
        revert(repository.folder, to, "origin/main")
    assert repository.git("rev-parse", "--abbrev-ref", "HEAD") == "main"
    return str(refused.value.code)


def test_what_main_never_was_is_refused(repository: Repository) -> None:
    commits = history_of(repository)
    inside_the_merge = repository.git("rev-parse", f"{commits[2]}^2^")

    assert refusal(repository, inside_the_merge) == (
        f"{inside_the_merge} is no commit that origin/main itself has had: name the merge that brought it."
    )
    assert refusal(repository, "nowhere") == "There is no commit nowhere here: git fetch, or is it misspelt?"
    assert refusal(repository, commits[-1]) == f"origin/main is at {commits[-1]}: there is nothing to revert."


def test_a_rollback_that_is_already_there_is_not_made_twice(repository: Repository) -> None:
    commits = history_of(repository)
    branch, _ = revert(repository.folder, commits[0], "origin/main")

    assert refusal(repository, commits[0]) == (
        f"The branch {branch} is already there: push it, or delete it and start again."
    )


def entries(*tests: tuple[str, str]) -> list[dict[str, str]]:
    return [{"commit": commit, "smoke_test": result} for commit, result in tests]


def test_the_last_good_commit_is_the_newest_earlier_one_whose_smoke_test_passed() -> None:
    known = entries(("d", "failed"), ("c", "failed"), ("b", "passed"), ("a", "passed"))

    assert last_good(known) == "b"
    assert last_good(entries(("d", "passed"), ("d", "passed"), ("c", "pending"), ("b", "passed"))) == "b"
    assert last_good(entries(("d", "passed"))) is None and last_good([]) is None


def test_the_pull_request_is_opened_and_says_where_it_is(
    repository: Repository, aws: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commits = history_of(repository)
    monkeypatch.setattr(rollback, "PROJECT", repository.folder)
    monkeypatch.setattr(rollback, "release_of", lambda _: release())
    branch = f"rollback/to-{commits[1][:12]}-from-{commits[-1][:12]}"
    target = {"repositoryName": "acme", "sourceReference": branch, "destinationReference": "main"}
    asked = {
        "title": f"Roll back to {commits[1][:12]}",
        "description": "Reverts everything since. Its plan shows what that does: mind what it would destroy.",
        "targets": [target],
    }
    codecommit = boto3.client("codecommit", region_name="eu-west-1")
    clients: dict[str, Any] = {"codecommit": codecommit}
    real = boto3.client
    monkeypatch.setattr(boto3, "client", lambda name, **given: clients.get(name) or real(name, **given))

    with Stubber(codecommit) as stub:
        stub.add_response("create_pull_request", {"pullRequest": {"pullRequestId": "7"}}, asked)
        rollback.main(["--to", commits[1]], standalone_mode=False)

    assert repository.pushed(branch) != ""
    said = capsys.readouterr().out
    assert f"{branch} reverts 2 commits and is pushed.\nPull request 7 is open: https://eu-west-1.console." in said


def test_users_of_another_provider_are_asked_to_open_it(
    repository: Repository, aws: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commits = history_of(repository)
    monkeypatch.setattr(rollback, "PROJECT", repository.folder)
    monkeypatch.setattr(rollback, "release_of", lambda _: release(provider="github"))

    rollback.main(["--to", commits[0]], standalone_mode=False)

    assert f"Open a pull request from rollback/to-{commits[0][:12]}" in capsys.readouterr().out


def test_an_environment_without_an_earlier_good_commit_needs_the_commit_by_name(
    repository: Repository, aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    history_of(repository)
    where = {"LocationConstraint": "eu-west-1"}
    boto3.client("s3").create_bucket(Bucket="acme-artifacts", CreateBucketConfiguration=where)
    monkeypatch.setattr(rollback, "PROJECT", repository.folder)
    monkeypatch.setattr(rollback, "release_of", lambda _: release())

    with pytest.raises(SystemExit, match=r"^No earlier commit passed the smoke test of prod: name one with TO="):
        rollback.main(["--environment", "prod"])
    with pytest.raises(SystemExit, match=r"^There is no environment uat: this project has dev, prod\.$"):
        rollback.main(["--environment", "uat"])
