"""Renews lock files: `uv pip compile`, then without the hashes of files that no machine of this project installs.

The removed hashes are of files for Windows and for an older Python: a third of all hashes, and each is one more file
that pip would accept. What a package is there for follows its last hash, on the same line; uv's own option for that is
one that Renovate refuses. Renovate runs the command in the head of a lock file, which restores both until `make lock`.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

PYTHON = "3.11"
ENVIRONMENTS = """[project]
name = "locked"
version = "0"
requires-python = ">=%s"

[tool.uv]
environments = ["sys_platform == 'linux'", "sys_platform == 'darwin'"]
"""
HASH = re.compile(r"--hash=(\S+)")
PACKAGE = re.compile(r"^(?=[A-Za-z0-9])", re.MULTILINE)
REASONS = re.compile(r"\n    # via((?: \S| *\n    #   ).+)+")


def renew(name: str, *options: str) -> None:
    """Write <name>.lock for <name>.txt."""
    command = ["pip", "compile", "--quiet", "--universal", "--python-version", PYTHON, "--generate-hashes"]
    uv(*command, *options, f"{name}.txt", "--output-file", f"{name}.lock")
    lock = Path(f"{name}.lock")
    text = lock.read_text(encoding="utf-8")
    lock.write_text(with_reasons_beside(with_hashes_of(text, installable(f"{name}.txt", text))), encoding="utf-8")


def installable(requirements: str, text: str) -> set[str]:
    """The hashes of the files that Linux and macOS can install, for the versions of a lock file."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "pyproject.toml").write_text(ENVIRONMENTS % PYTHON, encoding="utf-8")
        versions = folder / "versions.txt"
        versions.write_text("\n".join(re.findall(r"^[A-Za-z0-9][^\\\n]*", text, re.MULTILINE)), encoding="utf-8")
        uv("add", "--quiet", "--project", temporary, "--no-sync", "-r", requirements, "--constraints", str(versions))
        exported = uv("export", "--quiet", "--project", temporary, "--frozen", "--no-emit-project")
    return set(HASH.findall(exported))


def with_hashes_of(text: str, kept: set[str]) -> str:
    """A lock file with only these hashes; a package without any of them keeps its own."""
    head, *packages = PACKAGE.split(text)
    return head + "".join(_shortened(package, kept) for package in packages)


def with_reasons_beside(text: str) -> str:
    """A lock file in which what needs a package stands on the line of the package's last hash."""
    return REASONS.sub(_on_one_line, text)


def _on_one_line(comment: re.Match[str]) -> str:
    packages = [line.strip(" #") for line in comment[0].partition(" via")[2].splitlines()]
    return f"  # via {', '.join(filter(None, packages))}"


def _shortened(package: str, kept: set[str]) -> str:
    found = HASH.findall(package)
    left = [each for each in found if each in kept] or found
    rest = package[package.rindex(found[-1]) + len(found[-1]) :] if found else ""
    pinned = package.split(" \\\n")[0]
    return " \\\n".join([pinned, *(f"    --hash={each}" for each in left)]) + rest if found else package


def uv(*words: str) -> str:
    """The output of uv; it is installed beside this Python."""
    program = str(Path(sys.executable).with_name("uv"))
    return subprocess.run([program, *words], check=True, stdout=subprocess.PIPE, text=True).stdout
