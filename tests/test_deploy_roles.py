"""What bootstrap/ lets the pipeline do in an environment: plan reads, apply writes in bounds, smoke flies a canary."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from iam_evaluation import EVERYTHING, iam, refused_by
from infrastructure_rules import listed
from terraform_runner import Terraform, of_type
from test_permissions import known_actions

ACCOUNT, PREFIX = "111111111111", "acme-sales-dev"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/{PREFIX}-boundary"
SUBNETS = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
CLIENT_KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/12345678-1234-1234-1234-123456789012"
MODULES = Path(__file__).parents[1] / "{{cookiecutter.project_slug}}" / "modules"
READING = ("Get", "List", "Describe", "BatchGet", "Search", "View", "Decrypt")
HERE = {"aws:RequestedRegion": "eu-west-1"}


@dataclass(frozen=True)
class Role:
    """A role as it was made: whom it trusts, its policies, its boundary."""

    trust: dict[str, Any]
    policies: list[dict[str, Any]]
    boundary: dict[str, Any]

    def may(self, action: str, resource: str, **context: str) -> bool:
        known = HERE | {key.replace("__", ":"): value for key, value in context.items()}
        answer: bool = iam.may(self.policies, self.boundary, iam.Request(action, resource, context=known))
        return answer


@pytest.fixture(scope="module")
def roles(
    bake_into: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory, terraform: Terraform, local_aws: str
) -> dict[str, Role]:
    """plan, apply, smoke and read of the first environment, after bootstrap/ was applied."""
    project = bake_into(tmp_path_factory.mktemp("bootstrapped"))
    path = project / "project.yaml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    settings["environments"][0]["jdbc"] = {"sales": {"url": "jdbc:postgresql://h/db", "secret": "sales"}}
    path.write_text(json.dumps(settings | {"kms_keys": [CLIENT_KEY]}), encoding="utf-8")
    terraform.init(project / "bootstrap")
    done = terraform.run(project / "bootstrap", "apply", "-input=false", "-auto-approve", "-var=environment=dev")
    assert done.returncode == 0, done.stdout + done.stderr
    access = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": "eu-west-1"}
    iam = boto3.client("iam", endpoint_url=local_aws, **access)
    return {name: role_of(iam, f"{PREFIX}-deploy-{name}") for name in ("plan", "apply", "smoke", "read")}


def role_of(iam: Any, name: str) -> Role:
    role = iam.get_role(RoleName=name)["Role"]
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    assert iam.list_role_policies(RoleName=name)["PolicyNames"] == []
    policies = [document(iam, each["PolicyArn"]) for each in attached]
    boundary = document(iam, role["PermissionsBoundary"]["PermissionsBoundaryArn"])
    return Role(role["AssumeRolePolicyDocument"], policies, boundary)


def document(iam: Any, arn: str) -> dict[str, Any]:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    found: dict[str, Any] = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    return found


def granted(role: Role) -> set[str]:
    return {action for policy in role.policies for each in policy["Statement"] for action in listed(each["Action"])}


def test_each_role_trusts_its_own_builds_and_nobody_else(roles: dict[str, Role]) -> None:
    builds = {
        "plan": ["plan-dev"],
        "apply": ["apply-dev"],
        "smoke": ["smoke-dev"],
        "read": ["pull-request", "drift"],
    }
    for name, role in roles.items():
        (statement,) = role.trust["Statement"]
        trusted = listed(statement["Condition"]["ArnEquals"]["aws:PrincipalArn"])

        assert sorted(trusted) == sorted(
            f"arn:aws:iam::{ACCOUNT}:role/acme-sales-pipeline-{build}" for build in builds[name]
        )


def test_no_role_is_granted_all_of_a_service(roles: dict[str, Role]) -> None:
    assert {name: [action for action in granted(role) if "*" in action] for name, role in roles.items()} == {
        "plan": [],
        "apply": [],
        "smoke": [],
        "read": [],
    }


def test_every_action_that_a_role_is_granted_exists(roles: dict[str, Role]) -> None:
    for role in roles.values():
        assert [action for action in granted(role) if action.lower() not in known_actions()] == []
    assert len(granted(roles["apply"])) >= 150


def test_a_plan_reads_and_writes_the_lock_of_its_state_only(roles: dict[str, Role]) -> None:
    plan, state = roles["plan"], f"arn:aws:s3:::{PREFIX}-state-{ACCOUNT}/acme-sales/dev/terraform.tfstate"
    writing = {action for action in granted(plan) if not action.split(":")[1].startswith(READING)}

    assert writing == {"s3:PutObject", "s3:DeleteObject", "kms:GenerateDataKey"}
    assert plan.may("s3:PutObject", f"{state}.tflock") and plan.may("s3:GetObject", state)
    assert not plan.may("s3:PutObject", state)


def test_a_pull_request_writes_nothing_not_even_the_lock_of_a_state(roles: dict[str, Role]) -> None:
    read, state = roles["read"], f"arn:aws:s3:::{PREFIX}-state-{ACCOUNT}/acme-sales/dev/terraform.tfstate"

    assert [action for action in granted(read) if not action.split(":")[1].startswith(READING)] == []
    assert read.may("s3:GetObject", state)
    assert not read.may("s3:DeleteObject", f"{state}.tflock") and not read.may("s3:PutObject", f"{state}.tflock")


def test_a_plan_reads_no_rows_of_people(roles: dict[str, Role]) -> None:
    plan = roles["plan"]

    assert not plan.may("s3:GetObject", f"arn:aws:s3:::{PREFIX}-input-{ACCOUNT}/orders/a.csv")
    assert not plan.may("dynamodb:GetItem", f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/{PREFIX}-ledger")


def test_an_apply_makes_roles_of_its_environment_within_the_boundary_only(roles: dict[str, Role]) -> None:
    apply, role = roles["apply"], f"arn:aws:iam::{ACCOUNT}:role/{PREFIX}-sweep"

    assert apply.may("iam:CreateRole", role, iam__PermissionsBoundary=BOUNDARY)
    assert not apply.may("iam:CreateRole", role)
    assert not apply.may("iam:CreateRole", role, iam__PermissionsBoundary="arn:aws:iam::aws:policy/AdministratorAccess")
    assert not apply.may("iam:CreateRole", role.replace(PREFIX, "acme-sales-prod"), iam__PermissionsBoundary=BOUNDARY)
    assert not apply.may("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/{PREFIX}-somebody")


@pytest.mark.parametrize(
    "role",
    [
        "west-deploy-apply",
        "west-deploy-read",
        "pipeline",
        "pipeline-apply-west",
        "west-pipeline-drift",
        "west-glue-job",
    ],
)
def test_an_apply_leaves_roles_of_a_project_whose_slug_is_its_prefix_alone(roles: dict[str, Role], role: str) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/{PREFIX}-{role}"
    given = {"iam__PermissionsBoundary": BOUNDARY, "iam__PassedToService": "lambda.amazonaws.com"}

    for action in ("CreateRole", "DeleteRole", "PassRole", "PutRolePolicy", "UpdateAssumeRolePolicy"):
        assert not Role({}, [EVERYTHING], roles["apply"].boundary).may(f"iam:{action}", arn, **given)


def test_an_apply_makes_every_role_of_its_own(roles: dict[str, Role]) -> None:
    text = [path.read_text() for path in (MODULES / "environment").glob("*.tf")]
    functions = {name for each in text for name in re.findall(r"^    (\w+) += \{ timeout = ", each, re.MULTILINE)}
    own = {name.replace("_", "-") for name in functions} | {"glue-job", "glue-crawler", "data-location", "flow-log"}
    assert len(own) >= 11

    for name in sorted(own):
        role = f"arn:aws:iam::{ACCOUNT}:role/{PREFIX}-{name}"
        assert roles["apply"].may("iam:CreateRole", role, iam__PermissionsBoundary=BOUNDARY), name


def test_a_key_of_the_client_is_used_through_the_services_that_it_serves(roles: dict[str, Role]) -> None:
    for role in roles.values():
        assert role.may("kms:Decrypt", CLIENT_KEY, kms__ViaService="glue.eu-west-1.amazonaws.com")
        assert not role.may("kms:Decrypt", CLIENT_KEY, kms__ViaService="s3.eu-west-1.amazonaws.com")
        assert not role.may("kms:Decrypt", CLIENT_KEY)


def test_the_boundary_takes_a_secret_of_the_project_and_none_whose_name_only_begins_like_it(
    roles: dict[str, Role],
) -> None:
    bound = Role({}, [EVERYTHING], roles["smoke"].boundary)
    secret = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:sales"

    assert bound.may("secretsmanager:GetSecretValue", f"{secret}-a1B2c3")
    assert not bound.may("secretsmanager:GetSecretValue", f"{secret}-archive-a1B2c3")


def test_an_apply_hands_its_roles_to_the_services_that_work_for_it_only(roles: dict[str, Role]) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/{PREFIX}-sweep"

    assert roles["apply"].may("iam:PassRole", role, iam__PassedToService="lambda.amazonaws.com")
    assert not roles["apply"].may("iam:PassRole", role, iam__PassedToService="ec2.amazonaws.com")


def test_a_smoke_test_writes_and_reads_canaries_only(roles: dict[str, Role]) -> None:
    smoke, bucket = roles["smoke"], f"arn:aws:s3:::{PREFIX}-input-{ACCOUNT}"

    assert smoke.may("s3:PutObject", f"{bucket}/canary/a.csv")
    for action in ("s3:PutObject", "s3:GetObject", "s3:DeleteObject"):
        assert not smoke.may(action, f"{bucket}/orders/a.csv")


INTERFACE = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:network-interface/eni-1"


def test_an_apply_removes_the_interfaces_that_lambda_leaves_in_a_network_of_its_own(roles: dict[str, Role]) -> None:
    """Terraform deletes them before their subnet or security group; Lambda does so minutes later."""
    assert roles["apply"].may("ec2:DeleteNetworkInterface", INTERFACE)
    assert not roles["plan"].may("ec2:DeleteNetworkInterface", INTERFACE)


def test_in_an_existing_network_an_apply_removes_interfaces_of_that_network_only(
    bake_into: Callable[..., Path], tmp_path: Path, terraform: Terraform
) -> None:
    project = bake_into(tmp_path)
    path = project / "project.yaml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    settings["environments"][0]["network"] = {"vpc": "vpc-0123456789abcdef0", "subnets": SUBNETS}
    path.write_text(json.dumps(settings), encoding="utf-8")
    made = of_type(terraform.plan(project / "bootstrap", "-var=environment=dev"), "aws_iam_policy")
    granted = [each["policy"] for address, each in made.items() if address.startswith('aws_iam_policy.grant["apply')]
    (boundary,) = (each["policy"] for address, each in made.items() if "deploy_boundary" in address)
    apply, vpc = Role({}, granted, boundary), f"arn:aws:ec2:eu-west-1:{ACCOUNT}:vpc/vpc-0123456789abcdef"

    assert apply.may("ec2:DeleteNetworkInterface", INTERFACE, ec2__Vpc=f"{vpc}0")
    assert not apply.may("ec2:DeleteNetworkInterface", INTERFACE, ec2__Vpc=f"{vpc}1")
    assert not apply.may("ec2:DeleteNetworkInterface", INTERFACE)


# What nobody shall do who works as an apply, whatever the role is granted one day; by the denial that keeps it.
DENIED: dict[str, tuple[str, str]] = {
    "NoRowsOfPeople": ("s3:GetObject", f"arn:aws:s3:::{PREFIX}-output-{ACCOUNT}/orders/a.parquet"),
    "NoValues": ("dynamodb:GetItem", f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/{PREFIX}-ledger"),
    "NoRoleWithoutBoundary": ("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/{PREFIX}-sweep"),
    "NoOwnRoleNorBoundary": ("iam:DeleteRole", f"arn:aws:iam::{ACCOUNT}:role/{PREFIX}-deploy-apply"),
    "BoundariesStay": ("iam:DeleteRolePermissionsBoundary", f"arn:aws:iam::{ACCOUNT}:role/{PREFIX}-sweep"),
    "StateBucketStays": ("s3:DeleteBucket", f"arn:aws:s3:::{PREFIX}-state-{ACCOUNT}"),
    "StatesStay": ("s3:DeleteObject", f"arn:aws:s3:::{PREFIX}-state-{ACCOUNT}/acme-sales/dev/terraform.tfstate"),
    "NoStateOfTheBootstrap": (
        "s3:GetObject",
        f"arn:aws:s3:::{PREFIX}-state-{ACCOUNT}/acme-sales/dev/bootstrap.tfstate",
    ),
}


@pytest.mark.parametrize("denial", DENIED)
def test_an_apply_that_is_granted_everything_is_still_kept_from_it_by_that_denial(
    roles: dict[str, Role], denial: str
) -> None:
    action, resource = DENIED[denial]
    boundary = roles["apply"].boundary
    without = boundary | {"Statement": [each for each in boundary["Statement"] if each["Sid"] != denial]}
    assert len(without["Statement"]) == len(boundary["Statement"]) - 1

    assert not Role({}, [EVERYTHING], boundary).may(action, resource)
    assert Role({}, [EVERYTHING], without).may(action, resource)


def test_services_that_the_project_does_not_use_are_out_of_reach_whatever_is_granted(roles: dict[str, Role]) -> None:
    bound = Role({}, [EVERYTHING], roles["apply"].boundary)

    for action in ("ec2:RunInstances", "iam:CreateAccessKey", "organizations:LeaveOrganization", "sts:AssumeRole"):
        assert not bound.may(action, "*")


def test_every_grant_lies_within_the_boundary(roles: dict[str, Role]) -> None:
    tags = {f"aws:{kind}Tag/{name}": value for kind in ("Resource", "Request") for name, value in
            {"Project": "acme-sales", "Environment": "dev"}.items()}  # fmt: skip
    for role in roles.values():
        for policy in role.policies:
            assert refused_by(json.dumps(role.boundary), json.dumps(policy), **HERE, **tags) == []
