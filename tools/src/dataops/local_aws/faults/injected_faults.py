"""Ends a function or a job at one of its calls, before or after the call takes effect, as if its machine failed."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any

log = logging.getLogger("injected_faults")
Environ = dict[str, Any]
StartResponse = Callable[..., Any]


@dataclass(frozen=True)
class InjectedFault:
    """Which process ends at which call, a part of `<method> <path> <target>`; and whether the call takes effect."""

    who: str
    call: str
    takes_effect: bool


class InjectedFaults:
    """Wraps an application; ends the process at the planned call, so that nobody gets the response."""

    def __init__(self, application: Callable[..., Iterable[bytes]], end: Callable[[str], None]) -> None:
        self.application, self.end = application, end
        self.planned: list[InjectedFault] = []
        self.choosing = Lock()

    def plan(self, fault: InjectedFault) -> None:
        """End the process at its next call of this kind."""
        with self.choosing:
            self.planned.append(fault)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """One request."""
        fault = self._due(environ)
        if fault is None:
            return self.application(environ, start_response)
        answer: list[bytes] = []
        if fault.takes_effect:
            answer = list(self.application(environ, start_response))
        else:
            start_response("503 Service Unavailable", [("Content-Length", "0")])
        log.warning("%s ends at %s: an injected fault", fault.who, fault.call)
        self.end(fault.who)
        return answer

    def _due(self, environ: Environ) -> InjectedFault | None:
        call = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {environ.get('HTTP_X_AMZ_TARGET', '')}"
        with self.choosing:
            fault = next((fault for fault in self.planned if fault.call in call), None)
            if fault:
                self.planned.remove(fault)
        return fault
