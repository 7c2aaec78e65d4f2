"""The whole platform of a copy of this project, started once for all tests of this folder."""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest

from dataops.acceptance.platform.project_copy import Command, copy_of_the_project, first_environment, run_platform
from dataops.acceptance.platform.running_project import RunningProject
from dataops.local_platform import noted

# What was applied is looked at before anything goes wrong on it, and destroyed after everything else.
ORDER = {"test_first_run.py": -1, "test_runbook.py": 1, "test_rights.py": 2, "test_destroy.py": 3}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: ORDER.get(item.path.name, 0) if "platform" in item.path.parts else -2)


@pytest.fixture(scope="session")
def database() -> Iterator[int]:
    """The port of something that answers as a database does that is only knocked at."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        yield listening.getsockname()[1]


@pytest.fixture(scope="session")
def first_command(tmp_path_factory: pytest.TempPathFactory, database: int) -> Iterator[Command]:
    """What `make local` said and did in a copy of this project: the user's own platform is never touched."""
    folder = copy_of_the_project(tmp_path_factory.mktemp("platform") / "project", database)
    try:
        yield run_platform(folder)
    finally:
        run_platform(folder, "--down")
        # One that did not listen has left its note behind.
        left = noted(folder / ".local" / first_environment(folder))
        with suppress(OSError):
            if left:
                os.kill(left.process, signal.SIGKILL)


@pytest.fixture(scope="session")
def project(first_command: Command) -> RunningProject:
    """The platform that runs, with the samples behind it."""
    assert first_command.code == 0, first_command.said
    return RunningProject(first_command.folder, first_environment(first_command.folder))


@pytest.fixture(scope="session")
def chain(project: RunningProject) -> RunningProject:
    """The same platform without the five seconds in which the queue collects a batch."""
    project.collect_batches_for(seconds=0)
    return project
