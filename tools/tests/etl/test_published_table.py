"""Tests of the table itself: how it is made, and what a later declaration changes in it."""

from typing import Any

import pytest
from platform_in_a_folder import OUTPUT, Platform, column, job_settings
from steps import published_table
from steps.published_table import changed_columns, is_wider, partitioned_by
from steps.settings import Settings

COLUMNS = [column("id", "bigint"), column("at", "timestamp"), column("v")]
SETTINGS = job_settings(COLUMNS, primary_key=["id"], partition_by="at")
ROWS = "id,at,v\n1,2024-01-02 10:00:00,a\n2,2024-01-02 20:00:00,b\n3,2024-01-03 00:00:00,c\n"


def partitions(platform: Platform, settings: Settings) -> int:
    return platform.spark.table(f"{published_table.table_name(settings)}.partitions").count()


def properties(platform: Platform) -> dict[str, str]:
    found = platform.spark.sql(f"show tblproperties {published_table.table_name(SETTINGS)}").collect()
    return {row["key"]: row["value"] for row in found}


def types(platform: Platform, settings: Settings) -> dict[str, str]:
    return dict(platform.spark.table(published_table.table_name(settings)).dtypes)


def run(platform: Platform, settings: Settings, name: str, content: str) -> dict[str, Any]:
    return platform.run(settings, files=[platform.upload(f"orders/{name}.csv", content)]).report


def test_the_table_is_of_version_2_with_deletes_in_files_of_their_own_and_a_partition_per_day(
    platform: Platform,
) -> None:
    run(platform, SETTINGS, "a", ROWS)

    wanted = {"format-version": "2", "write.wap.enabled": "true", "write.merge.mode": "merge-on-read"}
    wanted |= {"write.merge.isolation-level": "serializable"}
    assert wanted.items() <= properties(platform).items()
    assert partitions(platform, SETTINGS) == 2
    assert platform.folder(f"s3://{OUTPUT}/acme_test/orders_rows/metadata").is_dir()


def test_a_time_is_published_without_a_zone_and_a_small_integer_as_an_int(platform: Platform) -> None:
    settings = job_settings([column("at", "timestamp"), column("n", "tinyint"), column("m", "smallint")])

    report = run(platform, settings, "a", "at,n,m\n2024-01-02T10:00:00+02:00,1,2\n")

    assert report["state"] == "published"
    found = platform.spark.table(published_table.table_name(settings)).selectExpr("cast(at as string)", "n", "m")
    assert [tuple(row) for row in found.collect()] == [("2024-01-02 08:00:00", 1, 2)]
    assert {**types(platform, settings), "n": "int"}["at"] == "timestamp_ntz"


def test_columns_that_are_declared_later_are_added_and_wider_types_taken(platform: Platform) -> None:
    old = [column("id", "int"), column("d", "decimal(6,2)"), column("f", "float")]
    new = [column("f", "double"), column("w"), column("id", "bigint"), column("d", "decimal(9,2)")]
    run(platform, job_settings(old, primary_key=["id"]), "a", "id,d,f\n1,1.50,0.5\n2,2,0.25\n")

    settings = job_settings(new, primary_key=["id"])
    report = run(platform, settings, "b", "id,d,f,w\n2,3,0.1,new\n5000000000,1234567.89,0.1,large\n")

    assert report["state"] == "published", report["reason"]
    rows = platform.spark.table(published_table.table_name(settings)).orderBy("id").collect()
    assert [(row["id"], str(row["d"]), row["f"], row["w"]) for row in rows] == [
        (1, "1.50", 0.5, None),
        (2, "3.00", 0.1, "new"),
        (5_000_000_000, "1234567.89", 0.1, "large"),
    ]


@pytest.mark.parametrize("key", [["id"], []], ids=["keyed", "keyless"])
def test_a_column_that_is_no_longer_declared_stays_and_new_rows_have_none(platform: Platform, key: list[str]) -> None:
    run(platform, job_settings(COLUMNS, primary_key=key), "a", ROWS)

    settings = job_settings([column("id", "bigint")], primary_key=key)
    assert run(platform, settings, "b", "id\n1\n9\n")["state"] == "published"

    rows = platform.spark.table(published_table.table_name(settings)).collect()
    found = sorted((row["id"], row["v"]) for row in rows if row["_source_file"].endswith("b.csv"))
    assert found == [(1, None), (9, None)]


def test_a_type_that_the_table_cannot_take_ends_the_run_with_what_to_do(platform: Platform) -> None:
    run(platform, SETTINGS, "a", ROWS)
    changed = job_settings([column("id", "int"), column("at", "timestamp"), column("v", "bigint")], primary_key=["id"])

    report = run(platform, changed, "b", "id,at,v\n1,,2\n")

    assert report["reason"] == (
        "column-type: id is bigint in the table, not int, v is string in the table, not bigint. "
        "In a published table, int can become bigint, float double, and a decimal wider with the same scale. "
        "Declare the old type, or publish the new one in a column or dataset of another name."
    )
    assert [file["lasting"] for file in report["files"]] == [True]


@pytest.mark.parametrize(
    ("old", "new", "can"),
    [
        ("int", "bigint", True),
        ("bigint", "int", False),
        ("decimal(8,2)", "decimal(10,2)", True),
        ("decimal(8,2)", "decimal(10,3)", False),
        ("decimal(8,2)", "decimal(7,2)", False),
        ("float", "double", True),
        ("int", "string", False),
        ("string", "int", False),
        ("date", "timestamp_ntz", False),
    ],
)
def test_iceberg_widens_exactly_what_is_said_to_be_wider(platform: Platform, old: str, new: str, can: bool) -> None:
    table = "lake.probes.t"
    platform.spark.sql(f"drop table if exists {table}")
    platform.spark.sql(f"create table {table} (c {old}) using iceberg")
    try:
        platform.spark.sql(f"alter table {table} alter column c type {new}")
        changed = dict(platform.spark.table(table).dtypes)["c"] == new
    except Exception:
        changed = False

    assert is_wider(old, new) == changed == can


def test_tiny_and_small_integers_are_one_type_of_the_table() -> None:
    small = job_settings([column("n", "smallint")])

    assert changed_columns(small, published_table.columns(job_settings([column("n", "int")]))) == []


def test_another_partition_is_taken_for_new_rows_and_back_again(platform: Platform) -> None:
    columns = [column("id", "bigint"), column("at", "timestamp"), column("order")]
    rows = "id,at,order\n0,2024-01-02 10:00:00,a\n{},2024-01-03 10:00:00,a\n"

    for number, by in enumerate([None, "at", "order", None, "order", "at", None, "at", "at"], 1):
        settings = job_settings(columns, primary_key=["id"], partition_by=by)
        assert run(platform, settings, str(number), rows.format(number))["state"] == "published"
        table = published_table.table_name(settings)
        described = [(row[0], row[1]) for row in platform.spark.sql(f"describe table {table}").collect()]
        assert partitioned_by(described) == {"at": "days(at)"}.get(str(by), by)
        ids = [row["id"] for row in platform.spark.table(table).orderBy("id").collect()]
        assert ids == list(range(number + 1))


def test_on_aws_the_table_lies_in_the_output_bucket_and_no_session_keeps_an_old_one() -> None:
    given = published_table.session_settings(SETTINGS)

    assert given["spark.sql.catalog.lake.warehouse"] == f"s3://{OUTPUT}/"
    assert given["spark.sql.catalog.lake.cache-enabled"] == "false"
    # Terraform gives the kind of the catalog to the job, and spark-defaults.conf to a run on a laptop.
    assert "spark.sql.catalog.lake.type" not in given
