"""What answers become has not changed, or the change was taken over where it can be reviewed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from answer_matrix import MATRIX
from golden_trees import GOLDEN, KEPT, kept, rendered

TAKE_OVER = "Answers give other files now: `make golden` takes them over, and CHANGELOG.md says so under Unreleased."


@pytest.mark.parametrize("name", KEPT)
def test_answers_become_what_they_became_before(bake: Callable[..., Path], name: str) -> None:
    assert rendered(bake(**MATRIX[KEPT[name]])) == kept(name), TAKE_OVER


def test_nothing_else_is_kept() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(KEPT)
