"""The platform of a project that was just generated, driven through faults while it runs."""

from collections.abc import Callable
from pathlib import Path

import pytest
from make_command import make


def test_a_fresh_project_passes_the_tests_of_its_running_platform(
    bake_into: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> None:
    project = bake_into(tmp_path_factory.mktemp("platform"))

    done = make(project, "test-platform")

    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr
    assert " passed" in done.stdout
