"""Types keys into questions of the interview, in this process."""

from collections.abc import Callable
from typing import Any

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from answers import interview_questions

ENTER, CLEAR, SPACE, CTRL_C, CTRL_D, BACK = "\r", "\x15", " ", "\x03", "\x04", "\x1a"
YES, NO = "y", "n"


def line(text: str) -> str:
    """Type a line in place of the proposed one."""
    return CLEAR + text + ENTER


def pick(title: str) -> str:
    """Filter a list by a part of a title and take what is left."""
    return title + ENTER


def typed(ask: Callable[[], Any], *keys: str) -> Any:
    """What questions make of keys; keys that are left over, or lack, fail."""
    with create_pipe_input() as pipe:
        pipe.send_text("".join(keys) + CTRL_C)
        with create_app_session(input=pipe, output=DummyOutput()):
            answer = without_interruption(ask)
            with pytest.raises(KeyboardInterrupt):
                interview_questions.yes("Is nothing left over?", True)
    return answer


def without_interruption(ask: Callable[[], Any]) -> Any:
    """An answer; questions that wait for more keys than there are fail instead of ending the tests."""
    try:
        return ask()
    except KeyboardInterrupt:
        pytest.fail("The keys do not answer every question.")


def stopped(ask: Callable[[], Any], *keys: str) -> None:
    """Questions that end with the interview, at the last of the keys."""
    with create_pipe_input() as pipe:
        pipe.send_text("".join(keys))
        with create_app_session(input=pipe, output=DummyOutput()), pytest.raises(KeyboardInterrupt):
            ask()
