"""Notifications: each target hears of its kinds, in its form, once; what cannot be sent is sent later."""

import json

import pytest
from event_chain import Crash, EventChain
from notifications.message import Message
from notifications.place import Place

MESSAGE = Message(
    ("rows quarantined", "run succeeded"), Place("acme-dev", "eu-west-1"), "h", ["f"], ["n"], about="orders"
)


def route(form: str, kinds: list[str], *topics: str) -> dict[str, object]:
    return {"form": form, "kinds": kinds, "topics": list(topics)}


def test_a_target_hears_of_its_kinds_only(chain: EventChain) -> None:
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

    sent = {told["TopicArn"]: told["Message"] for told in chain.notifications()}
    assert sent[chain.topic] == "acme-dev orders: h. f"
    assert json.loads(sent[other])["source"] == "custom"


def test_a_message_says_its_kinds_dataset_and_environment_as_attributes(chain: EventChain) -> None:
    chain.close_run.notifications.send_once("run/r", "published", MESSAGE)

    (told,) = chain.notifications()
    assert {name: each["Value"] for name, each in told["MessageAttributes"].items()} == {
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


def test_who_was_told_is_known_when_other_targets_come_and_go(chain: EventChain) -> None:
    notifications, other = chain.close_run.notifications, chain.another_inbox("new")
    notifications.routes = [route("text", list(MESSAGE.kinds), chain.topic)]
    notifications.send_once("run/r", "published", MESSAGE)

    notifications.routes = [route("text", list(MESSAGE.kinds), other, chain.topic)]
    notifications.send_once("run/r", "published", MESSAGE)

    assert sorted(told["TopicArn"] for told in chain.notifications()) == sorted([chain.topic, other])
