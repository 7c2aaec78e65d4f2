"""Gives an answer again to a client that never received it.

A connection that breaks after the work was done makes the client's SDK try again, with the id of its first try. On one
busy machine that happened once: the local AWS then refused as a duplicate what it had done itself a moment before.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any

Environ = dict[str, Any]
Answer = tuple[str, list[tuple[str, str]], bytes]
MOST, LARGEST = 1000, 64 * 1024


class LostAnswers:
    """Keeps the last answers by the id that an SDK gives to a call and to every further try of it."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application
        self.kept: OrderedDict[str, Answer] = OrderedDict()
        self.changing = Lock()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """One request."""
        call = str(environ.get("HTTP_AMZ_SDK_INVOCATION_ID", ""))
        # Who reads again gets what is true by now.
        if not call or environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            return self.application(environ, start_response)
        known = self.kept.get(call)
        if known:
            status, headers, body = known
            start_response(status, headers)
            return [body]
        return self._answered(call, environ, start_response)

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
