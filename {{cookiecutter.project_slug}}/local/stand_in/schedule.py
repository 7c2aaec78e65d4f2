"""Fires rules at their times: rate(15 minutes), cron(0 6 * * ? *)."""

import re
import time
from datetime import UTC, datetime
from threading import Event as Signal
from typing import Any

from local.stand_in.event_bus import EventBus, event_of

SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
# EventBridge counts the days of the week from Sunday, which is 1.
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


class Schedule:
    """Looks once a second which rules are due."""

    def __init__(self, bus: EventBus, stopped: Signal) -> None:
        self.bus, self.stopped = bus, stopped
        self.fired: dict[str, float] = {}

    def tick(self) -> None:
        """Go on until the platform stops."""
        while not self.stopped.wait(1):
            for rule in self.rules():
                began = self.fired.setdefault(rule.arn, time.time())
                if rule.state == "ENABLED" and is_due(rule.scheduled_expression, began, time.time()):
                    self.fire(rule)

    def rules(self) -> list[Any]:
        """The rules that have a schedule."""
        rules = self.bus.aws.model("events").event_buses["default"].rules.values()
        return [rule for rule in list(rules) if rule.scheduled_expression]

    def fire(self, rule: Any) -> None:
        """Call the targets of a rule now, due or not."""
        self.fired[rule.arn] = time.time()
        self.bus.fire(rule, event_of(self.bus.aws, "aws.events", "Scheduled Event", {}))


def is_due(expression: str, fired: float, now: float) -> bool:
    """Whether a rule that was fired at one moment must be fired again at another (both in seconds since 1970)."""
    rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    if rate:
        return now - fired >= int(rate[1]) * SECONDS[rate[2]]
    # A cron expression knows minutes: it fires once within the one that it names.
    if int(fired // 60) == int(now // 60):
        return False
    return matches(expression.removeprefix("cron(").removesuffix(")"), datetime.fromtimestamp(now, UTC))


def matches(fields: str, moment: datetime) -> bool:
    """Whether the six fields of a cron expression name this minute."""
    minute, hour, day, month, weekday, year = fields.split()
    return (
        _names(minute, moment.minute)
        and _names(hour, moment.hour)
        and _names(day, moment.day)
        and _names(month, moment.month, MONTHS, first=1)
        and _names(weekday, moment.isoweekday() % 7 + 1, WEEKDAYS, first=1)
        and _names(year, moment.year)
    )


def _names(field: str, value: int, words: tuple[str, ...] = (), first: int = 0) -> bool:
    return any(_holds(part, value, words, first) for part in field.split(","))


def _holds(part: str, value: int, words: tuple[str, ...], first: int) -> bool:
    span, _, step = part.partition("/")
    if span in ("*", "?"):
        low, high = first, 9999
    else:
        low, _, high = (_number(end, words, first) for end in span.partition("-"))  # type: ignore[assignment]
        high = (high or low) if not step or high else 9999
    return low <= value <= high and (value - low) % int(step or 1) == 0


def _number(text: str, words: tuple[str, ...], first: int) -> int:
    return words.index(text.upper()) + first if text.upper() in words else int(text) if text.isdigit() else 0
