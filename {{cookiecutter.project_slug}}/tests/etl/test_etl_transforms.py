"""What transforms/<dataset>.py may do with the rows, and what a run says of one that fails."""

from typing import Any

import pytest
from platform_in_a_folder import Platform, column, job_settings
from pyspark.sql import DataFrame
from pyspark.sql.functions import expr
from steps import transforming

SETTINGS = job_settings([column("id", "bigint"), column("v")], primary_key=["id"])
ROWS = "id,v\n1,a\n2,b\n3,c\n"


def test_a_transform_changes_rows_and_refuses_some_with_its_own_reason(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    def transform(rows: DataFrame) -> DataFrame:
        refused = rows.selectExpr("*", "case when id = 2 then 'closed, by law' end as _reject")
        return refused.withColumn("v", expr("upper(v)"))

    platform.upload("orders/a.csv", ROWS)
    monkeypatch.setattr(transforming, "transform_of", lambda _: transform)

    outcome = platform.run(SETTINGS)

    assert outcome.column("v") == ["A", "C"]
    assert (outcome.counts, outcome.reasons) == ((3, 2, 1, 0), [["closed, by law"]])


def test_a_transform_that_loses_a_row_fails_the_run(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    platform.upload("orders/a.csv", ROWS)
    monkeypatch.setattr(transforming, "transform_of", lambda _: lambda rows: rows.where("id <> 2"))

    outcome = platform.run(SETTINGS)

    assert outcome.failure is not None and outcome.failure.startswith("rows-do-not-add-up: ")
    assert outcome.report["state"] == "failed"


def failing(code: str) -> Any:
    def transform(rows: Any) -> Any:
        return eval(code, {"rows": rows})

    return transform


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        ("rows.selectExpr('no_such_column')", "AnalysisException: [UNRESOLVED_COLUMN"),
        ("rows.nothing_like_it()", "AttributeError: 'DataFrame' object has no attribute 'nothing_like_it'"),
        ("1 / 0", "ZeroDivisionError at "),
        ("rows.drop('v')", "returns other columns than declared: v is missing."),
        (
            "rows.withColumn('v', rows['id'].cast('double'))",
            "returns other columns than declared: v is double, not string.",
        ),
    ],
)
def test_a_transform_that_fails_or_returns_other_columns_ends_the_run_in_its_own_words(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, code: str, failure: str
) -> None:
    platform.upload("orders/a.csv", ROWS)
    monkeypatch.setattr(transforming, "transform_of", lambda _: failing(code))

    outcome = platform.run(SETTINGS)

    assert outcome.failure is not None and outcome.failure.startswith("transforms/orders.py ")
    assert failure in outcome.failure
    assert [file["lasting"] for file in outcome.report["files"]] == [True]
    assert outcome.published == []
