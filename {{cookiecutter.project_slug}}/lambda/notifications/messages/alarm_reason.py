"""The reason of an alarm in a sentence with units, and how soon to act: by its section of docs/runbook.md."""

import re
from typing import NamedTuple

from notifications.message import NOW, THIS_WEEK, TODAY


class Section(NamedTuple):
    """How soon to act; what was measured, in a sentence; its unit: seconds, share, or a noun to count."""

    urgency: str
    measured: str
    unit: str = ""


SECTIONS = {
    "dead-letters": Section(TODAY, "{} in a dead-letter queue", "message"),
    "old-messages": Section(TODAY, "The oldest message has waited {}", "seconds"),
    "files-waiting": Section(TODAY, "The oldest file has waited {}", "seconds"),
    "data-late": Section(TODAY, "Nothing was published for {}", "seconds"),
    "crawl-failing": Section(TODAY, "The newest crawl of {} failed", "dataset"),
    "crawl-long": Section(TODAY, "A crawl has taken {}", "seconds"),
    "runs-failed": Section(TODAY, "{} failed", "run"),
    "runs-timed-out": Section(TODAY, "{} took longer than the job's timeout", "run"),
    "run-slow": Section(THIS_WEEK, "A run took {}", "seconds"),
    "rows-unusual": Section(TODAY, "{} came in", "row"),
    "rows-quarantined": Section(THIS_WEEK, "{} of the rows were quarantined", "share"),
    "job-memory": Section(THIS_WEEK, "The job has used {} of a worker's memory", "share"),
    "lambda-errors": Section(TODAY, "{} of the calls failed", "share"),
    "lambda-slow": Section(THIS_WEEK, "A Lambda took {} of its timeout", "share"),
    "lambda-throttled": Section(TODAY, "{} throttled", "call"),
    "endpoint-unreachable": Section(TODAY, "{} cannot be reached", "AWS service"),
    "connection-unreachable": Section(TODAY, "{} cannot be reached", "database"),
    "connections-rejected": Section(NOW, "{} rejected by the network", "connection"),
    "notifications-failed": Section(TODAY, "{} not delivered", "notification"),
    "notify-failing": Section(NOW, "{} of notify or its topic", "failure"),
}
NUMBER = r"(-?[\d.]+(?:E-?\d+)?)"
UNMEASURED = "no datapoints were received"
# CloudWatch writes "[75.0 (29/11/26 19:00:00), ...] was greater than the threshold (60.0)", the newest value first, or,
# of a metric with a history, "... the lower thresholds [0.2, ...] or greater than the upper thresholds [0.3, ...]".
VALUES, LIMITS = re.compile(rf"{NUMBER} \("), re.compile(rf"thresholds? [\[(]{NUMBER}[\]),]")


def section_of(description: str) -> str:
    """Return the section of the runbook that an alarm's description ends with."""
    return description.rpartition("#")[2]


def urgency_of(section: str) -> str:
    """Return how soon somebody must act; an unknown alarm cannot wait for the week."""
    return SECTIONS[section].urgency if section in SECTIONS else TODAY


def reason_in_words(section: str, reason: str) -> str:
    """Return CloudWatch's reason as a sentence; a reason of another form stays as it is."""
    if UNMEASURED in reason:
        return "Nothing was measured: what measures it may not run."
    values, limits = [float(value) for value in VALUES.findall(reason)], LIMITS.findall(reason)
    if section not in SECTIONS or not values or not limits:
        return reason
    _, measured, unit = SECTIONS[section]
    expected = " to ".join(in_words(float(limit), unit) for limit in limits)
    against = "the limit is"
    if "thresholds [" in reason:
        against = "expected is" if len(limits) > 1 else "expected is at most"
    return f"{measured.format(in_words(values[0], unit))}; {against} {expected}."


def in_words(value: float, unit: str) -> str:
    """Return 75 minutes, 12 %, or 3 messages."""
    if unit == "share":
        return f"{value:.0%}" if value in (0, 1) or value >= 0.1 else f"{value:.1%}"
    if unit == "seconds":
        return _duration(value)
    return f"{value:,.0f} {unit}{'' if value == 1 else 's'}"


def _duration(seconds: float) -> str:
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}s"
    return f"{seconds:.0f} seconds"
