"""Repeats a response to a client that never received it.

After a broken connection the client's SDK retries with the id of its first attempt, while that is in progress or after
it is done. This happened once on a busy machine: the local AWS then refused as a duplicate what it had just done.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

Environ = dict[str, Any]
Answer = tuple[str, list[tuple[str, str]], bytes]
MOST, LARGEST = 1000, 64 * 1024


@dataclass
class Tries:
    """The attempts of one call, in progress or waiting: one at a time."""

    turn: Lock = field(default_factory=Lock)
    count: int = 0


class LostAnswers:
    """Keeps recent responses by the invocation id, which an SDK reuses for every retry of a call."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application
        self.kept: OrderedDict[str, Answer] = OrderedDict()
        self.under_way: dict[str, Tries] = {}
        self.changing = Lock()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Handle one request."""
        call = str(environ.get("HTTP_AMZ_SDK_INVOCATION_ID", ""))
        # A repeated read returns the present state.
        if not call or environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            return self.application(environ, start_response)
        with self._turn_of(call):
            known = self.kept.get(call)
            if known:
                status, headers, body = known
                start_response(status, headers)
                return [body]
            return self._answered(call, environ, start_response)

    @contextmanager
    def _turn_of(self, call: str) -> Iterator[None]:
        """Wait until no other attempt of the same call is in progress."""
        with self.changing:
            tries = self.under_way.setdefault(call, Tries())
            tries.count += 1
        try:
            with tries.turn:
                yield
        finally:
            with self.changing:
                tries.count -= 1
                if not tries.count:
                    del self.under_way[call]

    def _answered(self, call: str, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        begun: list[tuple[str, list[tuple[str, str]]]] = []

        def note(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            begun.append((status, headers))
            return start_response(status, headers, *more)

        body = b"".join(self.application(environ, note))
        # An SDK retries by itself after an error, and then needs the present state.
        if begun and begun[0][0].startswith("2") and len(body) <= LARGEST:
            with self.changing:
                self.kept[call] = (*begun[0], body)
                while len(self.kept) > MOST:
                    self.kept.popitem(last=False)
        return [body]
