"""What the interview says of a value, Spark does with it: both check the same texts."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from dataops.inference.fit import test_of as fit_test
from dataops.local_aws.glue.java_options import SMALL_INPUT
from pyspark.sql import SparkSession
from test_inference import FITS, TIMES

FILES = Path(__file__).parents[1] / "{{cookiecutter.project_slug}}" / "files"
FORMATS = [
    *((form, value) for _, values, form in TIMES for value in values),
    ("yyyy-MM-dd HH:mm:ssX", "2024-01-01 10:00:00+0530"),
    ("yyyy-MM-dd HH:mm:ssX", "2024-01-01 10:00:00+05:30"),
    ("yyyy-MM-dd HH:mm:ss[.SSS]X", "2024-01-01 10:00:00.1234+00"),
    ("yyyy-MM-dd HH:mm:ss,SSS", "2024-01-01 10:00:00.123"),
    ("dd/MM/yyyy", "1/02/2024"),
    ("d/M/yyyy", "01/02/2024"),
    ("dd/MM/yyyy", "31/02/2024"),
    ("MMM d, yyyy", "jan 1, 2024"),
    ("dd/MM/yyyy hh:mm a", "01/02/2024 13:00 PM"),
    ("yyyyMMdd", "20240229"),
    ("yyyyMMdd", "20230229"),
]

# (type, format, decimal, text)
Checked = tuple[str, str | None, str, str]


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    sys.path.insert(0, str(FILES))
    builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.sql.codegen.wholeStage", "false").config("spark.sql.shuffle.partitions", "1")
    builder = builder.config("spark.driver.extraJavaOptions", SMALL_INPUT).config("spark.sql.session.timeZone", "UTC")
    # The same setting as in the job: a text of another form becomes null instead of an error.
    session = builder.config("spark.sql.legacy.timeParserPolicy", "CORRECTED").getOrCreate()
    yield session
    session.stop()
    sys.path.remove(str(FILES))


def checked_by_spark(spark: SparkSession, texts: list[Checked]) -> list[bool]:
    """Whether the job takes each text, with one expression for each kind of column."""
    from steps.rules import quoted, typed
    from steps.settings import Column

    taken = "false"
    for column_type, form, decimal in dict.fromkeys(each[:3] for each in texts):
        value = typed(Column("v", column_type, form, False, False, None, None, None, None), decimal)
        finite = f" and abs({value}) <> double('infinity')" if column_type == "double" else ""
        kind = quoted(f"{column_type} {form} {decimal}")
        taken = f"case when kind = {kind} then {value} is not null{finite} else {taken} end"
    kinds = [quoted(" ".join(map(str, each[:3]))) for each in texts]
    rows = ", ".join(f"({n}, {kind}, {quoted(texts[n][3])})" for n, kind in enumerate(kinds))
    found = spark.sql(f"select {taken} as taken from values {rows} as t(place, kind, v) order by place")
    return [row["taken"] for row in found.collect()]


def test_a_value_fits_a_type_exactly_when_spark_reads_it(spark: SparkSession) -> None:
    texts = [
        (column_type, form, decimal, text)
        for column_type, form, decimal, good, bad in FITS
        for text in [*good.split(), *bad.split()]
    ]
    texts += [("timestamp" if "H" in form or "h" in form else "date", form, ".", text) for form, text in FORMATS]
    found = [fit_test(column_type, form, decimal) for column_type, form, decimal, _ in texts]
    here = [fits is not None and fits(each[3]) for fits, each in zip(found, texts, strict=True)]

    spark_says = checked_by_spark(spark, texts)

    differences = [each for each, one, other in zip(texts, here, spark_says, strict=True) if one != other]
    assert differences == []
    assert {True, False} == set(here)
