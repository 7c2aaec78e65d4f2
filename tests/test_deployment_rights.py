"""An environment is made, changed and taken apart again with the rights of its deploy roles, and nothing else."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from answer_matrix import ACCOUNT
from make_command import answer_of

ANALYSTS, FINANCE = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("Analysts", "team/Finance"))
EMAIL = {"protocol": "email", "endpoint": "data-team@example.com"}
ID, SEEN_AT, NOTE = (
    {"name": name, "type": type_} for name, type_ in (("id", "bigint"), ("seen_at", "timestamp"), ("note", "string"))
)


def everything(settings: dict[str, Any]) -> dict[str, Any]:
    """A project.yaml with each kind of target, table, connection and option once."""
    tenant, team = "12345678-1234-1234-1234-123456789012", "22345678-1234-1234-1234-123456789012"
    warehouse = {"url": "jdbc:postgresql://db.example.com:5433/sales", "secret": "sales/db"}
    first = {"name": "dev", "account": ACCOUNT, "monthly_budget": 100, "jdbc": {"warehouse": warehouse}}
    orders = {"format": "csv", "columns": [ID, SEEN_AT], "primary_key": ["id"], "expected_every": "24 hours"}
    visits = {"format": "json", "columns": [ID, SEEN_AT], "table_format": "iceberg", "primary_key": ["id"]}
    orders["readers"] = [FINANCE]
    return {key: settings[key] for key in ("name", "slug", "region")} | {
        "readers": [ANALYSTS],
        "queries": {"most_scanned": "10 GB"},
        "tags": {"owner": "data-team", "cost center": "42", "level": "internal"},
        "environments": [first],
        "datasets": {"orders": orders | {"schedule": "cron(0 6 * * ? *)"}, "visits": visits},
        "monitoring": {"log_retention": "30 days"},
        "notifications": [
            EMAIL,
            {"protocol": "sms", "endpoint": "+32470123456"},
            {"protocol": "https", "endpoint": "https://example.com/data"},
            {"protocol": "slack", "workspace": "T0123ABCD", "channel": "C0123ABCD"},
            {"protocol": "teams", "tenant": tenant, "team": team, "channel": "19:abcdef@thread.tacv2"},
            {"protocol": "topic", "arn": f"arn:aws:sns:{settings['region']}:{ACCOUNT}:alerts"},
        ],
    }


def changed(settings: dict[str, Any]) -> dict[str, Any]:
    """Other tags, one of them gone and one of them new, and another value of each setting that may change."""
    found = deepcopy(settings)
    found["tags"] = {"owner": "another-team", "cost center": "43", "stage": "trial"}
    found["monitoring"] = {"log_retention": "60 days", "failed_runs": 3}
    found["readers"], found["queries"] = [FINANCE], {"most_scanned": "1 TB", "results_kept": "7 days"}
    first = found["environments"][0]
    first |= {"monthly_budget": 200, "workers": 4, "worker_type": "G.2X"}
    first["jdbc"]["warehouse"]["url"] = "jdbc:postgresql://db.example.com:5434/sales"
    orders = found["datasets"]["orders"]
    orders |= {"schedule": "rate(2 hours)", "timeout": "45 minutes", "prefix": "in/orders/", "expected_every": "2 days"}
    orders["columns"] = [ID, SEEN_AT, NOTE]
    for target in found["notifications"]:
        target["kinds"] = ["run failed", "data late", "alarm"]
    return found


def reduced(settings: dict[str, Any]) -> dict[str, Any]:
    """One dataset, one target and nothing else that is an option."""
    found = deepcopy(settings)
    found["datasets"] = {"orders": {"format": "csv", "columns": [ID, SEEN_AT, NOTE]}}
    found["environments"] = [{"name": "dev", "account": ACCOUNT}]
    return found | {"notifications": [EMAIL], "tags": {}, "readers": [], "queries": {}}


@pytest.fixture(scope="module")
def walked(bake_into: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What became of each step."""
    project = bake_into(tmp_path_factory.mktemp("deployed"))
    given = yaml.safe_load((project / "project.yaml").read_text())
    full = everything(given)
    steps = tmp_path_factory.mktemp("steps") / "steps.json"
    steps.write_text(json.dumps([full, changed(full), reduced(changed(full))]))
    found: dict[str, Any] = answer_of("deployment_of_a_project.py", project, str(steps), timeout=1500)
    return found


@pytest.mark.parametrize(("step", "least"), [("creation", 200), ("change", 60), ("removal", 60)])
def test_the_deploy_roles_may_plan_and_apply_it_and_the_plan_after_it_is_empty(
    walked: dict[str, Any], step: str, least: int
) -> None:
    found = walked["steps"][["creation", "change", "removal"].index(step)]

    assert found["planned"] and found["settled"]
    assert found["changed"] >= least


def test_a_pull_request_plans_with_the_read_role_and_without_the_lock(walked: dict[str, Any]) -> None:
    assert walked["read"] == "nothing to change"
