"""Threads that do the local AWS's work: how much of it is unfinished is known, and no failure stays unheard."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

log = logging.getLogger("workers")


class Workers:
    """A bounded number of threads; what they cannot do at once waits for them."""

    def __init__(self, count: int, name: str) -> None:
        self.threads, self.counting = ThreadPoolExecutor(count, name), Lock()
        self.unfinished = 0

    def submit(self, act: Callable[..., None], *values: Any) -> None:
        """Let one of the threads do something."""
        with self.counting:
            self.unfinished += 1
        self.threads.submit(self._do, act, values)

    def _do(self, act: Callable[..., None], values: tuple[Any, ...]) -> None:
        try:
            act(*values)
        except Exception:
            log.exception("%s failed", act.__qualname__)
        finally:
            with self.counting:
                self.unfinished -= 1
