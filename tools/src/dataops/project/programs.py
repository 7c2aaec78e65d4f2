"""Runs other programs in the project's folder, as a Makefile does: the first that fails ends the command."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

from dataops.project import PROJECT

# Programs of the virtual environment that runs this.
BIN = Path(sys.executable).parent


def run(*words: str, is_shown: bool = True, variables: dict[str, str] | None = None) -> None:
    """Run a program; unless it succeeds, end with its exit code."""
    if is_shown:
        print(shlex.join([Path(words[0]).name, *words[1:]]), flush=True)
    try:
        process = subprocess.Popen(words, cwd=PROJECT, env={**os.environ, **(variables or {})})
    except FileNotFoundError:
        sys.exit(f"{Path(words[0]).name} is not installed here, or not on the PATH.")
    code = _ended(process)
    if code:
        # A program that a signal has ended has a negative code; shells say 128 more than its number.
        sys.exit(code if code > 0 else 128 - code)


def _ended(process: subprocess.Popen[bytes]) -> int:
    """Wait for the end. Ctrl-C reaches the program too; Terraform then saves its state, and is not killed."""
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue
