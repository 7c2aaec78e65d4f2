"""Gives an answer again to a client that never received it.

A connection that breaks makes the client's SDK try again, with the id of its first try, while the first is at work or
after it is done. On one busy machine that happened once: the local AWS then refused as a duplicate what it had done
itself a moment before.
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
    """The tries of one call that are at work or wait: one at a time."""

    turn: Lock = field(default_factory=Lock)
    count: int = 0


class LostAnswers:
    """Keeps the last answers by the id that an SDK gives to a call and to every further try of it."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application
        self.kept: OrderedDict[str, Answer] = OrderedDict()
        self.under_way: dict[str, Tries] = {}
        self.changing = Lock()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """One request."""
        call = str(environ.get("HTTP_AMZ_SDK_INVOCATION_ID", ""))
        # Who reads again gets what is true by now.
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
        """Wait until no other try of the same call is at work."""
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
        # An SDK tries again by itself after an error, and then wants to hear what is true by then.
        if begun and begun[0][0].startswith("2") and len(body) <= LARGEST:
            with self.changing:
                self.kept[call] = (*begun[0], body)
                while len(self.kept) > MOST:
                    self.kept.popitem(last=False)
        return [body]
