"""Open a pull request that reverts to an earlier commit. It is planned and approved like any other."""

from pathlib import Path
from typing import Any

import boto3
import click
from notifications.origin import Origin

from dataops.delivery.deployed import history, last_good
from dataops.delivery.git import attempt, git, refuse_unless_committed
from dataops.delivery.own_account import aws_explained, refuse_other_accounts
from dataops.delivery.push import REMOTE
from dataops.delivery.refusal import Refusal
from dataops.delivery.release import Release, release_of
from dataops.project import PROJECT


@click.command(help=__doc__)
@click.option("--to", help="a commit of the delivered branch")
@click.option("--environment", help="roll back to the last earlier commit that passed the smoke test there")
def main(to: str | None, environment: str | None) -> None:
    """Create the branch, push it, open the pull request."""
    if bool(to) == bool(environment):
        raise click.UsageError("Give one of --to and --environment.")
    release = release_of(PROJECT)
    refuse_unless_committed(PROJECT, release.branch)
    with aws_explained():
        s3 = boto3.client("s3", region_name=release.region)
        to = to or commit_to_return_to(s3, release, environment or "")
        git(PROJECT, "fetch", REMOTE, release.branch)
        branch, count = revert(PROJECT, to, f"{REMOTE}/{release.branch}")
        git(PROJECT, "push", "--set-upstream", REMOTE, f"{branch}:refs/heads/{branch}")
        print(f"{branch} reverts {count} commits and is pushed.")
        print(offered(release, branch, to))


def commit_to_return_to(s3: Any, release: Release, environment: str) -> str:
    """Return the last good commit of an environment, from the record of what was deployed."""
    if environment not in release.environments:
        raise Refusal(f"There is no environment {environment}: this project has {', '.join(release.environments)}.")
    found = last_good(history(s3, release.bucket, environment))
    if not found:
        raise Refusal(f"No earlier commit passed the smoke test of {environment}: name one with TO=commit.")
    return found


def revert(project: Path, to: str, main_branch: str) -> tuple[str, int]:
    """Revert main's commits since a commit on a new branch, newest first; return its name and the number of commits."""
    commit, since = since_then(project, to, main_branch)
    branch = f"rollback/to-{commit[:12]}-from-{since[0][:12]}"
    if not attempt(project, "rev-parse", "--verify", f"refs/heads/{branch}").returncode:
        raise Refusal(f"The branch {branch} is already there: push it, or delete it and start again.")
    present = git(project, "rev-parse", "--abbrev-ref", "HEAD")
    git(project, "switch", "--quiet", "--create", branch, "--no-track", main_branch)
    try:
        for each in since:
            _revert(project, each)
        if git(project, "rev-parse", "HEAD^{tree}") != git(project, "rev-parse", f"{commit}^{{tree}}"):
            raise Refusal(f"Reverting did not lead back to what {to} was: nothing was pushed.")
    except BaseException:
        attempt(project, "revert", "--abort")
        attempt(project, "switch", "--quiet", present)
        attempt(project, "branch", "--delete", "--force", branch)
        raise
    git(project, "switch", "--quiet", present)
    return branch, len(since)


def since_then(project: Path, to: str, main_branch: str) -> tuple[str, list[str]]:
    """Return the commit to return to in full, and main's own commits since, newest first."""
    commit = attempt(project, "rev-parse", "--verify", f"{to}^{{commit}}").stdout.strip()
    if not commit:
        raise Refusal(f"There is no commit {to} here: git fetch, or is it misspelt?")
    line = git(project, "rev-list", "--first-parent", main_branch).split()
    if commit not in line:
        raise Refusal(f"{to} is no commit that {main_branch} itself has had: name the merge that brought it.")
    if commit == line[0]:
        raise Refusal(f"{main_branch} is at {to}: there is nothing to revert.")
    return commit, line[: line.index(commit)]


def _revert(project: Path, commit: str) -> None:
    """Revert one commit; for a merge, what it brought to main."""
    parents = git(project, "rev-list", "--parents", "--max-count=1", commit).split()[1:]
    mainline = ["--mainline", "1"] if len(parents) > 1 else []
    git(project, "revert", "--no-edit", *mainline, commit)


def offered(release: Release, branch: str, to: str) -> str:
    """Open the pull request if possible; return what to do next."""
    if release.provider != "codecommit":
        return f"Open a pull request from {branch} to {release.branch}; once merged, the pipeline delivers it."
    codecommit = boto3.client("codecommit", region_name=release.region)
    refuse_other_accounts(release.account, "the delivery account", boto3.client("sts", region_name=release.region))
    target = {"repositoryName": release.repository, "sourceReference": branch, "destinationReference": release.branch}
    request = codecommit.create_pull_request(
        title=f"Roll back to {to[:12]}",
        description="Reverts everything since. Its plan shows what that does: mind what it would destroy.",
        targets=[target],
    )["pullRequest"]["pullRequestId"]
    link = Origin(release.pipeline, release.region).pull_request(release.repository, request)
    return f"Pull request {request} is open: {link}\nOnce approved and merged, the pipeline plans and delivers it."
