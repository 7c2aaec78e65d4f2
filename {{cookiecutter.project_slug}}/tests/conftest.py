"""A fresh event chain for each test that asks for one; nothing here reaches a network."""

from collections.abc import Iterator

import pytest
from event_chain import EventChain
from moto import mock_aws


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield


@pytest.fixture
def chain(aws: None, monkeypatch: pytest.MonkeyPatch) -> EventChain:
    return EventChain(monkeypatch)
