"""A limit or an allowed value that the validator accepts is compared exactly by the job, whatever the column's type."""

from typing import Any, NamedTuple

import pytest
from platform_in_a_folder import column, job_settings
from pyspark.sql import SparkSession
from steps import rules

from dataops.validation.column_rules import column_faults


class Case(NamedTuple):
    """Rules of a column, the texts of a file that keep them, and those that break them."""

    kind: str
    rules: dict[str, Any]
    good: list[str]
    bad: list[str]


CASES = {
    "half of an int": Case("int", {"minimum": 2.5}, ["3", "2147483647"], ["2", "-3"]),
    "the ends of a bigint": Case("bigint", {"maximum": 2**63 - 1, "minimum": -(2**63)}, [str(-(2**63))], []),
    "many decimals beside a bigint": Case(
        "bigint", {"minimum": 0.000000000000000001, "maximum": 9007199254740992.5}, ["1"], ["0", "9007199254740993"]
    ),
    "the ends of a tinyint": Case("tinyint", {"minimum": -128, "maximum": 126.5}, ["-128", "126"], ["127"]),
    "more decimals than the column": Case("decimal(6,3)", {"maximum": 0.0049}, ["0.004"], ["0.005"]),
    "the end of a decimal": Case(
        "decimal(38,2)", {"maximum": 10**36 - 1}, ["9" * 36], ["9" * 36 + ".01", "9" * 36 + ".99"]
    ),
    "a tenth as a double": Case("double", {"minimum": 0.1}, ["0.1", "1e-1"], ["0.09999999999999999"]),
    "a tenth as a float": Case("float", {"maximum": 0.1}, ["0.1"], ["0.10000001"]),
    "whole numbers": Case("int", {"one_of": ["1", "+2", "-03"]}, ["1", "2", "-3", "01"], ["3", "0"]),
    "decimals": Case("decimal(6,3)", {"one_of": ["1.50", "2e-3"]}, ["1.5", "0.002"], ["1.501"]),
    "doubles": Case("double", {"one_of": ["0.1", "1e3"]}, ["0.10", "1000"], ["0.11"]),
    "floats": Case("float", {"one_of": ["0.1"]}, ["0.1"], ["0.2"]),
    "booleans": Case("boolean", {"one_of": ["True"]}, ["true", "TRUE"], ["false"]),
    "a date in the column's format": Case(
        "date", {"format": "dd/MM/yyyy", "one_of": ["01/02/2024"]}, ["01/02/2024"], ["02/01/2024"]
    ),
    "a limit in the column's format": Case(
        "date", {"format": "dd/MM/yyyy", "minimum": "02/01/2024"}, ["01/02/2024"], ["01/01/2024"]
    ),
    "a limit of digits in the column's format": Case(
        "date", {"format": "yyyyMMdd", "maximum": 20240201}, ["20240201"], ["20240202"]
    ),
    "a limit as ISO beside another format": Case(
        "timestamp",
        {"format": "d/M/yyyy h:mm a", "minimum": "2024-02-01"},
        ["1/2/2024 12:00 AM"],
        ["31/1/2024 11:59 PM"],
    ),
    "a time with an offset": Case(
        "timestamp", {"one_of": ["2024-02-01 10:00:00+02:00"]}, ["2024-02-01T08:00:00Z"], ["2024-02-01 10:00:00"]
    ),
}


def reasons_for(spark: SparkSession, kind: str, given: dict[str, Any], texts: list[str]) -> dict[str, str]:
    """What the job says to each text of a column; Terraform gives it every limit as a text."""
    # As Terraform writes a number: all its digits, without an exponent.
    limits = {key: shown(given[key]) for key in ("minimum", "maximum") if key in given}
    declared = job_settings([column("v", kind, **given | limits)])
    (one,) = declared.columns
    rules.refuse_uncheckable(spark, declared)
    typed = f"{rules.typed(one)} as _typed_v"
    # As SQL: createDataFrame would start Python's workers in Spark.
    rows = spark.sql(f"select explode(array({', '.join(map(rules.quoted, texts))})) as v")
    checked = rows.selectExpr("v", typed, "cast(null as string) as _corrupt").selectExpr("v", rules.reasons(declared))
    return dict(map(tuple, checked.collect()))


def shown(limit: float | str) -> str:
    return (
        limit if isinstance(limit, str) else f"{limit:.18f}".rstrip("0").rstrip(".") if limit % 1 else str(int(limit))
    )


@pytest.mark.parametrize("name", CASES)
def test_an_accepted_setting_means_to_the_job_what_it_says(name: str, spark: SparkSession) -> None:
    kind, given, good, bad = CASES[name]

    found = reasons_for(spark, kind, given, [*good, *bad])

    assert list(column_faults("v", {"name": "v", "type": kind, **given}, "csv")) == []
    assert [text for text in found if not found[text]] == good
    assert {found[text].partition(":")[0] for text in bad} <= {"minimum", "maximum", "one_of"}


# What the job makes of a setting that the validator refuses: a value that it says nothing about, or everything.
ROUNDED: dict[str, tuple[str, dict[str, Any], str]] = {
    "a float without its last digit": ("float", {"minimum": 16777217}, "16777216"),
    "a double without its last digit": ("double", {"minimum": 9007199254740993}, "9007199254740992"),
    "an allowed float": ("float", {"one_of": ["16777217"]}, "16777216"),
    "a word that only Spark takes for a boolean": ("boolean", {"one_of": ["yes"]}, "true"),
}


@pytest.mark.parametrize("name", ROUNDED)
def test_a_setting_that_the_type_would_change_is_refused(name: str, spark: SparkSession) -> None:
    kind, given, taken = ROUNDED[name]

    assert reasons_for(spark, kind, given, [taken]) == {taken: ""}
    assert len(list(column_faults("v", {"name": "v", "type": kind, **given}, "csv"))) == 1
