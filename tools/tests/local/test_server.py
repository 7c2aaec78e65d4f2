"""The process of the local AWS: only this machine reaches it, and it does not stay when nobody needs it."""

import socket
from pathlib import Path

import pytest
from stand_in_server import PATIENCE_SECONDS, Server, start

from dataops.local_platform import NOTE, noted


def test_it_listens_on_one_address_of_loopback_only(server: Server) -> None:
    port = int(server.platform.address.rpartition(":")[2])

    socket.create_connection(("127.0.0.1", port), timeout=5).close()

    # Whatever listens on every address listens on this one too.
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.2", port), timeout=5)


def test_it_ends_by_itself_when_nobody_has_asked_anything_for_a_while(tmp_path: Path) -> None:
    server = start(tmp_path / "idle", "--idle-minutes", "0.05")

    assert server.process.wait(PATIENCE_SECONDS) == 0
    assert noted(server.folder) is None


def test_it_ends_by_itself_when_its_folder_is_nobodys_any_more(tmp_path: Path) -> None:
    server = start(tmp_path / "left")

    (server.folder / NOTE).unlink()

    assert server.process.wait(PATIENCE_SECONDS) == 0
