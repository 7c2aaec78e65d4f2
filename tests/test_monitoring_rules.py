"""The rules of what watches hold, and each notices the change that it is there for."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from monitoring_rules import RULES
from mutation import Mutation, apply_mutation, groups
from terraform_runner import Terraform

MUTATIONS: dict[str, Mutation] = {
    "an alarm looks at a metric that nobody measures": (
        "modules/environment/alarm.tf",
        r'"seconds_waited"',
        '"seconds_waiting"',
        "metrics_have_a_source",
    ),
    "an alarm leads to a section that the runbook lacks": (
        "modules/dataset/alarm.tf",
        r'"job-memory"',
        '"memory"',
        "alarms_lead_to_the_runbook",
    ),
    "a source that has fallen silent counts as well": (
        "modules/dataset/alarm.tf",
        r'"breaching"',
        '"notBreaching"',
        "a_silent_source_rings",
    ),
    "a topic is left out of the alarm of what could not be delivered": (
        "modules/environment/alarm_notification.tf",
        r"chunklist\(module\.notification\.names, 10\)",
        "chunklist(slice(module.notification.names, 1, length(module.notification.names)), 10)",
        "every_topic_that_people_read_is_watched",
    ),
    "a sweep that has stopped counts as well": (
        "modules/environment/alarm.tf",
        r'"breaching"',
        '"notBreaching"',
        "a_sweep_that_has_stopped_rings",
    ),
    "the dashboard forgets the alarms of datasets": (
        "modules/environment/dashboard.tf",
        r"concat\(module\.alarm\.names, .*\)\)",
        "module.alarm.names",
        "the_dashboard_shows_every_alarm",
    ),
    "the dashboard no longer shows what is logged, and billed": (
        "modules/environment/chart.tf",
        r'name = "IncomingBytes"',
        'name = "IncomingLogEvents"',
        "the_dashboard_shows_freshness_volume_failures_and_cost",
    ),
    "two charts share a place": (
        "modules/environment/dashboard.tf",
        r"row\.width \* \(index",
        "2 * (index",
        "charts_have_room",
    ),
    "a section has no query": (
        "modules/environment/saved_query.tf",
        r"\n +crawl-long +=.*\n",
        "\n",
        "each_section_has_a_query_over_logs_that_exist",
    ),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_default_project_keeps_the_rule(rule: Any, plan: dict[str, Any]) -> None:
    assert rule(plan) == []


@pytest.mark.parametrize("group", groups(MUTATIONS), ids=lambda group: f"{len(group)} mutations")
def test_each_rule_notices_the_change_that_it_is_there_for(
    group: list[str], planned_project: Path, tmp_path: Path, terraform: Terraform
) -> None:
    project = shutil.copytree(planned_project, tmp_path / "project", symlinks=True)
    for mutation in group:
        apply_mutation(MUTATIONS[mutation], project)

    mutated = terraform.plan(project / "dev")

    rules = {rule.__name__: rule for rule in RULES}
    assert [each for each in group if not rules[MUTATIONS[each][3]](mutated)] == []


def test_each_rule_has_a_mutation_that_it_notices() -> None:
    assert {rule for *_, rule in MUTATIONS.values()} == {rule.__name__ for rule in RULES}
