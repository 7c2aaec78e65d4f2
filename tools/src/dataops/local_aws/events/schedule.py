"""Fires rules on schedule: rate(15 minutes), cron(0 6 * * ? *)."""

import logging
import re
import time
from datetime import UTC, datetime
from threading import Event as Signal
from typing import Any

from dataops.local_aws.events.event_bus import EventBus, event_of

log = logging.getLogger("schedule")
SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
# EventBridge numbers the days of the week from Sunday, which is 1.
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


class Schedule:
    """Checks every second which rules are due."""

    def __init__(self, bus: EventBus, stopped: Signal) -> None:
        self.bus, self.stopped = bus, stopped
        self.fired: dict[str, float] = {}
        self.refused: set[tuple[str, str]] = set()

    def tick(self) -> None:
        """Fire due rules until the platform stops."""
        while not self.stopped.wait(1):
            for rule in self.rules():
                try:
                    self._look(rule)
                except ValueError as error:
                    # L, W and # are not supported here. Logged once: the rule will never be due.
                    log.warning("%s never fires here: %s: %s", rule.name, rule.scheduled_expression, error)
                    self.refused.add((rule.arn, rule.scheduled_expression))

    def _look(self, rule: Any) -> None:
        began = self.fired.setdefault(rule.arn, time.time())
        if rule.state != "ENABLED" or (rule.arn, rule.scheduled_expression) in self.refused:
            return
        if is_due(rule.scheduled_expression, began, time.time()):
            self.fire(rule)

    def rules(self) -> list[Any]:
        """The rules with a schedule."""
        rules = self.bus.aws.model("events").event_buses["default"].rules.values()
        return [rule for rule in list(rules) if rule.scheduled_expression]

    def fire(self, rule: Any) -> None:
        """Call the targets of a rule now, due or not."""
        self.fired[rule.arn] = time.time()
        self.bus.fire(rule, event_of(self.bus.aws, "aws.events", "Scheduled Event", {}))


def is_due(expression: str, fired: float, now: float) -> bool:
    """Whether a rule that was fired at one time must be fired again at another (both in seconds since 1970)."""
    rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    if rate:
        return now - fired >= int(rate[1]) * SECONDS[rate[2]]
    is_named = matches(expression.removeprefix("cron(").removesuffix(")"), datetime.fromtimestamp(now, UTC))
    # A cron expression has a resolution of minutes: it fires once within each matching minute.
    return is_named and int(fired // 60) != int(now // 60)


def matches(fields: str, moment: datetime) -> bool:
    """Whether the six fields of a cron expression match this minute."""
    minute, hour, day, month, weekday, year = fields.split()
    compared = (
        (moment.minute, _named(minute, 0, 59)),
        (moment.hour, _named(hour, 0, 23)),
        (moment.day, _named(day, 1, 31)),
        (moment.month, _named(month, 1, 12, MONTHS)),
        (moment.isoweekday() % 7 + 1, _named(weekday, 1, 7, WEEKDAYS)),
        (moment.year, _named(year, 1970, 2199)),
    )
    return all(value in named for value, named in compared)


def _named(field: str, first: int, last: int, words: tuple[str, ...] = ()) -> set[int]:
    """The numbers of a field: 5, 1-5, */15, 3/10, MON-FRI, or several of these with commas."""
    found: set[int] = set()
    for part in field.upper().split(","):
        span, _, step = part.partition("/")
        low, _, high = span.partition("-")
        if span in ("*", "?"):
            low, high = str(first), str(last)
        begin = words.index(low) + first if low in words else int(low)
        end = words.index(high) + first if high in words else int(high or (last if step else begin))
        if not first <= begin <= end <= last:
            raise ValueError(f"{part} is not between {first} and {last}")
        found.update(range(begin, end + 1, int(step or 1)))
    return found
