"""`make test-delivery` in a project that was just generated: commit to prod, and every refusal, on a local AWS."""

from collections.abc import Callable
from pathlib import Path

import pytest
from make_command import make


def test_a_fresh_project_is_delivered_from_commit_to_prod_and_refused_where_it_must_be(
    bake_into: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> None:
    project = bake_into(tmp_path_factory.mktemp("delivery"))

    done = make(project, "test-delivery")

    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr
    assert " passed" in done.stdout
