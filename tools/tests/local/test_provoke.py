"""One provocation for each section of the runbook, and an error if it is not possible."""

import re

import pytest

from dataops.local_run import provoke
from dataops.local_run.provocations import PROVOCATIONS
from dataops.project import PROJECT

RUNBOOK = PROJECT / "docs" / "runbook.md"
RINGING = {
    "AlarmName": "acme-dev-old-messages",
    "StateValue": "ALARM",
    "StateReason": "Threshold Crossed: 1 out of the last 1 datapoints [9000.0 (29/11/26 19:00:00)] was greater than "
    "the threshold (3600.0).",
}
SENTENCE = re.compile(r"[A-Z][^.]+\.")


def ended(*words: str) -> str:
    with pytest.raises(SystemExit) as end:
        provoke.main(["--environment", "dev", *words])
    return str(end.value.code)


def test_each_section_of_the_runbook_about_an_alarm_can_be_provoked_and_nothing_else() -> None:
    about_alarms = RUNBOOK.read_text(encoding="utf-8").partition("\n# Without an alarm")[0]
    sections = [title.lower().replace(" ", "-") for title in re.findall(r"^## (.+)$", about_alarms, re.MULTILINE)]

    assert list(PROVOCATIONS) == sections


def test_every_one_says_in_a_sentence_what_has_happened() -> None:
    assert [word for word, act in PROVOCATIONS.items() if not SENTENCE.fullmatch(act.__doc__ or "")] == []


def test_without_a_word_all_are_listed_whether_a_platform_runs_or_not(capsys: pytest.CaptureFixture[str]) -> None:
    provoke.main(["--environment", "dev"], standalone_mode=False)

    said = capsys.readouterr().out
    assert [word for word, act in PROVOCATIONS.items() if not re.search(rf"^  {word} +\w", said, re.MULTILINE)] == []


def test_a_word_that_is_unknown_is_one_sentence() -> None:
    assert ended("old-mesages") == (
        "Nothing is known that provokes 'old-mesages': `make provoke` lists what can be provoked."
    )


def test_without_a_platform_it_says_how_to_start_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provoke, "running_platform", lambda _: None)

    assert ended("old-messages") == "The local AWS of dev is not running: start it with `make local ENV=dev`."


def test_what_rings_already_is_not_provoked_again() -> None:
    with pytest.raises(
        SystemExit,
        match="acme-dev-old-messages rings already: The oldest message has waited 2 hours; the limit is 60 minutes",
    ):
        provoke.refuse_what_cannot_ring("dev", "old-messages", [RINGING])


def test_what_no_alarm_watches_is_not_provoked() -> None:
    with pytest.raises(SystemExit, match="dev has no alarm for old-messages"):
        provoke.refuse_what_cannot_ring("dev", "old-messages", [])


def test_undo_takes_no_word_because_it_takes_back_everything() -> None:
    assert ended("--undo", "old-messages") == "UNDO=1 takes back every exercise: leave ABOUT out."


def test_undo_without_a_platform_has_nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provoke, "running_platform", lambda _: None)

    assert ended("--undo") == "The local AWS of dev is not running: what exercises changed in it is gone with it."
