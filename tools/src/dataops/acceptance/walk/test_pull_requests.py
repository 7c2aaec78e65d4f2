"""Tests that a pull request is built when it is opened and after each push, and that its comment shows the changes."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from dataops.acceptance.walk.walking import APPROVERS, DEVELOPERS, Walk, eventually

BRANCH = "feature/more-words"


def requests_of(walk: Walk, role: str, person: str) -> Any:
    return walk.played.client_of_role(role, "codecommit", person)


def comments(walk: Walk, request: dict[str, Any]) -> dict[str, str]:
    """Return the comments on a pull request, by commit."""
    found = walk.played.client("codecommit").get_comments_for_pull_request(pullRequestId=request["pullRequestId"])
    threads = found["commentsForPullRequestData"]
    return {each["afterCommitId"]: each["comments"][0]["content"] for each in threads}


@pytest.fixture(scope="module")
def request_of_a_developer(walk: Walk, first: str) -> dict[str, Any]:
    """A pull request to main, opened and then pushed to again."""
    repository = walk.played.settings["pipeline"]["project"]["git"]["repository"]
    with walk.beside(BRANCH):
        walk.change("Words", **{"README.md": lambda text: f"{text}\nWords.\n"})
        walk.played.push(BRANCH)
        target = {"repositoryName": repository, "sourceReference": BRANCH, "destinationReference": "main"}
        made = requests_of(walk, DEVELOPERS[0], "author").create_pull_request(title="Words", targets=[target])
        walk.change("Better words", **{"README.md": lambda text: f"{text}\nBetter ones.\n"})
        walk.played.push(BRANCH)
    eventually(lambda: len(comments(walk, made["pullRequest"])) == 2, "a comment for each push")
    answer = walk.played.client("codecommit").get_pull_request(pullRequestId=made["pullRequest"]["pullRequestId"])
    return dict(answer["pullRequest"])


def test_each_push_is_built_with_its_own_commit(walk: Walk, request_of_a_developer: dict[str, Any]) -> None:
    found = comments(walk, request_of_a_developer)
    newest = request_of_a_developer["pullRequestTargets"][0]["sourceCommit"]

    assert newest in found and len(found) == 2
    for commit, text in found.items():
        assert f"**Passed** for commit {commit[:12]}" in text


def test_the_comment_says_what_was_looked_at_and_what_would_change_where(
    walk: Walk, request_of_a_developer: dict[str, Any]
) -> None:
    for text in comments(walk, request_of_a_developer).values():
        for what in ("the branch's name", "make check", "make scan", *(f"the plan of {n}" for n in walk.environments)):
            assert f"| {what} | passed |" in text


def test_a_pull_request_is_merged_only_when_an_approver_has_approved_it(
    walk: Walk, request_of_a_developer: dict[str, Any]
) -> None:
    author, architect = (requests_of(walk, *who) for who in ((DEVELOPERS[0], "author"), (APPROVERS[0], "reader")))
    which = {"pullRequestId": request_of_a_developer["pullRequestId"]}
    repository = {"repositoryName": request_of_a_developer["pullRequestTargets"][0]["repositoryName"]}
    revision = {"revisionId": request_of_a_developer["revisionId"], "approvalState": "APPROVE"}

    with pytest.raises(ClientError, match="PullRequestCannotBeApprovedByAuthorException"):
        author.update_pull_request_approval_state(**which, **revision)
    with pytest.raises(ClientError, match="PullRequestApprovalRulesNotSatisfiedException"):
        author.merge_pull_request_by_fast_forward(**which, **repository)
    with pytest.raises(ClientError, match="not authorized to perform: codecommit:OverridePullRequestApprovalRules"):
        author.override_pull_request_approval_rules(
            **which, revisionId=revision["revisionId"], overrideStatus="OVERRIDE"
        )
    architect.update_pull_request_approval_state(**which, **revision)

    evaluation = author.evaluate_pull_request_approval_rules(**which, revisionId=revision["revisionId"])["evaluation"]
    assert evaluation["approved"] and evaluation["approvalRulesNotSatisfied"] == []
