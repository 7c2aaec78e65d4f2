"""Tests of single rows. Spark reads most of these faults silently."""

import datetime
import decimal
from pathlib import Path
from typing import Any

import etl
import pytest
from platform_in_a_folder import Platform, column, job_settings


def reasons_of(platform: Platform, text: str, *columns: dict[str, Any], **changes: Any) -> dict[str, list[str]]:
    """Run over one file whose first column is `id`; return the reasons by id, empty if published."""
    platform.upload("orders/a.csv", text)
    outcome = platform.run(job_settings([column("id"), *columns], **changes))
    assert outcome.counts[0] == outcome.counts[1] + outcome.counts[2]
    lines = dict(enumerate((line.partition(",")[0] for line in text.splitlines()), start=1))
    return {row["id"]: [] for row in outcome.published} | {
        lines[row["line"]]: row["reasons"] for row in outcome.quarantined
    }


def test_a_row_of_the_wrong_length_or_type_is_quarantined_with_file_line_and_reason(
    platform: Platform,
) -> None:
    platform.upload("orders/a.csv", "id,amount\n1,2.50\n2\n3,4.00,extra\n4,abc\n")
    settings = job_settings([column("id", "bigint"), column("amount", "decimal(8,2)")])

    outcome = platform.run(settings)

    file = "s3://acme-test-input/orders/a.csv"
    assert outcome.counts == (4, 1, 3, 0)
    assert outcome.quarantined == [
        {"file": file, "line": 3, "reasons": ["malformed"], "record": "2"},
        {"file": file, "line": 4, "reasons": ["malformed"], "record": "3,4.00,extra"},
        {"file": file, "line": 5, "reasons": ["type:amount"], "record": '{"id":"4","amount":"abc"}'},
    ]


def test_malformed_rows_are_counted_although_the_file_has_columns_that_nobody_declared(
    platform: Platform,
) -> None:
    platform.upload("orders/a.csv", "id,note,extra\n1,a,b\n2,a\n3,a,b,c\n")

    outcome = platform.run(job_settings([column("id", "bigint")]))

    assert outcome.counts == (3, 1, 2, 0)
    assert outcome.report["files"][0]["reasons"] == {"malformed": 2}


def test_bad_rows_are_counted_right_where_spark_alone_counts_none(platform: Platform, tmp_path: Path) -> None:
    text = "id,amount\n1,2.50\n2\n3,4.00,extra\n4\n"
    (tmp_path / "a.csv").write_text(text)
    schema = "id bigint, amount decimal(8,2), _corrupt string"
    reader = platform.spark.read.schema(schema).option("columnNameOfCorruptRecord", "_corrupt").option("header", True)
    pruning = "spark.sql.csv.parser.columnPruning.enabled"
    platform.spark.conf.set(pruning, "true")
    try:
        alone = reader.csv(f"file://{tmp_path / 'a.csv'}").where("_corrupt is not null").count()
    finally:
        platform.spark.conf.set(pruning, etl.SPARK_SETTINGS[pruning])
    platform.upload("orders/a.csv", text)

    outcome = platform.run(job_settings([column("id", "bigint"), column("amount", "decimal(8,2)")]))

    assert alone == 0, "the trap is gone: Spark counts corrupt records of a file it has not parsed whole"
    assert outcome.counts == (4, 1, 3, 0)
    assert outcome.report["files"][0]["reasons"] == {"malformed": 3}


def test_a_decimal_that_would_lose_a_digit_is_bad_and_one_that_would_not_is_published(
    platform: Platform,
) -> None:
    text = "id,v\nround,1.25\nzero,1.20\nwide,1234.5\nplus,+7\nneg,-0.5\ndot,.5\nexp,1.2E1\nlost,1.25E0\nno,.\n"

    reasons = reasons_of(platform, text, column("v", "decimal(3,1)"))

    bad = {name for name, given in reasons.items() if given == ["type:v"]}
    assert bad == {"round", "wide", "lost", "no"}


def test_a_decimal_keeps_all_its_digits(platform: Platform) -> None:
    platform.upload("orders/a.csv", "v\n12345678901234567890123456.123456789012\n")

    outcome = platform.run(job_settings([column("v", "decimal(38,12)")]))

    assert outcome.column("v") == [decimal.Decimal("12345678901234567890123456.123456789012")]


def test_infinity_and_nan_are_no_numbers_however_they_are_spelt(platform: Platform) -> None:
    text = "id,v\na,1e400\nb,NaN\nc,Infinity\nd,-Infinity\ne,1.5\nf,1e3\ng,1d\nh,inf\n"

    reasons = reasons_of(platform, text, column("v", "double"))

    assert {name for name, given in reasons.items() if not given} == {"e", "f"}


def test_a_row_with_a_bad_date_is_quarantined_with_its_reason(platform: Platform) -> None:
    text = "id,v\na,2024-02-30\nb,2024-2-3\nc,01/02/2024\nd,2024-02-29\ne,2024\nf,20240101\ng,2024-10-1 \n"

    assert reasons_of(platform, text, column("v", "date")) == {
        **{key: ["type:v"] for key in "abcefg"},
        "d": [],
    }


@pytest.mark.parametrize(
    ("kind", "form", "good", "bad"),
    [
        ("date", "dd/MM/yyyy", "29/02/2024", ["30/02/2024", "1/2/2024", "2024-02-29", "29/02/2024 "]),
        (
            "timestamp",
            "yyyy-MM-dd HH:mm:ss",
            "2024-02-29 23:59:59",
            ["2024-02-30 00:00:00", "2024-02-29 24:00:00"],
        ),
    ],
)
def test_a_declared_format_is_taken_literally(
    platform: Platform, kind: str, form: str, good: str, bad: list[str]
) -> None:
    text = "".join(f"{number},{value}\n" for number, value in enumerate([good, *bad]))

    reasons = reasons_of(platform, f"id,v\n{text}", column("v", kind, format=form))

    assert reasons == {"0": [], **{str(number): ["type:v"] for number in range(1, len(bad) + 1)}}


def test_timestamps_without_a_format_are_iso_and_count_in_utc(platform: Platform) -> None:
    platform.upload(
        "orders/a.csv",
        "v\n2024-03-01 10:00:00\n2024-03-01T10:00:00Z\n2024-03-01T12:00:00+02:00\n2024-03-01\n10:00:00\n",
    )

    outcome = platform.run(job_settings([column("v", "timestamp")]))

    assert outcome.reasons == [["type:v"], ["type:v"]]
    assert len(set(outcome.column("v"))) == 1


def test_an_hour_that_another_zone_skips_or_repeats_is_an_hour_like_any_other(platform: Platform) -> None:
    # New York, the time zone of Spark in these tests, has no first of these and has the second twice.
    times = ["2024-03-10 02:30:00", "2024-11-03 01:30:00"]
    platform.upload("orders/a.csv", "v\n" + "".join(f"{time}\n" for time in times))

    outcome = platform.run(job_settings([column("v", "timestamp")]))

    instants = [datetime.datetime.fromisoformat(f"{time}+00:00").timestamp() for time in times]
    assert [row["v"].timestamp() for row in outcome.published] == instants


def test_empty_cells_are_missing_and_the_word_null_is_a_text(platform: Platform) -> None:
    platform.upload("orders/a.csv", 'id,a,b,c\n1,,"",NULL\n')

    outcome = platform.run(job_settings([column("id"), column("a"), column("b"), column("c")]))

    assert [outcome.published[0][name] for name in "abc"] == [None, None, "NULL"]


def test_declared_missing_values_are_missing(platform: Platform) -> None:
    platform.upload("orders/a.csv", "id,a,v\n1,NA,NA\n2,n/a,7\n")

    settings = job_settings([column("id"), column("a"), column("v", "int")], missing_values=["NA", "n/a"])
    outcome = platform.run(settings)

    assert (outcome.column("a"), outcome.column("v")) == ([None, None], [7, None])


def test_a_number_is_a_number_only_as_a_whole(platform: Platform) -> None:
    text = 'id,v\na, 1\nb,1 \nc,"1,000"\nd,1.0\ne,+1\nf,1e3\ng,99999999999999999999\nh,-2\ni,"1\n"\n'

    reasons = reasons_of(platform, text, column("v", "bigint"))

    assert {name for name, given in reasons.items() if not given} == {"e", "h"}


def test_only_true_and_false_are_booleans(platform: Platform) -> None:
    text = "id,v\na,true\nb,TRUE\nc,False\nd,yes\ne,1\nf,t\ng, true\n"

    reasons = reasons_of(platform, text, column("v", "boolean"))

    assert {name for name, given in reasons.items() if not given} == {"a", "b", "c"}


def test_every_broken_rule_of_a_row_is_named(platform: Platform) -> None:
    columns = [
        column("n", "int", minimum="1", maximum="9"),
        column("s", required=True),
        column("o", one_of=["it's", "b\\c"]),
        column("p", pattern="[a-z]+|x.y"),
        column("d", "date", minimum="2024-01-01"),
    ]
    text = (
        "id,n,s,o,p,d\ngood,1,x,it's,abc,2024-01-01\nalso,9,x,b\\c,x-y,\nlow,0,,no,ABC,2023-12-31\nhigh,10,x,,abc1,\n"
    )

    assert reasons_of(platform, text, *columns) == {
        "good": [],
        "also": [],
        "low": ["minimum:n", "missing:s", "one_of:o", "pattern:p", "minimum:d"],
        "high": ["maximum:n", "pattern:p"],
    }


def test_a_pattern_describes_the_whole_value_even_before_a_last_line_break(platform: Platform) -> None:
    platform.upload("orders/a.csv", 'v\nab\n"ab\n"\nabc\n')

    outcome = platform.run(job_settings([column("v", pattern="a|ab")]))

    assert outcome.column("v") == ["ab"]


def test_a_row_without_its_key_or_its_partition_is_quarantined(platform: Platform) -> None:
    platform.upload("orders/a.csv", "id,day,v\n1,2024-01-01,a\n,2024-01-01,b\n3,,c\n")
    columns = [column("id", "bigint"), column("day", "date"), column("v")]

    outcome = platform.run(job_settings(columns, primary_key=["id"], partition_by="day"))

    assert outcome.reasons == [["missing:id"], ["missing:day"]]


def test_a_quoted_line_break_and_a_doubled_quote_belong_to_the_value(platform: Platform) -> None:
    platform.upload("orders/a.csv", 'id,v,w\r\n1,"a\r\nb",c\r\n2,"say ""hi"", twice",d\r\n')

    outcome = platform.run(job_settings([column("id"), column("v"), column("w")]))

    assert outcome.counts == (2, 2, 0, 0)
    assert outcome.column("v") == ["a\nb", 'say "hi", twice']
    assert outcome.column("w") == ["c", "d"]


def test_published_values_have_the_declared_types(platform: Platform) -> None:
    kinds = {
        "a": ("tinyint", "1", 1),
        "b": ("double", "2.5", 2.5),
        "c": ("boolean", "true", True),
        "d": ("date", "2024-03-01", datetime.date(2024, 3, 1)),
        "e": ("binary", "aGk=", bytearray(b"hi")),
        "f": ("decimal(5,2)", "1.5", decimal.Decimal("1.50")),
    }
    cells = ",".join(text for _, text, _ in kinds.values())
    platform.upload("orders/a.csv", f"{','.join(kinds)}\n{cells}\n")

    outcome = platform.run(job_settings([column(name, kind) for name, (kind, _, _) in kinds.items()]))

    assert [outcome.published[0][name] for name in kinds] == [value for _, _, value in kinds.values()]
