"""Say whether the fault of a section of docs/runbook.md is over: OK, or NOT YET with the reason and what to do."""

import os
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import click
from notifications.messages.alarm_reason import SECTIONS, reason_in_words, section_of

from dataops.operations.proofs import PROOFS
from dataops.project.deployment import Deployment, deployment_of, explained

Row = dict[str, Any]
# Until an action of a minute ago shows: the queue collects for some seconds, the job takes about a minute.
MINUTES_AFTER_A_FIX = 2


@click.command(help=__doc__)
@click.argument("about", required=False)
def main(about: str | None) -> None:
    """Look at what the section is about, then at its alarms."""
    if about not in SECTIONS:
        sys.exit(f"Say about which section of docs/runbook.md: make prove ABOUT=..., one of {', '.join(SECTIONS)}.")
    environment = os.environ.get("ENV")
    if not environment:
        sys.exit('The names are not known here: first say eval "$(make names ENV=dev)"')
    deployment = deployment_of(environment)
    with explained(deployment):
        dataset = chosen(deployment)
        faults = PROOFS.get(about, nothing_else)(deployment, dataset)
        alarms = alarms_of(deployment, about)
    verdict = verdict_of(about, dataset, faults, alarms, deployment.settings.get("on_call"), datetime.now(UTC))
    print("\n".join(verdict))
    if not verdict[0].startswith("OK"):
        sys.exit(1)


def nothing_else(deployment: Deployment, dataset: str) -> list[str]:
    """The fault of many sections is visible only in their alarm."""
    return []


def chosen(deployment: Deployment) -> str:
    """The dataset that the shell names, as in the commands of the runbook: in an exercise that is the canary."""
    named = os.environ.get("DATASET", "")
    if named and named not in deployment.datasets:
        sys.exit(f"There is no dataset {named!r}: export DATASET=..., one of {', '.join(sorted(deployment.datasets))}.")
    return named or min(name for name in deployment.datasets if name != deployment.names.get("canary"))


def alarms_of(deployment: Deployment, section: str) -> list[Row]:
    """The alarms that lead to the section."""
    pages = deployment.client("cloudwatch").get_paginator("describe_alarms")
    found = [
        alarm for page in pages.paginate(AlarmNamePrefix=f"{deployment.prefix}-") for alarm in page["MetricAlarms"]
    ]
    return [alarm for alarm in found if section_of(alarm.get("AlarmDescription", "")) == section]


def verdict_of(
    section: str, dataset: str, faults: list[str], alarms: list[Row], on_call: str | None, now: datetime
) -> list[str]:
    """Return the verdict, its reasons, when to look again, and whom to call."""
    ringing = [alarm for alarm in alarms if alarm["StateValue"] == "ALARM"]
    reasons = faults + [
        f"{alarm['AlarmName']} is in ALARM: {reason_in_words(section, alarm.get('StateReason', ''))}"
        for alarm in ringing
    ]
    if not reasons:
        watched = ", ".join(alarm["AlarmName"] for alarm in alarms) or "no alarm of this environment watches it"
        return [f"OK: {section} is over ({watched})."]
    minutes = MINUTES_AFTER_A_FIX if faults else max(map(minutes_until_over, ringing))
    again = now + timedelta(minutes=minutes)
    look = f"If you have fixed it, look again in {minutes} minutes, at {again:%H:%M} UTC"
    if section in PROOFS and not faults:
        ends = f"The alarm ends by itself within {minutes} minutes, by {again:%H:%M} UTC"
        look = f"All else is well (DATASET={dataset}). {ends}"
    call = f"Until when it can wait, and whom to call: docs/runbook.md#{section}."
    return [
        f"NOT YET: {reasons[0]}",
        *(f"         {reason}" for reason in reasons[1:]),
        f"{look}: make prove ABOUT={section}",
        f"{call} On call: {on_call or 'nobody is named in project.yaml (on_call)'}.",
    ]


def minutes_until_over(alarm: Row) -> int:
    """How long an alarm remembers what it has measured: its periods, and the one that runs."""
    stats = [query["MetricStat"] for query in alarm.get("Metrics", []) if "MetricStat" in query]
    period = max([*(stat["Period"] for stat in stats), alarm.get("Period") or 60])
    if any(stat["Stat"] == "Minimum" for stat in stats):
        # One better measurement is enough: the sweep makes two in a period.
        return -(-int(period) // 120)
    return -(-int(period) * (int(alarm["EvaluationPeriods"]) + 1) // 60)
