"""Merges of CodeCommit's pull requests."""

from collections.abc import Callable
from typing import Any

from dataops.local_aws.access.caller import Caller
from dataops.local_aws.developer_tools.clock import now
from dataops.local_aws.developer_tools.git_repository import GitError, GitRepository
from dataops.local_aws.developer_tools.pull_requests import PullRequest, PullRequests
from dataops.local_aws.developer_tools.refusal import RefusedError

Content = dict[str, Any]
Make = Callable[[GitRepository, Content, Content], str]


class Merges:
    """CodeCommit's merge operations: each refuses until the approval rules are satisfied."""

    def __init__(self, requests: PullRequests) -> None:
        self.requests = requests

    def merge_pull_request_by_fast_forward(self, caller: Caller, given: Content) -> Content:
        return self._merge(caller, given, "FAST_FORWARD_MERGE", _fast_forward)

    def merge_pull_request_by_squash(self, caller: Caller, given: Content) -> Content:
        return self._merge(
            caller, given, "SQUASH_MERGE", lambda git, target, author: _commit(git, target, given, author, 1)
        )

    def merge_pull_request_by_three_way(self, caller: Caller, given: Content) -> Content:
        return self._merge(
            caller, given, "THREE_WAY_MERGE", lambda git, target, author: _commit(git, target, given, author, 2)
        )

    def create_unreferenced_merge_commit(self, caller: Caller, given: Content) -> Content:
        """A merge commit without a branch: CodeCommit API, CreateUnreferencedMergeCommit. It needs no push."""
        repository = self.requests.repositories.named(given["repositoryName"])
        git = repository.git
        ends = [git.resolve(given[f"{end}CommitSpecifier"]) for end in ("destination", "source")]
        if None in ends:
            raise RefusedError("CommitDoesNotExistException", "The specified commit does not exist")
        onto, commit = map(str, ends)
        option, author = given["mergeOption"], _author(caller, given)
        try:
            if option == "FAST_FORWARD_MERGE":
                made = commit
            else:
                parents = [onto, commit][: 1 if option == "SQUASH_MERGE" else 2]
                made = git.merged(onto, commit, parents, author, given.get("commitMessage") or f"Merge {commit}")
        except GitError as error:
            raise RefusedError("ManualMergeRequiredException", f"The commits conflict: {error}") from error
        return {"commitId": made, "treeId": git.commit(made)["treeId"]}

    def _merge(self, caller: Caller, given: Content, option: str, make: Make) -> Content:
        request = self.requests.named(given)
        self._refuse(request, given)
        target, author = request.target, _author(caller, given)
        try:
            commit = make(request.repository.git, target, author)
        except GitError as error:
            raise RefusedError("ManualMergeRequiredException", f"The branches conflict: {error}") from error
        merged = {"isMerged": True, "mergedBy": caller.arn, "mergeCommitId": commit, "mergeOption": option}
        target["mergeMetadata"] = merged
        request.fields |= {"pullRequestStatus": "CLOSED", "lastActivityDate": now()}
        with self.requests.repositories.changing(request.repository, caller) as git:
            git.point(target["destinationReference"], commit)
        self.requests.announce(request, "pullRequestMergeStatusUpdated", caller.arn, mergeOption=option)
        return {"pullRequest": request.fields}

    def _refuse(self, request: PullRequest, given: Content) -> None:
        if not request.is_open:
            raise RefusedError("PullRequestAlreadyClosedException", f"{given['pullRequestId']} is closed")
        if given.get("sourceCommitId", request.target["sourceCommit"]) != request.target["sourceCommit"]:
            raise RefusedError("TipOfSourceReferenceIsDifferentException", "The source branch has moved")
        lacking = request.evaluation["approvalRulesNotSatisfied"]
        if not request.evaluation["approved"]:
            message = f"The approval rules are not satisfied: {', '.join(lacking)}"
            raise RefusedError("PullRequestApprovalRulesNotSatisfiedException", message)


def _author(caller: Caller, given: Content) -> Content:
    name = caller.arn.rpartition("/")[2]
    return {"name": given.get("authorName") or name, "email": given.get("email") or f"{name}@codecommit"}


def _fast_forward(git: GitRepository, target: Content, author: Content) -> str:
    tip, commit = git.branch(target["destinationReference"]), str(target["sourceCommit"])
    if tip is None or git.merge_base(tip, commit) != tip:
        raise GitError("the destination is not an ancestor of the source")
    return commit


def _commit(git: GitRepository, target: Content, given: Content, author: Content, parents: int) -> str:
    tip, commit = str(git.branch(target["destinationReference"])), str(target["sourceCommit"])
    message = given.get("commitMessage") or f"Merge {target['sourceReference']}"
    return git.merged(tip, commit, [tip, commit][:parents], author, message)
