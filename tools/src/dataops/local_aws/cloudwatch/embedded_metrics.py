"""Extracts metrics from log lines: embedded metric format, and the metric filters of a log group."""

import json
import re
from typing import Any, NamedTuple


class Measured(NamedTuple):
    """One value of a metric."""

    namespace: str
    name: str
    dimensions: dict[str, str]
    value: float


def embedded_in(line: str) -> list[Measured]:
    """The metrics of a line in embedded metric format."""
    if '"_aws"' not in line:
        return []
    try:
        logged = json.loads(line)
        directives = logged["_aws"]["CloudWatchMetrics"]
    except (ValueError, KeyError, TypeError):
        return []
    return [
        Measured(directive["Namespace"], metric["Name"], {name: str(logged[name]) for name in dimensions}, float(value))
        for directive in directives
        for dimensions in directive["Dimensions"]
        for metric in directive["Metrics"]
        for value in _values(logged[metric["Name"]])
    ]


def _values(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def filtered(line: str, filters: list[dict[str, Any]]) -> list[Measured]:
    """The metrics that a group's filters extract from a line."""
    return [
        Measured(made["metricNamespace"], made["metricName"], {}, float(made["metricValue"]))
        for each in filters
        if matches(line, each["filterPattern"])
        for made in each["metricTransformations"]
    ]


def matches(line: str, pattern: str) -> bool:
    """Whether a line matches a pattern of columns, [one, two = VALUE, ...]: the only kind that this project uses."""
    if not re.fullmatch(r"\[.*\]", pattern):
        raise ValueError(f"the local AWS does not know this kind of filter pattern: {pattern}")
    columns, words = [column.strip() for column in pattern[1:-1].split(",")], line.split()
    wanted = [column.partition("=")[2].strip() for column in columns]
    return len(words) == len(columns) and all(want in ("", word) for want, word in zip(wanted, words, strict=True))
