"""The version that a project has is unpacked from the clone of the newer one, file for file as git would write it."""

import os
import subprocess
from pathlib import Path

import pytest
from upgrade_lab import PERSON

from upgrade.versions import unpacked, version

OLD = {"alike.txt": "one\n", "changed.txt": "old\n", "only old [1].txt": "gone\n", "folder/alike.txt": "two\n"}


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, env={**os.environ, **PERSON})


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Two versions that differ in a text, a file that went, one that came, a mode and a link; the newer is there."""
    clone = tmp_path / "clone"
    (clone / "folder").mkdir(parents=True)
    for name, text in OLD.items():
        (clone / name).write_bytes(text.encode())
    (clone / "mode.sh").write_bytes(b"#!/bin/sh\n")
    (clone / "link").symlink_to("alike.txt")
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--message", "old"], ["tag", "1.0.0"]):
        git(clone, *words)
    (clone / "changed.txt").write_bytes(b"new\n")
    (clone / "only old [1].txt").unlink()
    (clone / "only new.txt").write_bytes(b"came\n")
    (clone / "mode.sh").chmod(0o755)
    for words in (["add", "--all"], ["commit", "--message", "new"]):
        git(clone, *words)
    return clone


def assert_old(folder: Path) -> None:
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}

    assert found == {*OLD, "mode.sh", "link"}
    assert {name: (folder / name).read_bytes().decode() for name in OLD} == OLD
    assert (folder / "link").readlink() == Path("alike.txt")
    assert not os.access(folder / "mode.sh", os.X_OK)


def test_what_both_versions_have_alike_is_not_written_a_second_time(clone: Path, tmp_path: Path) -> None:
    folder = unpacked(version(clone, "1.0.0"), tmp_path / "old")

    assert_old(folder)
    assert (folder / "folder/alike.txt").samefile(clone / "folder/alike.txt")
    assert not (folder / "changed.txt").samefile(clone / "changed.txt")


def test_where_files_cannot_be_linked_they_are_written(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Path) -> None:
        raise OSError

    monkeypatch.setattr(os, "link", refused)

    assert_old(unpacked(version(clone, "1.0.0"), tmp_path / "old"))


def test_where_the_attributes_changed_each_file_is_written_as_its_version_says(clone: Path, tmp_path: Path) -> None:
    (clone / ".gitattributes").write_text("*.txt text eol=crlf\n")
    for words in (["add", "--all"], ["commit", "--message", "newer"], ["rm", "--quiet", "alike.txt"]):
        git(clone, *words)
    git(clone, "checkout", "HEAD", "--", "alike.txt")
    assert (clone / "alike.txt").read_bytes() == b"one\r\n"

    assert_old(unpacked(version(clone, "1.0.0"), tmp_path / "old"))
