"""Cookiecutter's plain questions: each answer is checked before the next question, all of them at the end."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from plain_mode import without_questionary

from answers.plain_questions import correct_all, correct_last, question_of
from answers.project import QUESTIONS

SHIPPED = json.loads((Path(__file__).parents[1] / "cookiecutter.json").read_text(encoding="utf-8"))
DEFAULTS = {key: SHIPPED[key] for key in QUESTIONS}


def asking(*answers: str) -> tuple[Callable[[str, str], str], list[str]]:
    """Somebody who answers, and which questions were asked."""
    left, asked = list(answers), []

    def ask(question: str, proposed: str) -> str:
        asked.append(question)
        return left.pop(0)

    return ask, asked


def test_the_last_answer_is_asked_again_until_it_is_right(capsys: pytest.CaptureFixture[str]) -> None:
    answers = {"project_name": "Acme", "project_slug": "Acme Sales"}
    ask, asked = asking("acme_sales", "acme-sales")
    correct_last(answers, ask)

    assert answers["project_slug"] == "acme-sales"
    assert asked == ["project_slug", "project_slug"]
    assert "slug: 'Acme Sales' does not have the right form." in capsys.readouterr().err


def test_a_right_answer_is_not_asked_again() -> None:
    ask, asked = asking()
    correct_last({"project_name": "Acme", "project_slug": "acme"}, ask)
    correct_last({}, ask)

    assert asked == []


def test_answers_that_do_not_fit_together_are_asked_again_at_the_end_and_kept(tmp_path: Path) -> None:
    answers = {**DEFAULTS, "region": "eu-central-2", "tags": "owner"}
    call = {
        "config_dict": {"replay_dir": str(tmp_path)},
        "repo_dir": "/x/template",
        "context": {"cookiecutter": answers},
    }
    ask, asked = asking("owner=me", "eu-west-1")
    correct_all(answers, call, ask)

    assert asked == ["tags", "region"]
    assert json.loads((tmp_path / "template.json").read_text())["cookiecutter"]["tags"] == "owner=me"


@pytest.mark.parametrize(
    ("fault", "question"),
    [
        ("slug: 'X' does not have the right form.", "project_slug"),
        ("name: '' has 0 characters.", "project_name"),
        ("environments, dev, account: '1' has 1 characters.", "environments"),
        ("delivery, approvals: 0 is not between 1 and 10.", "approvers"),
        ("datasets, orders, prefix: 'x'", "datasets"),
    ],
)
def test_a_fault_belongs_to_the_question_that_can_correct_it(fault: str, question: str) -> None:
    assert question_of(fault) == question


def test_at_a_terminal_a_wrong_answer_is_refused_before_the_next_question(
    terminal: Callable[..., Any], tmp_path: Path
) -> None:
    person = terminal(path=without_questionary(tmp_path))
    person.expect("What is the project called")
    person.sendline("Acme Sales")
    person.expect("short name")
    person.sendline("Acme Sales")
    person.expect("does not have the right form")
    person.expect("short name")
    person.sendline("acme-two")
    person.expect("Which AWS region")
    for _ in QUESTIONS[2:-1]:
        person.sendline("")
    person.expect("Which tags")
    person.sendline("owner")
    person.expect("tags: 'owner'")
    person.expect("Which tags")
    person.sendline("owner=me")
    person.expect("acme-two is ready")
    person.wait()

    assert "owner: me" in (tmp_path / "output/acme-two/project.yaml").read_text()


def test_answers_from_a_pipe_are_refused_all_at_once(run_cookiecutter: Callable[..., Any]) -> None:
    done = run_cookiecutter(typed="Acme\nAcme Sales\nnowhere\n" + 7 * "\n")

    assert done.returncode != 0
    assert "2 answers are refused" in done.stderr
