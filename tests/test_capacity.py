"""What modules/project says a deployment takes of its account's quotas is what Terraform plans."""

import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from terraform_runner import of_type

Plan = dict[str, Any]
ASK = (
    "import json, sys; from pathlib import Path; from dataops.project.job_settings import settings_of; "
    "print(json.dumps(settings_of(Path('.'), sys.argv[1])['capacity']))"
)


def capacity_of(project: Path, environment: str) -> dict[str, Any]:
    command = [sys.executable, "-c", ASK, environment]
    done = subprocess.run(command, cwd=project, text=True, capture_output=True, check=True)
    found: dict[str, Any] = yaml.safe_load(done.stdout)
    return found


@pytest.fixture(scope="module")
def of_dev(planned_project: Path) -> dict[str, Any]:
    return capacity_of(planned_project, "dev")


@pytest.fixture(scope="module")
def of_pipeline(delivery_project: Path) -> dict[str, Any]:
    return capacity_of(delivery_project, "pipeline")


def reserved_in(plan: Plan) -> list[int]:
    return sorted(each["reserved_concurrent_executions"] for each in of_type(plan, "aws_lambda_function").values())


def rules_in(plan: Plan) -> int:
    return len(of_type(plan, "aws_cloudwatch_event_rule"))


def test_an_environment_reserves_the_executions_that_its_lambdas_have(of_dev: dict[str, Any], plan: Plan) -> None:
    assert sorted(of_dev["reserved_executions"].values()) == reserved_in(plan)


def test_an_environment_makes_the_event_rules_that_are_counted(of_dev: dict[str, Any], plan: Plan) -> None:
    assert of_dev["event_rules"] == rules_in(plan), "see modules/project/capacity.tf"


def test_a_new_vpc_has_the_endpoints_that_are_counted(of_dev: dict[str, Any], plan: Plan) -> None:
    endpoints = of_type(plan, "aws_vpc_endpoint").values()

    def of_kind(kind: str) -> int:
        return sum(each["vpc_endpoint_type"] == kind for each in endpoints)

    assert len(of_dev["interface_endpoints"]) == of_kind("Interface")
    assert len(of_dev["gateway_endpoints"]) == of_kind("Gateway")


def test_the_delivery_account_reserves_executions_and_makes_rules_as_counted(
    of_pipeline: dict[str, Any], delivery_plan: Plan
) -> None:
    assert sorted(of_pipeline["reserved_executions"].values()) == reserved_in(delivery_plan)
    assert of_pipeline["event_rules"] == rules_in(delivery_plan), "see modules/project/capacity.tf"


def test_a_person_gets_as_many_policies_as_are_counted(of_pipeline: dict[str, Any], delivery_plan: Plan) -> None:
    attached = Counter(each["role"] for each in of_type(delivery_plan, "aws_iam_role_policy_attachment").values())

    assert {*attached.values()} == {of_pipeline["policies_of_a_person"]}


def test_the_documents_say_how_many_executions_are_reserved(
    of_dev: dict[str, Any], of_pipeline: dict[str, Any], planned_project: Path
) -> None:
    here, there = (sum(each["reserved_executions"].values()) for each in (of_dev, of_pipeline))

    page = (planned_project / "docs/deploying.md").read_text(encoding="utf-8")
    assert f"an environment reserves {here} executions, the pipeline {there}," in page
