"""The notifications of an alarm, a budget, and of a service without a text of its own here."""

import re
from typing import Any

from notifications.message import Message
from notifications.messages.alarm_reason import UNMEASURED, reason_in_words, section_of, urgency_of
from notifications.origin import Origin

# An alarm's name ends in its subject: modules/environment and modules/dataset name them so.
KINDS: dict[str, tuple[str, ...]] = {
    "-dead-letters": ("dead letters",),
    "-late": ("data late",),
    "-runs-failed": ("run failed",),
    "-runs-timed-out": ("run failed",),
    "-crawl-failing": ("crawl failed",),
    "-quarantined": ("rows quarantined", "alarm"),
}
# A Lambda notifies of these itself, by run; the alarm is for recipients who did not get that notification.
NOTIFIED_AS_IT_HAPPENS = {"run failed", "crawl failed", "rows quarantined"}
# CloudWatch evaluates a new alarm at once, and the first sweep comes up to 15 minutes later.
UNTIL_THE_FIRST_SWEEP = "The alarm is new. Wait 15 minutes: the first sweep ends it, and you are notified. If not:"


def alarm_rings(origin: Origin, alarm: dict[str, Any]) -> Message:
    """Return the notification of `alarm`; its description has the meaning and, after "What to do:", the remedy."""
    name = alarm["AlarmName"]
    means, _, helps = (alarm.get("AlarmDescription") or "").partition("What to do:")
    short = name.removeprefix(f"{origin.prefix}-").replace("-", " ")
    is_over, section = alarm["NewStateValue"] == "OK", section_of(helps.strip())
    steps = [helps.strip() or "docs/runbook.md has a section for each alarm."]
    if alarm.get("OldStateValue") == "INSUFFICIENT_DATA" and UNMEASURED in alarm["NewStateReason"]:
        steps = [UNTIL_THE_FIRST_SWEEP, *steps]
    return Message(
        kinds=next((kinds for end, kinds in KINDS.items() if name.endswith(end)), ("alarm",)),
        origin=origin,
        headline=f"over: {short}" if is_over else f"alarm: {short}",
        facts=[
            *filter(None, ["It is over. It meant:" if is_over else "", means.strip()]),
            f"{alarm['NewStateValue']} since {alarm['StateChangeTime'][:16].replace('T', ' ')} UTC: "
            f"{reason_in_words(section, alarm['NewStateReason'])}",
        ],
        next_steps=["Nothing."] if is_over else steps,
        links={"alarm": origin.alarm(name)},
        urgency="" if is_over else urgency_of(section),
        values={"alarm": name, "state": alarm["NewStateValue"], "reason": alarm["NewStateReason"]},
    )


def budget_reached(origin: Origin, text: str) -> Message:
    """Return the notification of a budget, whose own text has its numbers as lines of name and value."""
    said = dict(
        re.findall(r"^(Budget Name|Budgeted Amount|Alert Type|Alert Threshold|\w+ Amount): (.+?)\s*$", text, re.M)
    )
    kind = said.get("Alert Type", "ACTUAL")
    verb = "is forecast to reach" if kind == "FORECASTED" else "has reached"
    spent, amount = said.get(f"{kind} Amount", "its threshold"), said.get("Budgeted Amount", "the budget")
    return Message(
        kinds=("budget",),
        origin=origin,
        headline=f"{spent} of {amount} {'forecast' if kind == 'FORECASTED' else 'spent'} this month",
        facts=[f"The cost of {said.get('Budget Name', origin.prefix)} {verb} {spent} of {amount} this month."],
        next_steps=[
            "See what costs most, by its tags, in AWS Cost Explorer; fewer workers and shorter runs save most."
        ],
        values={"budget": said.get("Budget Name"), "type": kind, "amount": spent, "budgeted": amount},
    )


def unknown(origin: Origin, subject: str, text: str) -> Message:
    """Return an unknown text unchanged, so that it is not lost."""
    return Message(
        kinds=("alarm",),
        origin=origin,
        headline=subject or "message from an AWS service",
        facts=text.splitlines(),
        next_steps=["Check the account. docs/runbook.md has no section about this."],
    )
