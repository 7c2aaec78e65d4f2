"""A KMS key is used within seconds of its creation, when AWS may not count its tags and its alias yet."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from iam_evaluation import iam
from infrastructure_rules import Plan
from mutation import apply_mutation
from terraform_runner import Terraform, of_type

ACCOUNT = "111111111111"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/12345678-1234-1234-1234-123456789012"
THROUGH_S3 = {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}
Bounded = Callable[[str], str]


def effects(policy: str, action: str, role: str, **context: str) -> set[str]:
    """What a policy decides about a role's use of a key that has no tags and no alias yet."""
    arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
    known = {"aws:PrincipalArn": arn, **THROUGH_S3} | {key.replace("__", ":"): value for key, value in context.items()}
    found: set[str] = iam.effects([policy], iam.Request(action, KEY, frozenset({arn}), known))
    return found


def key_policy(plan: Plan, name: str = "aws_kms_key.this") -> str:
    """The planned policy of a key."""
    (found,) = (each["policy"] for address, each in of_type(plan, "aws_kms_key").items() if address.endswith(name))
    return str(found)


@pytest.fixture(scope="module")
def bootstrapped(
    delivery_project: Path, tmp_path_factory: pytest.TempPathFactory, terraform: Terraform
) -> dict[str, Plan]:
    """What bootstrap/ plans for an environment and for the delivery account."""
    project = shutil.copytree(delivery_project, tmp_path_factory.mktemp("bounded") / "project", symlinks=True)
    return {name: terraform.plan(project / "bootstrap", f"-var=environment={name}") for name in ("dev", "pipeline")}


def boundary(plan: Plan) -> str:
    return str(of_type(plan, "aws_iam_policy")["aws_iam_policy.boundary"]["policy"])


@pytest.mark.parametrize("action", ["kms:CreateAlias", "kms:EnableKeyRotation", "kms:PutKeyPolicy", "kms:CreateGrant"])
def test_the_apply_role_manages_a_new_key(plan: Plan, action: str) -> None:
    service = {"kms__ViaService": "lambda.eu-west-1.amazonaws.com"}

    assert effects(key_policy(plan), action, "acme-sales-dev-deploy-apply", **service) == {"Allow"}
    assert effects(key_policy(plan), action, "acme-sales-prod-deploy-apply", **service) == set()


def test_without_the_roles_in_its_policy_nobody_manages_a_new_key(
    planned_project: Path, tmp_path: Path, terraform: Terraform
) -> None:
    project = shutil.copytree(planned_project, tmp_path / "project", symlinks=True)
    change = ("modules/environment/key.tf", r"concat\(local\._deploy_statements, ", "concat([], ", "")
    apply_mutation(change, project)

    policy = key_policy(terraform.plan(project / "dev"))

    assert effects(policy, "kms:EnableKeyRotation", "acme-sales-dev-deploy-apply") == set()


@pytest.mark.parametrize("environment", ["dev", "pipeline"])
def test_the_boundary_leaves_a_new_key_to_the_other_policies(bootstrapped: dict[str, Plan], environment: str) -> None:
    policy = boundary(bootstrapped[environment])
    theirs = {"aws__ResourceTag/Project": "acme-sales", "aws__ResourceTag/Environment": "prod"}

    assert effects(policy, "kms:GenerateDataKey", f"acme-sales-{environment}-any") == {"Allow"}
    assert effects(policy, "kms:GenerateDataKey", f"acme-sales-{environment}-any", **theirs) == set()


@pytest.mark.parametrize("role", ["", "-plan-dev", "-apply-prod", "-notify", "-drift", "-tell-delivery"])
def test_the_pipeline_and_its_builds_write_with_a_new_key(delivery_plan: Plan, role: str) -> None:
    policy = key_policy(delivery_plan)

    assert effects(policy, "kms:Decrypt", f"acme-sales-pipeline{role}") == {"Allow"}
    assert effects(policy, "kms:GenerateDataKey", f"acme-sales-pipeline{role}") == {"Allow"}
    assert effects(policy, "kms:PutKeyPolicy", f"acme-sales-pipeline{role}") == set()


@pytest.mark.parametrize("build", ["check", "pull-request"])
def test_a_build_that_only_reads_has_no_new_key_to_write_with(delivery_plan: Plan, build: str) -> None:
    policy = key_policy(delivery_plan)

    assert effects(policy, "kms:Decrypt", f"acme-sales-pipeline-{build}") == {"Allow"}
    assert effects(policy, "kms:GenerateDataKey", f"acme-sales-pipeline-{build}") == set()


@pytest.mark.parametrize("role", ["Architects", "Developers", "acme-sales-pipelines"])
def test_nobody_else_is_in_the_policy_of_the_pipeline_s_key(delivery_plan: Plan, role: str) -> None:
    assert effects(key_policy(delivery_plan), "kms:Decrypt", role) == set()


def test_every_role_of_the_pipeline_that_names_the_key_is_in_its_policy(delivery_plan: Plan) -> None:
    policy = key_policy(delivery_plan)
    using = [
        of_type(delivery_plan, "aws_iam_role")[address.replace("role_policy.", "role.")]["name"]
        for address, each in of_type(delivery_plan, "aws_iam_role_policy").items()
        if "kms:ResourceAliases" in each["policy"]
    ]

    assert len(using) >= 10
    assert [role for role in using if effects(policy, "kms:Decrypt", role) != {"Allow"}] == []


@pytest.mark.parametrize(("role", "locks"), [("plan", True), ("apply", True), ("read", False)])
def test_the_deploy_roles_use_a_new_state_key(bootstrapped: dict[str, Plan], role: str, locks: bool) -> None:
    policy, name = key_policy(bootstrapped["dev"], "aws_kms_key.state"), f"acme-sales-dev-deploy-{role}"

    assert effects(policy, "kms:Decrypt", name) == {"Allow"}
    assert effects(policy, "kms:GenerateDataKey", name) == ({"Allow"} if locks else set())
    assert effects(policy, "kms:Decrypt", "acme-sales-dev-deploy-smoke") == set()


def test_the_policy_of_a_key_fits(delivery_plan: Plan, plan: Plan) -> None:
    """AWS KMS Developer Guide, "Quotas": a key policy document has at most 32 KB."""
    sizes: list[Any] = [len(json.dumps(json.loads(key_policy(each)))) for each in (delivery_plan, plan)]

    assert all(0 < size < 32_768 for size in sizes)
