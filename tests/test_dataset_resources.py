"""What one dataset gets in the plan, where it depends on what project.yaml says of it."""

import hashlib
import json
import random
import re
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_platform import build_archives
from terraform_runner import Terraform, of_type

# Parts of patterns and of allowed values: harmless ones, and what the quoting of some language treats as its own.
PARTS = [*"ab<>&'/#],%$=é", "//", "[0-9]", "in", "${x}", '"', "\\\\", "\\d", '\\"', "\\u003c", "null"]
# A $ in the middle of a pattern is refused: it could match nothing.
PARTS_OF_PATTERNS = [part for part in PARTS if "$" not in part]
TIMES = ["2026-01-31", "12:30", "9:30 AM"]
CHANCE = random.Random(12)


def hostile_text(parts: list[str]) -> str:
    """A text of one to four parts."""
    return "x" + "".join(CHANCE.choices(parts, k=CHANCE.randint(1, 4)))


HOSTILE: list[dict[str, Any]] = [
    *({"name": f"p{n}", "type": "string", "pattern": hostile_text(PARTS_OF_PATTERNS)} for n in range(60)),
    *({"name": f"v{n}", "type": "string", "one_of": ["a", hostile_text(PARTS)]} for n in range(60)),
    *({"name": f"t{n}", "type": "string", "one_of": ["a", text]} for n, text in enumerate(TIMES)),
]
RULES: dict[str, Any] = {
    "hostile": {"format": "csv", "columns": HOSTILE},
    "readings": {
        "format": "csv",
        "columns": [
            {"name": "sensor", "type": "string", "pattern": "a<b&'c'[0-9]+"},
            {"name": "taken_on", "type": "date", "minimum": "2020-01-01"},
            {"name": "seen_at", "type": "timestamp", "maximum": "2030-01-01 00:00:00"},
            {"name": "amount", "type": "decimal(12,2)", "minimum": -0.5, "maximum": 100000},
            {"name": "kind", "type": "string", "required": True, "one_of": ["a", "it's"]},
            {"name": "serial", "type": "int", "unique": True},
        ],
        "primary_key": ["sensor", "taken_on"],
        "partition_by": "seen_at",
    },
}


# One plan serves all tests of this file.


@pytest.fixture(scope="module")
def plan_of_readings(
    bake_into: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory, terraform: Terraform
) -> dict[str, Any]:
    """The plan of one dataset that declares a rule of each kind."""
    project = bake_into(tmp_path_factory.mktemp("readings"), datasets=RULES)
    build_archives(project)
    return terraform.plan(project / "dev")


def of_readings(plan: dict[str, Any], kind: str) -> dict[str, Any]:
    """The dataset's own resource of a type; the canary has one too."""
    return of_type(plan, kind)[f'module.environment.module.dataset["readings"].{kind}.this']


@pytest.fixture
def rules(plan_of_readings: dict[str, Any]) -> list[str]:
    """The lines of the dataset's ruleset for Glue Data Quality."""
    ruleset = of_readings(plan_of_readings, "aws_glue_data_quality_ruleset")
    first, *listed, last = ruleset["ruleset"].splitlines()
    assert (first, last) == ("Rules = [", "]")
    return [line.strip().removesuffix(",") for line in listed]


def test_key_partition_and_required_columns_are_complete(rules: list[str]) -> None:
    complete = [rule for rule in rules if rule.startswith("IsComplete")]

    assert complete == [f'IsComplete "{name}"' for name in ("sensor", "taken_on", "seen_at", "kind")]


def test_limits_are_bare_numbers_and_quoted_dates(rules: list[str]) -> None:
    assert 'ColumnValues "amount" <= 100000 where "`amount` is not null"' in rules
    assert 'ColumnValues "amount" >= -0.5 where "`amount` is not null"' in rules
    assert 'ColumnValues "taken_on" >= "2020-01-01" where "`taken_on` is not null"' in rules


def test_a_limit_with_a_time_of_day_is_left_to_the_job(rules: list[str]) -> None:
    assert not any(rule.startswith('ColumnValues "seen_at"') for rule in rules)


def test_texts_are_quoted_as_glue_reads_them(rules: list[str]) -> None:
    assert """ColumnValues "sensor" matches "a<b&'c'[0-9]+" where "`sensor` is not null\"""" in rules
    assert 'ColumnValues "kind" in ["a","it\'s"] where "`kind` is not null"' in rules


def means_one_thing(text: str) -> bool:
    """Whether Glue reads a quoted text in one way, whether or not it removes escapes, and not as a time."""
    return text.isprintable() and '"' not in text and "\\" not in text and text not in TIMES


def test_a_text_is_in_the_ruleset_as_it_is_or_is_left_to_the_job(plan_of_readings: dict[str, Any]) -> None:
    address = 'module.environment.module.dataset["hostile"].aws_glue_data_quality_ruleset.this'
    ruleset = of_type(plan_of_readings, "aws_glue_data_quality_ruleset")[address]["ruleset"]
    wanted = []
    for column in HOSTILE:
        texts = column.get("one_of") or [column["pattern"]]
        listed = ",".join(f'"{text}"' for text in texts)
        condition = f"in [{listed}]" if "one_of" in column else f"matches {listed}"
        if all(map(means_one_thing, texts)):
            wanted.append(f'ColumnValues "{column["name"]}" {condition} where "`{column["name"]}` is not null"')

    assert 20 < len(wanted) < len(HOSTILE) - 20
    assert ruleset == "Rules = [\n  " + ",\n  ".join(["RowCount > 0", *wanted]) + "\n]"


def test_uniqueness_is_not_asked_of_a_table_that_keeps_older_rows(rules: list[str]) -> None:
    assert not any(rule.startswith(("IsUnique", "IsPrimaryKey")) for rule in rules)


def test_the_job_gets_the_address_of_its_settings_under_their_digest(plan_of_readings: dict[str, Any]) -> None:
    job = of_readings(plan_of_readings, "aws_glue_job")
    stored = of_type(plan_of_readings, "aws_s3_object")['module.environment.aws_s3_object.settings["readings"]']

    assert job["default_arguments"]["--settings"].startswith("s3://")
    assert job["default_arguments"]["--settings"].endswith(f"/{stored['key']}")
    assert hashlib.sha256(stored["content"].encode()).hexdigest()[:16] in stored["key"]
    assert json.loads(stored["content"])["database"] == "acme_sales_dev"
    assert not stored.get("tags_all")


def test_sweeps_come_every_quarter_of_an_hour_and_not_all_in_the_same_minute(
    plan_of_readings: dict[str, Any],
) -> None:
    rules = of_type(plan_of_readings, "aws_cloudwatch_event_rule").values()
    sweeps = [rule["schedule_expression"] for rule in rules if rule["name"].endswith("-sweep")]

    assert len(sweeps) == len(set(sweeps)) == 3
    assert all(re.fullmatch(r"cron\(([0-9]|1[0-4])/15 \* \* \* \? \*\)", sweep) for sweep in sweeps)


def test_the_job_gets_iceberg_and_may_write_published_tables_only(plan_of_readings: dict[str, Any]) -> None:
    job = of_readings(plan_of_readings, "aws_glue_job")
    role = of_type(plan_of_readings, "aws_iam_role_policy")['module.environment.aws_iam_role_policy.glue["job"]']
    publish = next(each for each in json.loads(role["policy"])["Statement"] if each["Sid"] == "Publish")

    assert job["default_arguments"]["--datalake-formats"] == "iceberg"
    assert job["default_arguments"]["--conf"] == "spark.sql.catalog.lake.type=glue"
    assert [arn for arn in publish["Resource"] if ":table/" in arn] == [
        "arn:aws:glue:eu-west-1:111111111111:table/acme_sales_dev/*_rows"
    ]


def test_terraform_makes_the_view_and_never_the_table_that_the_job_changes(plan_of_readings: dict[str, Any]) -> None:
    tables = of_type(plan_of_readings, "aws_glue_catalog_table").values()

    assert {table["table_type"] for table in tables} == {"VIRTUAL_VIEW"}
    assert {table["name"] for table in tables} == {"readings", "hostile", "canary"}


def test_the_view_shows_the_declared_columns_and_where_a_row_comes_from(plan_of_readings: dict[str, Any]) -> None:
    tables = of_type(plan_of_readings, "aws_glue_catalog_table").values()
    table = next(table for table in tables if table["name"] == "readings")
    view = json.loads(b64decode(table["view_original_text"].removeprefix("/* Presto View: ").removesuffix(" */")))

    assert view["originalSql"] == (
        'SELECT "sensor", "taken_on", "seen_at", "amount", "kind", "serial", "_source_file" AS "_file", '
        '"_source_line" AS "_line", "_uploaded_at" FROM "acme_sales_dev"."readings_rows"'
    )
    assert {"name": "seen_at", "type": "timestamp(6)"} in view["columns"]
    # The drift check reads it here.
    assert table["parameters"]["on_drift"] == "report"
    assert "_sequencer" not in {column["name"] for column in view["columns"]}
    assert {"name": "amount", "type": "decimal(12,2)"} in view["columns"]
