"""Tests that the accounting at the end of every other test detects each kind of loss."""

from collections.abc import Callable
from copy import deepcopy

import pytest

from dataops.acceptance.platform.accounting import Books, books_of, unaccounted
from dataops.acceptance.platform.running_project import RunningProject


def first(books: Books, state: str) -> str:
    return next(name for name, row in books.ledger.items() if row.get("state") == state and "key" in row)


def lose_a_row_of_the_ledger(books: Books) -> None:
    del books.ledger[first(books, "DONE")]


def leave_a_file_waiting(books: Books) -> None:
    books.ledger[first(books, "DONE")]["state"] = "PENDING"


def read_a_file_twice(books: Books) -> None:
    run = next(iter(books.commits.values()))
    books.manifests[f"{run['dataset']}/{run['run']}"]["files"] *= 2


def give_no_reason(books: Books) -> None:
    del books.ledger[first(books, "QUARANTINED")]["reason"]


def notify_nobody(books: Books) -> None:
    books.notifications.clear()


def lose_a_published_row(books: Books) -> None:
    next(iter(books.batches.values())).pop()


def publish_a_row_twice(books: Books) -> None:
    batch = next(iter(books.batches.values()))
    batch[0] = batch[1]


def lose_a_counted_row(books: Books) -> None:
    next(iter(books.reports.values()))["quarantined"] -= 1


def forget_to_publish(books: Books) -> None:
    next(iter(books.reports.values()))["state"] = "failed"


BROKEN: dict[Callable[[Books], None], str] = {
    lose_a_row_of_the_ledger: "is not in the ledger",
    leave_a_file_waiting: "is still PENDING",
    read_a_file_twice: "2 published runs read it",
    give_no_reason: "without a reason",
    notify_nobody: "nobody was notified",
    lose_a_published_row: "rows stored",
    publish_a_row_twice: "is published 2 times",
    lose_a_counted_row: "do not add up",
    forget_to_publish: "its report says failed",
}


@pytest.fixture(scope="module")
def books(project: RunningProject) -> Books:
    project.wait_until_quiet()
    return books_of(project)


@pytest.mark.parametrize("spoil", BROKEN, ids=lambda spoil: spoil.__name__)
def test_the_accounting_notices_what_is_wrong(books: Books, spoil: Callable[[Books], None]) -> None:
    spoilt = deepcopy(books)
    assert unaccounted(spoilt) == []

    spoil(spoilt)

    assert any(BROKEN[spoil] in sentence for sentence in unaccounted(spoilt))
