"""Every policy of every root fits into what IAM takes: with the longest names, every partition, every feature on."""

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from answer_matrix import ACCOUNT, COLUMNS
from aws_platform import build_archives
from infrastructure_rules import Plan
from moto.ec2.models.vpcs import VPCBackend
from terraform_runner import Terraform, of_type

# IAM and AWS STS quotas (IAM User Guide): characters without white space; a role's inline policies count together.
MANAGED, INLINE, TRUST, ATTACHED = 6144, 10_240, 2048, 10
# The longest region name of each partition that project.yaml accepts.
REGIONS = {"aws": "ap-northeast-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-northwest-1"}
SLUG, FIRST = "a-slug-of-twenty-four-ab", "longest1"


def size(document: str | dict[str, Any]) -> int:
    """How IAM counts a policy: without white space."""
    found = json.loads(document) if isinstance(document, str) else document
    return len(json.dumps(found, separators=(",", ":"), ensure_ascii=False).replace(" ", ""))


def longest_settings(partition: str) -> dict[str, Any]:
    """A project.yaml in which everything that stands in a policy is as long, and as often there, as it may be."""
    here = f"{REGIONS[partition]}:{ACCOUNT}"
    return {
        "name": "The longest names",
        "slug": SLUG,
        "region": REGIONS[partition],
        "bucket_prefix": "bucket-prefix-of-20a",
        "git": {"provider": "codecommit", "repository": "r" * 100, "branch": "b" * 200},
        "kms_keys": [f"arn:{partition}:kms:{here}:key/12345678-1234-1234-1234-1234567890{n:02}" for n in range(16)],
        "approvers": [f"{number:02}{'A' * 62}" for number in range(20)],
        "readers": [f"arn:{partition}:iam::{ACCOUNT}:role/{'R' * 64}"],
        "delivery": {"approvals": 2, "developers": [f"{number:02}{'D' * 62}" for number in range(20)]},
        "environments": [longest_environment(number) for number in range(1, 9)],
        "datasets": {f"dataset_{number:03}_of_full_leng": ICEBERG for number in range(12)},
        # More topics do not fit into the environment of a Lambda: modules/notification refuses them.
        "notifications": [
            *({"protocol": "topic", "arn": f"arn:{partition}:sns:{here}:{n:02}{'t' * 254}"} for n in range(6)),
            {"protocol": "email", "endpoint": "data-team@example.com"},
            {"protocol": "slack", "workspace": "T0123ABCD", "channel": "C0123ABCD"},
            {"protocol": "teams", "tenant": f"1{ID}", "team": f"2{ID}", "channel": "19:abcdef@thread.tacv2"},
        ],
    }


ID = "2345678-1234-1234-1234-123456789012"
ICEBERG = {
    "format": "csv",
    "columns": [{"name": each["name"], "type": each["type"]} for each in COLUMNS],
    "primary_key": ["id"],
    "table_format": "iceberg",
}


def longest_environment(number: int) -> dict[str, Any]:
    """An environment with every option, and ten connections whose secrets have the longest names."""
    url = "jdbc:postgresql://db.example.com:5433/sales"
    return {
        "name": f"{FIRST[:-1]}{number}",
        "account": ACCOUNT,
        "lake_formation": True,
        "monthly_budget": 100,
        "jdbc": {
            f"connection_{letter}{'x' * 12}": {"url": url, "secret": f"{letter}{'s' * 127}"} for letter in "abcdefghij"
        },
        "network": {"cidr": "10.9.0.0/20"},
    }


@pytest.fixture(scope="module")
def longest(bake_into: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose first environment has the longest name; its project.yaml is written per partition."""
    return bake_into(
        tmp_path_factory.mktemp("longest"), project_slug=SLUG, environments=f"{FIRST}={ACCOUNT}", region="eu-west-1"
    )


@pytest.fixture(scope="module", autouse=True)
def filters_of_endpoint_services() -> Iterator[None]:
    """In China, endpoints are found by a filter whose values moto ignores; zones.py patches the local AWS likewise."""
    original = VPCBackend._filter_endpoint_services

    def filtered(names: list[str], filters: list[dict[str, Any]], services: list[dict[str, Any]]) -> list[Any]:
        found: list[Any] = original(names, [each | {"Value": each.get("Values", [])} for each in filters], services)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(VPCBackend, "_filter_endpoint_services", staticmethod(filtered))
        yield


@pytest.fixture(scope="module", params=REGIONS)
def partition(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def project(partition: str, longest: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project in one partition."""
    project = shutil.copytree(longest, tmp_path_factory.mktemp(partition) / "project", symlinks=True)
    settings = longest_settings(partition)
    (project / "project.yaml").write_text(yaml.safe_dump(settings, allow_unicode=True, sort_keys=False))
    return project


def too_long(plan: Plan) -> list[str]:
    """The managed policies and trust policies of a plan over IAM's limits, with their real size."""
    managed = [(address, size(each["policy"]), MANAGED) for address, each in of_type(plan, "aws_iam_policy").items()]
    trust = [
        (address, size(each["assume_role_policy"]), TRUST) for address, each in of_type(plan, "aws_iam_role").items()
    ]
    return [f"{address}: {found} of {limit}" for address, found, limit in [*managed, *trust] if found > limit]


def inline_too_long(plan: Plan) -> list[str]:
    """The roles of a plan whose inline policies are together over IAM's limit."""
    together: Counter[str] = Counter()
    for each in of_type(plan, "aws_iam_role_policy").values():
        together[each["name"]] += size(each["policy"])
    return [f"{name}: {found} of {INLINE}" for name, found in together.items() if found > INLINE]


def attached_too_often(plan: Plan) -> list[str]:
    """The roles of a plan that it attaches more policies to than IAM allows."""
    attached = Counter(each["role"] for each in of_type(plan, "aws_iam_role_policy_attachment").values())
    return [f"{role}: {times}" for role, times in attached.items() if times > ATTACHED]


def unknown_policies(plan: Plan) -> list[str]:
    """Policies that nobody could measure, because they are not known before an apply."""
    kinds = {"aws_iam_policy": "policy", "aws_iam_role_policy": "policy", "aws_iam_role": "assume_role_policy"}
    return [a for kind, key in kinds.items() for a, each in of_type(plan, kind).items() if not each.get(key)]


@pytest.mark.parametrize("environment", [FIRST, "pipeline"])
def test_the_policies_of_bootstrap_fit(project: Path, terraform: Terraform, environment: str) -> None:
    plan = terraform.plan(project / "bootstrap", f"-var=environment={environment}")

    assert len(of_type(plan, "aws_iam_policy")) >= (1 if environment == "pipeline" else 8)
    assert unknown_policies(plan) == []
    assert too_long(plan) == []
    assert attached_too_often(plan) == []


def test_the_rights_of_a_plan_in_one_policy_for_all_that_it_reads_do_not_fit(
    longest: Path, tmp_path: Path, terraform: Terraform
) -> None:
    project = shutil.copytree(longest, tmp_path / "project", symlinks=True)
    (project / "project.yaml").write_text(yaml.safe_dump(longest_settings("aws"), sort_keys=False))
    packing = project / "bootstrap" / "policy.tf"
    text, times = re.subn(r"floor\(sum\(.*\)\)$", 'startswith(name, "Read") ? 0 : 1', packing.read_text(), flags=re.M)
    assert times == 1
    packing.write_text(text)

    found = too_long(terraform.plan(project / "bootstrap", f"-var=environment={FIRST}"))

    sizes = [int(found.split(": ")[1].split(" ")[0]) for found in found if 'grant["plan-1"]' in found]
    assert sizes and sizes[0] > MANAGED


def test_the_policies_of_the_pipeline_fit(project: Path, terraform: Terraform) -> None:
    build_archives(project)
    plan = terraform.plan(project / "pipeline")

    assert len(of_type(plan, "aws_iam_role_policy")) >= 30
    assert unknown_policies(plan) == []
    assert too_long(plan) == []
    assert inline_too_long(plan) == []
    assert attached_too_often(plan) == []


# One in each zone: no region has more, and project.schema.json takes no more.
SUBNETS = 6
IN_ENVIRONMENT = ["role.glue", "role.lambda", "role.location"]
IN_ENVIRONMENT += [f"role_policy.{name}" for name in ("glue", "glue_network", "lambda", "lambda_network", "location")]


@pytest.fixture(scope="module")
def in_existing_network(
    project: Path, partition: str, local_aws: str, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The project in a VPC of somebody else that has a subnet in each of six zones."""
    access = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    ec2 = boto3.client("ec2", endpoint_url=local_aws, region_name=REGIONS[partition], **access)
    vpc = ec2.create_vpc(CidrBlock="10.60.0.0/16")["Vpc"]["VpcId"]
    blocks = [f"10.60.{number}.0/24" for number in range(SUBNETS)]
    subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock=block)["Subnet"]["SubnetId"] for block in blocks]
    found = shutil.copytree(project, tmp_path_factory.mktemp("existing") / "project", symlinks=True)
    settings = longest_settings(partition)
    settings["environments"][0]["network"] = {"vpc": vpc, "subnets": subnets}
    (found / "project.yaml").write_text(yaml.safe_dump(settings, allow_unicode=True, sort_keys=False))
    return found


def test_the_policies_of_an_environment_fit(in_existing_network: Path, terraform: Terraform) -> None:
    """Applied, because the policies that name the key and the security group are known only then."""
    build_archives(in_existing_network)
    root = in_existing_network / FIRST
    terraform.init(root)
    wanted = [f"-target=module.environment.aws_iam_{each}" for each in IN_ENVIRONMENT]
    wanted.append("-target=module.environment.module.notification.aws_iam_role.chat")

    done = terraform.run(root, "apply", "-input=false", "-auto-approve", *wanted)

    assert done.returncode == 0, done.stdout + done.stderr
    applied = {"planned_values": json.loads(terraform.run(root, "show", "-json").stdout)["values"]}
    together: Counter[str] = Counter()
    for each in of_type(applied, "aws_iam_role_policy").values():
        together[each["role"]] += size(each["policy"])
    assert len(together) >= 10
    assert unknown_policies(applied) == []
    assert {role: found for role, found in together.items() if found > INLINE} == {}
    assert too_long(applied) == []


def test_the_policies_of_the_flow_log_of_a_new_network_fit(project: Path, terraform: Terraform) -> None:
    plan = terraform.plan(project / FIRST, "-target=module.environment.aws_iam_role_policy.flow")

    (policy,) = of_type(plan, "aws_iam_role_policy").values()
    assert size(policy["policy"]) <= INLINE
    assert too_long(plan) == []
