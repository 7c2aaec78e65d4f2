"""Terraform is used only from the PATH or with the checksum that this repository says."""

import hashlib
import http.server
import io
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dataops.delivery import terraform_release
from dataops.delivery.terraform_release import VERSION, fetch


def release(program: bytes) -> bytes:
    """An archive as HashiCorp publishes it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("LICENSE.txt", "")
        archive.writestr("terraform", program)
    return packed.getvalue()


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A server that publishes one release."""
    folder = tmp_path / "published" / "terraform" / VERSION
    folder.mkdir(parents=True)
    (folder / f"terraform_{VERSION}_linux_amd64.zip").write_bytes(release(b"#!/bin/sh\necho Terraform\n"))

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *given: object) -> None:
            super().__init__(*given, directory=str(tmp_path / "published"))  # type: ignore[arg-type]

        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(autouse=True)
def without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def test_a_release_with_the_right_checksum_is_unpacked(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checksum = hashlib.sha256(release(b"#!/bin/sh\necho Terraform\n")).hexdigest()
    monkeypatch.setitem(terraform_release.CHECKSUMS, "linux_amd64", checksum)

    fetch(address, "linux_amd64", tmp_path / "tools")

    program = tmp_path / "tools" / "terraform"
    assert program.read_bytes().startswith(b"#!/bin/sh") and program.stat().st_mode & 0o111


def test_a_release_with_another_checksum_is_not_unpacked(address: str, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"is not the release that it should be: .* It was not unpacked\.$"):
        fetch(address, "linux_amd64", tmp_path / "tools")

    assert not (tmp_path / "tools").exists()


def test_a_release_that_cannot_be_had_is_one_sentence(address: str, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"^Terraform [\d.]+ cannot be had from .*: put Terraform 1\.11 or newer"):
        fetch(address, "linux_arm64", tmp_path / "tools")


def test_an_unknown_kind_of_machine_is_one_sentence(address: str, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"^There is no checksum for Terraform on linux_riscv64 here"):
        fetch(address, "linux_riscv64", tmp_path / "tools")
