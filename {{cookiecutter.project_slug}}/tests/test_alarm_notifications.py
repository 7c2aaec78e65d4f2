"""Tests of notify: messages of AWS services become notifications, once."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from event_chain import BAD, DATASET, PREFIX, Crash, EventChain
from notifications.messages.alarm import KINDS
from test_messages import ALARM, BUDGET


def said(chain: EventChain, text: str, identity: str = "1") -> None:
    """Deliver a message of the topic as SNS does."""
    record = {"Sns": {"Subject": "a subject", "Message": text, "MessageId": identity}}
    chain.notify.handler({"Records": [record]}, None)


def alarm(**changed: Any) -> str:
    return json.dumps(ALARM | {"AlarmName": f"{PREFIX}-uploads-dead-letters"} | changed)


def rings(chain: EventChain, name: str, **changed: Any) -> None:
    """Activate an alarm twenty minutes later, when CloudWatch has the metric."""
    chain.clock.forward(minutes=20)
    time = chain.clock().strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    said(chain, alarm(**{"AlarmName": f"{PREFIX}-{name}", "StateChangeTime": time} | changed))


def a_run_ends(chain: EventChain, state: str, body: bytes = b"1\n") -> None:
    chain.deliver(chain.upload("orders/a.csv", body))
    chain.crawl()
    chain.job_ends(state)


def test_an_alarm_becomes_a_message_with_its_meaning_its_link_and_what_to_do(chain: EventChain) -> None:
    said(chain, alarm())

    (message,) = chain.notifications()
    assert message["Subject"] == "acme-dev: alarm: uploads dead letters [act today]"
    assert "A message could not be processed." in message["Message"]
    assert "docs/runbook.md, Dead letters." in message["Message"] and "alarmsV2:alarm/acme-dev" in message["Message"]
    assert json.loads(message["MessageAttributes"]["kind"]["Value"]) == ["dead letters"]


def test_an_alarm_that_sns_delivers_twice_is_notified_once(chain: EventChain) -> None:
    said(chain, alarm())
    said(chain, alarm(), identity="2")

    assert len(chain.notifications()) == 1


def test_an_alarm_that_rings_again_is_notified_again_and_so_is_its_end(chain: EventChain) -> None:
    for time, state in (("T10:00:00", "ALARM"), ("T11:00:00", "OK"), ("T12:00:00", "ALARM")):
        said(chain, alarm(StateChangeTime=f"2026-03-01{time}.000+0000", NewStateValue=state))

    words = [message["Subject"].split(": ")[1] for message in chain.notifications()]
    assert sorted(words) == ["alarm", "alarm", "over"]


def test_the_end_of_an_alarm_that_never_rang_is_not_notified(chain: EventChain) -> None:
    said(chain, alarm(OldStateValue="INSUFFICIENT_DATA", NewStateValue="OK"))
    assert chain.notifications() == []

    said(chain, alarm(OldStateValue="ALARM", NewStateValue="OK"))
    assert len(chain.notifications()) == 1


def test_a_budget_is_notified_once(chain: EventChain) -> None:
    said(chain, BUDGET)
    said(chain, BUDGET, identity="2")

    (message,) = chain.notifications()
    assert message["Subject"] == "acme-dev: $85.12 of $100.00 spent this month"


@pytest.mark.parametrize("text", ["plain words", "[1, 2]", '{"no": "alarm"}', "7"])
def test_an_unknown_message_is_notified_as_it_came(chain: EventChain, text: str) -> None:
    said(chain, text)

    (message,) = chain.notifications()
    assert message["Subject"] == "acme-dev: a subject" and text in message["Message"]


def test_a_message_that_cannot_be_passed_on_is_handed_over_again(chain: EventChain) -> None:
    chain.refuse("sns", "publish", "InternalErrorException")

    with pytest.raises(Exception, match="InternalErrorException"):
        said(chain, alarm())
    said(chain, alarm())

    assert len(chain.notifications()) == 1


def test_a_message_whose_sender_died_is_handed_over_until_it_is_out(chain: EventChain) -> None:
    def die(service: str, call: str) -> None:
        if call == "publish":
            raise Crash

    chain.before = die
    with pytest.raises(Crash):
        said(chain, alarm())
    chain.before = lambda service, call: None

    with pytest.raises(RuntimeError, match="has not finished"):
        said(chain, alarm())
    chain.clock.forward(minutes=6)
    said(chain, alarm())

    assert len(chain.notifications()) == 1


@pytest.mark.parametrize(
    ("state", "alarms"), [("FAILED", ["runs-failed"]), ("TIMEOUT", ["runs-failed", "runs-timed-out"])]
)
def test_a_failed_run_gives_one_message_although_alarms_ring_of_it_too(
    chain: EventChain, state: str, alarms: list[str]
) -> None:
    a_run_ends(chain, state)
    for name in alarms:
        rings(chain, name)

    (message,) = chain.notifications()
    assert message["Subject"] == f"{PREFIX} {DATASET}: run failed [act today]"


def test_a_run_that_refused_rows_gives_one_message_although_an_alarm_rings_of_it_too(chain: EventChain) -> None:
    a_run_ends(chain, "SUCCEEDED", f"{BAD}\n1\n".encode())
    rings(chain, f"{DATASET}-quarantined")

    (message,) = chain.notifications()
    assert json.loads(message["MessageAttributes"]["kind"]["Value"])[0] == "rows quarantined"


def test_a_failed_crawl_and_its_end_are_notified_once(chain: EventChain) -> None:
    chain.deliver(chain.upload("orders/a.csv"))
    chain.crawl("FAILED")
    rings(chain, "crawl-failing")
    rings(chain, "crawl-failing", NewStateValue="OK")

    words = sorted(message["Subject"] for message in chain.notifications())
    assert words == [f"{PREFIX} {DATASET}: crawl failed [act today]", f"{PREFIX}: over: crawl failing"]


def test_whom_the_run_s_own_message_did_not_reach_the_alarm_tells(chain: EventChain) -> None:
    """The net below the Lambdas: a run is counted as failed before anybody is notified."""
    chain.refuse("sns", "publish", "InternalErrorException")
    with pytest.raises(Exception, match="InternalErrorException"):
        a_run_ends(chain, "FAILED")
    chain.before = lambda service, call: None
    rings(chain, "runs-failed")

    (message,) = chain.notifications()
    assert message["Subject"] == f"{PREFIX}: alarm: runs failed [act today]"


def test_an_alarm_long_after_a_failed_run_is_about_another_one(chain: EventChain) -> None:
    a_run_ends(chain, "FAILED")
    chain.clock.forward(hours=2)
    rings(chain, "runs-failed")

    assert len(chain.notifications()) == 2


def test_a_target_that_gets_big_quarantines_only_by_alarm_still_does(chain: EventChain) -> None:
    telephone = chain.another_inbox("telephone")
    for handler in (chain.close_run, chain.notify):
        handler.notifications.routes += [{"form": "sms", "kinds": ["alarm"], "topics": [telephone]}]
    a_run_ends(chain, "SUCCEEDED", f"{BAD}\n1\n".encode())
    rings(chain, f"{DATASET}-quarantined")

    sent = sorted(message["TopicArn"] for message in chain.notifications())
    assert sent == sorted([chain.topic, telephone])


def test_every_alarm_that_has_a_kind_of_its_own_is_one_that_terraform_makes() -> None:
    modules = Path(__file__).parents[1] / "modules"
    source = "\n".join(path.read_text(encoding="utf-8") for path in modules.glob("*/alarm*.tf"))
    lost = [end for end in KINDS if not re.search(rf'(^ +|-){end[1:]}"? +=>? {{$', source, re.MULTILINE)]

    assert lost == []
