"""Each section of the runbook about an alarm begins with what a person asks at three in the morning."""

import re

import pytest
from notifications.messages.alarm_reason import SECTIONS

from dataops.project import PROJECT

RUNBOOK = (PROJECT / "docs" / "runbook.md").read_text(encoding="utf-8").partition("\n# Without an alarm")[0]
PARTS = re.split(r"^## (.+)$", RUNBOOK, flags=re.MULTILINE)[1:]
TEXTS = {title.lower().replace(" ", "-"): text for title, text in zip(PARTS[::2], PARTS[1::2], strict=True)}


def test_every_section_has_an_urgency_and_a_sentence_and_every_sentence_a_section() -> None:
    assert list(TEXTS) == list(SECTIONS)


@pytest.mark.parametrize("name", TEXTS)
def test_a_section_begins_with_whether_data_is_lost_until_when_it_can_wait_and_who_is_called(name: str) -> None:
    lines = re.fullmatch(
        r"\n\n- Data lost: (no|perhaps)\b.+\n- Act: (now|today|this week)\b.+\n- Call: .+\n\n(?s:[^-].+)", TEXTS[name]
    )

    assert lines, TEXTS[name][:200]
    assert lines[2] == SECTIONS[name].urgency
