"""The report shows a notification as its reader sees it."""

import json

import pytest
from notifications.message_form import FORMS
from test_message_form import MESSAGE

from dataops.local_run.notification_text import as_shown


@pytest.mark.parametrize("form", ["text", "sms"])
def test_a_text_stays_as_it_is(form: str) -> None:
    assert as_shown(FORMS[form](MESSAGE)) == FORMS[form](MESSAGE)


def test_a_card_is_shown_as_a_chat_shows_it() -> None:
    assert as_shown(FORMS["slack"](MESSAGE)).splitlines() == [
        "acme-prod orders: run failed",
        *MESSAGE.facts,
        "<https://example.com/run?a=1&b=2|run>",
        '• docs/runbook.md, "Runs failed".',
    ]


def test_json_for_a_program_is_shown_line_by_line() -> None:
    shown = as_shown(FORMS["json"](MESSAGE))

    assert json.loads(shown)["subject"] == "acme-prod orders: run failed" and shown.count("\n") > 10


@pytest.mark.parametrize("text", ["7", "[1]", '"text"', "no json"])
def test_any_other_text_is_shown_as_it_came(text: str) -> None:
    assert as_shown(text) == text
