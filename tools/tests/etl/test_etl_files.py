"""Tests of whole files: only the broken one is quarantined, and columns are read by their names."""

import decimal
import gzip
import io
import json
from typing import Any

import pyarrow
import pytest
from platform_in_a_folder import Outcome, Platform, column, job_settings, manifest_of
from pyarrow import orc, parquet
from steps import inspection, reading, staging

GOOD = "id,first,last\n1,Ann,Smith\n"
COLUMNS = [column("id", "bigint", required=True), column("first"), column("last")]


def file_reasons(outcome: Outcome) -> dict[str, str | None]:
    return {file["key"].removeprefix("orders/"): file["file_reason"] for file in outcome.report["files"]}


def test_columns_in_another_order_are_read_by_name_and_reported(platform: Platform) -> None:
    platform.upload("orders/a.csv", GOOD)
    platform.upload("orders/b.csv", "last,id,first\nJones,2,Bob\n")

    outcome = platform.run(job_settings(COLUMNS))

    assert [(row["id"], row["first"], row["last"]) for row in outcome.published] == [
        (1, "Ann", "Smith"),
        (2, "Bob", "Jones"),
    ]
    assert outcome.report["drift"] == [{"file": "s3://acme-test-input/orders/b.csv", "change": "reordered"}]


def test_header_names_are_compared_as_the_project_spells_them(platform: Platform) -> None:
    platform.upload("orders/a.csv", " Order-ID ,First Name\n1,Ann\n")

    outcome = platform.run(job_settings([column("order_id"), column("first_name")]))

    assert outcome.counts == (1, 1, 0, 0)


def test_a_missing_required_column_refuses_the_file_and_an_optional_one_is_null(platform: Platform) -> None:
    platform.upload("orders/a.csv", GOOD)
    platform.upload("orders/b.csv", "first,last\nBob,Jones\n")
    platform.upload("orders/c.csv", "id,last\n3,Miller\n")

    outcome = platform.run(job_settings(COLUMNS))

    assert file_reasons(outcome) == {
        "a.csv": None,
        "b.csv": "schema-missing:id; found 2 columns, among them first, last",
        "c.csv": None,
    }
    assert outcome.column("first") == ["Ann", None]
    assert outcome.report["drift"] == [{"file": "s3://acme-test-input/orders/c.csv", "change": "missing:first"}]


def test_a_renamed_required_column_is_missing(platform: Platform) -> None:
    platform.upload("orders/a.csv", "identity,first,last\n1,Ann,Smith\n")

    reasons = file_reasons(platform.run(job_settings(COLUMNS)))

    assert reasons == {"a.csv": "schema-missing:id; found 3 columns, among them first, last"}


def test_added_columns_are_reported_or_stop_the_file(platform: Platform) -> None:
    platform.upload("orders/a.csv", "id,first,last,Sales Channel\n1,Ann,Smith,web\n")

    reported = platform.run(job_settings(COLUMNS, on_drift="report"))
    stopped = platform.run(job_settings(COLUMNS, on_drift="stop", dataset="orders"), attempt=2)

    assert reported.counts == (1, 1, 0, 0)
    assert reported.report["drift"][0]["change"] == "added:sales_channel"
    assert stopped.report["state"] == "already-published"


def test_on_drift_stop_quarantines_the_file_with_added_columns(platform: Platform) -> None:
    platform.upload("orders/a.csv", "id,first,last,x\n1,Ann,Smith,web\n")
    platform.upload("orders/b.csv", GOOD)

    outcome = platform.run(job_settings(COLUMNS, on_drift="stop"))

    assert file_reasons(outcome) == {"a.csv": "schema-added:x", "b.csv": None}


def test_a_repeated_header_name_refuses_the_file(platform: Platform) -> None:
    platform.upload("orders/a.csv", "id,first,last,First\n1,Ann,Smith,Eve\n")

    assert file_reasons(platform.run(job_settings(COLUMNS))) == {"a.csv": "schema-duplicate:first"}


def test_a_file_without_a_header_is_refused_without_a_value_of_its_first_row(platform: Platform) -> None:
    platform.upload("orders/a.csv", "7,Ann,Smith\n")

    reasons = file_reasons(platform.run(job_settings(COLUMNS)))

    assert reasons == {"a.csv": "schema-missing:id; found 3 columns, none of them declared: has the file a header?"}


def test_another_delimiter_than_declared_refuses_the_file(platform: Platform) -> None:
    platform.upload("orders/a.csv", "id;first;last\n1;Ann;Smith\n")

    reasons = file_reasons(platform.run(job_settings(COLUMNS)))

    assert reasons == {"a.csv": "schema-missing:id; found one column: is the delimiter ','?"}


def test_a_file_of_no_rows_is_a_success_and_one_of_no_bytes_says_that_it_is_empty(platform: Platform) -> None:
    platform.upload("orders/empty.csv", "")
    platform.upload("orders/header.csv", "id,first,last\n")
    platform.upload("orders/blank.csv", " \n\n")
    platform.upload_gzip("orders/empty.csv.gz", "")

    outcome = platform.run(job_settings(COLUMNS))

    assert (outcome.report["state"], outcome.counts) == ("published", (0, 0, 0, 0))
    empty = {"empty.csv": "empty", "empty.csv.gz": "empty"}
    assert file_reasons(outcome) == {"header.csv": None, "blank.csv": None, **empty}


def test_a_byte_order_mark_is_no_part_of_the_first_name(platform: Platform) -> None:
    platform.upload("orders/a.csv", "\ufeff" + GOOD)

    assert platform.run(job_settings(COLUMNS)).column("id") == [1]


def test_a_byte_order_mark_before_a_quoted_name_does_not_unquote_it(platform: Platform) -> None:
    platform.upload("orders/a.csv", '\ufeff"Order, ID",note\n1,a\n')

    outcome = platform.run(job_settings([column("order_id", "bigint"), column("note")]))

    assert outcome.column("order_id") == [1]


def test_an_utf16_file_and_a_binary_file_are_refused_whole(platform: Platform) -> None:
    platform.upload("orders/utf16.csv", GOOD.encode("utf-16"))
    platform.upload("orders/bare.csv", GOOD.encode("utf-16-le"))
    platform.upload("orders/binary.csv", b"PK\x03\x04\x00\x00" + bytes(range(256)))
    platform.upload("orders/good.csv", GOOD)

    outcome = platform.run(job_settings(COLUMNS))

    assert file_reasons(outcome) == dict.fromkeys(["utf16.csv", "bare.csv", "binary.csv"], "encoding") | {
        "good.csv": None
    }
    assert outcome.column("id") == [1]


def test_rows_with_characters_of_another_encoding_are_quarantined(platform: Platform) -> None:
    platform.upload("orders/a.csv", "id,first,last\n1,Ann,Smith\n2,Zoë,Müller\n".encode("latin-1"))

    outcome = platform.run(job_settings(COLUMNS))

    assert outcome.reasons == [["encoding:first", "encoding:last"]]
    assert outcome.column("id") == [1]


def test_a_header_in_another_encoding_refuses_the_file_only_where_a_declared_column_is_lost_by_it(
    platform: Platform,
) -> None:
    platform.upload("orders/a.csv", "id,first,last,größe\n1,Ann,Smith,1\n".encode("latin-1"))
    platform.upload("orders/b.csv", "ìd,first,last\n1,Ann,Smith\n".encode("latin-1"))

    outcome = platform.run(job_settings(COLUMNS))

    assert outcome.report["drift"] == [{"file": "s3://acme-test-input/orders/a.csv", "change": "added:gr_e"}]
    assert file_reasons(outcome) == {
        "a.csv": None,
        "b.csv": "schema-missing:id; found 3 columns, among them first, last",
    }


def test_compression_that_does_not_fit_the_name_refuses_only_that_file(platform: Platform) -> None:
    # Longer than what the inspection reads of a text: the damage is after it.
    packed = gzip.compress(GOOD.encode() * 20_000, mtime=0)
    platform.upload("orders/gzip.csv", packed)
    platform.upload("orders/plain.csv.gz", GOOD)
    platform.upload("orders/cut.csv.gz", packed[:-20])
    platform.upload("orders/flipped.csv.gz", packed[:-8] + bytes([packed[-8] ^ 1]) + packed[-7:])
    platform.upload("orders/other.csv.bz2", b"BZh9")
    platform.upload_gzip("orders/good.csv.gz", GOOD)

    outcome = platform.run(job_settings(COLUMNS))

    assert file_reasons(outcome) == {
        "gzip.csv": "compression",
        "plain.csv.gz": "compression",
        "cut.csv.gz": "truncated",
        "flipped.csv.gz": "truncated",
        "other.csv.bz2": "compression",
        "good.csv.gz": None,
    }
    assert outcome.counts == (1, 1, 0, 0)


@pytest.mark.parametrize("quoted_newlines", [True, False])
def test_a_csv_is_read_by_one_worker_alone_where_a_cell_may_hold_a_line_break(
    platform: Platform, quoted_newlines: bool
) -> None:
    file = platform.upload("orders/a.csv", "id\n" + "1\n" * 30_000)
    settings, s3, spark = (
        job_settings([column("id")], quoted_newlines=quoted_newlines),
        platform.clients.s3,
        platform.spark,
    )
    spark.conf.set("spark.sql.files.maxPartitionBytes", "10000")
    found = inspection.inspect_files(s3, [file], settings)

    try:
        sources = staging.sources(spark, s3, found, settings, manifest_of([file]))
        parts = reading.checked_rows(spark, sources, settings).rdd.getNumPartitions()
    finally:
        spark.conf.unset("spark.sql.files.maxPartitionBytes")

    assert (parts == 1) is quoted_newlines


def parquet_bytes(**columns: Any) -> bytes:
    written = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), written)
    return written.getvalue()


def orc_bytes(**columns: Any) -> bytes:
    written = io.BytesIO()
    orc.write_table(pyarrow.table(columns), written)
    return written.getvalue()


@pytest.mark.parametrize(("file_format", "packed"), [("parquet", parquet_bytes), ("orc", orc_bytes)])
def test_a_columnar_file_of_another_type_or_without_its_end_is_refused_alone(
    platform: Platform, file_format: str, packed: Any
) -> None:
    good = packed(ID=pyarrow.array([1, 2, None]), first=["a", "b", "c"], last=["x", "y", "z"])
    platform.upload("orders/good", good)
    platform.upload("orders/text", packed(id=["1"], first=["a"], last=["x"]))
    platform.upload("orders/narrow", packed(last=["n"], id=pyarrow.array([7], pyarrow.int32()), first=["m"]))
    platform.upload("orders/cut", good[:-30])

    outcome = platform.run(job_settings(COLUMNS, format=file_format))

    assert file_reasons(outcome) == {
        "good": None,
        "text": "schema-type:id is string, not bigint",
        "narrow": None,
        "cut": "truncated",
    }
    assert outcome.column("id") == [1, 2, 7]
    assert [(row["line"], row["reasons"]) for row in outcome.quarantined] == [(3, ["missing:id"])]


def test_columnar_values_obey_the_rules_too(platform: Platform) -> None:
    numbers = pyarrow.array([1.5, float("nan"), float("inf"), 99.0])
    platform.upload("orders/a", parquet_bytes(id=[1, 2, 3, 4], v=numbers))

    columns = [column("id", "bigint"), column("v", "double", maximum="10")]
    outcome = platform.run(job_settings(columns, format="parquet"))

    # What does not fit the type is not compared with a limit.
    assert outcome.reasons == [["type:v"], ["type:v"], ["maximum:v"]]


NAMES = ["f[1].csv", "{a,b}.csv", "a*.csv", "a?.csv", "back\\slash.csv", "100%25 é+#&=.csv", "a,b.csv"]
# What they would match as patterns, or unescaped.
NOT_LISTED = ["f1.csv", "a.csv", "b.csv", "ab.csv", "abc.csv", "backslash.csv", "100% é+#&=.csv"]


@pytest.mark.parametrize("name", NAMES)
def test_a_key_is_a_name_and_never_a_pattern(platform: Platform, name: str) -> None:
    platform.upload(f"orders/{name}", GOOD)
    for decoy in NOT_LISTED:
        (platform.root / "acme-test-input" / "orders" / decoy).write_text("id,first,last\n9,not,listed\n")

    outcome = platform.run(job_settings(COLUMNS))

    assert outcome.column("id") == [1]
    assert outcome.column("_file") == [f"s3://acme-test-input/orders/{name}"]


UNOPENABLE = [
    "orders/_hidden.csv", "orders/.dot.csv", "orders//twice.csv", "orders/10:30.csv", "orders/_SUCCESS_stories.csv",
    "orders/_metadata_2026.csv",
]  # fmt: skip


@pytest.mark.parametrize("key", UNOPENABLE)
def test_a_key_that_hadoop_cannot_open_is_read_from_a_copy(platform: Platform, key: str) -> None:
    platform.upload(key, GOOD)

    outcome = platform.run(job_settings(COLUMNS))

    assert outcome.column("_file") == [f"s3://acme-test-input/{key}"]
    assert not (platform.root / "acme-test-output" / "_staging").exists() or not list(
        (platform.root / "acme-test-output" / "_staging").iterdir()
    )


@pytest.mark.parametrize("folder", ["_temporary_prices", "_started", ".hidden"])
def test_a_file_in_a_folder_with_a_hidden_name_is_read(platform: Platform, folder: str) -> None:
    platform.upload(f"orders/{folder}/a.csv", GOOD)

    assert platform.run(job_settings(COLUMNS)).column("id") == [1]


def test_an_equals_sign_in_a_key_makes_no_column(platform: Platform) -> None:
    platform.upload("orders/first=Eve/day=3/a.csv", GOOD)
    platform.upload("orders/first=Bob/day=4/a.csv", GOOD)

    assert platform.run(job_settings(COLUMNS)).column("first") == ["Ann", "Ann"]


def test_the_version_in_the_manifest_is_read_although_a_newer_one_exists(platform: Platform) -> None:
    first = platform.upload("orders/a.csv", GOOD)
    platform.upload("orders/a.csv", "id,first,last\n2,Newer,Version\n")

    outcome = platform.run(job_settings(COLUMNS), files=[first])

    assert outcome.column("first") == ["Ann"]


def test_both_versions_of_a_key_in_one_manifest_are_read_and_kept_apart(platform: Platform) -> None:
    first = platform.upload("orders/a.csv", GOOD, "2026-03-01T00:00:00Z")
    second = platform.upload("orders/a.csv", "id,first,last\n1,Newer,Version\n", "2026-03-01T00:00:00Z")

    outcome = platform.run(job_settings(COLUMNS))

    assert [file["published"] for file in outcome.report["files"]] == [1, 1]
    assert outcome.column("_file") == sorted(
        f"s3://acme-test-input/orders/a.csv?versionId={file.version_id}" for file in (first, second)
    )


def test_a_version_that_no_longer_exists_is_reported_as_gone(platform: Platform) -> None:
    lost = platform.upload("orders/a.csv", GOOD)
    platform.upload("orders/b.csv", GOOD)
    platform.clients.s3.delete_object(Bucket=lost.bucket, Key=lost.key, VersionId=lost.version_id)

    assert file_reasons(platform.run(job_settings(COLUMNS))) == {"a.csv": "gone", "b.csv": None}


def test_a_run_of_deleted_files_only_publishes_nothing_and_has_not_failed(platform: Platform) -> None:
    lost = platform.upload("orders/a.csv", GOOD)
    platform.clients.s3.delete_object(Bucket=lost.bucket, Key=lost.key, VersionId=lost.version_id)

    outcome = platform.run(job_settings(COLUMNS))

    assert (outcome.failure, outcome.report["state"], outcome.counts) == (None, "published", (0, 0, 0, 0))
    assert file_reasons(outcome) == {"a.csv": "gone"}


def test_one_bad_file_among_a_hundred_is_named_and_the_others_are_published(platform: Platform) -> None:
    for number in range(99):
        platform.upload(f"orders/{number:02}.csv", f"id,first,last\n{number},Ann,Smith\n")
    platform.upload("orders/bad.csv", "nothing,of,this\n1,2,3\n")

    outcome = platform.run(job_settings(COLUMNS))

    assert outcome.counts == (99, 99, 0, 0)
    assert [file["key"] for file in outcome.report["files"] if file["file_reason"]] == ["orders/bad.csv"]


def test_lines_are_counted_across_the_blocks_of_a_split_file(platform: Platform) -> None:
    rows = [f"{number},{'x' * 40}" for number in range(2, 4002)]
    rows[3000] = "bad," + "x" * 40
    platform.upload("orders/a.csv", "\n".join(["id,v", *rows]) + "\n")
    platform.spark.conf.set("spark.sql.files.maxPartitionBytes", "30000")
    settings = job_settings([column("id", "bigint"), column("v")], quoted_newlines=False)

    try:
        outcome = platform.run(settings)
    finally:
        platform.spark.conf.unset("spark.sql.files.maxPartitionBytes")

    assert [row["line"] for row in outcome.quarantined] == [3002]
    assert all(row["id"] == row["_line"] for row in outcome.published)


def test_json_lines_keep_what_is_one_record_and_refuse_what_is_none(platform: Platform) -> None:
    lines = [
        '{"id": 1, "v": "a"}',
        "{broken",
        '{"id": 2, "id": 3, "v": "last key wins"}',
        '{"id": 4, "v": "b", "extra": true}',
        '[{"id": 5, "v": "c"}, {"id": 6, "v": "d"}]',
        '{"id": 7.5, "v": 1}',
        '"text"',
        '{"v": {"nested": [1, 2]}, "id": 8}',
    ]
    platform.upload("orders/a.json", "\n".join(lines) + "\n")

    outcome = platform.run(job_settings([column("id", "bigint"), column("v")], format="json"))

    assert outcome.column("id") == [1, 3, 4, 5, 6, 8]
    assert [json.loads(row["v"]) for row in outcome.published if row["id"] == 8] == [{"nested": [1, 2]}]
    assert outcome.reasons == [["malformed"], ["type:id"], ["malformed"]]
    assert outcome.report["drift"] == [{"file": "s3://acme-test-input/orders/a.json", "change": "added:extra"}]


def test_a_json_array_is_read_element_by_element(platform: Platform) -> None:
    platform.upload("orders/a.json", '\ufeff[\n {"id": 1},\n {"id": "x"},\n {"id": 3}\n]\n')
    platform.upload("orders/b.json", '[{"id": 4}, {"id": 5}]')

    outcome = platform.run(job_settings([column("id", "bigint")], format="json"))

    assert outcome.column("id") == [1, 3, 4, 5]
    assert outcome.reasons == [["type:id"]]


def test_a_large_json_number_stays_money(platform: Platform) -> None:
    platform.upload("orders/a.json", '{"v": 12345678.90}\n{"v": 10000000.001}\n{"v": "98765432109876543.21"}\n')

    outcome = platform.run(job_settings([column("v", "decimal(20,2)")], format="json"))

    assert outcome.column("v") == [decimal.Decimal("12345678.90"), decimal.Decimal("98765432109876543.21")]
    assert outcome.reasons == [["type:v"]]


def test_json_keys_are_found_under_the_files_own_spelling(platform: Platform) -> None:
    platform.upload("orders/a.json", '{"Order ID": 1, "V": "a"}\n')

    outcome = platform.run(job_settings([column("order_id", "bigint"), column("v")], format="json"))

    assert [(row["order_id"], row["v"]) for row in outcome.published] == [(1, "a")]
