"""The delivery of a project that was just generated: a commit walked to production, and what must be refused."""

from collections.abc import Callable
from pathlib import Path

import pytest
from make_command import make


def test_a_fresh_project_passes_the_walk_of_its_delivery(
    bake_into: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> None:
    project = bake_into(tmp_path_factory.mktemp("delivery"))

    done = make(project, "test-delivery")

    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr
    assert " passed" in done.stdout
