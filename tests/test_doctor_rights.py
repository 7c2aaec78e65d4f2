"""`make doctor` only reads, and every right that it names, as needed or as lacking, is one that IAM has."""

import re

from test_permissions import levels_of_actions

from benches.template import ROOT

DOCTOR = ROOT / "tools/src/dataops/operations/doctor"
CALL = re.compile(r'reader\.ask(?:_all)?\(\s*"([a-z0-9-]+)",\s*"([A-Za-z]+)"')
# Starting a query of Logs Insights changes nothing; AWS counts it as reading.
READING = ("Read", "List")


def calls() -> set[tuple[str, str]]:
    """Every service and operation that a check asks."""
    texts = [path.read_text(encoding="utf-8") for path in DOCTOR.glob("*.py")]
    return {call for text in texts for call in CALL.findall(text)}


def test_every_call_of_the_doctor_only_reads() -> None:
    from dataops.operations.doctor.reading import right_for

    levels = {action.lower(): level for action, (level, _) in levels_of_actions().items()}
    asked = {right_for(*call): levels.get(right_for(*call).lower(), "no such action") for call in calls()}

    assert len(asked) > 40
    assert {right: level for right, level in asked.items() if level not in READING} == {}


def test_every_action_that_is_simulated_is_one_of_iam() -> None:
    from dataops.operations.doctor.rights import MADE_BY

    known = {action.lower() for action in levels_of_actions()}

    assert [action for action in MADE_BY.values() if action.lower() not in known] == []
