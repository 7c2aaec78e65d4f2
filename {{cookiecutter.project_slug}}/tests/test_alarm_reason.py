"""The reason of an alarm is a sentence with units, and its subject says how soon to act."""

import pytest
from notifications.message import LONGEST_SUBJECT
from notifications.messages.alarm import UNTIL_THE_FIRST_SWEEP, alarm_rings
from notifications.messages.alarm_reason import SECTIONS, reason_in_words
from notifications.origin import Origin

ONE = "1 out of the last 1 datapoints"
ORIGIN = Origin("acme-dev", "eu-west-1")
CROSSED = f"Threshold Crossed: {ONE} [{{}} (29/11/26 19:00:00)] was greater than the threshold ({{}})"


@pytest.mark.parametrize(
    ("section", "value", "limit", "sentence"),
    [
        ("files-waiting", 4500.0, 3600.0, "The oldest file has waited 75 minutes; the limit is 60 minutes."),
        ("data-late", 93600.0, 86400.0, "Nothing was published for 26 hours; the limit is 24 hours."),
        ("dead-letters", 1.0, 0.0, "1 message in a dead-letter queue; the limit is 0 messages."),
        ("lambda-errors", 1.0, 0.05, "100% of the calls failed; the limit is 5.0%."),
        ("crawl-long", 119.0, 7200.0, "A crawl has taken 119 seconds; the limit is 2 hours."),
    ],
)
def test_a_reason_is_a_sentence_with_its_unit(section: str, value: float, limit: float, sentence: str) -> None:
    transition = " (minimum 1 datapoint for OK -> ALARM transition)."
    assert reason_in_words(section, CROSSED.format(value, limit) + transition) == sentence
    assert reason_in_words(section, CROSSED.format(value, limit) + ".") == sentence


def test_a_history_is_what_is_expected() -> None:
    band = f"Thresholds Crossed: {ONE} [10.0 (03/10/19 15:58:00)] was less than the lower thresholds [900.4] or "
    band += "greater than the upper thresholds [1100.0] (minimum 1 datapoint for OK -> ALARM transition)."

    assert reason_in_words("rows-unusual", band) == "10 rows came in; expected is 900 rows to 1,100 rows."


def test_of_several_values_the_newest_is_named() -> None:
    two = "Thresholds Crossed: 2 out of the last 2 datapoints [9.0 (03/10/19 15:58:00), 8.0 (03/10/19 15:57:00)] were "
    two += "greater than the upper thresholds [5.0, 4.0] (minimum 2 datapoints for OK -> ALARM transition)."

    assert reason_in_words("rows-unusual", two) == "9 rows came in; expected is at most 5 rows."


def test_what_was_not_measured_is_said_so_and_another_form_stays_as_it_is() -> None:
    missing = "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as "
    missing += "[Breaching]."

    assert reason_in_words("files-waiting", missing) == "Nothing was measured: what measures it may not run."
    assert reason_in_words("files-waiting", "set by hand") == "set by hand"
    assert reason_in_words("of another project", CROSSED.format(1.0, 0.0)) == CROSSED.format(1.0, 0.0)


@pytest.mark.parametrize(("before", "is_new"), [("INSUFFICIENT_DATA", True), ("OK", False)])
def test_an_alarm_that_is_active_before_the_first_sweep_says_to_wait_for_it(before: str, is_new: bool) -> None:
    alarm = {"AlarmName": "acme-dev-files-waiting", "StateChangeTime": "2026-03-01T10:00:00.000+0000"}
    alarm |= {"AlarmDescription": "It says. What to do: docs/runbook.md#files-waiting"}
    alarm |= {"OldStateValue": before, "NewStateValue": "ALARM"}
    missing = alarm | {"NewStateReason": "Threshold Crossed: no datapoints were received for 1 period."}

    first, *others = alarm_rings(ORIGIN, missing).next_steps

    assert (first, others) == (
        (UNTIL_THE_FIRST_SWEEP, ["docs/runbook.md#files-waiting"]) if is_new else ("docs/runbook.md#files-waiting", [])
    )
    assert alarm_rings(ORIGIN, missing | {"NewStateValue": "OK"}).next_steps == ["Nothing."]
    measured = alarm | {"NewStateReason": CROSSED.format(4500.0, 3600.0)}
    assert alarm_rings(ORIGIN, measured).next_steps == ["docs/runbook.md#files-waiting"]


@pytest.mark.parametrize("section", SECTIONS)
def test_the_subject_of_an_alarm_says_how_soon_to_act_until_it_is_over(section: str) -> None:
    def subject(state: str, name: str) -> str:
        alarm = {"AlarmName": f"acme-dev-{name}", "NewStateValue": state, "NewStateReason": "r"}
        given = {"AlarmDescription": f"It says. What to do: https://a/docs/runbook.md#{section}"}
        return alarm_rings(ORIGIN, alarm | given | {"StateChangeTime": "2026-03-01T10:00:00.000+0000"}).subject

    assert subject("ALARM", section).endswith(f"[act {SECTIONS[section].urgency}]")
    assert subject("ALARM", "long-" * 40).endswith(f"[act {SECTIONS[section].urgency}]")
    assert len(subject("ALARM", "long-" * 40)) == LONGEST_SUBJECT
    assert "[act" not in subject("OK", section)
