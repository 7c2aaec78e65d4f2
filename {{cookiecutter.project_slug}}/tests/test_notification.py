"""Tests of notifications: each target gets its kinds, in its form, once; failed ones are sent later."""

import json

import pytest
from event_chain import DATASET, Crash, EventChain
from notifications.message import Message
from notifications.origin import Origin

MESSAGE = Message(
    ("rows quarantined", "run succeeded"), Origin("acme-dev", "eu-west-1"), "h", ["f"], ["n"], about="orders"
)


def route(form: str, kinds: list[str], *topics: str) -> dict[str, object]:
    return {"form": form, "kinds": kinds, "topics": list(topics)}


def test_a_target_receives_its_kinds_only(chain: EventChain) -> None:
    notifications = chain.close_run.notifications
    notifications.routes = [route("text", ["run failed"], chain.topic)]

    assert notifications.send_once("run/r", "published", MESSAGE) is True
    assert chain.notifications() == []

    notifications.routes = [route("text", ["run succeeded"], chain.topic)]
    assert notifications.send_once("run/r", "published", MESSAGE) is True
    assert len(chain.notifications()) == 1


def test_each_target_reads_its_own_form(chain: EventChain) -> None:
    notifications, other = chain.close_run.notifications, chain.another_inbox("chat")
    notifications.routes = [route("sms", list(MESSAGE.kinds), chain.topic), route("slack", list(MESSAGE.kinds), other)]

    notifications.send_once("run/r", "published", MESSAGE)

    sent = {each["TopicArn"]: each["Message"] for each in chain.notifications()}
    assert sent[chain.topic] == "acme-dev orders: h. f"
    assert json.loads(sent[other])["source"] == "custom"


def test_a_message_says_its_kinds_dataset_and_environment_as_attributes(chain: EventChain) -> None:
    chain.close_run.notifications.send_once("run/r", "published", MESSAGE)

    (sent,) = chain.notifications()
    assert {name: each["Value"] for name, each in sent["MessageAttributes"].items()} == {
        "kind": '["rows quarantined", "run succeeded"]',
        "dataset": "orders",
        "environment": "dev",
    }


def test_a_reserved_notification_that_never_went_out_is_sent_after_five_minutes(chain: EventChain) -> None:
    notifications = chain.close_run.notifications

    def die(service: str, call: str) -> None:
        raise Crash

    chain.after = die
    with pytest.raises(Crash):
        notifications.send_once("run/r", "published", MESSAGE)
    chain.after = lambda service, call: None

    assert notifications.send_once("run/r", "published", MESSAGE) is False
    chain.clock.forward(minutes=6)
    assert notifications.send_once("run/r", "published", MESSAGE) is True
    assert notifications.send_once("run/r", "published", MESSAGE) is True
    assert len(chain.notifications()) == 1


def test_each_target_hears_once_even_when_another_ones_topic_refuses(chain: EventChain) -> None:
    notifications = chain.close_run.notifications
    missing = chain.topic.replace("acme-dev", "somebody-elses")
    notifications.routes = [route("text", list(MESSAGE.kinds), missing, chain.topic)]

    for _ in range(2):
        with pytest.raises(Exception, match="NotFound"):
            notifications.send_once("run/r", "published", MESSAGE)
    assert len(chain.notifications()) == 1

    chain.sns.create_topic(Name="somebody-elses")
    assert notifications.send_once("run/r", "published", MESSAGE) is True
    assert chain.notifications() == []


def test_who_was_notified_is_known_when_other_targets_come_and_go(chain: EventChain) -> None:
    notifications, other = chain.close_run.notifications, chain.another_inbox("new")
    notifications.routes = [route("text", list(MESSAGE.kinds), chain.topic)]
    notifications.send_once("run/r", "published", MESSAGE)

    notifications.routes = [route("text", list(MESSAGE.kinds), other, chain.topic)]
    notifications.send_once("run/r", "published", MESSAGE)

    assert sorted(sent["TopicArn"] for sent in chain.notifications()) == sorted([chain.topic, other])


# send_digest: one notification per day.
# The clock of the chain begins on this day, at noon.
DAY, MORNING_AFTER = "2026-03-01", "2026-03-02T06:00:00Z"


def digest(chain: EventChain, time: str = MORNING_AFTER, expected_every: str | None = None) -> list[dict[str, str]]:
    """Call it as its rule does; return the digests."""
    chain.digest.handler({"time": time, "datasets": {DATASET: expected_every, "customers": None}}, None)
    return [message for message in chain.notifications() if DAY in message["Subject"] or "late" in message["Subject"]]


def run(chain: EventChain, key: str, state: str = "SUCCEEDED", body: bytes = b"1\n2\n") -> None:
    chain.deliver(chain.upload(key, body))
    chain.crawl()
    chain.job_ends(state)


def test_the_days_runs_are_in_one_message(chain: EventChain) -> None:
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


def test_a_run_is_counted_on_the_day_it_ended_even_when_it_is_notified_again(chain: EventChain) -> None:
    run(chain, "orders/a.csv")
    chain.clock.forward(days=1)
    chain.tell_job_ended("jr_0")

    assert digest(chain)[0]["Subject"].startswith(f"acme-dev: {DAY}: 1 run,")
    assert digest(chain, "2026-03-03T06:00:00Z") == []


def test_a_day_without_runs_is_no_news(chain: EventChain) -> None:
    assert digest(chain, expected_every="1 hours") == []


def test_a_day_without_runs_is_notified_when_data_is_late(chain: EventChain) -> None:
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
