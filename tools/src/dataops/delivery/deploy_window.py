"""The deployment window: the pipeline checks it before the plan, but an approval may come hours later."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dataops.delivery.refusal import Refusal

WEEK = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


def refuse_outside_of_the_window(environment: str, window: str | None, now: datetime) -> None:
    """Refuse outside of the environment's window, if it has one; `window` is that of project.yaml as JSON."""
    if not window:
        return
    opening = json.loads(window)
    if not is_open(opening["days"], opening["hours"], _there(now, opening["time_zone"])):
        first, last = opening["hours"].split("-")
        raise Refusal(
            f"The deploy window of {environment} is closed: it is open {opening['days']} from {first}:00 to {last}:59, "
            f"{opening['time_zone']}. Nothing was changed. Retry the stage when it is open; it makes a new plan, "
            f"or kept where nothing has moved."
        )


def is_open(days: str, hours: str, there: datetime) -> bool:
    """Return whether a time, in the window's time zone, is on one of its days and in one of its hours."""
    first, last = (int(hour) for hour in hours.split("-"))
    return first <= there.hour <= last and WEEK[there.isoweekday() % 7] in _named(days)


def _named(days: str) -> tuple[str, ...]:
    """Return the days of MON-FRI, MON,WED or MON."""
    first, _, last = days.partition("-")
    return WEEK[WEEK.index(first) : WEEK.index(last) + 1] if last else tuple(days.split(","))


def _there(now: datetime, time_zone: str) -> datetime:
    try:
        return now.astimezone(ZoneInfo(time_zone))
    except (ZoneInfoNotFoundError, ValueError):
        raise Refusal(
            f"This machine knows no time zone {time_zone}, so it cannot tell whether the deploy window is open. "
            f"Nothing was changed. Name it in project.yaml as Region/City, such as Europe/Brussels."
        ) from None
