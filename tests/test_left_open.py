"""What is not known yet can be left open: the answer becomes a placeholder."""

from collections.abc import Callable
from typing import Any

import pytest
from interview_keys import ENTER, line, pick, typed

from answers import interview_project, interview_summary, left_open
from answers.project import project_faults, project_from

EMPTY = line("")


def answers(**given: Any) -> dict[str, Any]:
    return {
        "project_name": "Acme Sales",
        "project_slug": "acme-sales",
        "region": "eu-west-1",
        "environments": "dev=111111111111, prod=222222222222",
        "datasets": "orders:csv",
        **given,
    }


def test_an_account_that_is_not_known_yet_gets_a_placeholder_of_its_own() -> None:
    now = [{"name": "dev", "account": ""}, {"name": "prod", "account": ""}]
    found = typed(lambda: interview_project.environments(now), ENTER, EMPTY, EMPTY)

    assert found == [{"name": "dev", "account": "000000000001"}, {"name": "prod", "account": "000000000002"}]


def test_a_placeholder_of_an_environment_that_is_added_is_free() -> None:
    others = [{"name": "dev", "account": "000000000001"}, {"name": "prod", "account": "222222222222"}]

    assert left_open.account(interview_project.free_number({}, others)) == "000000000002"


def test_an_account_that_was_left_open_is_asked_again_as_an_empty_line() -> None:
    assert typed(lambda: interview_project.account("dev", "000000000001", 1), "111111111111", ENTER) == "111111111111"


def test_approvers_that_are_not_known_yet_get_a_placeholder() -> None:
    assert typed(lambda: interview_project.approvers([]), EMPTY) == ["not-decided-yet"]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ((pick("GitHub"), EMPTY), {"provider": "github", "repository": "not-decided-yet/acme-sales"}),
        ((pick("not decided"),), {"provider": "codecommit", "repository": "not-decided-yet"}),
    ],
)
def test_a_repository_that_is_not_known_yet_gets_a_placeholder(keys: tuple[str, ...], expected: dict[str, str]) -> None:
    assert typed(lambda: interview_project.git({}, "acme-sales"), *keys) == {**expected, "branch": "main"}


def test_a_repository_that_was_left_open_is_asked_again() -> None:
    now = {"provider": "codecommit", "repository": "not-decided-yet", "branch": "main"}

    assert typed(lambda: interview_project.git(now, "acme"), pick("AWS")) == {
        "provider": "codecommit",
        "branch": "main",
    }


OPEN: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    (
        {"environments": "dev=000000000001, prod=000000000002"},
        ["the account of dev", "the account of prod"],
    ),
    ({"approvers": "not-decided-yet"}, ["the approvers"]),
    ({"approvers": {"approvers": ["A"], "delivery": {"account": "000000000009"}}}, ["the delivery account"]),
    ({"git": "github:not-decided-yet/acme"}, ["the repository"]),
    ({"git": {"provider": "codecommit", "repository": "not-decided-yet"}}, ["the repository"]),
]


@pytest.mark.parametrize(("given", "missing"), OPEN)
def test_a_valid_answer_may_be_a_placeholder_and_is_named(given: dict[str, Any], missing: list[str]) -> None:
    settings = project_from(answers(**given))

    assert project_faults(settings) == []
    assert left_open.left_open(settings) == missing


def test_the_summary_names_what_is_left_open() -> None:
    settings = project_from(answers(environments="dev=000000000001", approvers="not-decided-yet"))
    parts = dict(interview_summary.parts(settings))

    assert parts["not known yet"] == ["the account of dev", "the approvers"]
    assert parts["environments"][0].startswith("dev: account not known yet, ")


MUST_EXIST: list[tuple[Callable[[], Any], tuple[str, ...]]] = [
    (lambda: interview_project.account("dev", "", 1), (EMPTY,)),
    (lambda: interview_project.approvers([]), (ENTER,)),
    (lambda: interview_project.git({}, "acme"), (pick("GitHub"), EMPTY)),
]


@pytest.mark.parametrize(("ask", "keys"), MUST_EXIST, ids=["account", "approvers", "repository"])
def test_a_question_about_what_must_exist_says_so(
    ask: Callable[[], Any], keys: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    explained: list[str] = []
    monkeypatch.setattr("answers.interview_questions.explain", explained.append)
    typed(ask, *keys)

    assert "must exist" in " ".join(explained)
    assert "Leave it empty if you do not know it yet: " in " ".join(explained)
