"""The Glue Data Quality ruleset says what project.yaml declares, in Glue's own language."""

from collections.abc import Callable
from pathlib import Path

import pytest
from aws_platform import build_archives
from terraform_runner import Terraform, of_type

RULES = {
    "readings": {
        "format": "csv",
        "columns": [
            {"name": "sensor", "type": "string", "pattern": 'a<b&"c"\\d+'},
            {"name": "taken_on", "type": "date", "minimum": "2020-01-01"},
            {"name": "seen_at", "type": "timestamp", "maximum": "2030-01-01 00:00:00"},
            {"name": "amount", "type": "decimal(12,2)", "minimum": -0.5, "maximum": 100000},
            {"name": "kind", "type": "string", "required": True, "one_of": ["a", "it's"]},
            {"name": "serial", "type": "int", "unique": True},
        ],
        "primary_key": ["sensor", "taken_on"],
        "partition_by": "seen_at",
    }
}


@pytest.fixture(scope="module")
def rules(bake_into: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory, terraform: Terraform) -> list[str]:
    """The rules of a dataset that declares one of each kind."""
    project = bake_into(tmp_path_factory.mktemp("quality"), datasets=RULES)
    build_archives(project)
    (ruleset,) = of_type(terraform.plan(project / "dev"), "aws_glue_data_quality_ruleset").values()
    first, *listed, last = ruleset["ruleset"].splitlines()
    assert (first, last) == ("Rules = [", "]")
    return [line.strip().removesuffix(",") for line in listed]


@pytest.mark.xdist_group("quality")
def test_key_partition_and_required_columns_are_complete(rules: list[str]) -> None:
    complete = [rule for rule in rules if rule.startswith("IsComplete")]

    assert complete == [f'IsComplete "{name}"' for name in ("sensor", "taken_on", "seen_at", "kind")]


@pytest.mark.xdist_group("quality")
def test_limits_are_bare_numbers_and_quoted_dates(rules: list[str]) -> None:
    assert 'ColumnValues "amount" <= 100000 where "`amount` is not null"' in rules
    assert 'ColumnValues "amount" >= -0.5 where "`amount` is not null"' in rules
    assert 'ColumnValues "taken_on" >= "2020-01-01" where "`taken_on` is not null"' in rules


@pytest.mark.xdist_group("quality")
def test_a_limit_with_a_time_of_day_is_left_to_the_job(rules: list[str]) -> None:
    assert not any(rule.startswith('ColumnValues "seen_at"') for rule in rules)


@pytest.mark.xdist_group("quality")
def test_texts_are_quoted_as_glue_reads_them(rules: list[str]) -> None:
    assert 'ColumnValues "sensor" matches "a<b&\\"c\\"\\\\d+" where "`sensor` is not null"' in rules
    assert 'ColumnValues "kind" in ["a","it\'s"] where "`kind` is not null"' in rules


@pytest.mark.xdist_group("quality")
def test_uniqueness_is_not_asked_of_a_table_that_keeps_older_rows(rules: list[str]) -> None:
    assert not any(rule.startswith(("IsUnique", "IsPrimaryKey")) for rule in rules)
