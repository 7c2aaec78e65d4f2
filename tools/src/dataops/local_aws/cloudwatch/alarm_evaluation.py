"""Evaluates one alarm by its definition over the existing metrics, as CloudWatch does."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dataops.local_aws.cloudwatch.metric_math import Band, Series, band_of, evaluated
from dataops.local_aws.cloudwatch.metric_store import MetricKey, series_of

HOLDS = {
    "GreaterThanThreshold": float.__gt__,
    "GreaterThanOrEqualToThreshold": float.__ge__,
    "LessThanThreshold": float.__lt__,
    "LessThanOrEqualToThreshold": float.__le__,
}
RELATIONS = {
    "GreaterThanThreshold": "greater than",
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "LessThanThreshold": "less than",
    "LessThanOrEqualToThreshold": "less than or equal to",
}
MINUTE = 60
Values = dict[MetricKey, list[tuple[float, float]]]


@dataclass(frozen=True)
class Evaluation:
    """An alarm state and its reason, in CloudWatch's words."""

    state: str
    reason: str


def evaluation_of(alarm: Any, values: Values, now: float) -> Evaluation:
    """The state of a moto alarm at a time, in seconds since 1970.

    The window slides, which is CloudWatch's default (User Guide, "Alarm evaluation window"): periods are counted back
    from the end of the current minute, so that nobody has to wait on a laptop. The newest period has the number -1.
    """
    end, last, period = math.ceil(now / MINUTE) * MINUTE, -1, period_of(alarm)
    series = evaluated_series(alarm, values, end)
    numbers = range(last, last - int(alarm.evaluation_periods), -1)
    window = [series.get(number) for number in reversed(numbers)]
    if not series and alarm.treat_missing_data == "breaching" and now - made_at(alarm) < period:
        # CloudWatch would alarm at once; here that would be the first thing that a user sees.
        return Evaluation("INSUFFICIENT_DATA", "Nothing was measured yet.")
    known = [(series[number], end + number * period) for number in numbers if number in series]
    if alarm.threshold_metric_id:
        band = band_of([value for number, value in sorted(series.items()) if number < last], deviations_of(alarm))
        verdicts = [None if value is None or band is None else outside(alarm, value, band) for value in window]
        relation = (
            band_in_words(alarm.comparison_operator, band, len(known))
            if band
            else "compared with a history that is too short"
        )
    else:
        holds = HOLDS[alarm.comparison_operator]
        relation = f"{RELATIONS[alarm.comparison_operator]} the threshold ({float(alarm.threshold)})"
        verdicts = [None if value is None else holds(value, float(alarm.threshold)) for value in window]
    state = state_of(alarm, verdicts)
    return Evaluation(state, reason_of(alarm, state, known, relation, len(window)))


def reason_of(alarm: Any, state: str, known: list[tuple[float, int]], relation: str, count: int) -> str:
    """The reason as CloudWatch writes it; `known` are the values with the beginnings of their periods, newest first."""
    if not known:
        treated = "Breaching" if alarm.treat_missing_data == "breaching" else "NonBreaching"
        periods, points = (f"{count} {word}{'' if count == 1 else 's'}" for word in ("period", "missing datapoint"))
        was = "was" if count == 1 else "were"
        return (
            f"Threshold Crossed: no datapoints were received for {periods} and {points} {was} treated as [{treated}]."
        )
    points = ", ".join(f"{value} ({datetime.fromtimestamp(at, UTC):%d/%m/%y %H:%M:%S})" for value, at in known)
    was = ("was" if len(known) == 1 else "were") + ("" if state == "ALARM" else " not")
    crossed = "Thresholds" if alarm.threshold_metric_id else "Threshold"
    return f"{crossed} Crossed: {len(known)} out of the last {count} datapoints [{points}] {was} {relation}."


def band_in_words(comparison: str, band: Band, count: int) -> str:
    """The sides of a band that an alarm watches, once for each of the values."""
    above = f"greater than the upper thresholds [{', '.join([str(band.high)] * count)}]"
    below = f"less than the lower thresholds [{', '.join([str(band.low)] * count)}]"
    return above if comparison == "GreaterThanUpperThreshold" else f"{below} or {above}"


def state_of(alarm: Any, verdicts: list[bool | None]) -> str:
    """OK, ALARM or INSUFFICIENT_DATA, from the evaluated periods; None is a period without data."""
    missing = {"breaching": True, "notBreaching": False}.get(alarm.treat_missing_data or "missing")
    filled = [missing if verdict is None else verdict for verdict in verdicts]
    if all(verdict is None for verdict in filled):
        return "INSUFFICIENT_DATA"
    needed = int(alarm.datapoints_to_alarm or alarm.evaluation_periods)
    return "ALARM" if sum(bool(verdict) for verdict in filled) >= needed else "OK"


def made_at(alarm: Any) -> float:
    """The time at which the alarm was created or changed, in seconds since 1970."""
    moment: float = alarm.configuration_updated_timestamp.replace(tzinfo=UTC).timestamp()
    return moment


def period_of(alarm: Any) -> int:
    """The period in seconds: all metrics of an alarm have the same."""
    periods = [query.metric_stat.period for query in alarm.metric_data_queries if query.metric_stat]
    return int(periods[0] if periods else alarm.period)


def evaluated_series(alarm: Any, values: Values, end: int) -> Series:
    """The series to compare: the formula's if there is one, else the metric's; its newest period ends at `end`."""
    if not alarm.metric_data_queries:
        statistic = alarm.extended_statistic or alarm.statistic
        key = key_of(alarm.namespace, alarm.metric_name, alarm.dimensions)
        return series_of(values.get(key, []), int(alarm.period), statistic, end)
    given = {query.id: _queried(query, values, end) for query in alarm.metric_data_queries if query.metric_stat}
    formulas = [query.expression for query in alarm.metric_data_queries if query.expression]
    plain = [text for text in formulas if not text.startswith("ANOMALY_DETECTION_BAND")]
    return evaluated(plain[0], given) if plain else next(iter(given.values()))


def _queried(query: Any, values: Values, end: int) -> Series:
    stat, metric = query.metric_stat, query.metric_stat.metric
    key = key_of(metric.namespace, metric.metric_name, metric.dimensions)
    return series_of(values.get(key, []), int(stat.period), stat.stat, end)


def key_of(namespace: str, name: str, dimensions: Any) -> MetricKey:
    """The key of a metric that an alarm names."""
    return namespace, name, frozenset((each.name, each.value) for each in dimensions or [])


def deviations_of(alarm: Any) -> float:
    """The width of the band that a value must leave."""
    (band,) = (query.expression for query in alarm.metric_data_queries if query.id == alarm.threshold_metric_id)
    return float(band.rpartition(",")[2].strip(" )"))


def outside(alarm: Any, value: float, band: Band) -> bool:
    """Whether a value leaves its band on a side that the alarm watches."""
    above = value > band.high and alarm.comparison_operator != "LessThanLowerThreshold"
    below = value < band.low and alarm.comparison_operator != "GreaterThanUpperThreshold"
    return above or below
