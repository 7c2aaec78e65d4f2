"""`make pipeline` applies what is committed, and says whether the delivered branch has it."""

from pathlib import Path
from typing import Any

import pytest
from git_repositories import Repository, pushed, release

from dataops.delivery import before_pipeline, pipeline
from dataops.delivery.before_pipeline import about_commit

DECIDED: dict[str, Any] = {"environments": [{"name": "dev", "account": "111111111111"}]}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return pushed(tmp_path)


def test_a_checkout_with_changes_is_refused(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(before_pipeline, "PROJECT", repository.folder)
    monkeypatch.setattr(before_pipeline, "settings_in", lambda _: DECIDED)
    monkeypatch.setattr(before_pipeline, "release_of", lambda _: release())
    (repository.folder / "one").write_text("changed by hand")

    with pytest.raises(SystemExit, match=r"^1 files differ from the last commit, one first: commit or stash them\.$"):
        before_pipeline.main()


def test_what_project_yaml_leaves_open_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(before_pipeline, "settings_in", lambda _: {**DECIDED, "approvers": ["not-decided-yet"]})

    with pytest.raises(SystemExit, match=r"Not decided yet in project\.yaml: the approvers\.$"):
        before_pipeline.main()


def test_a_commit_of_the_branch_is_named(repository: Repository) -> None:
    commit = repository.git("rev-parse", "HEAD")

    assert about_commit(repository.folder, "main") == f"pipeline/ of commit {commit[:12]}, which main has."


def test_an_older_commit_of_the_branch_is_said_to_be_older(repository: Repository) -> None:
    repository.git("checkout", "--quiet", "--detach", "main~1")

    assert about_commit(repository.folder, "main").endswith("origin/main has 1 newer commits: git pull first?")


def test_a_commit_that_the_branch_does_not_have_is_said_aloud(repository: Repository) -> None:
    repository.commit("three")

    assert "which is NOT ON main" in about_commit(repository.folder, "main")


def test_before_the_first_push_nobody_has_reviewed_anything(tmp_path: Path) -> None:
    made = Repository(tmp_path / "work", tmp_path / "remote.git")
    made.commit("one")

    assert "There is no origin/main yet" in about_commit(made.folder, "main")


@pytest.mark.parametrize(("words", "apply"), [((), ()), (("--adopt",), ("-var", "adopt_repository=true"))])
def test_the_pipeline_is_looked_at_then_planned_and_terraform_asks(
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], apply: tuple[str, ...]
) -> None:
    done: list[tuple[str, ...]] = []
    monkeypatch.setattr(before_pipeline, "main", lambda: done.append(("look",)))
    monkeypatch.setattr(pipeline.build_archives, "main", lambda _: done.append(("build",)))
    monkeypatch.setattr(pipeline, "run", lambda *words: done.append(words))

    pipeline.main(words, standalone_mode=False)

    assert done == [
        ("look",),
        ("build",),
        ("terraform", "-chdir=pipeline", "init", "-input=false"),
        ("terraform", "-chdir=pipeline", "apply", *apply),
    ]
