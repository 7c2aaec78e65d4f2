"""The alarm of an exercise: a dataset's own alarm with the dataset of the exercises, which has none, in its place."""

from copy import deepcopy
from typing import Any

from dataops.local_run.exercise_record import EXERCISE

Row = dict[str, Any]
# What describe_alarms returns and put_metric_alarm takes.
KEPT = (
    "ActionsEnabled",
    "OKActions",
    "AlarmActions",
    "EvaluationPeriods",
    "DatapointsToAlarm",
    "Threshold",
    "ComparisonOperator",
    "TreatMissingData",
    "ThresholdMetricId",
)


def names_of_exercise_alarms(prefix: str) -> str:
    """How the names of all alarms of exercises begin."""
    return f"{prefix}-{EXERCISE}-"


def dataset_of(alarm: Row, prefix: str) -> str | None:
    """The dataset of an alarm; None if it is about the whole environment."""
    metrics = [query["MetricStat"]["Metric"] for query in alarm["Metrics"] if "MetricStat" in query]
    dimensions = {each["Name"]: each["Value"] for metric in metrics for each in metric.get("Dimensions", [])}
    job = str(dimensions.get("JobName", "")).removeprefix(f"{prefix}-")
    return dimensions.get("dataset") or job or None


def copy_for_an_exercise(alarm: Row, prefix: str, dataset: str, exercised: str) -> Row:
    """Return an alarm with the limits and actions of a dataset's alarm, about another dataset.

    The end of an alarm's name decides who is notified: it stays.
    """
    subject = alarm["AlarmName"].removeprefix(f"{prefix}-{dataset}-")
    intro = f"This is an exercise (make provoke) on the dataset {exercised}, with the alarm of {dataset}."
    replaced = {dataset: exercised, f"{prefix}-{dataset}": f"{prefix}-{exercised}"}
    return {
        **{name: alarm[name] for name in KEPT if alarm.get(name) not in (None, "")},
        "AlarmName": f"{names_of_exercise_alarms(prefix)}{exercised}-{subject}",
        "AlarmDescription": f"{intro} {alarm['AlarmDescription']}",
        "Metrics": [_about(query, replaced) for query in alarm["Metrics"]],
    }


def _about(query: Row, replaced: dict[str, str]) -> Row:
    found = {name: value for name, value in deepcopy(query).items() if value not in (None, "")}
    if "MetricStat" in found:
        found["MetricStat"] = {name: value for name, value in found["MetricStat"].items() if value not in (None, "")}
        for dimension in found["MetricStat"]["Metric"].get("Dimensions", []):
            dimension["Value"] = replaced.get(dimension["Value"], dimension["Value"])
    return found
