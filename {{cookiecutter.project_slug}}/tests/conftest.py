"""A fresh event chain for each test that asks for one; nothing here reaches a network."""

import os
from collections.abc import Iterator

import pytest
from event_chain import EventChain
from moto import mock_aws

# A shell that `make names` has led to a platform, or a build of the pipeline: no test may reach what it works on, and
# the Lambdas' modules make their clients as soon as a test's file imports one.
for _name in [name for name in os.environ if name.startswith(("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN"))]:
    del os.environ[_name]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws():
        yield


@pytest.fixture
def chain(aws: None, monkeypatch: pytest.MonkeyPatch) -> EventChain:
    return EventChain(monkeypatch)
