"""One running local AWS for all tests that ask it something."""

from collections.abc import Iterator

import local_aws_server
import pytest
from local_aws_server import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = local_aws_server.start(tmp_path_factory.mktemp("platform"), SECRET_OF_THE_SHELL="1")
    yield started
    started.end()
