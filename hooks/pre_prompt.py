"""Works on cookiecutter's temporary copy: makes the check unavoidable, and interviews at a terminal."""

import os
import sys
from pathlib import Path

COPY = Path.cwd()
OLDEST_PYTHON = (3, 11)
if sys.version_info[:2] < OLDEST_PYTHON:
    # Before the imports below, which an older Python cannot read.
    running, oldest = (".".join(map(str, version[:2])) for version in (sys.version_info, OLDEST_PYTHON))
    sys.exit(
        f"This template needs Python {oldest} or newer, but this is {running}: uvx --python {oldest} cookiecutter ..."
    )
sys.path.insert(0, str(COPY))

from answers import command_line, interview_start, temporary_copy, terminal_limits  # noqa: E402
from answers.cookiecutter_internals import UnsupportedError, refuse_unknown_version  # noqa: E402


def main() -> None:
    # Only the extension knows this name: if an answer replaced the extension, no folder is made.
    (COPY / "{{cookiecutter.project_slug}}").rename(COPY / temporary_copy.FOLDER_IN_COPY)
    temporary_copy.take(os.getppid())
    temporary_copy.remove_left_behind()
    temporary_copy.remove_what_no_template_needs()
    if sys.platform == "win32":
        print(terminal_limits.why_plain())
    if faults := command_line.private_keys_given():
        stop("\n".join(faults))
    refuse_unknown_version("cookiecutter")
    if command_line.replays():
        command_line.ask_nothing_but(COPY, {})
    elif command_line.interview_is_due():
        interview_start.answer_by_interview(COPY)


def stop(why: str) -> None:
    """Leave no copy of the template behind, and explain why nothing is generated."""
    temporary_copy.remove()
    print(why, file=sys.stderr)
    sys.exit(1)


try:
    main()
except UnsupportedError as error:
    stop(str(error))
except (KeyboardInterrupt, EOFError):
    stop(interview_start.farewell())
except BaseException:
    # Also if the terminal is gone, whatever its library does then.
    temporary_copy.remove()
    raise
