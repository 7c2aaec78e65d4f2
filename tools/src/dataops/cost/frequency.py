"""How often a dataset runs, from what project.yaml says of it."""

import re

UNITS = {"minute": 1440.0, "hour": 24.0, "day": 1.0}
UNKNOWN = 4.0


def runs_a_day(schedule: str, expected_every: str | None) -> float:
    """Runs a day: by schedule, else one whenever data is expected, else a guess that is shown."""
    if schedule.startswith("rate("):
        return frequency(schedule[5:-1])
    if schedule.startswith("cron("):
        return cron_a_day(schedule[5:-1])
    return frequency(expected_every) if expected_every else UNKNOWN


def frequency(duration: str) -> float:
    """How often "24 hours" is in a day."""
    number, unit = duration.split()
    return UNITS[unit.removesuffix("s")] / float(number)


def cron_a_day(fields: str) -> float:
    """How often a schedule of AWS comes, on the average of days; days of the month count as one in thirty each."""
    minute, hour, day, _, weekday, *_ = fields.split()
    times = count(minute, 60) * count(hour, 24)
    if weekday not in ("?", "*"):
        return times * min(count(weekday, 7), 7) / 7
    return times * (1.0 if day in ("?", "*") else min(count(day, 30), 30) / 30)


def count(field: str, all_of_them: int) -> float:
    """How many values a field of a schedule names."""
    return float(sum(count_of_part(part, all_of_them) for part in field.split(",")))


def count_of_part(part: str, all_of_them: int) -> int:
    """How many values one part names: "*", "5", "1-5", "MON-FRI", "0/15", "8-18/2"."""
    values, _, step = part.partition("/")
    if values in ("*", "?"):
        span = all_of_them
    elif ends := re.fullmatch(r"(\w+)-(\w+)", values):
        span = place(ends[2]) - place(ends[1]) + 1
    elif step:
        span = all_of_them - place(values)
    else:
        span = 1
    return -(-span // int(step or 1))


def place(value: str) -> int:
    """A number, or a day of the week by its name."""
    return int(value) if value.isdigit() else ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"].index(value)
