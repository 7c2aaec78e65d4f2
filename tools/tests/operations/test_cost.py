"""What a month costs: sums that can be checked by hand, levers that are real differences, no price that is guessed."""

import copy
import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from rich.console import Console
from steps import reporting

from dataops.cost import command
from dataops.cost.delivery import lines_of_delivery
from dataops.cost.estimate import METRICS_OF_A_JOB, Use, estimate, longest_run, priced
from dataops.cost.frequency import runs_a_day
from dataops.cost.levers import CHOICES, Lever, Month, best_levers, total
from dataops.cost.prices import TABLE, Prices, prices
from dataops.cost.report import Report, print_report
from dataops.cost.stack import Stack, metrics_of, stack_of_plan

CONTENT: dict[str, Any] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
REGION = "us-east-1"
STACK = Stack(
    name="dev",
    region=REGION,
    glue_version="5.1",
    workers=4,
    worker_type="G.2X",
    flex=False,
    interfaces=12,
    keys=1,
    secrets=0,
    alarms=3,
    dashboards=1,
    datasets=("orders",),
)
USE = Use(runs=10, minutes=6, gigabytes=2, months=12)
MONTH = Month((STACK,), {"dev": {"orders": USE}})


def table_with(**changed: Any) -> Prices:
    """The table with other prices; None takes one away."""
    content = copy.deepcopy(CONTENT)
    for name, price in changed.items():
        if price is None:
            del content["prices"][name]
        else:
            content["prices"][name] = {"per": "x", REGION: price, "source": "https://example.com"}
    return Prices(content)


def cost_of(service: str, stack: Stack = STACK, use: Use = USE) -> float:
    return estimate(stack, dict.fromkeys(stack.datasets, use), prices()).of_service(service)


@pytest.mark.parametrize(
    "service, by_hand",
    [
        # 10 runs x 30.4 days x 4 workers of 2 DPU x 0.1 hours x 0.44
        ("Glue jobs", 10 * 30.4 * 8 * 0.1 * 0.44),
        # 10 crawls x 30.4 days x 2 DPU x 10 minutes x 0.44
        ("Glue crawlers", 10 * 30.4 * 2 / 6 * 0.44),
        # 6 endpoints in 2 zones x 730 hours x 0.01
        ("VPC endpoints", 6 * 2 * 730 * 0.01),
        # 2 GB x 30.4 days x 12 months, in and out, x 0.023, and 200 writes and 500 reads a run;
        # 96 sweeps a day, each of which lists 304 x 10 files x 12 months by the thousand
        (
            "S3",
            2 * 30.4 * 12 * 2 * 0.023
            + 304 * (200 * 0.000005 + 500 * 0.0000004)
            + 96 * 30.4 * 304 * 10 * 12 / 1000 * 0.000005,
        ),
        # a key, another for the state, and 100 requests a run
        ("KMS, Secrets Manager", 2 * 1.0 + 304 * 100 * 0.000003),
    ],
)
def test_a_service_costs_what_the_sum_by_hand_says(service: str, by_hand: float) -> None:
    assert cost_of(service) == pytest.approx(by_hand)


def test_the_total_is_the_sum_of_its_parts_and_of_its_services() -> None:
    found = estimate(STACK, {"orders": USE}, prices())
    parts, services = {line.part for line, _ in found.costs}, {line.service for line, _ in found.costs}

    assert found.missing == []
    assert sum(map(found.of_part, parts)) == pytest.approx(found.total)
    assert sum(map(found.of_service, services)) == pytest.approx(found.total)


def test_a_run_of_seconds_is_billed_a_minute() -> None:
    assert cost_of("Glue jobs", use=USE._replace(minutes=0.1)) == cost_of("Glue jobs", use=USE._replace(minutes=1))


def test_a_newer_glue_is_cheaper_and_spare_capacity_too() -> None:
    usual = cost_of("Glue jobs")

    assert cost_of("Glue jobs", STACK._replace(glue_version="6.0")) == pytest.approx(usual * 0.308 / 0.44)
    assert cost_of("Glue jobs", STACK._replace(flex=True)) == pytest.approx(usual * 0.29 / 0.44)


def test_one_more_dataset_costs_more() -> None:
    more = STACK._replace(datasets=("orders", "refunds"))
    uses = dict.fromkeys(more.datasets, USE)

    assert estimate(more, uses, prices()).total > estimate(STACK, uses, prices()).total + 10


@pytest.mark.parametrize("field", ["runs", "minutes", "gigabytes", "months"])
def test_more_of_anything_costs_more(field: str) -> None:
    more = USE._replace(**{field: getattr(USE, field) * 2})

    assert estimate(STACK, {"orders": more}, prices()).total > estimate(STACK, {"orders": USE}, prices()).total


def test_a_missing_price_is_named_and_never_zero() -> None:
    found = estimate(STACK, {"orders": USE}, table_with(crawler=None))

    assert found.missing == ["crawler"]
    assert "Glue crawlers" not in {line.service for line, _ in found.costs}


def test_flex_of_the_newer_glue_has_no_price_in_the_table() -> None:
    newest = STACK._replace(glue_version="6.0", flex=True)

    assert estimate(newest, {"orders": USE}, prices()).missing == ["flex_job_6.0"]
    assert longest_run(newest, 120, prices()) is None


def test_what_is_not_used_needs_no_price() -> None:
    assert estimate(STACK, {"orders": USE}, table_with(secret=None)).missing == []
    assert estimate(STACK._replace(secrets=1), {"orders": USE}, table_with(secret=None)).missing == ["secret"]


def test_a_region_of_the_table_has_its_own_prices_and_every_other_those_of_the_table() -> None:
    content = copy.deepcopy(CONTENT)
    content["prices"]["endpoint"]["eu-west-1"] = 0.011
    table = Prices(content)

    assert table.of("endpoint", "eu-west-1") == 0.011
    assert table.of("endpoint", "eu-north-1") == 0.01
    assert table.of("nothing", "eu-west-1") is None
    assert table.regions() == {REGION}


def test_every_price_says_its_unit_and_where_it_is_from() -> None:
    assert CONTENT["read_on"].isoformat()
    for name, entry in CONTENT["prices"].items():
        assert entry["per"], name
        assert entry["source"].startswith("https://aws.amazon.com/"), name
        assert entry[REGION] > 0, name


def test_a_run_that_hangs_costs_all_workers_until_its_timeout() -> None:
    assert longest_run(STACK, 120, prices()) == pytest.approx(8 * 2 * 0.44)


def test_every_metric_of_the_job_is_counted() -> None:
    sent: list[str] = []

    class CloudWatch:
        def put_metric_data(self, Namespace: str, MetricData: list[dict[str, Any]]) -> None:  # noqa: N803
            sent.extend(metric["MetricName"] for metric in MetricData)

    settings: Any = SimpleNamespace(environment="dev", dataset="orders", project="acme-sales")
    report: Any = SimpleNamespace(total=lambda count: 0)
    reporting.send_metrics(CloudWatch(), settings, report)

    assert len(set(sent)) == METRICS_OF_A_JOB


# Levers


def lever(edit: str) -> Lever:
    return next(each for each in best_levers(MONTH, prices(), count=100) if each.edit == edit)


@pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: choice.edit)
def test_a_lever_saves_the_difference_of_two_estimates(choice: Any) -> None:
    changed = Month((STACK._replace(**choice.fields),), MONTH.uses)
    before, after = total(MONTH, prices()), total(changed, prices())

    assert before and after
    assert lever(choice.edit if choice.is_of_project else f"dev: {choice.edit}").saves == pytest.approx(before - after)


def test_a_schedule_saves_the_runs_above_four_a_day() -> None:
    usual, seldom = (estimate(STACK, {"orders": USE._replace(runs=runs)}, prices()).total for runs in (10, 4))

    assert lever("orders: schedule: rate(6 hours)").saves == pytest.approx(usual - seldom)


def test_the_three_best_are_listed_the_best_first() -> None:
    found = best_levers(MONTH, prices())

    assert len(found) == 3
    assert [each.saves for each in found] == sorted((each.saves for each in found), reverse=True)
    assert found == best_levers(MONTH, prices(), count=100)[:3]


def test_what_is_done_already_is_no_lever() -> None:
    done = STACK._replace(
        workers=2,
        worker_type="G.1X",
        interfaces=0,
        glue_version="6.0",
    )

    assert best_levers(Month((done,), {"dev": {"orders": USE._replace(runs=1)}}), prices()) == []


def test_spare_capacity_is_not_proposed_for_large_workers() -> None:
    large = STACK._replace(worker_type="G.4X")
    edits = [each.edit for each in best_levers(Month((large,), MONTH.uses), prices(), count=100)]

    assert "dev: flex: true" not in edits
    assert "dev: worker_type: G.1X" in edits


def test_without_a_price_nothing_is_compared() -> None:
    assert best_levers(MONTH, table_with(crawler=None)) == []


# How often


@pytest.mark.parametrize(
    "schedule, expected_every, a_day",
    [
        ("", None, 4),
        ("", "24 hours", 1),
        ("", "30 minutes", 48),
        ("", "7 days", 1 / 7),
        ("rate(2 hours)", "24 hours", 12),
        ("rate(1 day)", None, 1),
        ("cron(0 6 * * ? *)", None, 1),
        ("cron(0/15 8-17 ? * MON-FRI *)", None, 4 * 10 * 5 / 7),
        ("cron(0,30 * * * ? *)", None, 48),
        ("cron(0 6 1 * ? *)", None, 1 / 30),
        ("cron(0 8-18/2 * * ? *)", None, 6),
        ("cron(0 9 ? * 2#1 *)", None, 1 / 7),
        ("cron(0 9 L * ? *)", None, 1 / 30),
    ],
)
def test_runs_a_day_follow_from_schedule_and_expectation(
    schedule: str, expected_every: str | None, a_day: float
) -> None:
    assert runs_a_day(schedule, expected_every) == pytest.approx(a_day)


# A plan


def planned(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"planned_values": {"root_module": {"child_modules": [{"resources": list(resources)}]}}}


def resource(kind: str, address: str = "x", **values: Any) -> dict[str, Any]:
    return {"mode": "managed", "type": kind, "address": address, "values": values}


JOB = resource(
    "aws_glue_job",
    'module.environment.module.dataset["orders"].aws_glue_job.this',
    glue_version="6.0",
    number_of_workers=10,
    worker_type="G.2X",
    execution_class="FLEX",
)


@pytest.fixture(scope="module")
def settings() -> dict[str, dict[str, Any]]:
    return command.settings_of_all(command.PROJECT)


def first_of(settings: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return settings[settings["pipeline"]["delivery"]["environments"][0]["name"]]


def test_a_plan_is_counted_and_not_assumed(settings: dict[str, dict[str, Any]]) -> None:
    plan = planned(
        JOB,
        resource("aws_vpc_endpoint", vpc_endpoint_type="Interface", subnet_ids=["a", "b", "c"]),
        resource("aws_vpc_endpoint", vpc_endpoint_type="Interface"),
        resource("aws_vpc_endpoint", vpc_endpoint_type="Gateway"),
        resource("aws_kms_key"),
        resource("aws_cloudwatch_metric_alarm"),
        resource("aws_cloudwatch_dashboard"),
    )

    found = stack_of_plan(plan, first_of(settings))

    assert (found.workers, found.worker_type, found.flex, found.glue_version) == (10, "G.2X", True, "6.0")
    assert (found.interfaces, found.keys, found.alarms, found.dashboards) == (3 + 2, 1, 1, 1)
    assert found.datasets == ("orders",)


@pytest.mark.parametrize(
    "alarm, count",
    [
        ({}, 1),
        ({"metric_query": [{"expression": "a/b"}, {"metric": [{}]}, {"metric": [{}]}]}, 2),
        ({"metric_query": [{"expression": "ANOMALY_DETECTION_BAND(m1)"}, {"metric": [{}]}]}, 3),
    ],
)
def test_an_alarm_is_billed_by_its_metrics(alarm: dict[str, Any], count: int) -> None:
    assert metrics_of(alarm) == count


# The command


@pytest.fixture(autouse=True)
def once_read(settings: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Terraform read project.yaml once for all tests of this file."""
    monkeypatch.setattr(command, "settings_of_all", lambda project: settings)


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    command.main(list(words), standalone_mode=False)
    return capsys.readouterr().out


def test_the_command_tells_amounts_assumptions_levers_and_what_the_table_covers(
    capsys: pytest.CaptureFixture[str], settings: dict[str, dict[str, Any]]
) -> None:
    text = said(capsys, "--runs", "24")

    for entry in settings["pipeline"]["delivery"]["environments"]:
        assert entry["name"] in text
    for name in settings["pipeline"]["datasets"]:
        assert name in text
    assert "runs per day 24, minutes per run 5" in text
    assert f"list prices of {REGION} read on {CONTENT['read_on']}" in text
    assert "Largest savings" in text
    assert "GB scanned per day 10" in " ".join(text.split())
    assert "a query that scans as much as `queries` allows costs 0.49" in text
    assert "Not included: Glue's own metrics" in text


def test_an_amount_for_one_dataset_concerns_it_alone(
    capsys: pytest.CaptureFixture[str], settings: dict[str, dict[str, Any]]
) -> None:
    name = next(name for name in settings["pipeline"]["datasets"] if name != "canary")

    text = said(capsys, "--runs", f"24 {name}=3", "--minutes", f"{name}=7", "--gigabytes", f"{name}=0.5")

    assert f"{name}: runs per day 3, minutes per run 7, one crawl per run, GB per day 0.5" in text


def test_a_plan_is_estimated_alone_and_tells_what_nobody_knows_the_price_of(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, settings: dict[str, dict[str, Any]]
) -> None:
    path = tmp_path / "plan.json"
    name = next(name for name in settings["pipeline"]["datasets"] if name != "canary")
    job = {**JOB, "address": JOB["address"].replace("orders", name)}
    path.write_text(json.dumps(planned(job, resource("aws_kms_key"), resource("aws_quantum_computer"))))
    environment = first_of(settings)["environment"]["name"]

    text = said(capsys, "--environment", environment, "--plan", str(path))

    assert "no price for flex_job_6.0" in text
    assert "that the estimate does not include: aws_quantum_computer" in text
    assert "10 workers of G.2X" in text


@pytest.mark.parametrize(
    "words, refusal",
    [
        (["--runs", "nothing=3"], "project.yaml has no dataset 'nothing'"),
        (["--minutes", "long"], "'long' is not a number"),
        (["--plan", "nowhere.tfplan"], "There is no plan nowhere.tfplan"),
    ],
)
def test_a_mistake_is_refused_in_a_sentence(words: list[str], refusal: str) -> None:
    with pytest.raises(SystemExit, match=refusal):
        command.main(words)


def printed(**changed: Any) -> str:
    found = estimate(STACK, {"orders": USE}, prices())
    report = Report(
        month=MONTH,
        estimates={"dev": found},
        delivery=priced(lines_of_delivery(1, 10), REGION, prices()),
        levers=[],
        budgets={"dev": None},
        canary="canary",
        deployments=10,
        unknown=[],
        hanging={},
        dearest_queries={},
    )
    text = io.StringIO()
    print_report(report._replace(**changed), prices(), Console(file=text, width=120))
    return text.getvalue()


def test_a_budget_is_compared_and_a_missing_one_proposed() -> None:
    whole = estimate(STACK, {"orders": USE}, prices()).total

    assert f"the estimate is {whole / 800:.0%} of its monthly_budget of 800" in printed(budgets={"dev": 800.0})
    assert "no monthly_budget in project.yaml; " in printed()


def test_delivery_costs_its_builds_and_the_actions_of_the_pipeline() -> None:
    # Per deployment: check 20, notify 1, and plan 3, apply 4, smoke 6; two pull requests of 20; drift of 3 every night.
    large, small = 10 * (20 + 2 * 20), 10 * (1 + 13) + 30.4 * 3
    found = priced(lines_of_delivery(1, 10), REGION, prices())

    assert found.of_service("CodeBuild") == pytest.approx(large * 0.01 + small * 0.005)
    assert found.of_service("CodePipeline") == pytest.approx(10 * (1 + 20 + 14) * 0.002)
