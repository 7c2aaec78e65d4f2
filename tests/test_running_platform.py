"""`make local` over the samples of a project that was just generated, and the reading of its report."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from make_command import machine, virtual_environment

FIRST_RUN = "dataops.acceptance.platform.test_first_run"


def test_a_fresh_project_reports_every_sample_and_settles(
    bake_into: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> None:
    project = bake_into(tmp_path_factory.mktemp("platform"))
    python = str(virtual_environment(project) / "bin/python")
    command = [python, "-m", "pytest", "-p", "no:cacheprovider", "--pyargs", FIRST_RUN]

    done = subprocess.run(
        command, cwd=project, env=machine(), text=True, capture_output=True, timeout=3000, check=False
    )

    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr
    assert " passed" in done.stdout
