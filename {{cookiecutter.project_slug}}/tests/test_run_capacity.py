"""Tests of capacity: a run reads what its workers hold; a larger file gets one attempt alone, and a notification."""

from collections.abc import Callable
from typing import Any

import pytest
from event_chain import SUBJECT, EventChain, refusal
from runs import run_capacity
from runs.manifest import chosen
from runs.run_capacity import FREE_DISK, GB, Workers, text_of

HoldingWorkers = Callable[..., Workers]


@pytest.fixture
def holding(monkeypatch: pytest.MonkeyPatch) -> HoldingWorkers:
    """Return workers that hold so many bytes of text each, besides a driver."""

    def make(text: int, number: int = 1) -> Workers:
        monkeypatch.setitem(run_capacity.FREE_DISK, "G.1X", text * run_capacity.DISK_PER_BYTE_OF_TEXT)
        return Workers("G.1X", number + 1)

    return make


def row(number: int, size: int, key: str = "orders/{}.csv", attempts: int = 0) -> dict[str, Any]:
    name = key.format(number)
    order = {"uploaded_at": f"{number:04}", "sequencer": "", "file": name}
    return order | {"key": name, "size": size, "attempts": attempts}


@pytest.fixture
def small(chain: EventChain, monkeypatch: pytest.MonkeyPatch) -> EventChain:
    """An environment whose run holds 20 bytes of text."""
    monkeypatch.setitem(run_capacity.FREE_DISK, "G.1X", 100)
    return chain


@pytest.mark.parametrize(
    ("worker_type", "workers", "gigabytes"), [("G.1X", 2, 8), ("G.1X", 10, 79), ("G.2X", 2, 15), ("G.8X", 299, 28_906)]
)
def test_workers_hold_a_fifth_of_their_free_disk_as_text_and_the_driver_holds_none(
    worker_type: str, workers: int, gigabytes: int
) -> None:
    assert Workers(worker_type, workers).text_held // GB == gigabytes


@pytest.mark.parametrize("worker_type", FREE_DISK)
def test_the_number_of_workers_that_is_advised_is_the_smallest_that_holds_the_text(worker_type: str) -> None:
    number = Workers(worker_type, 2).number_for(1_000 * GB)

    assert Workers(worker_type, number).text_held >= 1_000 * GB > Workers(worker_type, number - 1).text_held


@pytest.mark.parametrize(
    ("key", "text"),
    [("a.csv", 100), ("a.JSONL", 100), ("a.csv.gz", 1_000), ("a.json.GZIP", 1_000), ("a.parquet", 400), ("a", 400)],
)
def test_a_packed_file_is_counted_as_the_text_that_it_becomes(key: str, text: int) -> None:
    assert text_of(key, 100) == text


def test_a_run_takes_the_oldest_files_that_its_workers_hold(holding: HoldingWorkers) -> None:
    rows = [row(number, size=40) for number in range(5)]

    assert [each["key"] for each in chosen(rows[::-1], holding(100))] == ["orders/0.csv", "orders/1.csv"]


def test_a_gzip_takes_the_room_of_its_text(holding: HoldingWorkers) -> None:
    assert len(chosen([row(number, 4, "orders/{}.csv.gz") for number in range(5)], holding(100))) == 2


def test_a_file_that_is_more_than_the_workers_hold_has_a_run_of_its_own(holding: HoldingWorkers) -> None:
    rows = [row(0, size=500), row(1, size=1)]

    assert [each["key"] for each in chosen(rows, holding(100))] == ["orders/0.csv"]


def test_a_file_that_is_more_than_one_worker_holds_has_a_run_of_its_own(holding: HoldingWorkers) -> None:
    rows = [row(0, size=60), row(1, size=1)]

    assert [each["key"] for each in chosen(rows, holding(50, number=2))] == ["orders/0.csv"]


def test_after_a_failed_attempt_a_run_takes_a_quarter_of_what_the_workers_hold(holding: HoldingWorkers) -> None:
    assert len(chosen([row(number, size=10, attempts=1) for number in range(20)], holding(160))) == 4


def test_a_file_that_is_too_large_for_the_workers_is_tried_once_and_people_read_what_to_do(
    small: EventChain,
) -> None:
    small.deliver(small.upload("orders/large.csv", b"x" * 90), small.upload("orders/small.csv", b"x"))
    small.crawl()

    small.job_ends("FAILED")

    states = {found["key"]: (found["state"], found.get("reason")) for found in small.rows().values()}
    assert states == {
        "orders/large.csv": ("DEAD", "job-failed, too-large-for-the-workers"),
        "orders/small.csv": ("PENDING", None),
    }
    (message,) = small.notifications()
    assert message["Subject"] == f"{SUBJECT} run failed, 1 file given up [act today]"
    assert "2 workers of G.1X" in message["Message"] and "workers: 6." in message["Message"]
    small.sweep()
    small.job_ends()
    assert small.states() == {"DEAD": 1, "DONE": 1}


def test_a_file_that_only_one_worker_may_not_hold_keeps_its_three_attempts(
    small: EventChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    for function in (small.start_etl_job, small.close_run, small.sweeper):
        monkeypatch.setattr(function.jobs, "workers", Workers("G.1X", 10))
    small.deliver(small.upload("orders/large.csv", b"x" * 90))
    small.crawl()

    small.job_ends("FAILED")

    (found,) = small.rows().values()
    assert (found["state"], found["reason"]) == ("PENDING", "job-failed, perhaps-too-large-for-one-worker")
    assert "one alone 0.0 GB" in small.notifications()[0]["Message"]


def test_a_large_file_whose_run_says_why_it_failed_is_tried_again(small: EventChain) -> None:
    small.deliver(small.upload("orders/large.csv", b"x" * 90))
    small.crawl()

    small.job_ends("FAILED", reason="PutObject: SlowDown: Please reduce your request rate")

    assert small.states() == {"PENDING": 1}


def test_a_large_file_that_the_workers_hold_after_all_is_published(small: EventChain) -> None:
    small.deliver(small.upload("orders/large.csv", b"x" * 90))
    small.crawl()

    small.job_ends()

    assert small.states() == {"DONE": 1}


def test_people_are_notified_once_a_day_that_the_account_lets_glue_start_no_run(chain: EventChain) -> None:
    chain.deliver(chain.upload("orders/a.csv"))
    chain.crawl(send_event=False)

    def refuse(service: str, call: str) -> None:
        if call == "start_job_run":
            raise refusal("ResourceNumberLimitExceededException")

    before, chain.before = chain.before, refuse
    for _ in range(3):
        chain.sweep()

    (message,) = chain.notifications()
    assert message["Subject"] == f"{SUBJECT} run not started, the account's Glue quota is reached [act today]"
    assert "Files that wait: 1." in message["Message"]
    assert chain.states() == {"PENDING": 1}
    chain.clock.forward(days=1)
    chain.sweep()
    assert len(chain.notifications()) == 1
    chain.before = before
    chain.sweep()
    chain.job_ends()
    assert chain.states() == {"DONE": 1}


def test_nobody_is_notified_that_the_job_is_at_work_already(chain: EventChain) -> None:
    chain.deliver(chain.upload("orders/a.csv"))
    chain.crawl()
    chain.deliver(chain.upload("orders/b.csv"))
    chain.crawl()

    assert chain.notifications() == []
