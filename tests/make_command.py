"""Runs make in a generated project as its team does."""

import os
import subprocess
import sys
from pathlib import Path

VENV = Path(sys.prefix)


def machine() -> dict[str, str]:
    """The machine's environment, without what these tests tell their own moto."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MOTO_")}


def make(project: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run make in a project, with the virtual environment that runs these tests and none of their moto's settings."""
    return subprocess.run(
        ["make", *words, f"VENV={VENV}"],
        cwd=project,
        env=machine() | environment,
        text=True,
        capture_output=True,
        timeout=3000,
        check=False,
    )
