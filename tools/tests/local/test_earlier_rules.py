"""The report says which files were published under rules or a transform that have changed since."""

from pathlib import Path
from typing import Any

import pytest

from dataops.report.earlier_rules import WHAT_TO_DO, note, sentences

SETTINGS = {"orders": {"minimum": 0}, "visits": '{"minimum": 0}'}


def at(minutes: int) -> str:
    return f"2026-03-01T08:{minutes:02}:00.000000Z"


class LocalAws:
    """What `make local` applies, and the transforms of its project."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "transforms").mkdir()

    def apply(self, minutes: int, *, orders: Any = SETTINGS["orders"], transform: str | None = "first") -> None:
        path = self.folder / "transforms/orders.py"
        path.unlink(missing_ok=True)
        if transform is not None:
            path.write_text(transform)
        note(self.folder, SETTINGS | {"orders": orders}, self.folder / "transforms", at(minutes))

    def said(self, **minutes: list[int]) -> dict[str, str]:
        """What is said of runs that started at these minutes."""
        return sentences(self.folder, {name: list(map(at, those)) for name, those in minutes.items()})


@pytest.fixture
def local_aws(tmp_path: Path) -> LocalAws:
    """One with two datasets, applied at 8 o'clock."""
    found = LocalAws(tmp_path)
    found.apply(0)
    return found


def test_without_a_change_nothing_is_said(local_aws: LocalAws) -> None:
    local_aws.apply(10)

    assert local_aws.said(orders=[1, 2], visits=[3]) == {}


def test_changed_rules_are_said_for_the_files_before_them_and_for_their_dataset_only(local_aws: LocalAws) -> None:
    local_aws.apply(10, orders={"minimum": 5})

    assert local_aws.said(orders=[1, 2, 11], visits=[3]) == {
        "orders": f"rules changed since 2 files were published. {WHAT_TO_DO}"
    }


def test_rules_that_came_back_are_no_change_for_the_files_that_had_them(local_aws: LocalAws) -> None:
    local_aws.apply(10, orders={"minimum": 5})
    local_aws.apply(20)

    assert local_aws.said(orders=[1, 21]) == {}
    assert local_aws.said(orders=[1, 12]) == {"orders": f"rules changed since 1 file was published. {WHAT_TO_DO}"}


@pytest.mark.parametrize("transform", ["second", None], ids=["changed", "removed"])
def test_a_changed_transform_is_said_for_its_dataset_only(local_aws: LocalAws, transform: str | None) -> None:
    local_aws.apply(10, transform=transform)

    assert local_aws.said(orders=[1], visits=[1]) == {
        "orders": f"transform changed since 1 file was published. {WHAT_TO_DO}"
    }


def test_both_are_said_in_one_sentence(local_aws: LocalAws) -> None:
    local_aws.apply(10, orders={"minimum": 5}, transform="second")

    assert local_aws.said(orders=[1]) == {
        "orders": f"rules and transform changed since 1 file was published. {WHAT_TO_DO}"
    }


def test_files_from_before_everything_that_was_noted_are_left_out(local_aws: LocalAws) -> None:
    (local_aws.folder / "applied_rules.json").unlink()
    local_aws.apply(5)
    local_aws.apply(10, orders={"minimum": 5})

    assert local_aws.said(orders=[1]) == {}


def test_where_nothing_is_noted_nothing_is_said(tmp_path: Path) -> None:
    assert sentences(tmp_path, {"orders": [at(1)]}) == sentences(None, {"orders": [at(1)]}) == {}
