"""What every build of the pipeline runs first: a commit that is not on the delivered branch is refused."""

import os
import subprocess
from pathlib import Path

import pytest
from git_repositories import ADDRESS, Repository, pushed

from dataops.project import PROJECT

SCRIPT = PROJECT / "buildspecs" / "only_the_branch.sh"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return pushed(tmp_path)


def built(repository: Repository, commit: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run it where a build has checked a commit out."""
    repository.git("checkout", "--quiet", "--detach", commit)
    known = os.environ | {"COMMIT": repository.git("rev-parse", commit), "BRANCH": "main", "REPOSITORY": "acme"}
    return subprocess.run(
        ["bash"],
        input=SCRIPT.read_text(),
        cwd=repository.folder,
        env=known | variables,
        text=True,
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize("commit", ["main", "main~1"])
def test_the_newest_commit_of_the_branch_and_an_older_one_are_delivered(repository: Repository, commit: str) -> None:
    assert built(repository, commit).returncode == 0


def test_a_commit_that_main_got_by_a_merge_is_delivered_also_when_main_has_moved_on(repository: Repository) -> None:
    merge = repository.merge("three")
    repository.commit("four")
    repository.git("push", "--quiet", "origin", "main")

    assert built(repository, merge).returncode == 0


def test_a_commit_that_only_a_merge_brought_to_main_is_refused(repository: Repository) -> None:
    repository.merge("three", "four")
    repository.git("push", "--quiet", "origin", "main")

    for commit in ("main^2", "main^2~1"):
        refused(repository, commit, f"{repository.git('rev-parse', commit)} is not on the branch main.")


def refused(repository: Repository, commit: str, sentence: str, **variables: str) -> None:
    done = built(repository, commit, **variables)

    assert done.returncode == 1
    assert f"This commit is refused: {sentence}" in " ".join(done.stderr.split())
    assert done.stderr.rstrip().endswith("Nothing was changed.")


def test_a_commit_of_another_branch_is_refused(repository: Repository) -> None:
    repository.git("switch", "--quiet", "--create", "feature/x")
    commit = repository.commit("three")
    repository.git("push", "--quiet", "origin", "feature/x")

    refused(repository, commit, f"{commit} is not on the branch main.")


def test_a_merge_commit_that_no_branch_names_is_refused(repository: Repository) -> None:
    tree = repository.git("rev-parse", "HEAD^{tree}")
    commit = repository.git("commit-tree", tree, "-p", "HEAD", "-m", "Merge")

    refused(repository, commit, f"{commit} is not on the branch main.")


def test_a_commit_that_the_clone_calls_main_counts_only_when_the_repository_does_too(repository: Repository) -> None:
    commit = repository.commit("only-here")
    repository.git("update-ref", "refs/remotes/origin/main", commit)

    refused(repository, commit, f"{commit} is not on the branch main.")


def test_another_commit_than_the_pipeline_delivers_is_refused(repository: Repository) -> None:
    other = repository.git("rev-parse", "main~1")

    refused(repository, "main", "the source is", COMMIT=other)


def test_a_clone_of_another_repository_is_refused(repository: Repository) -> None:
    refused(repository, "main", f"it comes from {ADDRESS}, and the pipeline delivers sales.", REPOSITORY="sales")


def test_a_source_without_a_repository_is_refused(repository: Repository) -> None:
    repository.git("remote", "remove", "origin")

    refused(repository, "main", "the source of this build is not a clone of the repository.")


def test_a_branch_that_cannot_be_read_refuses_everything(repository: Repository) -> None:
    refused(repository, "main", "the branch release of acme cannot be read", BRANCH="release")
