"""Tests of check_connections: connects to real sockets, and names the address that does not answer."""

import importlib
import json
import socket
import sys
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

Check = Callable[[dict[str, int], dict[str, int]], dict[str, Any]]


@pytest.fixture
def open_port() -> Iterator[int]:
    """A port with a listener."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed_port() -> int:
    """A port without a listener."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def client_at(address: str) -> SimpleNamespace:
    """Return a client that has nothing but its address."""
    return SimpleNamespace(meta=SimpleNamespace(endpoint_url=address))


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Check:
    """Call the Lambda with services and databases at some ports; return the line that it logged."""

    def call(services: dict[str, int], databases: dict[str, int]) -> dict[str, Any]:
        variables = {"PREFIX": "acme-dev", "SERVICES": ",".join(services)}
        variables |= {"DATABASES": json.dumps({name: f"127.0.0.1:{port}" for name, port in databases.items()})}
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        address = {name: f"http://127.0.0.1:{port}" for name, port in services.items()}
        monkeypatch.setattr("runtime.aws.client", lambda name: client_at(address[name]))
        monkeypatch.delitem(sys.modules, "check_connections", raising=False)
        importlib.import_module("check_connections").handler({}, None)
        line: dict[str, Any] = json.loads(capsys.readouterr().out)
        return line

    return call


def test_what_answers_is_not_counted(check: Check, open_port: int) -> None:
    line = check({"s3": open_port, "glue": open_port}, {"warehouse": open_port})

    assert (line["endpoints_unreachable"], line["connections_unreachable"], line["unreachable"]) == (0, 0, [])


def test_an_endpoint_that_does_not_answer_is_counted_and_named(check: Check, open_port: int, closed_port: int) -> None:
    line = check({"s3": open_port, "glue": closed_port}, {})

    assert (line["endpoints_unreachable"], line["connections_unreachable"], line["unreachable"]) == (1, 0, ["glue"])


def test_a_database_that_does_not_answer_is_counted_apart(check: Check, open_port: int, closed_port: int) -> None:
    line = check({"s3": open_port}, {"warehouse": closed_port})

    assert (line["endpoints_unreachable"], line["connections_unreachable"]) == (0, 1)
    assert line["unreachable"] == ["warehouse"]


def test_a_database_whose_address_nobody_understands_counts_as_unreachable(check: Check, open_port: int) -> None:
    assert check({"s3": open_port}, {})["unreachable"] == []

    unreachable = sys.modules["check_connections"].unreachable
    # Without a host a socket would connect to this machine itself.
    assert unreachable({"warehouse": f"//:{open_port}"}) == ["warehouse"]
