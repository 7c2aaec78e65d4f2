"""Starts the interview where it can be shown, and hands its answers to cookiecutter."""

# Every generation waits for this module: what only an interview needs is imported where it is needed.
from pathlib import Path

from answers import command_line, terminal_limits
from answers.cookiecutter_internals import refuse_unknown_version

INSTEAD_OF_QUESTIONS = "For the interview: uvx --with questionary cookiecutter ..., or pip install questionary."


def answer_by_interview(copy: Path) -> None:
    """Write the person's answers into the copy of the template, or say why plain questions follow."""
    if why := terminal_limits.why_plain():
        print(why)
        return
    try:
        import questionary  # noqa: F401
    except ImportError:
        print(INSTEAD_OF_QUESTIONS)
        return
    refuse_unknown_version("questionary")
    command_line.stop_when_killed()
    from answers import interview_handover, suspend_key
    from answers.interview import interview

    with suspend_key.released():
        outcome = interview(command_line.defaults_of_the_person())
    command_line.ask_nothing_but(copy, outcome.answers)
    interview_handover.leave(copy, outcome.samples)


def farewell() -> str:
    """What a person reads who stops."""
    from answers import interview_draft

    return interview_draft.farewell()
