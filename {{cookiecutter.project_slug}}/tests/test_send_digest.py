"""send_digest: one message a day about the day before; none when nothing ran and nothing is late."""

import pytest
from event_chain import DATASET, EventChain

# The clock of the chain begins on this day, at noon.
DAY, MORNING_AFTER = "2026-03-01", "2026-03-02T06:00:00Z"


def digest(chain: EventChain, time: str = MORNING_AFTER, expected_every: str | None = None) -> list[dict[str, str]]:
    """Call it as its rule does; the digests that people got."""
    chain.digest.handler({"time": time, "datasets": {DATASET: expected_every, "customers": None}}, None)
    return [message for message in chain.notifications() if DAY in message["Subject"] or "late" in message["Subject"]]


def run(chain: EventChain, key: str, state: str = "SUCCEEDED", body: bytes = b"1\n2\n") -> None:
    chain.deliver(chain.upload(key, body))
    chain.crawl()
    chain.job_ends(state)


def test_the_days_runs_are_told_in_one_message(chain: EventChain) -> None:
    run(chain, "orders/a.csv")
    run(chain, "orders/b.csv", body=b"1\nbad\nduplicate\n")
    chain.clock.forward(hours=18)

    (message,) = digest(chain)

    assert message["Subject"] == f"acme-dev: {DAY}: 2 runs, 3 rows published, 1 quarantined"
    assert "orders: 2 runs; 5 rows in = 3 published + 1 quarantined + 1 duplicate" in message["Message"]
    assert "customers" not in message["Message"]


def test_a_failed_run_is_counted_as_such(chain: EventChain) -> None:
    run(chain, "orders/a.csv", "FAILED")

    assert "orders: 1 run, 1 of them failed" in digest(chain)[0]["Message"]


def test_a_run_is_counted_on_the_day_it_ended_even_when_it_is_told_again(chain: EventChain) -> None:
    run(chain, "orders/a.csv")
    chain.clock.forward(days=1)
    chain.tell_job_ended("jr_0")

    assert digest(chain)[0]["Subject"].startswith(f"acme-dev: {DAY}: 1 run,")
    assert digest(chain, "2026-03-03T06:00:00Z") == []


def test_a_day_without_runs_is_no_news(chain: EventChain) -> None:
    assert digest(chain, expected_every="1 hours") == []


def test_a_day_without_runs_is_told_when_data_is_late(chain: EventChain) -> None:
    run(chain, "orders/a.csv")
    chain.clock.forward(days=3)

    (message,) = digest(chain, "2026-03-04T06:00:00Z", expected_every="24 hours")

    assert message["Subject"] == "acme-dev: 2026-03-03: 0 runs, 0 rows published, 1 dataset late"
    assert "orders: late, last published 2026-03-01 12:02 UTC, expected every 24 hours" in message["Message"]


@pytest.mark.parametrize("hours", [1, 24])
def test_data_that_is_not_older_than_expected_is_not_late(chain: EventChain, hours: int) -> None:
    run(chain, "orders/a.csv")
    chain.clock.forward(hours=hours)

    assert "late" not in digest(chain, expected_every="1 days")[0]["Subject"]


def test_a_digest_that_is_asked_for_twice_is_sent_once(chain: EventChain) -> None:
    run(chain, "orders/a.csv")

    assert len(digest(chain)) == 1
    assert digest(chain) == []
