"""Push this branch to the project's repository. Creates a missing CodeCommit repository first."""

import os
from pathlib import Path
from typing import Any

import boto3

from dataops.delivery.git import attempt, git, refuse_unless_committed
from dataops.delivery.own_account import aws_explained, refuse_other_accounts
from dataops.delivery.refusal import Refusal
from dataops.delivery.release import Release, release_of
from dataops.project import PROJECT

REMOTE = "origin"
HOSTS = {"github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org"}


def main() -> None:
    """Push, or print what to do."""
    release = release_of(PROJECT)
    refuse_unless_committed(PROJECT, release.branch)
    if release.provider != "codecommit":
        print(by_hand(release))
        return
    with aws_explained():
        refuse_other_accounts(release.account, "the delivery account", boto3.client("sts", region_name=release.region))
        make_repository(boto3.client("codecommit", region_name=release.region), release)
    push(PROJECT, release, address_of(release, os.environ.get("AWS_PROFILE")))


def by_hand(release: Release) -> str:
    """Return what to do if the repository is not in CodeCommit."""
    address = f"git@{HOSTS[release.provider]}:{release.repository}.git"
    return (
        f"The code of this project lives at {release.provider}: make the empty repository {release.repository} there, "
        f"then\n\n    git remote add {REMOTE} {address}\n    git push --set-upstream {REMOTE} {release.branch}\n"
    )


def address_of(release: Release, profile: str | None) -> str:
    """Return the repository's address for git-remote-codecommit, which signs with the person's own AWS credentials."""
    return f"codecommit::{release.region}://{f'{profile}@' if profile else ''}{release.repository}"


def make_repository(client: Any, release: Release) -> None:
    """Create the repository if it is missing."""
    try:
        client.get_repository(repositoryName=release.repository)
    except client.exceptions.RepositoryDoesNotExistException:
        description = f"{release.slug}: {release.branch} is what the pipeline delivers"
        client.create_repository(repositoryName=release.repository, repositoryDescription=description)
        print(f"The repository {release.repository} was made in account {release.account}, {release.region}.")
        print("If pipeline/ is not applied yet, it shall take this repository over: make pipeline ADOPT=true")


def push(project: Path, release: Release, address: str) -> None:
    """Set the remote and push the present branch, unless that would overwrite somebody's work."""
    branch = git(project, "rev-parse", "--abbrev-ref", "HEAD")
    if branch == "HEAD":
        raise Refusal("No branch is checked out: git switch to the one that you want to push.")
    set_remote(project, address)
    refuse_other_histories(project, release, branch)
    done = attempt(project, "push", "--set-upstream", REMOTE, f"HEAD:refs/heads/{branch}")
    if done.returncode:
        raise Refusal(f"The push of {branch} was refused: {' '.join(done.stderr.split())}")
    print(f"{branch} is pushed to {address}.")


def set_remote(project: Path, address: str) -> None:
    """Add the remote; keep an existing one that points elsewhere."""
    found = attempt(project, "config", "--get", f"remote.{REMOTE}.url").stdout.strip()
    if not found:
        git(project, "remote", "add", REMOTE, address)
    elif found != address:
        raise Refusal(
            f"The remote {REMOTE} already leads to {found}. If it should be this project's repository: "
            f"git remote set-url {REMOTE} {address}"
        )


def refuse_other_histories(project: Path, release: Release, branch: str) -> None:
    """Refuse if the repository has commits that the present branch does not have."""
    fetched = attempt(project, "fetch", REMOTE)
    if fetched.returncode:
        raise Refusal(f"{release.repository} cannot be read: {' '.join(fetched.stderr.split())}")
    for known in (release.branch, branch):
        there = f"refs/remotes/{REMOTE}/{known}"
        if attempt(project, "rev-parse", "--verify", there).returncode:
            continue
        if attempt(project, "merge-base", "HEAD", there).returncode:
            raise Refusal(
                f"{release.repository} already holds another history, which has no commit in common with this one: "
                f"is it the right repository? Nothing was pushed."
            )
        if known == branch and attempt(project, "merge-base", "--is-ancestor", there, "HEAD").returncode:
            raise Refusal(f"{known} has moved on in {release.repository}: git pull --rebase {REMOTE} {known} first.")
