"""Runs git independent of the user's configuration, hooks and environment."""

import os
import re
import subprocess
from functools import cache
from pathlib import Path

from upgrade.refusal import RefusedError

MINIMUM = (2, 38)
SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.quotePath": "false",
    "core.safecrlf": "false",
    "color.ui": "false",
    "diff.noprefix": "false",
    "diff.mnemonicPrefix": "false",
    "merge.renames": "true",
    "merge.directoryRenames": "true",
    "merge.renameLimit": "20000",
    # A project may have its own .gitattributes: without this every line of such a file is a conflict.
    "merge.renormalize": "true",
}
COMMAND = ["git", *(word for key, value in SETTINGS.items() for word in ("-c", f"{key}={value}"))]
# Set if git itself started this command; they would direct it to another index or another repository.
NOT_INHERITED = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS")
# Temporary commits need an author even if the machine has none.
NOBODY = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "upgrade"), ("EMAIL", "upgrade@localhost"), ("DATE", "2000-01-01T00:00:00Z"))
}


def run(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run git in a folder, whatever its outcome; return its output as bytes, which may not be UTF-8."""
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    done = subprocess.run(
        [*COMMAND, *words],
        cwd=folder,
        env={**inherited, "LC_ALL": "C", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        # Ctrl-C ends an upgrade between two steps of git, never inside one.
        start_new_session=True,
    )
    decoded = (each.decode("utf-8", "surrogateescape") for each in (done.stdout, done.stderr))
    return subprocess.CompletedProcess(done.args, done.returncode, *decoded)


def as_the_person(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run git as the person would: with their hooks and signature, which may ask on the terminal."""
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    return subprocess.run(
        ["git", *words], cwd=folder, env=inherited, capture_output=True, text=True, errors="replace", check=False
    )


def git(folder: Path, *words: str, **environment: str) -> str:
    """Return git's output; an unexpected failure is a refusal with git's own words."""
    done = run(folder, *words, **environment)
    if done.returncode:
        command = next((word for word in words if not word.startswith("-") and "=" not in word), "command")
        raise RefusedError(f"git {command} failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def listed(folder: Path, *words: str, **environment: str) -> list[str]:
    """Return the entries of an output with a zero byte after each."""
    return [entry for entry in git(folder, *words, **environment).split("\0") if entry]


def literal(path: str) -> str:
    """Return a path from the repository's top in a form that git does not expand as a pattern."""
    return f":(top,literal){path}"


@cache
def require() -> None:
    """Refuse a git that lacks what the merge needs."""
    try:
        output = subprocess.run(["git", "version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        output = "git is missing"
    version = re.search(r"(\d+)\.(\d+)", output)
    if not version or (int(version[1]), int(version[2])) < MINIMUM:
        raise RefusedError(
            f"An upgrade needs git {MINIMUM[0]}.{MINIMUM[1]} or newer; this machine has: {output.strip()}."
        )
