"""Reads and writes moto's metrics without a request for each: alarms read all of them continuously."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from statistics import fmean
from typing import Any

from moto.backends import get_backend
from moto.core.utils import utcnow

from dataops.local_aws.cloudwatch.embedded_metrics import Measured
from dataops.local_aws.cloudwatch.metric_math import Series

MetricKey = tuple[str, str, frozenset[tuple[str, str]]]
# Queues are measured every few seconds; older values than this are never read.
QUEUES_REMEMBERED = timedelta(hours=3)


class MetricStore:
    """The metrics of one account and region."""

    def __init__(self, account: str, region: str) -> None:
        self.account, self.region = account, region

    @property
    def model(self) -> Any:
        """The moto backend."""
        return get_backend("cloudwatch")[self.account][self.region]

    def put(self, measured: Iterable[Measured]) -> None:
        """Store values at the present time."""
        for namespace, name, dimensions, value in measured:
            named = [{"Name": each, "Value": of} for each, of in dimensions.items()]
            datum = {"MetricName": name, "Dimensions": named, "Value": value, "Timestamp": utcnow()}
            self.model.put_metric_data(namespace, [datum])

    def by_metric(self) -> dict[MetricKey, list[tuple[float, float]]]:
        """Every value with its time in seconds since 1970, by namespace, name and dimensions."""
        found: dict[MetricKey, list[tuple[float, float]]] = defaultdict(list)
        for datum in list(self.model.metric_data):
            dimensions = frozenset((each.name, each.value) for each in datum.dimensions)
            moment = datum.timestamp.replace(tzinfo=UTC).timestamp()
            found[datum.namespace, datum.name, dimensions].append((moment, datum.value))
        return found

    def forget_old(self) -> None:
        """Remove old values of queues, which moto would keep for ever."""
        oldest = datetime.now(UTC) - QUEUES_REMEMBERED
        kept = self.model.metric_data
        kept[:] = [each for each in kept if each.namespace != "AWS/SQS" or each.timestamp.replace(tzinfo=UTC) >= oldest]


def series_of(values: list[tuple[float, float]], period: int, statistic: str, end: int) -> Series:
    """One number per period that has values; the newest period ends at `end` and has the number -1."""
    grouped: dict[int, list[float]] = defaultdict(list)
    for moment, value in values:
        grouped[math.floor((moment - end) / period)].append(value)
    return {number: summed_up(group, statistic) for number, group in grouped.items()}


def summed_up(values: list[float], statistic: str) -> float:
    """Sum, Maximum, Minimum, Average, SampleCount, or a percentile such as p99."""
    if statistic.startswith("p"):
        ordered = sorted(values)
        return ordered[max(math.ceil(len(ordered) * float(statistic[1:]) / 100) - 1, 0)]
    if statistic == "SampleCount":
        return float(len(values))
    acts: dict[str, Callable[[list[float]], float]] = {"Sum": sum, "Maximum": max, "Minimum": min, "Average": fmean}
    return float(acts[statistic](values))
