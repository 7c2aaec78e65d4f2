"""Requests to moto at the same time: it checks, walks through and writes what it keeps without a lock of its own."""

import io
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from dataops.local_aws.server import application
from dataops.local_aws.server.application import Application

SIGNED = "AWS4-HMAC-SHA256 Credential=local/20260101/eu-west-1/{service}/aws4_request"


class Watched:
    """Stands where moto stands, and counts how many requests it answers at once."""

    def __init__(self) -> None:
        self.now = self.most = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        self.now += 1
        self.most = max(self.most, self.now)
        time.sleep(0.05)
        self.now -= 1
        start_response("200 OK", [])
        return [b""]


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    made = Watched()
    monkeypatch.setattr(application, "DomainDispatcherApplication", lambda create: made)
    monkeypatch.setattr(application, "authorize", lambda *given: None)
    return made


def most_at_once(watched: Watched, service: str) -> int:
    """How many of four requests to a service were answered at the same time."""
    local: Any = Application(*[lambda *given: (200, {})] * 4)  # type: ignore[arg-type]

    def ask(number: int) -> None:
        environ = {"PATH_INFO": "/", "HTTP_AUTHORIZATION": SIGNED.format(service=service), "wsgi.input": io.BytesIO()}
        local(environ, lambda *given: None)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(ask, range(4)))
    return watched.most


@pytest.mark.parametrize("service", ["dynamodb", "s3", "glue", "iam", "logs", "monitoring", "ec2"])
def test_a_service_whose_parts_moto_walks_through_answers_one_request_at_a_time(watched: Watched, service: str) -> None:
    assert most_at_once(watched, service) == 1


def test_a_service_that_calls_others_while_it_answers_is_not_held(watched: Watched) -> None:
    assert most_at_once(watched, "lambda") > 1
