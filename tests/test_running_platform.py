"""`make local` over the samples of a project that was just generated, and the reading of its report."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from make_command import machine


def test_a_fresh_project_reports_every_sample_and_settles(
    bake_into: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> None:
    project = bake_into(tmp_path_factory.mktemp("platform"))
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests/platform/test_first_run.py"]

    done = subprocess.run(
        command, cwd=project, env=machine(), text=True, capture_output=True, timeout=3000, check=False
    )

    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr
    assert " passed" in done.stdout
