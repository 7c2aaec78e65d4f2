"""Readers in project.yaml query their datasets in their workgroup, and nothing else: planned policies, evaluated."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from aws_platform import build_archives
from dataops.project.job_settings import settings_of_all
from iam_evaluation import may
from infrastructure_rules import listed
from terraform_runner import Terraform, of_type
from test_permissions import known_actions

ACCOUNT, PREFIX, REGION = "111111111111", "acme-sales-dev", "eu-west-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role"
ANALYSTS, FINANCE, SOMEBODY = f"{ROLE}/Analysts", f"{ROLE}/team/Finance", f"{ROLE}/aws-reserved/AWSReservedSSO_Audit_01"
ELSEWHERE = "arn:aws:iam::222222222222:role/Analysts"
DATASETS = ("orders", "orders_archive", "visits")
WORKGROUPS = {"Analysts": f"{PREFIX}-readers", "Finance": f"{PREFIX}-reader-Finance"}
Needed = tuple[str, str, dict[str, str]]


def glue(rest: str) -> str:
    return f"arn:aws:glue:{REGION}:{ACCOUNT}:{rest}"


def athena(rest: str) -> str:
    return f"arn:aws:athena:{REGION}:{ACCOUNT}:{rest}"


def bucket(purpose: str, key: str = "") -> str:
    return f"arn:aws:s3:::{PREFIX}-{purpose}-{ACCOUNT}{key}"


KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
OWN_KEY = {"kms__ResourceAliases": f"alias/{PREFIX}", "kms__ViaService": f"s3.{REGION}.amazonaws.com"}


ASKING = ("StartQueryExecution", "GetQueryExecution", "GetQueryResults", "GetWorkGroup", "ListNamedQueries")


def of_a_query(dataset: str, workgroup: str) -> list[Needed]:
    """Everything that one query needs, as Athena asks for it in the name of who starts it.

    Athena User Guide: "Use IAM policies to control workgroup access", "Control access to Amazon S3 from Athena",
    "Configure access to databases and tables in the AWS Glue Data Catalog" (the database `default` too).
    """
    results = bucket("query-result", f"/{workgroup}/1.csv")
    return [
        *((f"athena:{each}", athena(f"workgroup/{workgroup}"), {}) for each in ASKING),
        ("athena:ListWorkGroups", "*", {}),
        ("athena:GetDataCatalog", athena("datacatalog/AwsDataCatalog"), {}),
        ("glue:GetDatabase", glue("catalog"), {}),
        ("glue:GetDatabase", glue("database/default"), {}),
        ("glue:GetDatabase", glue("database/acme_sales_dev"), {}),
        *of_the_rows(dataset),
        ("s3:PutObject", results, {}),
        ("s3:GetObject", results, {}),
        ("s3:ListBucket", bucket("query-result"), {"s3__prefix": f"{workgroup}/"}),
        *(("s3:GetBucketLocation", bucket(each), {}) for each in ("query-result", "output")),
        ("kms:Decrypt", KEY, OWN_KEY),
        ("kms:GenerateDataKey", KEY, OWN_KEY),
    ]


def of_the_rows(dataset: str) -> list[Needed]:
    """What a query needs of its dataset."""
    tables, folders = [dataset, f"{dataset}_batches", f"{dataset}_commits"], [dataset, f"_commits/{dataset}"]
    catalog = [glue(f"table/acme_sales_dev/{table}") for table in tables]
    return [
        *((f"glue:{each}", table, {}) for each in ("GetTable", "GetPartitions") for table in catalog),
        *(("s3:GetObject", bucket("output", f"/{folder}/1"), {}) for folder in folders),
        *(("s3:ListBucket", bucket("output"), {"s3__prefix": f"{folder}/"}) for folder in folders),
    ]


# What nobody who reads may do.
BEYOND: list[Needed] = [
    ("glue:GetTable", glue("table/acme_sales_dev/quarantine_orders"), {}),
    ("glue:GetTable", glue("table/acme_sales_dev/raw_orders"), {}),
    ("glue:GetTable", glue("table/acme_sales_dev/canary"), {}),
    ("glue:GetTable", glue("table/acme_sales_prod/orders"), {}),
    ("glue:UpdateTable", glue("table/acme_sales_dev/orders"), {}),
    ("glue:DeleteTable", glue("table/acme_sales_dev/orders"), {}),
    ("s3:GetObject", bucket("quarantine", "/orders/batch_id=1/1.json"), {}),
    ("s3:GetObject", bucket("input", "/orders/a.csv"), {}),
    ("s3:GetObject", bucket("output", "/_reports/orders/1.json"), {}),
    ("s3:GetObject", bucket("output", "/_staging/orders/1.parquet"), {}),
    ("s3:GetObject", bucket("query-result", f"/{PREFIX}/1.csv"), {}),
    ("s3:PutObject", bucket("output", "/orders/1.parquet"), {}),
    ("s3:DeleteObject", bucket("output", "/orders/1.parquet"), {}),
    ("s3:ListBucket", bucket("output"), {}),
    ("s3:ListBucket", bucket("output"), {"s3__prefix": "_reports/"}),
    ("s3:ListBucket", bucket("query-result"), {}),
    ("athena:StartQueryExecution", athena(f"workgroup/{PREFIX}"), {}),
    ("athena:GetQueryResults", athena(f"workgroup/{PREFIX}"), {}),
    ("athena:StartQueryExecution", athena("workgroup/primary"), {}),
    ("athena:UpdateWorkGroup", athena(f"workgroup/{PREFIX}-readers"), {}),
    ("athena:DeleteNamedQuery", athena(f"workgroup/{PREFIX}-readers"), {}),
    ("kms:Decrypt", KEY, OWN_KEY | {"kms__ResourceAliases": f"alias/{PREFIX}-state"}),
    ("kms:Decrypt", KEY, {"kms__ResourceAliases": f"alias/{PREFIX}"}),
    ("dynamodb:GetItem", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{PREFIX}-ledger", {}),
]  # fmt: skip


@pytest.fixture(scope="module")
def project(bake_into: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with readers of every dataset, of one, and of another account."""
    project = bake_into(tmp_path_factory.mktemp("readers"))
    settings = yaml.safe_load((project / "project.yaml").read_text(encoding="utf-8"))
    dataset = {"format": "csv", "columns": [{"name": "id", "type": "bigint"}]}
    settings["datasets"] = {name: dict(dataset) for name in DATASETS}
    settings["datasets"]["orders"]["readers"] = [FINANCE, ANALYSTS, SOMEBODY]
    settings["datasets"]["visits"]["readers"] = [SOMEBODY]
    settings["environments"] = [
        {"name": "dev", "account": ACCOUNT, "lake_formation": True},
        {"name": "prod", "account": "222222222222"},
    ]
    (project / "project.yaml").write_text(json.dumps(settings | {"readers": [ANALYSTS, ELSEWHERE]}), encoding="utf-8")
    return project


@pytest.fixture(scope="module")
def rights(project: Path, terraform: Terraform) -> dict[str, Any]:
    """What `make bootstrap` plans for dev."""
    plan: dict[str, Any] = terraform.plan(project / "bootstrap", "-var=environment=dev")
    return plan


def policies_of(plan: dict[str, Any], role: str) -> list[dict[str, Any]]:
    """The policies that a plan attaches to the role of a reader."""
    attached = of_type(plan, "aws_iam_role_policy_attachment").items()
    names = [address.split('"')[1].partition(" of ")[0] for address, each in attached if each["role"] == role]
    made = of_type(plan, "aws_iam_policy")
    return [json.loads(made[f'aws_iam_policy.reader["{name}"]']["policy"]) for name in names]


def allowed(policies: list[dict[str, Any]], needed: Needed) -> bool:
    action, resource, context = needed
    return may(policies, action, resource, **context)


@pytest.mark.parametrize(("role", "dataset"), [*(("Analysts", dataset) for dataset in DATASETS), ("Finance", "orders")])
def test_a_reader_may_do_all_that_a_query_of_its_dataset_needs(rights: dict[str, Any], role: str, dataset: str) -> None:
    policies = policies_of(rights, role)

    assert [each for each in of_a_query(dataset, WORKGROUPS[role]) if not allowed(policies, each)] == []


def test_every_action_that_a_reader_is_granted_exists(rights: dict[str, Any]) -> None:
    policies = [policy for role in WORKGROUPS for policy in policies_of(rights, role)]
    granted = {action for policy in policies for each in policy["Statement"] for action in listed(each["Action"])}

    assert len(granted) >= 35
    assert [action for action in granted if action.lower() not in known_actions()] == []


@pytest.mark.parametrize("dataset", ["orders_archive", "visits"])
def test_a_reader_of_one_dataset_may_read_nothing_of_another(rights: dict[str, Any], dataset: str) -> None:
    policies, shared = policies_of(rights, "Finance"), of_a_query("orders", WORKGROUPS["Finance"])

    others = [each for each in of_a_query(dataset, WORKGROUPS["Finance"]) if each not in shared]

    assert len(others) == 10
    assert [each for each in others if allowed(policies, each)] == []


@pytest.mark.parametrize("role", WORKGROUPS)
def test_a_reader_may_not_read_results_of_others_the_quarantine_or_what_only_the_project_uses(
    rights: dict[str, Any], role: str
) -> None:
    policies = policies_of(rights, role)
    (other,) = set(WORKGROUPS.values()) - {WORKGROUPS[role]}
    results: list[Needed] = [
        ("athena:GetQueryResults", athena(f"workgroup/{other}"), {}),
        ("s3:GetObject", bucket("query-result", f"/{other}/1.csv"), {}),
    ]

    assert [each for each in [*BEYOND, *results] if allowed(policies, each)] == []


@pytest.mark.parametrize("role", WORKGROUPS)
def test_without_any_of_its_statements_a_reader_cannot_query(rights: dict[str, Any], role: str) -> None:
    needless = []
    policies = policies_of(rights, role)
    for statement in [each for policy in policies for each in policy["Statement"]]:
        without = [
            policy | {"Statement": [each for each in policy["Statement"] if each is not statement]}
            for policy in policies
        ]
        if all(allowed(without, each) for each in of_a_query("orders", WORKGROUPS[role])):
            needless.append(statement["Sid"])

    # Lake Formation hands out the data of a governed table.
    assert needless == ["Governed"]


def test_policies_are_attached_unless_identity_center_owns_the_role(rights: dict[str, Any]) -> None:
    attached = of_type(rights, "aws_iam_role_policy_attachment").items()
    names = {address.split('"')[1] for address in of_type(rights, "aws_iam_policy") if ".reader[" in address}

    # A role of IAM Identity Center gets its policy through its permission set.
    assert {each["role"] for address, each in attached if ".reader[" in address} == {"Analysts", "Finance"}
    groups = [*WORKGROUPS.values(), f"{PREFIX}-reader-AWSReservedSSO_Audit_01"]
    assert names == {*groups, *(f"{group}-1" for group in groups)}


def test_a_role_reads_the_environments_of_its_account_and_the_delivery_account_gives_nobody_the_right(
    project: Path,
) -> None:
    settings = settings_of_all(project)
    roles = {
        name: {role for each in of["queries"]["workgroups"].values() for role in each["roles"]}
        for name, of in settings.items()
    }

    assert roles == {"dev": {ANALYSTS, FINANCE, SOMEBODY}, "prod": {ELSEWHERE}, "pipeline": set()}


@pytest.fixture(scope="module")
def environment(project: Path, terraform: Terraform) -> dict[str, Any]:
    """What the pipeline plans for dev."""
    build_archives(project)
    plan: dict[str, Any] = terraform.plan(project / "dev")
    return plan


def test_each_audience_has_a_workgroup_with_enforced_limits_and_results_of_its_own(environment: dict[str, Any]) -> None:
    groups = [each for address, each in of_type(environment, "aws_athena_workgroup").items()]

    assert {each["name"] for each in groups} == {
        PREFIX,
        *WORKGROUPS.values(),
        f"{PREFIX}-reader-AWSReservedSSO_Audit_01",
    }
    for each in groups:
        (settings,) = each["configuration"]
        (result,) = settings["result_configuration"]
        assert settings["enforce_workgroup_configuration"]
        assert settings["bytes_scanned_cutoff_per_query"] == 100 * 1024**3
        assert result["expected_bucket_owner"] == ACCOUNT
        assert result["encryption_configuration"][0]["encryption_option"] == "SSE_KMS"


def test_readers_find_saved_queries_of_their_datasets_and_none_of_the_quarantine(environment: dict[str, Any]) -> None:
    saved = of_type(environment, "aws_athena_named_query")
    of_finance = [each for address, each in saved.items() if '["reader Finance ' in address]
    of_team = [each for address, each in saved.items() if '["team ' in address]

    assert {each["name"].partition("/")[0] for each in of_finance} == {"orders"}
    assert [each["name"] for each in of_finance if "quarantine" in each["query"]] == []
    assert {each["name"] for each in of_team if "quarantine" in each["query"]} == {
        f"{dataset}/{question}" for dataset in DATASETS for question in ("quarantine-rows", "quarantine-why")
    }


def test_lake_formation_grants_a_reader_the_tables_of_its_datasets(environment: dict[str, Any]) -> None:
    grants = of_type(environment, "aws_lakeformation_permissions")
    granted = {
        (each["principal"], each["table"][0]["name"]) for address, each in grants.items() if ".reader_table[" in address
    }

    assert {table for role, table in granted if role == FINANCE} == {"orders", "orders_batches", "orders_commits"}
    assert {table for role, table in granted if role == ANALYSTS} == {
        f"{dataset}{suffix}" for dataset in DATASETS for suffix in ("", "_batches", "_commits")
    }
    assert ELSEWHERE not in {role for role, _ in granted}
