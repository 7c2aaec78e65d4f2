"""Repositories of the local CodeCommit accept pushes, emit events, and merge if their approval rules allow it."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_aws_server import Server, eventually, policy_for
from small_pipeline import ACCOUNT, SCOPE, Small, small_pipeline, statement

numbers = itertools.count(1)


@pytest.fixture
def small(server: Server, tmp_path: Path) -> Small:
    return small_pipeline(server, tmp_path, f"kept-{next(numbers)}")


@pytest.fixture
def events(small: Small) -> str:
    """A queue with all events about the repository."""
    queue = small.server.queue(f"{small.name}-events", policy_for("events.amazonaws.com", "sqs:SendMessage"))
    pattern = {"source": ["aws.codecommit"], "resources": [f"arn:aws:codecommit:{SCOPE}:{small.name}"]}
    small.client("events").put_rule(Name=small.name, EventPattern=json.dumps(pattern))
    small.client("events").put_targets(Rule=small.name, Targets=[{"Id": "it", "Arn": queue}])
    return queue


def event_of(small: Small, kind: str) -> dict[str, Any]:
    """The next event of a kind."""
    found: list[dict[str, Any]] = []

    def look() -> bool:
        found.extend(each["detail"] for each in small.events())
        return any(each["event"] == kind for each in found)

    eventually(look, kind)
    return next(each for each in found if each["event"] == kind)


def commit_call(small: Small) -> Any:
    return small.client("codecommit")


# Pushes


def test_a_push_of_a_new_branch_of_a_change_and_of_its_end_are_events(small: Small, events: str) -> None:
    first = small.push("feature", a="1")
    created = event_of(small, "referenceCreated")
    second = small.push("feature", a="2")
    updated = event_of(small, "referenceUpdated")
    small.git("push", "-q", str(small.bare), ":feature")
    deleted = event_of(small, "referenceDeleted")

    assert (created["referenceFullName"], created["commitId"]) == ("refs/heads/feature", first)
    assert (updated["oldCommitId"], updated["commitId"]) == (first, second)
    assert (deleted["referenceName"], deleted["oldCommitId"], "commitId" in deleted) == ("feature", second, False)


def test_a_commit_and_a_branch_are_described_as_codecommit_describes_them(small: Small) -> None:
    first = small.push(a="1")
    second = small.push("feature", a="2")

    calls = commit_call(small)
    assert calls.get_branch(repositoryName=small.name, branchName="feature")["branch"]["commitId"] == second
    commit = calls.get_commit(repositoryName=small.name, commitId=second)["commit"]
    assert (commit["parents"], commit["message"]) == ([first], "Change a\n")
    assert (commit["author"]["name"], commit["author"]["email"]) == ("A Developer", "developer@example.com")
    assert calls.get_repository(repositoryName=small.name)["repositoryMetadata"]["defaultBranch"]
    assert sorted(calls.list_branches(repositoryName=small.name)["branches"]) == ["feature", "main"]


def test_what_is_not_there_is_refused_by_the_name_that_aws_gives_the_error(small: Small) -> None:
    small.push(a="1")
    calls = commit_call(small)

    with pytest.raises(calls.exceptions.BranchDoesNotExistException):
        calls.get_branch(repositoryName=small.name, branchName="none")
    with pytest.raises(calls.exceptions.CommitIdDoesNotExistException):
        calls.get_commit(repositoryName=small.name, commitId="0" * 40)
    with pytest.raises(calls.exceptions.RepositoryDoesNotExistException):
        calls.get_repository(repositoryName="none")
    with pytest.raises(calls.exceptions.RepositoryNameExistsException):
        calls.create_repository(repositoryName=small.name)


# Pull requests


def rule(small: Small, needed: int, *roles: str) -> None:
    """A rule that requires approvals of people in some roles for a pull request to main."""
    members = [f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/*" for role in roles]
    wanted = {"Type": "Approvers", "NumberOfApprovalsNeeded": needed, "ApprovalPoolMembers": members}
    content = {"Version": "2018-11-08", "DestinationReferences": ["refs/heads/main"], "Statements": [wanted]}
    calls = commit_call(small)
    calls.create_approval_rule_template(
        approvalRuleTemplateName=small.name, approvalRuleTemplateContent=json.dumps(content)
    )
    calls.associate_approval_rule_template_with_repository(
        approvalRuleTemplateName=small.name, repositoryName=small.name
    )


def request(small: Small, by: Any = None) -> dict[str, Any]:
    """A pull request of a feature to main."""
    small.push(a="1")
    small.push("feature", a="2")
    target = {"repositoryName": small.name, "sourceReference": "feature", "destinationReference": "main"}
    made = (by or commit_call(small)).create_pull_request(title="A feature", targets=[target])
    return dict(made["pullRequest"])


def in_role(small: Small, role: str, name: str) -> Any:
    """CodeCommit's client of somebody in a role with all CodeCommit permissions."""
    try:
        small.make_role(role, "AWS", statement("codecommit:*"))
    except small.client("iam").exceptions.EntityAlreadyExistsException:
        pass
    return small.in_role(role, "codecommit", name)


def approve(calls: Any, found: dict[str, Any]) -> None:
    calls.update_pull_request_approval_state(
        pullRequestId=found["pullRequestId"], revisionId=found["revisionId"], approvalState="APPROVE"
    )


def merge(calls: Any, found: dict[str, Any], how: str = "fast_forward") -> dict[str, Any]:
    repository = found["pullRequestTargets"][0]["repositoryName"]
    merged = getattr(calls, f"merge_pull_request_by_{how}")(
        pullRequestId=found["pullRequestId"], repositoryName=repository
    )
    return dict(merged["pullRequest"])


def test_a_pull_request_merges_when_as_many_of_its_pool_have_approved_as_its_rule_asks(small: Small) -> None:
    architects, guests = f"{small.name}-architects", f"{small.name}-guests"
    rule(small, 2, architects)
    found = request(small)
    calls = commit_call(small)

    for approver in (in_role(small, architects, "one"), in_role(small, guests, "two")):
        approve(approver, found)
        with pytest.raises(calls.exceptions.PullRequestApprovalRulesNotSatisfiedException, match=small.name):
            merge(calls, found)
    approve(in_role(small, architects, "two"), found)

    merged = merge(calls, found)
    (target,) = merged["pullRequestTargets"]
    assert merged["pullRequestStatus"] == "CLOSED" and target["mergeMetadata"]["isMerged"]
    assert (
        calls.get_branch(repositoryName=small.name, branchName="main")["branch"]["commitId"] == target["sourceCommit"]
    )


def test_the_author_cannot_approve(small: Small) -> None:
    architect = in_role(small, f"{small.name}-architects", "one")
    found = request(small, by=architect)

    with pytest.raises(architect.exceptions.PullRequestCannotBeApprovedByAuthorException):
        approve(architect, found)


def test_a_push_takes_the_approvals_back_and_is_an_event(small: Small, events: str) -> None:
    architect = in_role(small, f"{small.name}-architects", "one")
    rule(small, 1, f"{small.name}-architects")
    found = request(small)
    assert event_of(small, "pullRequestCreated")["sourceCommit"] == found["pullRequestTargets"][0]["sourceCommit"]
    approve(architect, found)
    assert evaluation(small, found)["approved"]

    commit = small.push("feature", a="3")

    updated = event_of(small, "pullRequestSourceBranchUpdated")
    assert (updated["sourceCommit"], updated["pullRequestId"]) == (commit, found["pullRequestId"])
    now = commit_call(small).get_pull_request(pullRequestId=found["pullRequestId"])["pullRequest"]
    assert evaluation(small, now)["approvalRulesNotSatisfied"] == [small.name]
    with pytest.raises(architect.exceptions.RevisionNotCurrentException):
        approve(architect, found)


def evaluation(small: Small, found: dict[str, Any]) -> dict[str, Any]:
    answer = commit_call(small).evaluate_pull_request_approval_rules(
        pullRequestId=found["pullRequestId"], revisionId=found["revisionId"]
    )
    return dict(answer["evaluation"])


@pytest.mark.parametrize(("how", "parents"), [("squash", 1), ("three_way", 2)])
def test_branches_that_have_parted_merge_into_a_new_commit(small: Small, how: str, parents: int) -> None:
    found = request(small)
    small.git("checkout", "-q", "main")
    small.push("main", b="beside")
    eventually(lambda: newest(small, found)["destinationCommit"] == small.git("rev-parse", "HEAD").strip())
    calls = commit_call(small)
    with pytest.raises(calls.exceptions.ManualMergeRequiredException):
        merge(calls, found)

    merged = merge(calls, found, how)["pullRequestTargets"][0]["mergeMetadata"]["mergeCommitId"]

    commit = calls.get_commit(repositoryName=small.name, commitId=merged)["commit"]
    assert len(commit["parents"]) == parents
    small.git("fetch", "-q", str(small.bare), "main")
    assert small.git("ls-tree", "--name-only", "FETCH_HEAD").split() == ["a", "b"]


def newest(small: Small, found: dict[str, Any]) -> dict[str, Any]:
    answer = commit_call(small).get_pull_request(pullRequestId=found["pullRequestId"])["pullRequest"]
    return dict(answer["pullRequestTargets"][0])


def test_who_may_not_merge_into_main_is_refused(small: Small) -> None:
    found = request(small)
    guarded = {"StringEqualsIfExists": {"codecommit:References": ["refs/heads/main"]}}
    deny = statement("codecommit:MergePullRequestBy*", effect="Deny") | {"Condition": guarded}
    small.make_role(f"{small.name}-developers", "AWS", statement("codecommit:*"), deny)

    with pytest.raises(ClientError, match="not authorized to perform: codecommit:MergePullRequestByFastForward"):
        merge(small.in_role(f"{small.name}-developers", "codecommit"), found)


# Comments


def test_a_comment_can_be_posted_changed_and_found(small: Small) -> None:
    found = request(small)
    (target,) = found["pullRequestTargets"]
    calls = commit_call(small)
    position = {"repositoryName": small.name, "beforeCommitId": target["destinationCommit"]}
    position |= {"afterCommitId": target["sourceCommit"], "pullRequestId": found["pullRequestId"]}

    comment = calls.post_comment_for_pull_request(**position, content="1 to add")["comment"]
    calls.update_comment(commentId=comment["commentId"], content="2 to add")

    (thread,) = calls.get_comments_for_pull_request(pullRequestId=found["pullRequestId"])["commentsForPullRequestData"]
    assert [each["content"] for each in thread["comments"]] == ["2 to add"]
    with pytest.raises(calls.exceptions.CommentContentSizeLimitExceededException):
        calls.post_comment_for_pull_request(**position, content="x" * 10_241)
