"""`make push`: from a commit on this machine to a branch in the repository, and never over somebody's work."""

from pathlib import Path

import boto3
import botocore.session
import pytest
from git_repositories import ADDRESS, Repository, release

from dataops.delivery import push
from dataops.delivery.push import address_of, by_hand, make_repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "project", tmp_path / "codecommit.git")


@pytest.fixture
def command(aws: None, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """`push.main()` in that repository, at an AWS that has none yet."""
    monkeypatch.setattr(push, "PROJECT", repository.folder)
    monkeypatch.setattr(push, "release_of", lambda _: release())
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)


def refusal() -> str:
    with pytest.raises(SystemExit) as refused:
        push.main()
    return str(refused.value.code)


def test_the_first_push_makes_the_repository_and_leaves_the_remote_set(
    command: None, repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    commit = repository.commit("README.md")

    push.main()

    made = boto3.client("codecommit", region_name="eu-west-1").get_repository(repositoryName="acme")
    assert made["repositoryMetadata"]["repositoryName"] == "acme"
    assert repository.pushed("main") == commit
    assert repository.git("config", "remote.origin.url") == ADDRESS
    assert capsys.readouterr().out == (
        "The repository acme was made in account 123456789012, eu-west-1.\n"
        "If pipeline/ is not applied yet, it shall take this repository over: make pipeline ADOPT=true\n"
        f"main is pushed to {ADDRESS}.\n"
    )


def test_a_second_push_makes_nothing_and_pushes_the_branch_that_is_checked_out(
    command: None, repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    first = repository.commit("README.md")
    push.main()
    repository.git("switch", "--quiet", "--create", "feature/x")
    second = repository.commit("more.md")

    push.main()

    assert (repository.pushed("main"), repository.pushed("feature/x")) == (first, second)
    assert capsys.readouterr().out.count("was made") == 1


def test_nothing_committed_is_refused_with_what_to_do(command: None) -> None:
    assert refusal() == (
        'Nothing is committed yet: git init --initial-branch main && git add --all && git commit --message "Start"'
    )


def test_a_dirty_tree_is_refused_with_what_is_in_it(command: None, repository: Repository) -> None:
    repository.commit("README.md")
    (repository.folder / "new.py").write_text("")

    assert refusal() == "1 files differ from the last commit, new.py first: commit or stash them."


def test_a_folder_of_another_repository_is_refused(
    command: None, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit("projects/acme/README.md")
    monkeypatch.setattr(push, "PROJECT", repository.folder / "projects" / "acme")

    assert refusal().startswith("The project is a folder of another repository, project:")


def test_missing_credentials_are_one_sentence(
    command: None, repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    repository.commit("README.md")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", boto3.Session(botocore_session=botocore.session.get_session()))

    assert refusal() == "AWS cannot be asked: Unable to locate credentials. Log in, for example: aws sso login"


def test_another_account_is_refused_with_both_accounts(
    command: None, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit("README.md")
    other = release()
    other.settings["delivery"] = other.settings["delivery"] | {"account": "999999999999"}
    monkeypatch.setattr(push, "release_of", lambda _: other)

    assert refusal().startswith(
        "Your AWS credentials are of account 123456789012, but the delivery account is account 999999999999:"
    )
    assert repository.pushed("main") == ""


def test_an_unrelated_history_is_refused_and_stays(command: None, repository: Repository, tmp_path: Path) -> None:
    other = Repository(tmp_path / "other", repository.remote)
    theirs = other.commit("theirs.md")
    other.git("push", "--quiet", f"file://{repository.remote}", "main")
    repository.commit("README.md")

    assert refusal() == (
        "acme already holds another history, which has no commit in common with this one: "
        "is it the right repository? Nothing was pushed."
    )
    assert repository.pushed("main") == theirs


def test_a_branch_that_has_moved_on_is_refused_with_the_command_to_get_it(
    command: None, repository: Repository
) -> None:
    repository.commit("README.md")
    push.main()
    theirs = repository.commit("theirs.md")
    repository.git("push", "--quiet", "origin", "main")
    repository.git("reset", "--quiet", "--hard", "HEAD~1")

    assert refusal() == "main has moved on in acme: git pull --rebase origin main first."
    assert repository.pushed("main") == theirs


def test_a_remote_that_leads_elsewhere_stays_as_it_is(command: None, repository: Repository) -> None:
    repository.commit("README.md")
    repository.git("remote", "add", "origin", "git@example.com:acme.git")

    assert refusal() == (
        "The remote origin already leads to git@example.com:acme.git. If it should be this project's repository: "
        f"git remote set-url origin {ADDRESS}"
    )


def test_a_push_that_the_repository_refuses_keeps_its_words(command: None, repository: Repository) -> None:
    hook = repository.remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho main takes pull requests only >&2\nexit 1\n")
    hook.chmod(0o755)
    repository.commit("README.md")

    assert "The push of main was refused: " in (said := refusal()) and "main takes pull requests only" in said


def test_a_profile_becomes_part_of_the_address() -> None:
    assert address_of(release(), "acme-tooling") == "codecommit::eu-west-1://acme-tooling@acme"
    assert address_of(release(), None) == ADDRESS


@pytest.mark.parametrize(
    ("provider", "host"), [("github", "github.com"), ("gitlab", "gitlab.com"), ("bitbucket", "bitbucket.org")]
)
def test_users_of_another_provider_read_what_to_do(
    command: None, repository: Repository, provider: str, host: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    elsewhere = release(provider=provider, repository="acme/sales")
    monkeypatch.setattr(push, "release_of", lambda _: elsewhere)
    repository.commit("README.md")

    push.main()

    assert f"git remote add origin git@{host}:acme/sales.git" in capsys.readouterr().out
    assert by_hand(elsewhere).startswith(f"The code of this project lives at {provider}")


def test_a_repository_that_is_there_is_left_alone(aws: None) -> None:
    codecommit = boto3.client("codecommit", region_name="eu-west-1")
    codecommit.create_repository(repositoryName="acme", repositoryDescription="ours")

    make_repository(codecommit, release())

    found = codecommit.get_repository(repositoryName="acme")["repositoryMetadata"]
    assert found["repositoryDescription"] == "ours"
