"""One running local AWS for all tests that ask it something."""

from collections.abc import Iterator

import pytest
import stand_in_server
from stand_in_server import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = stand_in_server.start(tmp_path_factory.mktemp("platform"), SECRET_OF_THE_SHELL="1")
    yield started
    started.end()
