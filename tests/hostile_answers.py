"""The hostile answers, and where each kind of them stands among the ten answers."""

import json
from pathlib import Path
from typing import Any, NamedTuple

COLUMNS = [
    {"name": "order_id", "type": "bigint"},
    {"name": "line_no", "type": "int"},
    {"name": "customer_id", "type": "bigint"},
    {"name": "order_date", "type": "date"},
    {"name": "order", "type": "string"},
    {"name": "note", "type": "string"},
    {"name": "amount", "type": "double"},
]
ORDERS = {"format": "csv", "columns": COLUMNS}
DEV = {"name": "dev", "account": "111111111111"}


class Case(NamedTuple):
    """One answer of a kind, and whether it must be accepted."""

    field: str
    value: str
    accepted: bool


def cases(accepted: bool | None = None) -> list[Case]:
    """All cases, or those that must be accepted or refused."""
    read = json.loads(Path(__file__).with_name("hostile-answers.json").read_text(encoding="utf-8"))
    listed = [Case(case["field"], case["value"], case["verdict"] == "accept") for case in read]
    return [case for case in listed if accepted is None or case.accepted == accepted]


def some_of_each_field(listed: list[Case], count: int) -> list[Case]:
    """The same few cases of each field at every run, spread over the list."""
    fields: dict[str, list[Case]] = {}
    for case in listed:
        fields.setdefault(case.field, []).append(case)
    return [case for each in fields.values() for case in each[:: max(1, len(each) // count)][:count]]


def answers_with(case: Case) -> dict[str, Any]:
    """The answers in which the case's value stands where its kind belongs."""
    value = case.value
    by_field: dict[str, dict[str, Any]] = {
        "project_name": {"project_name": value},
        "project_slug": {"project_slug": value},
        "bucket_name_prefix": {"project_slug": {"slug": "acme-sales", "bucket_prefix": value}},
        # Not every region has CodeCommit, which is the default.
        "aws_region": {"region": value, "git": {"provider": "github", "repository": "acme/sales"}},
        "aws_account_id": {"environments": [{"name": "dev", "account": value}]},
        "environment": {"environments": [{"name": value, "account": "111111111111"}]},
        "dataset_name": {"datasets": {value: ORDERS}},
        "s3_prefix": {"datasets": {"orders": {**ORDERS, "prefix": value}}},
        "file_format": {"datasets": {"orders": {**ORDERS, "format": value}}},
        "schedule_expression": {"datasets": {"orders": {**ORDERS, "schedule": value}}},
        "column_name": {"datasets": {"orders": {**ORDERS, "columns": [{"name": value, "type": "string"}]}}},
        "column_type": {"datasets": {"orders": {**ORDERS, "columns": [{"name": "id", "type": value}]}}},
        "primary_keys": {"datasets": {"orders": {**ORDERS, "primary_key": value.split(",")}}},
        "notification_email": {"notifications": [{"protocol": "email", "endpoint": value}]},
        "webhook_url": {"notifications": [{"protocol": "https", "endpoint": value}]},
        "sns_topic_arn": {"notifications": [{"protocol": "topic", "arn": value}], "region": region_of(value)},
        "branch_name": {"git": {"provider": "codecommit", "branch": value}},
        "vpc_cidr": {"network": {"cidr": value}},
        "tag_key": {"tags": {value: "x"}},
        "tag_value": {"tags": {"owner": value}},
    }
    return by_field[case.field]


def region_of(arn: str) -> str:
    """A region of the same part of AWS as a topic's."""
    return "cn-north-1" if arn.startswith("arn:aws-cn:") else "eu-west-1"


def value_in(settings: dict[str, Any], field: str) -> Any:
    """The value of a kind as it came back in project.yaml."""
    dataset = next(iter(settings["datasets"].values()))
    environment = settings["environments"][0]
    target = settings.get("notifications", [{}])[0]
    found = {
        "project_name": settings["name"],
        "project_slug": settings["slug"],
        "bucket_name_prefix": settings.get("bucket_prefix"),
        "aws_region": settings["region"],
        "aws_account_id": environment["account"],
        "environment": environment["name"],
        "dataset_name": next(iter(settings["datasets"])),
        "s3_prefix": dataset.get("prefix"),
        "file_format": dataset["format"],
        "schedule_expression": dataset.get("schedule", ""),
        "column_name": dataset["columns"][0]["name"],
        "column_type": dataset["columns"][0]["type"],
        "primary_keys": ",".join(dataset.get("primary_key", [])),
        "notification_email": target.get("endpoint"),
        "sns_topic_arn": target.get("arn"),
        "branch_name": settings.get("git", {}).get("branch"),
        "vpc_cidr": settings.get("network", {}).get("cidr"),
        "tag_key": next(iter(settings.get("tags", {"": ""}))),
        "tag_value": settings.get("tags", {}).get("owner"),
    }
    return found[field]
