"""CodePipeline's rule DeploymentWindow: a stage is entered only at the times that it names."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dataops.local_aws.events.schedule import matches


def is_open(configuration: dict[str, Any], moment: datetime) -> bool:
    """Whether a moment is one of the minutes that the rule names: `* * 9-16 ? * MON-FRI *` in its time zone."""
    there = moment.astimezone(ZoneInfo(configuration.get("TimeZone") or "UTC"))
    # Its seconds are always `*`, and the year may be left out.
    _, *fields = configuration["Cron"].split()
    return matches(" ".join((*fields, "*")[:6]), there)
