"""The frequency of a dataset's runs, from project.yaml."""

import re

UNITS = {"minute": 1440.0, "hour": 24.0, "day": 1.0}
UNKNOWN = 4.0


def runs_a_day(schedule: str, expected_every: str | None) -> float:
    """Return the runs per day: by schedule, else one per expected interval, else an estimate that is shown."""
    if schedule.startswith("rate("):
        return frequency(schedule[5:-1])
    if schedule.startswith("cron("):
        return cron_a_day(schedule[5:-1])
    return frequency(expected_every) if expected_every else UNKNOWN


def frequency(duration: str) -> float:
    """Return how many times "24 hours" is in a day."""
    number, unit = duration.split()
    return UNITS[unit.removesuffix("s")] / float(number)


def cron_a_day(fields: str) -> float:
    """Return the runs per day of an AWS cron schedule, on average; a day of the month counts as one in thirty."""
    minute, hour, day, _, weekday, *_ = fields.split()
    times = count(minute, 60) * count(hour, 24)
    if weekday not in ("?", "*"):
        return times * min(count(weekday, 7), 7) / 7
    return times * (1.0 if day in ("?", "*") else min(count(day, 30), 30) / 30)


def count(field: str, all_of_them: int) -> float:
    """Return the number of values of a field of a schedule."""
    return float(sum(count_of_part(part, all_of_them) for part in field.split(",")))


def count_of_part(part: str, all_of_them: int) -> int:
    """Return the number of values of one part: "*", "5", "1-5", "MON-FRI", "0/15", "8-18/2"."""
    values, _, step = part.partition("/")
    if values in ("*", "?"):
        span = all_of_them
    elif ends := re.fullmatch(r"(\w+)-(\w+)", values):
        span = index_of(ends[2]) - index_of(ends[1]) + 1
    elif step:
        span = all_of_them - index_of(values)
    else:
        span = 1
    return -(-span // int(step or 1))


def index_of(value: str) -> int:
    """Return a number, or the number of a day of the week by its name."""
    return int(value) if value.isdigit() else ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"].index(value)
