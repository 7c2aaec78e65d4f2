"""Lets a function or a job die at one of its calls, as any machine may: before or after the call takes effect."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any

log = logging.getLogger("deaths")
Environ = dict[str, Any]
StartResponse = Callable[..., Any]


@dataclass(frozen=True)
class Death:
    """Who dies at which call, a piece of `<method> <path> <target>`; and whether the call still takes effect."""

    who: str
    call: str
    takes_effect: bool


class Deaths:
    """Stands before an application, and ends the process of who was to die there: nobody hears the answer."""

    def __init__(self, application: Callable[..., Iterable[bytes]], end: Callable[[str], None]) -> None:
        self.application, self.end = application, end
        self.planned: list[Death] = []
        self.choosing = Lock()

    def plan(self, death: Death) -> None:
        """Let the next call of this kind be the last one."""
        with self.choosing:
            self.planned.append(death)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """One request."""
        death = self._due(environ)
        if death is None:
            return self.application(environ, start_response)
        answer: list[bytes] = []
        if death.takes_effect:
            answer = list(self.application(environ, start_response))
        else:
            start_response("503 Service Unavailable", [("Content-Length", "0")])
        log.warning("%s dies on purpose at %s", death.who, death.call)
        self.end(death.who)
        return answer

    def _due(self, environ: Environ) -> Death | None:
        call = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {environ.get('HTTP_X_AMZ_TARGET', '')}"
        with self.choosing:
            death = next((death for death in self.planned if death.call in call), None)
            if death:
                self.planned.remove(death)
        return death
