"""Alarm evaluation of the local CloudWatch: metrics from log lines, statistics, formulas, bands, missing data."""

import json
import re
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from dataops.local_aws.cloudwatch.alarm_evaluation import evaluation_of
from dataops.local_aws.cloudwatch.embedded_metrics import Measured, embedded_in, filtered
from dataops.local_aws.cloudwatch.metric_math import band_of, evaluated
from dataops.local_aws.cloudwatch.metric_store import series_of

NOW = 1_780_000_000.0
METRIC = ("acme", "seconds", frozenset({("environment", "dev")}))
DIMENSIONS = [SimpleNamespace(name="environment", value="dev")]


def query(name: str, expression: str | None = None, metric: str = "seconds", stat: str = "Maximum") -> Any:
    found = SimpleNamespace(metric_name=metric, namespace="acme", dimensions=DIMENSIONS)
    measured = None if expression else SimpleNamespace(metric=found, period=60, stat=stat)
    return SimpleNamespace(id=name, expression=expression, metric_stat=measured)


def alarm(*queries: Any, **changes: Any) -> Any:
    """An alarm as moto stores it: more than 10 in the last minute, created long ago."""
    usual = {
        "metric_data_queries": list(queries or [query("m")]),
        "comparison_operator": "GreaterThanThreshold",
        "threshold": 10.0,
        "threshold_metric_id": None,
        "evaluation_periods": 1,
        "datapoints_to_alarm": None,
        "treat_missing_data": "notBreaching",
        "configuration_updated_timestamp": datetime.fromtimestamp(NOW - 86400, UTC).replace(tzinfo=None),
    }
    return SimpleNamespace(**usual | changes)


def minutes(*values: float | None) -> dict[Any, list[tuple[float, float]]]:
    """One value per minute, the newest last; None is a minute without data."""
    moments = [NOW - 60 * age for age in reversed(range(len(values)))]
    return {METRIC: [(moment, value) for moment, value in zip(moments, values, strict=True) if value is not None]}


def test_a_line_in_embedded_metric_format_is_measured() -> None:
    directive = {"Namespace": "acme", "Dimensions": [["environment"]], "Metrics": [{"Name": "runs", "Unit": "Count"}]}
    line = {"runs": 2, "environment": "dev", "_aws": {"Timestamp": 1, "CloudWatchMetrics": [directive]}}

    assert embedded_in(json.dumps(line)) == [Measured("acme", "runs", {"environment": "dev"}, 2.0)]
    assert embedded_in("not json") == embedded_in('{"_aws": 1}') == []


def test_a_filter_of_a_log_group_counts_the_lines_that_fit() -> None:
    made = {"metricNamespace": "acme", "metricName": "rejected", "metricValue": "1"}
    filters = [{"filterPattern": "[first, action = REJECT]", "metricTransformations": [made]}]

    assert filtered("2 REJECT", filters) == [Measured("acme", "rejected", {}, 1.0)]
    assert filtered("2 ACCEPT", filters) == filtered("2 REJECT more", filters) == []


def test_a_filter_of_another_kind_is_an_error() -> None:
    with pytest.raises(ValueError, match="filter pattern"):
        filtered("x", [{"filterPattern": "{ $.a = 1 }", "metricTransformations": []}])


@pytest.mark.parametrize(
    ("statistic", "value"),
    [
        ("Sum", 10.0),
        ("Maximum", 4.0),
        ("Minimum", 1.0),
        ("Average", 2.5),
        ("SampleCount", 4.0),
        ("p99", 4.0),
        ("p50", 2.0),
    ],
)
def test_the_values_of_a_period_become_one(statistic: str, value: float) -> None:
    assert series_of([(60.0 + second, float(second)) for second in (1, 2, 3, 4)], 60, statistic, end=180) == {-2: value}


@pytest.mark.parametrize(
    ("formula", "series"),
    [
        ("errors / calls", {1: 0.5}),
        ("SUM([errors, calls])", {1: 3.0, 2: 4.0}),
        ("MAX([errors / 10, calls / 10])", {1: 0.2, 2: 0.4}),
    ],
)
def test_a_formula_skips_what_was_not_measured_and_never_divides_by_nothing(
    formula: str, series: dict[int, float]
) -> None:
    given = {"errors": {1: 1.0}, "calls": {1: 2.0, 2: 4.0}}

    assert evaluated(formula, given) == series
    assert evaluated("a / b", {"a": {1: 1.0}, "b": {1: 0.0}}) == {}


def test_a_formula_of_another_kind_is_an_error() -> None:
    with pytest.raises(ValueError, match="metric math"):
        evaluated("RATE(m)", {"m": {}})


@pytest.mark.parametrize(
    ("values", "state"), [((5.0,), "OK"), ((11.0,), "ALARM"), ((11.0, None), "OK"), ((10.0,), "OK")]
)
def test_the_newest_period_is_compared_with_the_threshold(values: tuple[float | None, ...], state: str) -> None:
    assert evaluation_of(alarm(), minutes(*values), NOW).state == state


@pytest.mark.parametrize(
    ("missing", "state"), [("breaching", "ALARM"), ("notBreaching", "OK"), ("missing", "INSUFFICIENT_DATA")]
)
def test_what_was_not_measured_counts_as_the_alarm_says(missing: str, state: str) -> None:
    assert evaluation_of(alarm(treat_missing_data=missing), {}, NOW).state == state


def test_an_alarm_that_was_just_made_does_not_ring_for_what_could_not_be_measured_yet() -> None:
    young = datetime.fromtimestamp(NOW - 10, UTC).replace(tzinfo=None)

    evaluation = evaluation_of(alarm(treat_missing_data="breaching", configuration_updated_timestamp=young), {}, NOW)

    assert evaluation.state == "INSUFFICIENT_DATA"


def test_the_window_slides_so_that_a_new_half_hour_without_a_measurement_does_not_ring() -> None:
    half_an_hour, hour = 1800, NOW - NOW % 3600
    measured = query("m")
    measured.metric_stat.period = half_an_hour
    swept = alarm(measured, treat_missing_data="breaching")
    values = {METRIC: [(hour - 600, 1.0)]}

    assert [evaluation_of(swept, values, hour + later).state for later in (-60, 5, 1100, 1260)] == [
        *["OK"] * 3, "ALARM"
    ]  # fmt: skip
    assert f"{datetime.fromtimestamp(hour + 60 - half_an_hour, UTC):%H:%M}:00)" in (
        evaluation_of(swept, values, hour + 5).reason
    )


@pytest.mark.parametrize(
    ("values", "state"), [((20.0, 1.0, 20.0), "ALARM"), ((20.0, 1.0, 1.0), "OK"), ((20.0, None, None), "OK")]
)
def test_two_of_three_periods_may_be_enough(values: tuple[float | None, ...], state: str) -> None:
    assert evaluation_of(alarm(evaluation_periods=3, datapoints_to_alarm=2), minutes(*values), NOW).state == state


def test_a_formula_is_evaluated_instead_of_its_metrics() -> None:
    shares = alarm(query("m"), query("e", metric="other"), query("share", "m / e"), threshold=0.5)
    other = ("acme", "other", METRIC[2])

    assert evaluation_of(shares, minutes(6.0) | {other: [(NOW, 10.0)]}, NOW).state == "ALARM"
    assert evaluation_of(shares, minutes(4.0) | {other: [(NOW, 10.0)]}, NOW).state == "OK"


@pytest.mark.parametrize(
    ("newest", "comparison", "state"),
    [
        (10.2, "LessThanLowerOrGreaterThanUpperThreshold", "OK"),
        (90.0, "LessThanLowerOrGreaterThanUpperThreshold", "ALARM"),
        (1.0, "LessThanLowerOrGreaterThanUpperThreshold", "ALARM"),
        (90.0, "GreaterThanUpperThreshold", "ALARM"),
        (1.0, "GreaterThanUpperThreshold", "OK"),
    ],
)
def test_a_band_is_the_metrics_own_history(newest: float, comparison: str, state: str) -> None:
    queries = (query("m"), query("usual", "ANOMALY_DETECTION_BAND(m, 3)"))
    usual = alarm(*queries, comparison_operator=comparison, threshold_metric_id="usual", threshold=None)

    assert evaluation_of(usual, minutes(9.0, 10.0, 11.0, 10.0, 10.0, 9.5, newest), NOW).state == state


def test_a_history_that_is_too_short_lets_expect_nothing() -> None:
    queries = (query("m"), query("usual", "ANOMALY_DETECTION_BAND(m, 3)"))
    usual = alarm(
        *queries, comparison_operator="GreaterThanUpperThreshold", threshold_metric_id="usual", threshold=None
    )

    assert evaluation_of(usual, minutes(1.0, 1.0, 1000.0), NOW).state == "OK"
    assert band_of([1.0, 1.0], 3) is None


def test_the_reason_is_in_cloudwatchs_words() -> None:
    # As CloudWatch writes it in DescribeAlarms and in its messages, without the remark about the transition.
    crossed = "Threshold Crossed: 1 out of the last 1 datapoints ["
    assert re.fullmatch(
        re.escape(crossed) + r"11\.0 \([/\d]{8} \d\d:\d\d:00\)\] was greater than the threshold \(10\.0\)\.",
        evaluation_of(alarm(), minutes(11.0), NOW).reason,
    )
    three = evaluation_of(alarm(evaluation_periods=3), minutes(11.0, 12.0, 13.0), NOW).reason
    assert re.search(r" 3 out of the last 3 datapoints \[13\.0 \(.*, 12\.0 \(.*, 11\.0 \(.* were greater than", three)
    assert "] was not greater than the threshold (10.0)." in evaluation_of(alarm(), minutes(9.0), NOW).reason
    assert evaluation_of(alarm(treat_missing_data="breaching"), {}, NOW + 3600).reason == (
        "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint "
        "was treated as [Breaching]."
    )


def test_the_reason_of_a_band_has_its_sides() -> None:
    queries = (query("m"), query("usual", "ANOMALY_DETECTION_BAND(m, 3)"))
    given = {"threshold_metric_id": "usual", "threshold": None}
    both = alarm(*queries, comparison_operator="LessThanLowerOrGreaterThanUpperThreshold", **given)
    one = alarm(*queries, comparison_operator="GreaterThanUpperThreshold", **given)
    values = minutes(9.0, 10.0, 11.0, 10.0, 10.0, 9.5, 90.0)

    assert re.search(
        r"was less than the lower thresholds \[[\d.]+\] or greater than the upper thresholds \[[\d.]+\]\.$",
        evaluation_of(both, values, NOW).reason,
    )
    assert re.search(r"\] was greater than the upper thresholds \[[\d.]+\]\.$", evaluation_of(one, values, NOW).reason)
    one.evaluation_periods = 2
    assert re.search(r"\] were .*upper thresholds \[[\d.]+, [\d.]+\]\.$", evaluation_of(one, values, NOW).reason)
