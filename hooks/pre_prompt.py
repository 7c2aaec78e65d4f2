"""Works on cookiecutter's temporary copy: makes the check unavoidable, and interviews at a terminal."""

import sys
from pathlib import Path

COPY = Path.cwd()
sys.path.insert(0, str(COPY))

from answers import command_line  # noqa: E402

INSTEAD_OF_QUESTIONS = "To be interviewed: uvx --with questionary cookiecutter …, or pip install questionary."


def main() -> None:
    # Only the extension knows this name: when an answer replaced the extension, no folder is made.
    (COPY / "{{cookiecutter.project_slug}}").rename(COPY / "{{cookiecutter_project_folder()}}")
    faults = command_line.private_keys_given()
    if faults:
        stop("\n".join(faults))
    if command_line.interview_is_due():
        answer_by_interview()


def answer_by_interview() -> None:
    """Write the answers of the interview into the copy's cookiecutter.json, after which nothing is asked."""
    try:
        import questionary  # noqa: F401
    except ImportError:
        print(INSTEAD_OF_QUESTIONS)
        return
    import json

    from answers.interview import interview

    from answers import given

    try:
        answers = interview()
    except (KeyboardInterrupt, EOFError):
        stop("Stopped: nothing was written.")
    questions = given.shipped() | {"_answers": answers}
    (COPY / "cookiecutter.json").write_text(json.dumps(questions), encoding="utf-8")


def stop(why: str) -> None:
    """Say why nothing is generated, and leave no copy of the template behind."""
    print(why, file=sys.stderr)
    from answers import temporary_copy

    temporary_copy.remove()
    sys.exit(1)


main()
