"""The content of a delivery to an environment: commits since the deployed one, their approvers, changed settings."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from botocore.exceptions import BotoCoreError, ClientError

from dataops.delivery.git import attempt, git, is_repository
from dataops.delivery.plain_text import plain_text
from dataops.delivery.settings_change import settings_lines

SETTINGS = "project.yaml"
# A zero byte is the one character that neither a name nor a title can contain.
FIELDS = "%x00".join(("%H", "%an", "%s"))
# More are counted, not named.
MOST_COMMITS = 50
MOST_FILES = 100
# The newest closed pull requests of CodeCommit are searched.
MOST_REQUESTS = 100
# The pull request's name in the merge commit of GitHub, GitLab and Bitbucket.
NAMED_BY_ITS_MERGE = re.compile(r"pull request #(\d+)|merge request [^\s!]*!(\d+)|\(#(\d+)\)$|\(pull request #(\d+)\)")


@dataclass(frozen=True)
class Commit:
    """A commit, as git has it."""

    id: str
    author: str
    title: str


@dataclass(frozen=True)
class PullRequest:
    """A merged pull request; its approvers if they are known."""

    number: str
    title: str = ""
    author: str = ""
    approvers: tuple[str, ...] = ()
    # The title of a commit is its author's own text: the git provider was not asked.
    is_named_by_title: bool = False


@dataclass(frozen=True)
class ChangedFile:
    """A file of the project, and its added and removed lines: `-` if it is binary."""

    name: str
    added: str
    removed: str


@dataclass(frozen=True)
class DeliveredChange:
    """The deployed commit, the new commit, and everything between them."""

    since: str
    commits: list[Commit]
    taken_back: list[Commit] = field(default_factory=list)
    requests: dict[str, PullRequest] = field(default_factory=dict)
    settings: list[str] = field(default_factory=list)
    files: list[ChangedFile] = field(default_factory=list)
    newer: int = 0
    branch: str = ""
    note: str = ""


def delivered_change(project: Path, since: str, commit: str, branch: str) -> DeliveredChange | None:
    """Return the change according to git; None if the sources came without their history."""
    if not is_repository(project) or attempt(project, "cat-file", "-e", f"{commit}^{{commit}}").returncode:
        return None
    head = f"refs/remotes/origin/{branch}"
    newer = attempt(project, "rev-list", "--count", f"{commit}..{head}").stdout.strip()
    if since and attempt(project, "cat-file", "-e", f"{since}^{{commit}}").returncode:
        note = f"The deployed commit {since[:12]} is not in the repository, so what comes with this one is not known."
        return DeliveredChange(since, [], newer=int(newer or 0), branch=branch, note=note)
    return DeliveredChange(
        since,
        _commits(project, f"{since}..{commit}" if since else commit),
        taken_back=_commits(project, f"{commit}..{since}") if since else [],
        settings=settings_lines(_settings(project, since), _settings(project, commit)) if since else [],
        files=_files(project, since, commit) if since else [],
        newer=int(newer or 0),
        branch=branch,
    )


def named_by_merges(project: Path, commits: list[Commit]) -> dict[str, PullRequest]:
    """Return the pull requests that commits name, by commit; only the git provider knows who approved them.

    A merge commit names the pull request of all commits that it brings.
    """
    titles = {commit.id: NAMED_BY_ITS_MERGE.search(commit.title) for commit in commits}
    named = {commit: _by_title(each) for commit, each in titles.items() if each}
    brought = {each: named[merge] for merge in named for each in _second_side(project, merge)}
    return {commit.id: found for commit in commits if (found := named.get(commit.id) or brought.get(commit.id))}


def _second_side(project: Path, merge: str) -> list[str]:
    """Return the commits that a merge brought to its branch; none if the commit is not a merge."""
    return attempt(project, "rev-list", f"{merge}^1..{merge}^2").stdout.split()


def _by_title(found: "re.Match[str]") -> PullRequest:
    return PullRequest(next(filter(None, found.groups())), is_named_by_title=True)


def merged_by(project: Path, codecommit: Any, repository: str, commits: list[Commit]) -> dict[str, PullRequest]:
    """Return the CodeCommit pull requests of commits, by commit."""
    wanted = {commit.id for commit in commits}
    found: dict[str, PullRequest] = {}
    for number in _closed(codecommit, repository):
        if not wanted - found.keys():
            break
        request = codecommit.get_pull_request(pullRequestId=number)["pullRequest"]
        target = request["pullRequestTargets"][0]
        if target.get("mergeMetadata", {}).get("isMerged"):
            brought = wanted & _brought(project, target)
            found |= dict.fromkeys(brought, _request(codecommit, request)) if brought else {}
    return found


def _brought(project: Path, target: dict[str, Any]) -> set[str]:
    """Return the merge, and the commits of its branch that the destination did not have."""
    branch = attempt(project, "rev-list", f"{target.get('mergeBase')}..{target.get('sourceCommit')}").stdout.split()
    return {target["mergeMetadata"].get("mergeCommitId", ""), *branch}


def pull_requests(
    project: Path, codecommit: Any, repository: str, commits: list[Commit]
) -> tuple[dict[str, PullRequest], str]:
    """Return the same, and the reason if AWS does not return them: an approver has to see that."""
    try:
        return merged_by(project, codecommit, repository, commits), ""
    except (ClientError, BotoCoreError) as error:
        return {}, f"The pull requests cannot be read: {str(error).rstrip('.')}."


def _closed(codecommit: Any, repository: str) -> list[str]:
    """Return the closed pull requests, newest first: CodeCommit numbers them, and guarantees no order."""
    pages = codecommit.get_paginator("list_pull_requests").paginate(
        repositoryName=repository, pullRequestStatus="CLOSED"
    )
    numbers = [number for page in pages for number in page["pullRequestIds"]]
    return sorted(numbers, key=int, reverse=True)[:MOST_REQUESTS]


def _request(codecommit: Any, request: dict[str, Any]) -> PullRequest:
    number = request["pullRequestId"]
    states = codecommit.get_pull_request_approval_states(pullRequestId=number, revisionId=request["revisionId"])
    approvers = [person(each["userArn"]) for each in states["approvals"] if each["approvalState"] == "APPROVE"]
    return PullRequest(number, plain_text(request["title"]), person(request["authorArn"]), tuple(sorted(approvers)))


def person(arn: str) -> str:
    """Return the session's name and the role."""
    _, _, name = arn.partition("/")
    role, _, session = name.partition("/")
    return f"{session} ({role})" if session else role


def _commits(project: Path, span: str) -> list[Commit]:
    fields = git(project, "log", "-z", f"--format={FIELDS}", span).split("\0")
    ids, authors, titles = (fields[number::3] for number in range(3))
    # The last title ends with a zero byte too: no commit follows it.
    found = zip(ids, authors, titles, strict=False)
    return [Commit(commit, plain_text(author), plain_text(title)) for commit, author, title in found]


def _files(project: Path, since: str, commit: str) -> list[ChangedFile]:
    """Return the files that differ; a renamed one is there under both names."""
    fields = git(project, "diff", "-z", "--numstat", "--no-renames", "--relative", since, commit).split("\0")
    found = [line.split("\t", 2) for line in fields if line]
    return [ChangedFile(plain_text(name), added, removed) for added, removed, name in found]


def _settings(project: Path, commit: str) -> dict[str, Any]:
    shown = attempt(project, "show", f"{commit}:./{SETTINGS}")
    found = yaml.safe_load(shown.stdout) if not shown.returncode else {}
    return found if isinstance(found, dict) else {}
