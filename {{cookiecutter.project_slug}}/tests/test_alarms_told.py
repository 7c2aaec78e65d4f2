"""notify: what a service says by itself becomes a message for people, once."""

import json
from typing import Any

import pytest
from event_chain import PREFIX, Crash, EventChain
from test_messages import ALARM, BUDGET


def said(chain: EventChain, text: str, identity: str = "1") -> None:
    """Hand a message of the topic over as SNS does."""
    record = {"Sns": {"Subject": "a subject", "Message": text, "MessageId": identity}}
    chain.notify.handler({"Records": [record]}, None)


def alarm(**changed: Any) -> str:
    return json.dumps(ALARM | {"AlarmName": f"{PREFIX}-uploads-dead-letters"} | changed)


def test_an_alarm_becomes_a_message_with_its_meaning_its_link_and_what_to_do(chain: EventChain) -> None:
    said(chain, alarm())

    (message,) = chain.notifications()
    assert message["Subject"] == "acme-dev: alarm: uploads dead letters"
    assert "Something could not be handled." in message["Message"]
    assert "docs/runbook.md, Dead letters." in message["Message"] and "alarmsV2:alarm/acme-dev" in message["Message"]
    assert json.loads(message["MessageAttributes"]["kind"]["Value"]) == ["dead letters"]


def test_an_alarm_that_sns_hands_over_twice_is_told_once(chain: EventChain) -> None:
    said(chain, alarm())
    said(chain, alarm(), identity="2")

    assert len(chain.notifications()) == 1


def test_an_alarm_that_rings_again_is_told_again_and_so_is_its_end(chain: EventChain) -> None:
    for time, state in (("T10:00:00", "ALARM"), ("T11:00:00", "OK"), ("T12:00:00", "ALARM")):
        said(chain, alarm(StateChangeTime=f"2026-03-01{time}.000+0000", NewStateValue=state))

    words = [message["Subject"].split(": ")[1] for message in chain.notifications()]
    assert sorted(words) == ["alarm", "alarm", "over"]


def test_a_budget_is_told_once(chain: EventChain) -> None:
    said(chain, BUDGET)
    said(chain, BUDGET, identity="2")

    (message,) = chain.notifications()
    assert message["Subject"] == "acme-dev: $85.12 of $100.00 spent this month"


@pytest.mark.parametrize("text", ["plain words", "[1, 2]", '{"no": "alarm"}', "7"])
def test_what_nobody_has_words_for_is_told_as_it_came(chain: EventChain, text: str) -> None:
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
