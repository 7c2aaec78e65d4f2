"""project.schema.json, and that answers/ accepts and refuses as a real JSON Schema library does."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import settings_of
from hostile_answers import answers_with, cases
from jsonschema import Draft202012Validator

from answers.forms import starters
from answers.project import QUESTIONS, project_faults, project_from
from answers.schema import fault, schema

ROOT = Path(__file__).parents[1]
DEFAULTS = {key: json.loads((ROOT / "cookiecutter.json").read_text())[key] for key in QUESTIONS}
INTERPRETED = {
    *("$ref", "$defs", "$schema", "title", "description", "type", "const", "enum", "not", "anyOf", "oneOf"),
    "renamed",
    *("properties", "required", "additionalProperties", "propertyNames", "minProperties", "maxProperties"),
    *(
        "items",
        "minItems",
        "maxItems",
        "uniqueItems",
        "minLength",
        "maxLength",
        "pattern",
        "minimum",
        "maximum",
    ),
}
CONNECTION = "arn:aws:codeconnections:eu-west-1:333333333333:connection/01234567-89ab-cdef-0123-456789abcdef"
FULL: dict[str, Any] = {
    "name": "Acme Sales",
    "slug": "acme-sales",
    "region": "eu-west-1",
    "bucket_prefix": "acme",
    "tags": {"owner": "data-team"},
    "on_call": "data team, +32 470 12 34 56",
    "kms_keys": ["arn:aws:kms:eu-west-1:222222222222:key/12345678-1234-1234-1234-123456789012"],
    "git": {"provider": "github", "repository": "acme/sales", "branch": "main"},
    "approvers": ["Architects", "SMEs"],
    "readers": ["arn:aws:iam::111111111111:role/Analysts", "arn:aws:iam::222222222222:role/team/Analysts"],
    "queries": {"most_scanned": "1 TB", "results_kept": "7 days"},
    "delivery": {
        "account": "333333333333",
        "approvals": 2,
        "approval_timeout": "3 days",
        "developers": ["Developers"],
        "connection": CONNECTION,
        "reserved_concurrency": False,
    },
    "network": {"cidr": "10.20.0.0/16"},
    "glue_version": "5.1",
    "environments": [
        {"name": "dev", "account": "111111111111"},
        {
            "name": "prod",
            "account": "222222222222",
            "region": "eu-west-1",
            "approval": True,
            "protected": True,
            "deploy_window": {"days": "MON-FRI", "hours": "9-16", "time_zone": "Europe/Brussels"},
            "workers": 10,
            "worker_type": "G.2X",
            "flex": True,
            "lake_formation": True,
            "reserved_concurrency": False,
            "monthly_budget": 800,
            "network": {"vpc": "vpc-0123456789abcdef0", "subnets": ["subnet-0123456789abcdef0"]},
            "jdbc": {"warehouse": {"url": "jdbc:postgresql://host:5432/db", "secret": "warehouse"}},
        },
    ],
    "datasets": {
        "orders": {
            "format": "csv",
            "prefix": "orders/",
            "delimiter": "\t",
            "quoted_newlines": True,
            "encoding": "windows-1252",
            "header": True,
            "decimal": ",",
            "missing_values": ["NA"],
            "columns": [
                {"name": "order_id", "type": "bigint", "unique": True, "minimum": 1, "maximum": 1e9},
                {
                    "name": "ordered_at",
                    "type": "timestamp",
                    "format": "yyyy-MM-dd HH:mm:ss",
                    "minimum": "2024-01-01",
                },
                {"name": "status", "type": "string", "required": True, "one_of": ["placed", "paid"]},
                {"name": "email", "type": "string", "pattern": "[^@ ]+@[^@ ]+"},
            ],
            "primary_key": ["order_id"],
            "readers": ["arn:aws:iam::222222222222:role/aws-reserved/AWSReservedSSO_Finance_0123"],
            "newest_by": "ordered_at",
            "partition_by": "ordered_at",
            "maximum_quarantined_share": 0.05,
            "quarantined_share": 0.01,
            "on_drift": "report",
            "table_format": "iceberg",
            "expected_every": "24 hours",
            "schedule": "cron(0 6 * * ? *)",
            "timeout": "2 hours",
        }
    },
    "monitoring": {
        "log_retention": "90 days",
        "longest_wait": "2 hours",
        "longest_crawl": "30 minutes",
        "failed_runs": 2,
        "quarantined_share": 0.1,
        "memory_share": 0.8,
        "error_share": 0.1,
        "timeout_share": 0.5,
        "unusual_deviations": 2.5,
        "rejected_connections": 10,
    },
    "notifications": [
        {
            "protocol": "email",
            "endpoint": "data-team@example.com",
            "kinds": ["run succeeded", "run failed", "pipeline failed"],
            "environments": ["dev", "pipeline"],
            "successes": "per run",
        },
        {"protocol": "sms", "endpoint": "+32470123456"},
        {"protocol": "https", "endpoint": "https://alerts.example.com/in?team=data"},
        {"protocol": "slack", "workspace": "T0123ABCD", "channel": "C0123ABCD"},
        {"protocol": "topic", "arn": "arn:aws:sns:eu-west-1:123456789012:alerts"},
    ],
}
WRONG_BY_SCHEMA: list[tuple[tuple[str | int, ...], object]] = [
    (("name",), None),
    (("slug",), 7),
    (("region",), "mars-1"),
    (("bucket_prefix",), "Acme"),
    (("tags",), ["owner"]),
    (("tags", "owner"), 42),
    (("git", "provider"), "sourceforge"),
    (("git",), {"provider": "github"}),
    (("git",), {"provider": "codecommit", "repository": "a/b"}),
    (("network",), {}),
    (("network",), {"cidr": "10.20.0.0/16", "vpc": "vpc-0123456789abcdef0"}),
    (("network", "vpc"), "vpc-0123456789abcdef0"),
    (("approvers",), ["Architects", "Architects"]),
    (("approvers",), ["a b"]),
    (("delivery",), {"approvers": ["Architects"]}),
    (("delivery", "account"), "33333333333"),
    (("delivery", "approvals"), 0),
    (("delivery", "approval_timeout"), "3 weeks"),
    (("delivery", "developers"), ["a b"]),
    (("delivery", "connection"), "arn:aws:codeconnections:eu-west-1:333333333333:connection/github"),
    (("environments", 1, "protected"), "yes"),
    (("environments", 1, "deploy_window"), "MON-FRI 9-16"),
    (("environments", 1, "deploy_window", "days"), "weekdays"),
    (("environments", 1, "deploy_window", "hours"), "09:00-16:00"),
    (("environments", 1, "deploy_window", "time_zone"), "+01:00"),
    (("environments", 1, "flex"), "FLEX"),
    (("environments", 1, "lake_formation"), "governed"),
    (("environments", 1, "monthly_budget"), 0),
    (("environments", 1, "monthly_budget"), "200 USD"),
    (("datasets", "orders", "timeout"), "2h"),
    (("glue_version",), 5.1),
    (("environments",), []),
    (("environments", 0, "account"), 111111111111),
    (("environments", 0, "approval"), "yes"),
    (("environments", 1, "workers"), 1),
    (("environments", 1, "workers"), 2.5),
    (("environments", 1, "workers"), True),
    (("environments", 1, "jdbc", "warehouse", "url"), "jdbc:postgresql://user:secret@host/db"),
    (("environments", 1, "jdbc", "warehouse", "password"), "x"),
    (("environments", 1, "colour"), "blue"),
    (("datasets",), {}),
    (("datasets", "orders", "columns"), []),
    (("datasets", "orders", "columns", 0, "type"), "long"),
    (("datasets", "orders", "columns", 0, "minimum"), True),
    (("datasets", "orders", "columns", 2, "one_of"), [1]),
    (("datasets", "orders", "maximum_quarantined_share"), 1.1),
    (("datasets", "orders", "delimiter"), ",,"),
    (("datasets", "orders", "encoding"), "latin1"),
    (("datasets", "orders", "decimal"), ";"),
    (("datasets", "orders", "expected_every"), "daily"),
    (("datasets", "orders", "column"), []),
    (("notifications", 0, "protocol"), "pigeon"),
    (("notifications", 0, "protocol"), "sms"),
    (("notifications", 0, "arn"), "x"),
    (("notifications", 0, "kinds"), ["run faild"]),
    (("notifications", 0, "kinds"), []),
    (("notifications", 0, "kinds"), "run failed"),
    (("notifications", 0, "environments"), []),
    (("notifications", 0, "successes"), "hourly"),
]


LIBRARY = Draft202012Validator(schema())


def accepted_by_library(draft: object) -> bool:
    return LIBRARY.is_valid(draft)


def definitions(node: object) -> Iterator[dict[str, Any]]:
    """Every subschema; names of properties and definitions are no keywords."""
    if not isinstance(node, dict):
        return
    yield node
    for key, value in node.items():
        if key in ("properties", "$defs"):
            for each in value.values():
                yield from definitions(each)
        elif isinstance(value, list):
            for each in value:
                yield from definitions(each)
        elif key != "renamed":
            yield from definitions(value)


def test_the_schema_is_a_json_schema() -> None:
    Draft202012Validator.check_schema(schema())


def test_every_keyword_of_the_schema_is_interpreted() -> None:
    assert {key for each in definitions(schema()) for key in each} <= INTERPRETED


def test_every_kind_says_in_words_what_to_write() -> None:
    assert [name for name, each in schema()["$defs"].items() if len(each["description"].split()) < 3] == []


def test_patterns_are_anchored_and_mean_the_same_in_every_language() -> None:
    patterns = [each["pattern"] for each in definitions(schema()) if "pattern" in each and "type" in each]

    assert patterns
    assert [pattern for pattern in patterns if not (pattern.startswith("^") and pattern.endswith("$"))] == []
    assert [pattern for pattern in patterns if any(sign in pattern for sign in (r"\d", r"\w", r"\s", "(?"))] == []


def test_a_draft_with_every_key_is_right() -> None:
    assert project_faults(FULL) == []
    assert accepted_by_library(FULL)


def test_the_draft_with_every_key_has_every_key() -> None:
    assert FULL.keys() == schema()["properties"].keys()
    assert FULL["environments"][1].keys() == schema()["$defs"]["environment_entry"]["properties"].keys()
    assert FULL["environments"][1]["deploy_window"].keys() == schema()["$defs"]["deploy_window"]["properties"].keys()
    assert FULL["delivery"].keys() == schema()["$defs"]["delivery"]["properties"].keys()
    assert FULL["datasets"]["orders"].keys() == schema()["$defs"]["dataset"]["properties"].keys()
    used = {key for column in FULL["datasets"]["orders"]["columns"] for key in column}
    assert used == schema()["$defs"]["column"]["properties"].keys()


@pytest.mark.parametrize(("path", "value"), WRONG_BY_SCHEMA, ids=lambda part: str(part)[:40])
def test_what_a_library_refuses_is_refused_here(path: tuple[str | int, ...], value: object) -> None:
    draft = copy.deepcopy(FULL)
    *way, last = path
    parent: Any = draft
    for step in way:
        parent = parent[step]
    parent[last] = value

    assert not accepted_by_library(draft)
    assert project_faults(draft) != []


def with_old_name(dataset: dict[str, Any]) -> dict[str, Any]:
    """A dataset as version 1.0.0 wrote it."""
    return {"maximum_bad_share" if key == "maximum_quarantined_share" else key: each for key, each in dataset.items()}


def test_a_renamed_key_in_project_yaml_is_refused_with_its_new_name() -> None:
    draft = {**FULL, "datasets": {"orders": with_old_name(FULL["datasets"]["orders"])}}

    assert not accepted_by_library(draft)
    assert project_faults(draft) == ["datasets, orders: 'maximum_bad_share' is now called maximum_quarantined_share."]


@pytest.mark.parametrize("form", [json.dumps, yaml.safe_dump, dict])
def test_answers_with_a_renamed_key_are_taken_with_its_new_name(form: Callable[[Any], Any]) -> None:
    orders = {**with_old_name(FULL["datasets"]["orders"]), "maximum_bad_share": 0.2}

    read = project_from({**DEFAULTS, "datasets": form({"orders": orders})})

    assert project_faults(read) == []
    assert read["datasets"]["orders"] == {**FULL["datasets"]["orders"], "maximum_quarantined_share": 0.2}
    assert list(read["datasets"]["orders"]) == list(FULL["datasets"]["orders"])


def test_an_answer_with_both_names_of_a_key_is_refused() -> None:
    orders = {**FULL["datasets"]["orders"], "maximum_bad_share": 0.2}

    (sentence,) = project_faults(project_from({**DEFAULTS, "datasets": {"orders": orders}}))

    assert sentence.endswith("'maximum_bad_share' is now called maximum_quarantined_share.")


@pytest.mark.parametrize("key", ["name", "slug", "region", "environments", "datasets"])
def test_a_required_key_that_lacks_is_named(key: str) -> None:
    draft = {name: value for name, value in FULL.items() if name != key}

    assert not accepted_by_library(draft)
    definition = schema()["properties"][key]
    kind = definition.get("$ref", "").removeprefix("#/$defs/")
    description = schema()["$defs"][kind]["description"] if kind else definition["description"]
    assert any(f"lacks {key}. {description}" in sentence for sentence in project_faults(draft))


def test_no_hostile_answer_is_right_here_and_wrong_for_a_library() -> None:
    drafts = [project_from({**DEFAULTS, **answers_with(case)}) for case in cases()]

    assert [draft for draft in drafts if not project_faults(draft) and not accepted_by_library(draft)] == []


def test_a_generated_project_yaml_fits_its_own_schema(project: Path) -> None:
    shipped = json.loads((project / "project.schema.json").read_text())

    Draft202012Validator(shipped).validate(settings_of(project))


def test_the_example_answers_of_the_documentation_are_right() -> None:
    page = (ROOT / "docs/questions.md").read_text(encoding="utf-8")
    example = page.split("```yaml\n")[1].split("```")[0]

    answers = yaml.safe_load(example)["default_context"]

    assert project_faults(project_from({**DEFAULTS, **answers})) == []


@pytest.mark.parametrize("name", [name for name in starters() if name])
def test_the_samples_fit_the_shipped_definitions(name: str) -> None:
    columns = [column["name"] for column in starters()[name]["columns"]]
    folder = ROOT / "tools/src/dataops/acceptance/samples" / name
    headers = [path.read_text().splitlines()[0].split(",") for path in folder.glob("*-01.csv")]
    rows = [
        json.loads(path.read_text().lstrip("[").splitlines()[0].rstrip(",")) for path in folder.glob("customers.json")
    ]

    assert headers or rows
    assert all(header == columns for header in headers)
    assert all(row.keys() <= set(columns) for row in rows)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("environment", "docs"),
        ("environment", "modules"),
        ("column_name", "batch_id"),
        ("project_slug", "tests"),
        ("dataset_name", "class"),
        ("branch_name", "feature/con"),
        ("branch_name", "HEAD"),
        ("https_endpoint", "https://hooks.slack.com/services/T0/B0/x"),
        ("https_endpoint", "https://acme.webhook.office.com/webhookb2/x"),
        ("https_endpoint", "https://10.0.0.1/x"),
        ("jdbc_url", "jdbc:mysql://host/db?password=x"),
        ("schedule_expression", "cron(0 9 ? * 6#6 *)"),
        ("schedule_expression", "rate(01 hours)"),
        ("tag_value", "a" * 256),
        ("delimiter", "a"),
        ("phone_number", "0470123456"),
        ("environment", "pipeline"),
        ("environment", "delivery"),
        ("dataset_name", "canary"),
        ("approval_timeout", "59 minutes"),
        ("approval_timeout", "61 days"),
        ("days_of_week", "FRI-MON"),
        ("days_of_week", "MON,MON"),
        ("hours_of_day", "16-9"),
        ("hours_of_day", "9-24"),
        ("time_zone", "Mars/Olympus"),
        ("run_timeout", "8 days"),
        ("run_timeout", "0 minutes"),
    ],
)
def test_a_reserved_or_wrong_value_of_a_kind_is_refused(kind: str, value: str) -> None:
    assert fault(kind, value) is not None


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("schedule_expression", "cron(15 10 ? * 6L 2022-2023)"),
        ("schedule_expression", "cron(0 9 ? * 2#1 *)"),
        ("schedule_expression", "cron(*/10 8-17 ? * MON-FRI *)"),
        ("environment", "prod"),
        ("approval_timeout", "1 hours"),
        ("approval_timeout", "60 days"),
        ("days_of_week", "SAT"),
        ("days_of_week", "MON,WED,FRI"),
        ("hours_of_day", "0-23"),
        ("time_zone", "UTC"),
        ("run_timeout", "7 days"),
        ("run_timeout", "1 minutes"),
        ("time_zone", "America/Argentina/Buenos_Aires"),
        ("time_zone", "America/Port-au-Prince"),
        ("tag_value", ""),
        ("https_endpoint", "https://alerts.example.com"),
        ("delimiter", "|"),
        ("jdbc_url", "jdbc:sqlserver://host:1433;databaseName=sales"),
    ],
)
def test_a_right_value_of_a_kind_is_accepted(kind: str, value: str) -> None:
    assert fault(kind, value) is None
