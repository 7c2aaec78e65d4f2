"""Keeps Ctrl-Z from suspending the interview: pressed between two questions, it takes an answer back as within one."""

import contextlib
import os
import sys
from collections.abc import Iterator

SPECIAL_CHARACTERS = 6


@contextlib.contextmanager
def released() -> Iterator[None]:
    """Let the terminal hand Ctrl-Z to the next question; its settings come back at the end."""
    # Windows has no such module; there cookiecutter asks its plain questions.
    import termios

    try:
        descriptor = sys.stdin.fileno()
        before = termios.tcgetattr(descriptor)
    except (OSError, ValueError, termios.error):
        yield
        return
    changed = [*before]
    changed[SPECIAL_CHARACTERS] = [*before[SPECIAL_CHARACTERS]]
    changed[SPECIAL_CHARACTERS][termios.VSUSP] = bytes([os.fpathconf(descriptor, "PC_VDISABLE")])
    termios.tcsetattr(descriptor, termios.TCSANOW, changed)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSANOW, before)
