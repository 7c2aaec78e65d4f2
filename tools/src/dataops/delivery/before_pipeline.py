"""Before `make pipeline`: what decides about every delivery is committed, and said if the branch does not have it."""

from pathlib import Path

from dataops.delivery.git import attempt, git, refuse_unless_committed
from dataops.delivery.push import REMOTE
from dataops.delivery.release import release_of
from dataops.project import PROJECT


def main() -> None:
    """Refuse a checkout with changes; name a commit that the delivered branch does not have."""
    branch = release_of(PROJECT).branch
    refuse_unless_committed(PROJECT, branch)
    print(about_commit(PROJECT, branch))


def about_commit(project: Path, branch: str) -> str:
    """Which commit is applied, and whether the delivered branch has it, as far as this clone knows."""
    commit, there = git(project, "rev-parse", "HEAD"), f"refs/remotes/{REMOTE}/{branch}"
    attempt(project, "fetch", "--quiet", REMOTE, branch)
    if attempt(project, "rev-parse", "--verify", there).returncode:
        return f"pipeline/ of commit {commit[:12]}. There is no {REMOTE}/{branch} yet, so nobody has reviewed it."
    if attempt(project, "merge-base", "--is-ancestor", commit, there).returncode:
        return f"pipeline/ of commit {commit[:12]}, which is NOT ON {branch}: nobody has to have reviewed it."
    behind = git(project, "rev-list", "--count", f"{commit}..{there}")
    older = f" {REMOTE}/{branch} has {behind} newer commits: git pull first?" if behind != "0" else ""
    return f"pipeline/ of commit {commit[:12]}, which {branch} has.{older}"
