"""Tests of the ledger: one row per file version, changed only from the expected state."""

from typing import Any

import pytest
from event_chain import DATASET, EventChain
from ledger import file_row
from ledger.ledger import Ledger
from uploads.admission import record
from uploads.upload_event import Upload


@pytest.fixture
def ledger(chain: EventChain) -> Ledger:
    found: Ledger = chain.sweeper.ledger
    return found


def upload(**values: Any) -> Upload:
    given = {
        "dataset": DATASET,
        "bucket": "b",
        "key": "orders/a.csv",
        "version_id": "v1",
        "etag": "e",
        "size": 1,
    }
    return Upload(**given | {"sequencer": "1", "uploaded_at": "2026-11-22T10:00:00.000000Z"} | values)


def claimed(ledger: Ledger, run: str = "r-1") -> dict[str, Any]:
    record(ledger, upload())
    row = ledger.row(upload().file)
    assert row and file_row.claim(ledger, row, run)
    return row


def test_a_file_is_named_by_bucket_key_and_version() -> None:
    assert upload().file == "b/orders/a.csv@v1"


def test_without_versioning_the_content_stands_for_the_version() -> None:
    assert upload(version_id=None).file == "b/orders/a.csv@e"


def test_a_claimed_file_is_not_given_away_twice(ledger: Ledger) -> None:
    row = claimed(ledger)

    assert file_row.claim(ledger, row, "r-2") is False
    assert (ledger.row(row["file"]) or {})["run"] == "r-1"


@pytest.mark.parametrize("end", ["DONE", "QUARANTINED", "GONE"])
def test_a_finished_file_leaves_the_index_and_stays_finished(ledger: Ledger, end: str) -> None:
    row = claimed(ledger)

    assert file_row.finish(ledger, row["file"], "r-1", end, "why")

    assert ledger.open_rows(DATASET, ("PENDING", "CLAIMED")) == []
    assert not file_row.finish(ledger, row["file"], "r-1", "DONE", None)
    assert not file_row.release(ledger, row["file"], "r-1")
    assert file_row.fail(ledger, row, "r-1", "late", 3) is None
    assert (ledger.row(row["file"]) or {})["state"] == end


def test_another_run_can_neither_finish_nor_fail_nor_release_a_file(ledger: Ledger) -> None:
    row = claimed(ledger)

    assert not file_row.finish(ledger, row["file"], "r-2", "DONE", None)
    assert not file_row.release(ledger, row["file"], "r-2")
    assert file_row.fail(ledger, row, "r-2", "why", 3) is None
    assert (ledger.row(row["file"]) or {})["state"] == "CLAIMED"


def test_a_released_file_has_made_no_attempt_and_a_failed_one_has(ledger: Ledger) -> None:
    row = claimed(ledger)
    file_row.release(ledger, row["file"], "r-1")
    assert (ledger.row(row["file"]) or {})["attempts"] == 0

    file_row.claim(ledger, row, "r-1")
    assert file_row.fail(ledger, row, "r-1", "why", 3) == "PENDING"
    assert (ledger.row(row["file"]) or {})["attempts"] == 1


def test_open_rows_come_oldest_first_and_as_many_as_asked_for(ledger: Ledger) -> None:
    for number in (3, 1, 2):
        time = f"2026-11-22T10:00:0{number}.000000Z"
        record(ledger, upload(key=f"orders/{number}", uploaded_at=time))

    rows = ledger.open_rows(DATASET, ("PENDING",), limit=2)

    assert [row["key"] for row in rows] == ["orders/1", "orders/2"]


def test_open_rows_of_another_dataset_or_state_are_not_among_them(ledger: Ledger) -> None:
    claimed(ledger)
    record(ledger, upload(key="c", dataset="customers"))

    assert ledger.open_rows(DATASET, ("PENDING",)) == []


def test_open_rows_beyond_one_page_are_all_found(ledger: Ledger) -> None:
    for number in range(60):
        ledger.add(
            {
                "file": f"b/{number}",
                "open": DATASET,
                "uploaded_at": "t",
                "state": "PENDING",
                "text": "x" * 50_000,
            }
        )

    assert len(ledger.open_rows(DATASET, ("PENDING",))) == 60
