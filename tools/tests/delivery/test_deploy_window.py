"""An approval that comes when the deploy window has closed changes nothing."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from dataops.delivery.deploy_window import refuse_outside_of_the_window
from dataops.delivery.refusal import Refusal
from dataops.project import PROJECT

BRUSSELS = {"days": "MON-FRI", "hours": "9-16", "time_zone": "Europe/Brussels"}
# A Wednesday in winter: Brussels is one hour ahead of UTC.
WEDNESDAY = datetime(2026, 1, 14, tzinfo=UTC)


def refused(moment: datetime, **changed: str) -> bool:
    """Whether prod may not be changed at a moment."""
    try:
        refuse_outside_of_the_window("prod", json.dumps(BRUSSELS | changed), moment)
    except Refusal:
        return True
    return False


@pytest.mark.parametrize(
    "hour, minute, is_refused", [(7, 59, True), (8, 0, False), (15, 59, False), (16, 0, True), (23, 0, True)]
)
def test_the_hours_are_those_of_the_windows_time_zone_the_last_one_whole(
    hour: int, minute: int, is_refused: bool
) -> None:
    assert refused(WEDNESDAY.replace(hour=hour, minute=minute)) is is_refused


def test_the_clock_of_summer_counts() -> None:
    assert not refused(datetime(2026, 7, 15, 7, 0, tzinfo=UTC))
    assert refused(datetime(2026, 7, 15, 15, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    "days, open_on", [("MON-FRI", "MTWTF"), ("SUN-SAT", "MTWTFSS"), ("MON,WED", "M-W"), ("SAT", "-----S-")]
)
def test_days_are_a_range_a_list_or_one(days: str, open_on: str) -> None:
    monday = datetime(2026, 1, 12, 12, 0, tzinfo=UTC)

    found = [not refused(monday.replace(day=12 + day), days=days) for day in range(7)]

    assert found == [day < len(open_on) and open_on[day] != "-" for day in range(7)]


def test_a_day_is_the_day_where_the_window_is() -> None:
    late_on_sunday = datetime(2026, 1, 11, 23, 30, tzinfo=UTC)

    assert not refused(late_on_sunday, days="MON", hours="0-1")


def test_an_environment_without_a_window_is_always_open() -> None:
    refuse_outside_of_the_window("dev", None, WEDNESDAY)


def test_the_refusal_says_when_it_is_open_and_what_to_do() -> None:
    with pytest.raises(Refusal, match=r"prod is closed: it is open MON-FRI from 9:00 to 16:59, Europe/Brussels.*Retry"):
        refuse_outside_of_the_window("prod", json.dumps(BRUSSELS), WEDNESDAY)


def test_a_time_zone_that_nobody_knows_is_no_open_window() -> None:
    with pytest.raises(Refusal, match=r"knows no time zone Europe/Atlantis"):
        refuse_outside_of_the_window("prod", json.dumps(BRUSSELS | {"time_zone": "Europe/Atlantis"}), WEDNESDAY)


LOOK = """
import os
from datetime import UTC, datetime
from dataops.delivery.deploy_window import refuse_outside_of_the_window

refuse_outside_of_the_window("prod", os.environ["WINDOW"], datetime(2026, 1, 14, 12, tzinfo=UTC))
"""


def test_a_machine_without_time_zones_of_its_own_knows_them_by_a_locked_package() -> None:
    # Python looks for time zones nowhere on the machine: what is left is the package tzdata.
    known = os.environ | {"PYTHONTZPATH": "", "WINDOW": json.dumps(BRUSSELS)}

    done = subprocess.run(
        [sys.executable, "-c", LOOK], cwd=PROJECT, env=known, text=True, capture_output=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "tzdata==" in (PROJECT / "buildspecs" / "requirements.lock").read_text()
