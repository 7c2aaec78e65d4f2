"""Corrects answers to cookiecutter's plain questions at a terminal, as soon as cookiecutter lets a template look."""

import sys
from collections.abc import Callable
from typing import Any

from answers import given
from answers.cookiecutter_internals import ask_plainly, keep_for_replay
from answers.project import QUESTIONS, faults_of_answer, project_faults, project_from

Answers = dict[str, Any]
Ask = Callable[[str, str], str]
# Where project.yaml has what a question answers, if it has another name there.
QUESTION_OF_LOCATION = {
    "name": "project_name",
    "slug": "project_slug",
    "bucket_prefix": "project_slug",
    "delivery": "approvers",
}


def are_asked(call: Answers | None) -> bool:
    """Whether a person answers cookiecutter's plain questions at a terminal."""
    if call is None or call["no_input"] or given.has_answers(call):
        return False
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask(question: str, proposed: str) -> str:
    """Ask a plain question again, in the words of cookiecutter.json."""
    return ask_plainly(question, proposed, given.shipped().get("__prompts__", {}))


def correct_last(answers: Answers, ask: Ask = ask) -> None:
    """Ask again until the answer that was given last is right by itself."""
    answered = [question for question in QUESTIONS if question in answers]
    if answered:
        correct(answers, answered[-1], lambda: faults_of_answer(answered[-1], answers), ask)


def correct_all(answers: Answers, call: Answers, ask: Ask = ask) -> None:
    """Ask again what makes the answers wrong together, and keep the right ones for a replay."""
    before = dict(answers)
    faults = project_faults(project_from(answers))
    while faults:
        question = question_of(faults[0])
        show(faults[:1])
        answers[question] = ask(question, str(answers[question]))
        faults = project_faults(project_from(answers))
    if answers != before:
        keep_for_replay(call)


def correct(answers: Answers, question: str, faults: Callable[[], list[str]], ask: Ask) -> None:
    while found := faults():
        show(found)
        answers[question] = ask(question, str(answers[question]))


def show(faults: list[str]) -> None:
    # A terminal that lacks a character of the answer shows it on stderr as an escape; stdout would end the generation.
    for sentence in faults:
        print(f"  {sentence}", file=sys.stderr)


def question_of(fault: str) -> str:
    """The question whose answer is at fault, by the place that the sentence begins with."""
    location = fault.partition(":")[0].partition(",")[0]
    found = QUESTION_OF_LOCATION.get(location, location)
    return found if found in QUESTIONS else QUESTIONS[0]
