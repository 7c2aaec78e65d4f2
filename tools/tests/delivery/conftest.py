"""One local AWS for all tests that plan or apply, and a project of a few lines for each."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from tiny_project import NOTHING_TO_LOSE, LocalAws, TinyProject

from dataops.project.terraform import NEVER_LOCALLY


@pytest.fixture(scope="session")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    started = LocalAws(tmp_path_factory.mktemp("local-aws"))
    started.begin()
    yield started
    started.end()


@pytest.fixture
def at_local_aws(local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> LocalAws:
    """Every AWS client of this process and of its children talks to the local AWS."""
    for name in NEVER_LOCALLY:
        monkeypatch.delenv(name, raising=False)
    for name, value in local_aws.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    return local_aws


@pytest.fixture
def project(at_local_aws: LocalAws, tmp_path: Path, request: pytest.FixtureRequest) -> TinyProject:
    """A project with nothing to lose, of which nothing is deployed."""
    made = TinyProject(tmp_path / request.node.name[:60].replace("[", "-").replace("]", "-"))
    made.write(NOTHING_TO_LOSE % "1")
    return made
