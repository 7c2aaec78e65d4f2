"""Works on cookiecutter's temporary copy: makes the check unavoidable, and interviews at a terminal."""

import sys
from pathlib import Path

COPY = Path.cwd()
sys.path.insert(0, str(COPY))

from answers import command_line, temporary_copy  # noqa: E402

INSTEAD_OF_QUESTIONS = "To be interviewed: uvx --with questionary cookiecutter …, or pip install questionary."


def main() -> None:
    # Only the extension knows this name: when an answer replaced the extension, no folder is made.
    (COPY / "{{cookiecutter.project_slug}}").rename(COPY / temporary_copy.FOLDER_IN_COPY)
    faults = command_line.private_keys_given()
    if faults:
        stop("\n".join(faults))
    if command_line.replays():
        ask_nothing_but({})
    elif command_line.interview_is_due():
        answer_by_interview()


def answer_by_interview() -> None:
    try:
        import questionary  # noqa: F401
    except ImportError:
        print(INSTEAD_OF_QUESTIONS)
        return
    from answers.interview import interview

    try:
        ask_nothing_but(interview())
    except (KeyboardInterrupt, EOFError):
        stop("Stopped: nothing was written.")


def ask_nothing_but(answers: dict[str, object]) -> None:
    """Write answers, for the rest the defaults, into the copy's cookiecutter.json as what is not asked."""
    import json

    path = COPY / "cookiecutter.json"
    shipped = json.loads(path.read_text(encoding="utf-8"))
    defaults = {key: shipped.pop(key) for key in list(shipped) if not key.startswith("_")}
    shipped["_answers"] = defaults | answers
    path.write_text(json.dumps(shipped), encoding="utf-8")


def stop(why: str) -> None:
    """Say why nothing is generated, and leave no copy of the template behind."""
    print(why, file=sys.stderr)
    temporary_copy.remove()
    sys.exit(1)


main()
