"""An alarm rings or is over; a budget is nearly spent; a service sends something for which there is no text here."""

import re
from typing import Any

from notifications.message import Message
from notifications.place import Place

# An alarm's name ends in what it is about: modules/environment and modules/dataset name them so.
KINDS: dict[str, tuple[str, ...]] = {
    "-dead-letters": ("dead letters",),
    "-late": ("data late",),
    "-runs-failed": ("run failed",),
    "-runs-timed-out": ("run failed",),
    "-crawl-failing": ("crawl failed",),
    "-quarantined": ("rows quarantined", "alarm"),
}
# A Lambda notifies of these itself, by run; the alarm is for recipients who did not get that notification.
TOLD_AS_IT_HAPPENS = {"run failed", "crawl failed", "rows quarantined"}


def alarm_rings(place: Place, alarm: dict[str, Any]) -> Message:
    """`alarm` as CloudWatch sends it; its description has the meaning and, after "What to do:", the remedy."""
    name = alarm["AlarmName"]
    means, _, helps = (alarm.get("AlarmDescription") or "").partition("What to do:")
    short = name.removeprefix(f"{place.prefix}-").replace("-", " ")
    is_over = alarm["NewStateValue"] == "OK"
    return Message(
        kinds=next((kinds for end, kinds in KINDS.items() if name.endswith(end)), ("alarm",)),
        place=place,
        headline=f"over: {short}" if is_over else f"alarm: {short}",
        facts=[
            *filter(None, ["It is over. It meant:" if is_over else "", means.strip()]),
            f"{alarm['NewStateValue']} since {alarm['StateChangeTime'][:16].replace('T', ' ')} UTC: "
            f"{alarm['NewStateReason']}",
        ],
        next_steps=["Nothing."] if is_over else [helps.strip() or "docs/runbook.md has a section for each alarm."],
        links={"alarm": place.alarm(name)},
        values={"alarm": name, "state": alarm["NewStateValue"]},
    )


def budget_reached(place: Place, text: str) -> Message:
    """A budget's own text holds its numbers as lines of name and value."""
    said = dict(
        re.findall(r"^(Budget Name|Budgeted Amount|Alert Type|Alert Threshold|\w+ Amount): (.+?)\s*$", text, re.M)
    )
    kind = said.get("Alert Type", "ACTUAL")
    verb = "is forecast to reach" if kind == "FORECASTED" else "has reached"
    spent, amount = said.get(f"{kind} Amount", "its threshold"), said.get("Budgeted Amount", "the budget")
    return Message(
        kinds=("budget",),
        place=place,
        headline=f"{spent} of {amount} {'forecast' if kind == 'FORECASTED' else 'spent'} this month",
        facts=[f"The cost of {said.get('Budget Name', place.prefix)} {verb} {spent} of {amount} this month."],
        next_steps=[
            "See what costs most, by its tags, in AWS Cost Explorer; fewer workers and shorter runs save most."
        ],
        values={"budget": said.get("Budget Name"), "type": kind, "amount": spent, "budgeted": amount},
    )


def unknown(place: Place, subject: str, text: str) -> Message:
    """Forwards it unchanged, so that it is not lost."""
    return Message(
        kinds=("alarm",),
        place=place,
        headline=subject or "message from an AWS service",
        facts=text.splitlines(),
        next_steps=["Check the account. docs/runbook.md has no section about this."],
    )
