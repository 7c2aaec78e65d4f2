"""CodePipeline's rule DeploymentWindow: an execution enters a stage only at the times of the rule."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dataops.local_aws.events.schedule import matches


def is_open(configuration: dict[str, Any], moment: datetime) -> bool:
    """Whether a time is one of the rule's minutes, such as `* * 9-16 ? * MON-FRI *`, in its time zone."""
    there = moment.astimezone(ZoneInfo(configuration.get("TimeZone") or "UTC"))
    # The seconds are always `*`, and the year is optional.
    _, *fields = configuration["Cron"].split()
    return matches(" ".join((*fields, "*")[:6]), there)
