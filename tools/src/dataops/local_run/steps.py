"""Shows what is going on while it goes on, and remembers how long each step took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from dataops.report.report import StepReport


class Steps:
    """The steps of one command, since it began."""

    def __init__(self, console: Console) -> None:
        self.console, self.began = console, time.monotonic()
        self.done: list[StepReport] = []

    @property
    def elapsed(self) -> float:
        """Seconds since the command began."""
        return time.monotonic() - self.began

    def say(self, text: str) -> None:
        """Show one line with the time at which it was true."""
        self.console.print(f"{self.elapsed:6.1f} s  {text}", markup=False, soft_wrap=True)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Announce a step and note how long it took."""
        started = self.elapsed
        self.say(f"{name} …")
        yield
        self.note(name, started, self.elapsed - started)

    def note(self, name: str, started: float, seconds: float) -> None:
        """Note a step that somebody else timed."""
        self.done.append({"name": name, "started": round(started, 1), "seconds": round(seconds, 1)})
