"""Tests of formats: an SMS has 160 places, a program reads JSON, a chat shows a card."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notifications.message import Message, clean_subject
from notifications.message_form import FORMS, as_sms
from notifications.origin import Origin

MESSAGE = Message(
    kinds=("run failed",),
    origin=Origin("acme-prod", "eu-west-1"),
    about="orders",
    headline="run failed",
    facts=["Run b1-1 failed: encoding.", "2 files will be tried again."],
    next_steps=['docs/runbook.md, "Runs failed".'],
    links={"run": "https://example.com/run?a=1&b=2"},
    values={"run": "b1-1", "dead": 0},
)


def with_facts(*facts: str) -> Message:
    return Message(MESSAGE.kinds, MESSAGE.origin, MESSAGE.headline, list(facts), [], about="orders")


def sms_length(text: str) -> int:
    """Return the number of places in an SMS of GSM's 7-bit alphabet."""
    return sum(2 if letter in "^{}\\[~]|" else 1 for letter in text)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("two\nlines\r\tand \x07 more", "two lines and more"),
        ("é" * 10, "notification"),
        ("a" * 100, "a" * 96 + "..."),
        ("a" * 99, "a" * 99),
        ("", "notification"),
    ],
)
def test_a_subject_is_one_printable_line_of_at_most_99_characters(given: str, sent: str) -> None:
    assert clean_subject(given) == sent


def test_a_message_about_a_very_long_name_has_a_subject_that_sns_takes() -> None:
    message = Message(MESSAGE.kinds, MESSAGE.origin, "x\n" * 200, [], [], about="d" * 24)

    assert len(message.subject) == 99 and "\n" not in message.subject


def test_an_sms_says_where_and_what_in_one_line() -> None:
    said = "acme-prod orders: run failed. Run b1-1 failed: encoding. 2 files will be tried again."

    assert as_sms(MESSAGE) == said


def test_a_long_sms_is_cut_between_words() -> None:
    said = as_sms(with_facts("word " * 100))

    assert said.endswith("word...") and len(said) <= 160


@given(st.lists(st.text(max_size=300), max_size=5))
def test_an_sms_never_needs_a_second_one(facts: list[str]) -> None:
    said = as_sms(with_facts(*facts))

    assert sms_length(said) <= 160
    assert said.isascii() and said.isprintable() and "`" not in said


def test_a_program_gets_all_of_it_as_json() -> None:
    assert json.loads(FORMS["json"](MESSAGE)) == {
        "version": 1,
        "kinds": ["run failed"],
        "environment": "prod",
        "dataset": "orders",
        "subject": "acme-prod orders: run failed",
        "facts": MESSAGE.facts,
        "next_steps": MESSAGE.next_steps,
        "links": MESSAGE.links,
        "urgency": None,
        "values": {"run": "b1-1", "dead": 0},
    }


def test_a_chat_gets_a_custom_notification_of_amazon_q() -> None:
    card = json.loads(FORMS["slack"](MESSAGE))

    assert card == {
        "version": "1.0",
        "source": "custom",
        "content": {
            "textType": "client-markdown",
            "title": "acme-prod orders: run failed",
            "description": "Run b1-1 failed: encoding.\n2 files will be tried again.\n<https://example.com/run?a=1&b=2|run>",
            "nextSteps": MESSAGE.next_steps,
            "keywords": ["prod", "orders", "run failed"],
        },
        "metadata": {"threadId": "acme-prod orders", "summary": "run failed", "eventType": "run failed"},
    }


def test_a_link_is_written_in_the_markdown_of_its_chat() -> None:
    assert "[run](https://example.com/run?a=1&b=2)" in json.loads(FORMS["teams"](MESSAGE))["content"]["description"]


def test_a_file_cannot_call_everybody_in_a_channel_by_its_name() -> None:
    card = json.loads(FORMS["slack"](with_facts("orders/<!channel>.csv: encoding")))

    assert card["content"]["description"] == "orders/&lt;!channel&gt;.csv: encoding"


def test_a_card_is_cut_before_its_links() -> None:
    long = Message(MESSAGE.kinds, MESSAGE.origin, "x", ["f" * 10_000], [], MESSAGE.links)

    description = json.loads(FORMS["slack"](long))["content"]["description"]

    assert len(description) <= 4_001 and description.endswith("|run>")
