"""The wheel of the tools: the same bytes everywhere, whole, and installed by its hash alone."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cruft import create
from dataops.wheel import build, write
from upgrade_lab import whole_template

from benches.template import ROOT

TOOLS = ROOT / "tools"
INSTALLED = ("--require-hashes", "--no-deps", "--no-index", "--quiet", "--disable-pip-version-check")


def as_git_would_on_windows(source: Path, target: Path) -> None:
    """A copy with CRLF line ends, other modes and times, and what editors leave behind."""
    for path in sorted(source.rglob("*")):
        copy = target / path.relative_to(source)
        if path.is_file() and "__pycache__" not in path.parts:
            copy.parent.mkdir(parents=True, exist_ok=True)
            content = path.read_bytes()
            copy.write_bytes(content if "samples" in path.parts else content.replace(b"\n", b"\r\n"))
            copy.chmod(0o700)
            os.utime(copy, (1_000_000_000, 1_000_000_000))
    for left in ("__pycache__/wheel.cpython-311.pyc", ".DS_Store", "wheel.py~", "wheel.py.orig"):
        (target / "src/dataops" / left).parent.mkdir(exist_ok=True)
        (target / "src/dataops" / left).write_bytes(b"left behind")


def test_two_copies_of_the_sources_give_the_same_wheel(tmp_path: Path) -> None:
    former = os.umask(0o077)
    try:
        as_git_would_on_windows(TOOLS, tmp_path / "tools")
        written = write(tmp_path / "tools", tmp_path / "private")
    finally:
        os.umask(former)

    assert written.read_bytes() == build(TOOLS)[1]


def test_other_pythons_give_the_same_wheel(tmp_path: Path) -> None:
    pythons = {shutil.which(f"python3.{minor}") for minor in range(11, 16)} - {None}
    digests = set()
    for number, python in enumerate(sorted(filter(None, pythons))):
        words = [python, "-I", str(TOOLS / "src/dataops/wheel.py"), str(TOOLS), str(tmp_path / str(number))]
        if subprocess.run([python, "--version"], capture_output=True, check=False).returncode == 0:
            subprocess.run(words, check=True, capture_output=True)
            digests.add(next((tmp_path / str(number)).glob("*.whl")).read_bytes())

    assert digests <= {build(TOOLS)[1]}


def test_the_wheel_holds_every_source_file(tmp_path: Path) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "tools/src"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")

    held = zipfile.ZipFile(write(TOOLS, tmp_path)).namelist()

    expected = {name.removeprefix("tools/src/") for name in tracked if name and (ROOT / name).is_file()}
    assert {name for name in held if ".dist-info/" not in name} == expected
    assert {"dataops/report/report.html.j2", "dataops/cost/prices.yaml"} <= expected


def test_the_wheel_holds_every_file_that_the_code_opens_beside_itself(tmp_path: Path) -> None:
    opened = {
        (path.parent / name).relative_to(TOOLS / "src").as_posix()
        for path in (TOOLS / "src").rglob("*.py")
        for name in re.findall(r'Path\(__file__\)\.with_name\("([^"]+)"\)', path.read_text(encoding="utf-8"))
    }

    assert len(opened) > 3
    assert opened <= set(zipfile.ZipFile(write(TOOLS, tmp_path)).namelist())


def installed(folder: Path) -> subprocess.CompletedProcess[str]:
    """Install what tools/requirements.lock names, as `make setup` does, into a folder of its own."""
    words = [sys.executable, "-m", "pip", "install", *INSTALLED, "--target", str(folder / "site-packages")]
    lock = ["--requirement", "tools/requirements.lock"]
    return subprocess.run([*words, *lock], cwd=folder, capture_output=True, text=True, check=False)


def test_pip_installs_the_wheel_by_its_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(TOOLS, Path("tools"))

    done = installed(tmp_path)

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site-packages/dataops/report/report.html.j2").is_file()
    assert (tmp_path / "site-packages/bin/dataops").is_file()


def test_pip_refuses_a_wheel_of_which_one_byte_was_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    wheel = write(TOOLS, Path("tools"))
    content = bytearray(wheel.read_bytes())
    content[len(content) // 2] ^= 1
    wheel.write_bytes(content)

    done = installed(tmp_path)

    assert done.returncode == 1
    assert "DO NOT MATCH THE HASHES" in done.stderr
    assert not (tmp_path / "site-packages/dataops").exists()


def bytes_of_the_wheel(project: Path) -> bytes:
    """The wheel of a project, which its lock file must name by its hash."""
    (wheel,) = (project / "tools").glob("*.whl")
    content = wheel.read_bytes()
    line = f"./tools/{wheel.name} --hash=sha256:{hashlib.sha256(content).hexdigest()}\n"
    assert (project / "tools/requirements.lock").read_text() == line
    return content


def test_generation_by_the_interface_for_programs_writes_the_wheel(project: Path) -> None:
    assert bytes_of_the_wheel(project) == build(TOOLS)[1]


def test_generation_on_the_command_line_writes_the_wheel(run_cookiecutter: Callable[..., Any], tmp_path: Path) -> None:
    done = run_cookiecutter("--no-input")

    assert done.returncode == 0, done.stderr
    assert bytes_of_the_wheel(tmp_path / "output/acme-sales") == build(TOOLS)[1]


def test_generation_from_a_zip_archive_writes_the_wheel(
    run_cookiecutter: Callable[..., Any], template: Path, tmp_path: Path
) -> None:
    archive = shutil.make_archive(str(tmp_path / "template"), "zip", template.parent, template.name)

    done = run_cookiecutter("--no-input", template=archive)

    assert done.returncode == 0, done.stderr
    assert bytes_of_the_wheel(tmp_path / "output/acme-sales") == build(TOOLS)[1]


def test_generation_by_cruft_writes_the_wheel(tmp_path: Path) -> None:
    template = whole_template(tmp_path / "template.git", "1.0.0")

    made = create(template.address, output_dir=tmp_path / "output", no_input=True)

    assert bytes_of_the_wheel(made) == build(TOOLS)[1]
