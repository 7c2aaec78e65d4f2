"""The local Logs Insights: each command that saved queries use, over lines as Lambdas, jobs and networks write them."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from dataops.local_aws.cloudwatch.insights import execute

NOW = 1_780_000_000


def group(*messages: Any) -> Any:
    """A log group with one event per second."""
    texts = [message if isinstance(message, str) else json.dumps(message) for message in messages]
    events = [SimpleNamespace(timestamp=(NOW + second) * 1000, message=text) for second, text in enumerate(texts)]
    stream = SimpleNamespace(log_stream_name="stream", events=events)
    return SimpleNamespace(name="/group", account_id="111111111111", streams={"stream": stream})


def asked(query: str, *messages: Any) -> list[dict[str, Any]]:
    return execute([group(*messages)], query, NOW - 60, NOW + 3600)


def test_fields_are_those_of_the_lines_of_json_and_what_is_computed_of_them() -> None:
    (row,) = asked("fields @log, run, bad / rows as share", {"run": "r1", "rows": 4, "bad": 1})

    assert row == {"@log": "111111111111:/group", "run": "r1", "share": 0.25}


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ('event = "a"', [1]),
        ('event != "a"', [2, 3]),
        ("n > 1 and n <= 3", [2, 3]),
        ('event = "a" or n = 3', [1, 3]),
        ('event in ["b", "c"]', [2, 3]),
        ("@message like /x.z/", [3]),
        ('event in ["a"] or @message like /x.z|nothing/', [1, 3]),
        ("nobody > 1", []),
    ],
)
def test_a_filter_keeps_what_fits(condition: str, found: list[int]) -> None:
    lines = [{"event": "a", "n": 1}, {"event": "b", "n": 2}, {"event": "c", "n": 3, "text": "xyz"}]

    assert [row["n"] for row in asked(f"fields n | filter {condition}", *lines)] == found


def test_stats_count_by_group_and_by_span_of_time() -> None:
    lines = [{"dataset": "a", "s": 1}, {"dataset": "b", "s": 5}, {"dataset": "a", "s": 3}]

    rows = asked("stats count(*) as runs, avg(s) as usual, max(s) as longest by dataset, bin(1h)", *lines)

    assert [(row["dataset"], row["runs"], row["usual"], row["longest"]) for row in rows] == [
        ("a", 2, 2.0, 3),
        ("b", 1, 5.0, 5),
    ]


def test_the_latest_value_may_be_divided() -> None:
    rows = asked("stats latest(age) / 3600 as hours by dataset", *({"dataset": "a", "age": age} for age in (60, 7200)))

    assert rows == [{"dataset": "a", "hours": 2.0}]


def test_what_lies_inside_is_found_by_its_path() -> None:
    report = {"type": "platform.report", "record": {"metrics": {"durationMs": 12}}}

    assert asked(
        'filter type = "platform.report" | stats max(record.metrics.durationMs) as longest by @log', report
    ) == [{"@log": "111111111111:/group", "longest": 12}]


def test_the_columns_of_a_flow_log_have_the_names_that_insights_gives_them() -> None:
    line = "2 111111111111 eni-1 10.20.0.5 93.184.216.34 51000 443 6 1 40 1780000000 1780000060 REJECT OK"

    rows = asked(
        'filter action = "REJECT" | stats count(*) as connections by srcAddr, dstAddr, dstPort', line, line, "x"
    )

    assert rows == [{"srcAddr": "10.20.0.5", "dstAddr": "93.184.216.34", "dstPort": "443", "connections": 2}]


def test_the_newest_come_first_and_no_more_than_asked_for() -> None:
    rows = asked("fields n | sort @timestamp desc | limit 2", *({"n": number} for number in range(4)))

    assert [row["n"] for row in rows] == [3, 2]


@pytest.mark.parametrize("query", ["parse @message /a/", "filter n between 1 and 2", "filter @message like 5"])
def test_what_is_not_known_here_is_an_error_and_no_wrong_answer(query: str) -> None:
    with pytest.raises(ValueError, match="the local AWS"):
        asked(query, {"n": 1})
