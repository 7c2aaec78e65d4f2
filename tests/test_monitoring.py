"""Alarms and the runbook belong together one to one, and what project.yaml says of monitoring arrives."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from monitoring_rules import alarms, charts, counts_of_the_job, measured_by_code, section_of, sections_of_the_runbook
from terraform_runner import Terraform, of_type

METRICS_AT_MOST = {"environment": 42, "dataset": 11}


@pytest.fixture(scope="module")
def everything_watched(planned_project: Path, tmp_path_factory: pytest.TempPathFactory, terraform: Terraform) -> Any:
    """The plan of a project with a database, a dataset in a rhythm, and settings of its own."""
    project = shutil.copytree(planned_project, tmp_path_factory.mktemp("watched") / "project", symlinks=True)
    path = project / "project.yaml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    url = "jdbc:oracle:thin:@db.example.com:1521/sales"
    settings["environments"][0]["jdbc"] = {"warehouse": {"url": url, "secret": "warehouse"}}
    settings["datasets"]["customers"] |= {"expected_every": "3 days", "quarantined_share": 0.3}
    settings["monitoring"] = {"log_retention": "30 days", "longest_wait": "2 hours", "unusual_deviations": 2}
    path.write_text(json.dumps(settings), encoding="utf-8")
    return terraform.plan(project / "dev")


def test_each_section_of_the_runbook_is_that_of_an_alarm_and_each_alarm_has_one(everything_watched: Any) -> None:
    sections = sections_of_the_runbook()

    assert len(sections) == len(set(sections)) >= 19
    assert sorted({section_of(alarm) for alarm in alarms(everything_watched).values()}) == sorted(sections)


def test_each_kind_of_alarm_has_a_section_of_its_own(everything_watched: Any) -> None:
    kinds: dict[str, set[str]] = {}
    for alarm in alarms(everything_watched).values():
        metrics = {metric["metric_name"] for query in alarm["metric_query"] for metric in query["metric"]}
        kinds.setdefault(section_of(alarm), set()).add(f"{sorted(metrics)} {alarm['comparison_operator']}")

    assert {section: kind for section, kind in kinds.items() if len(kind) > 1} == {}


def test_what_the_project_says_of_monitoring_arrives(everything_watched: Any) -> None:
    found = alarms(everything_watched)
    groups = of_type(everything_watched, "aws_cloudwatch_log_group").values()

    assert {group["retention_in_days"] for group in groups} == {30}
    assert found["acme-sales-dev-files-waiting"]["threshold"] == 7200
    assert found["acme-sales-dev-customers-late"]["threshold"] == 3 * 86400
    assert found["acme-sales-dev-customers-quarantined"]["threshold"] == 0.3
    assert found["acme-sales-dev-orders-quarantined"]["threshold"] == 0.02
    assert band(found["acme-sales-dev-orders-run-slow"]) == "ANOMALY_DETECTION_BAND(took, 2)"


def band(alarm: dict[str, Any]) -> str:
    (usual,) = (query["expression"] for query in alarm["metric_query"] if query["id"] == alarm["threshold_metric_id"])
    return str(usual)


def test_a_database_is_knocked_at_where_its_url_says(everything_watched: Any) -> None:
    (variables,) = (
        values["environment"][0]["variables"]
        for values in of_type(everything_watched, "aws_lambda_function").values()
        if values["handler"] == "check_connections.handler"
    )

    assert json.loads(variables["DATABASES"]) == {"warehouse": "db.example.com:1521"}
    assert {"s3", "dynamodb", "glue", "secretsmanager"} <= set(variables["SERVICES"].split(","))


@pytest.mark.parametrize(("provider", "address"), [("codecommit", "console.aws.amazon.com"), ("github", "github.com")])
def test_the_link_to_the_runbook_is_that_of_the_git_provider(
    provider: str, address: str, bake_into: Callable[..., Path], tmp_path: Path, terraform: Terraform
) -> None:
    project = bake_into(tmp_path)
    path = project / "project.yaml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    settings["git"] = {"provider": provider, "repository": "sales" if provider == "codecommit" else "acme/sales"}
    (tmp_path / "main.tf").write_text(
        f'module "project" {{\n  source = "{project}/modules/project"\n  settings = jsondecode(file("settings.json"))\n'
        '  environment = "dev"\n}\n\noutput "runbook" {\n  value = module.project.monitoring.runbook\n}\n'
    )
    (tmp_path / "settings.json").write_text(json.dumps(settings))
    terraform.run(tmp_path, "init")

    planned = terraform.run(tmp_path, "plan", "-input=false")

    assert f"{address}/" in planned.stdout
    assert "sales" in planned.stdout and "docs/runbook.md" in planned.stdout


def test_the_canary_is_not_watched(plan: dict[str, Any]) -> None:
    assert [name for name in alarms(plan) if "canary" in name] == []
    assert "canary" not in json.dumps(charts(plan))


def test_the_data_path_is_drawn_from_left_to_right(plan: dict[str, Any]) -> None:
    path = [chart for chart in charts(plan) if chart["properties"].get("title", "")[:1].isdigit()]

    assert [chart["properties"]["title"][0] for chart in sorted(path, key=lambda chart: chart["x"])] == list("123456")
    assert len({chart["y"] for chart in path}) == 1


def test_what_watching_costs_is_bounded(plan: dict[str, Any]) -> None:
    """CloudWatch bills each metric that an alarm looks at, a band as three."""
    billed = {"environment": 0, "dataset": 0}
    for name, alarm in alarms(plan).items():
        metrics = sum(
            3 if alarm["threshold_metric_id"] else 1 for query in alarm["metric_query"] for _ in query["metric"]
        )
        scope = "dataset" if name.startswith("acme-sales-dev-orders-") else "environment"
        billed[scope] += 0 if name.startswith("acme-sales-dev-customers-") else metrics

    assert all(0 < billed[scope] <= most for scope, most in METRICS_AT_MOST.items()), billed


def test_the_metrics_that_the_rules_trust_are_found_in_the_code() -> None:
    assert counts_of_the_job() == {"rows_in", "published", "quarantined", "duplicates"}
    assert {"runs_failed", "seconds_since_published", "endpoints_unreachable"} <= measured_by_code()
