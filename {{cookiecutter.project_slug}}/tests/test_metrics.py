"""Tests of the Lambdas' metrics: embedded metric format in their log lines, with the right numbers."""

import json
from typing import Any

import pytest
from event_chain import DATASET, NAME, EventChain
from runtime.metric import METRICS, measure


def lines(capsys: pytest.CaptureFixture[str], event: str) -> list[dict[str, Any]]:
    """Return the log lines of an event since the last call."""
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in said if line["event"] == event]


def measured(capsys: pytest.CaptureFixture[str], event: str) -> dict[str, Any]:
    """Return the metrics of the newest line of an event."""
    line = lines(capsys, event)[-1]
    named = [metric["Name"] for directive in line["_aws"]["CloudWatchMetrics"] for metric in directive["Metrics"]]
    return {name: line[name] for name in named}


def test_a_line_names_namespace_dimensions_and_units_as_the_format_wants_it(
    chain: EventChain, capsys: pytest.CaptureFixture[str]
) -> None:
    chain.sweep()

    (line,) = lines(capsys, "dataset-swept")
    ours, the_datasets = line["_aws"]["CloudWatchMetrics"]
    assert ours["Namespace"] == the_datasets["Namespace"] == "acme"
    assert (ours["Dimensions"], the_datasets["Dimensions"]) == ([["environment"]], [["environment", "dataset"]])
    assert the_datasets["Metrics"] == [{"Name": "seconds_since_published", "Unit": "Seconds"}]
    assert (line["environment"], line["dataset"]) == ("dev", DATASET)
    assert isinstance(line["_aws"]["Timestamp"], int)


def test_a_run_is_counted_once_however_often_its_end_is_an_event(
    chain: EventChain, capsys: pytest.CaptureFixture[str]
) -> None:
    chain.deliver(chain.upload("orders/a.csv"))
    chain.crawl()
    chain.job_ends()
    chain.tell_job_ended("jr_0")
    chain.sweep()

    (line,) = lines(capsys, "run-ended")
    assert (line["runs_published"], line["runs_failed"], line["runs_timed_out"]) == (1, 0, 0)


@pytest.mark.parametrize(("state", "timed_out"), [("FAILED", 0), ("TIMEOUT", 1)])
def test_a_failed_run_is_counted_and_one_that_took_too_long_twice(
    chain: EventChain, capsys: pytest.CaptureFixture[str], state: str, timed_out: int
) -> None:
    chain.deliver(chain.upload("orders/a.csv"))
    chain.crawl()
    chain.glue.job_runs[0]["ExecutionTime"] = 61
    chain.job_ends(state)

    counts = {"runs_published": 0, "runs_failed": 1, "runs_timed_out": timed_out, "run_seconds": 61}
    assert measured(capsys, "run-ended") == counts


def test_what_is_published_ages_until_the_next_run_publishes(
    chain: EventChain, capsys: pytest.CaptureFixture[str]
) -> None:
    for hours in (0, 2):
        chain.clock.forward(hours=hours)
        chain.sweep()
        # Nothing was ever published: the age counts from the first measurement.
        assert measured(capsys, "dataset-swept")["seconds_since_published"] == hours * 3600
    chain.deliver(chain.upload("orders/a.csv"))
    chain.crawl()
    chain.job_ends()
    chain.sweep()
    assert measured(capsys, "dataset-swept")["seconds_since_published"] == 0

    chain.clock.forward(hours=30)
    chain.sweep()

    assert measured(capsys, "dataset-swept")["seconds_since_published"] == 30 * 3600


def test_a_failed_run_makes_nothing_fresher(chain: EventChain, capsys: pytest.CaptureFixture[str]) -> None:
    chain.sweep()
    chain.clock.forward(hours=5)
    chain.deliver(chain.upload("orders/a.csv"))
    chain.crawl()
    chain.job_ends("FAILED")

    chain.sweep()

    assert measured(capsys, "dataset-swept")["seconds_since_published"] >= 5 * 3600


def test_the_oldest_unfinished_file_says_how_long_files_wait(
    chain: EventChain, capsys: pytest.CaptureFixture[str]
) -> None:
    chain.deliver(chain.upload("orders/a.csv"))
    chain.clock.forward(minutes=40)
    chain.deliver(chain.upload("orders/b.csv"))
    chain.sweep()

    measures = measured(capsys, "dataset-swept")
    assert (measures["files_waiting"], measures["seconds_waited"]) == (2, 40 * 60)


def test_a_crawl_that_is_at_work_is_measured_before_it_ends(
    chain: EventChain, capsys: pytest.CaptureFixture[str]
) -> None:
    chain.deliver(chain.upload("orders/a.csv"))
    chain.glue.crawler["CrawlElapsedTime"] = 7_200_000

    chain.sweep()

    assert measured(capsys, "crawl-seen") == {"crawls_failing": 0, "crawl_seconds": 7200}


def test_a_crawl_counts_as_failing_until_one_succeeds(chain: EventChain, capsys: pytest.CaptureFixture[str]) -> None:
    chain.deliver(chain.upload("orders/a.csv"))
    chain.crawl("FAILED")
    assert measured(capsys, "crawl-ended") == {"crawls_failing": 1}
    chain.sweep()
    assert measured(capsys, "crawl-seen") == {"crawls_failing": 1}

    ended = {"crawlerName": NAME, "state": "Succeeded", "runningTime (sec)": "36"}
    chain.glue.finish_crawl()
    chain.start_etl_job.handler({"detail": ended}, None)

    assert measured(capsys, "crawl-ended") == {"crawls_failing": 0, "crawl_seconds": 36}


def test_nothing_is_measured_that_the_table_of_metrics_does_not_know() -> None:
    with pytest.raises(KeyError, match="rows_in"):
        measure("acme-dev", "anything", {"rows_in": 1.0})
    assert all(metric.unit in ("Count", "Seconds") for metric in METRICS.values())
