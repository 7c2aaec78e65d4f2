"""Tests of `table_format: iceberg`: the newest row per key, in any order of the batches."""

import pytest
from platform_in_a_folder import OUTPUT, Platform, column, job_settings
from pyspark.sql import Row
from steps import iceberg, publishing

COLUMNS = [column("id", "bigint"), column("at", "timestamp"), column("v")]
SETTINGS = job_settings(
    COLUMNS, primary_key=["id"], newest_by="at", partition_by="at", table_format="iceberg", database="acme"
)
KEYLESS = job_settings(COLUMNS, table_format="iceberg", database="acme")


@pytest.fixture(autouse=True)
def no_catalog(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "register_partitions", lambda *_: None)


def merged(platform: Platform) -> list[Row]:
    return platform.spark.table(iceberg.table_name(SETTINGS)).orderBy("id", "_source_line").collect()


@pytest.fixture
def lake(platform: Platform) -> Platform:
    platform.spark.sql(f"drop table if exists {iceberg.table_name(SETTINGS)}")
    return platform


def test_newer_rows_replace_older_ones_and_older_ones_replace_nothing(lake: Platform) -> None:
    new = lake.upload("orders/a.csv", "id,at,v\n1,2024-01-02 00:00:00,new\n2,,undated\n3,2024-01-01 00:00:00,x\n")
    old = lake.upload("orders/b.csv", "id,at,v\n1,2024-01-01 00:00:00,old\n2,2024-05-01 00:00:00,dated\n")

    lake.run(SETTINGS, files=[new])
    lake.run(SETTINGS, files=[old])

    assert [(row["id"], row["v"]) for row in merged(lake)] == [(1, "new"), (2, "dated"), (3, "x")]


@pytest.mark.parametrize("newer_comes_first", [True, False])
def test_of_two_versions_within_a_second_the_one_that_s3_says_is_newer_stays(
    lake: Platform, newer_comes_first: bool
) -> None:
    older = lake.upload(
        "orders/a.csv", "id,at,v\n2,2024-01-01 00:00:00,x\n1,2024-01-01 00:00:00,older\n", sequencer="0A"
    )
    newer = lake.upload("orders/a.csv", "id,at,v\n1,2024-01-01 00:00:00,newer\n", sequencer="0F")

    for file in (newer, older) if newer_comes_first else (older, newer):
        lake.run(SETTINGS, files=[file])

    assert [(row["id"], row["v"]) for row in merged(lake)] == [(1, "newer"), (2, "x")]


def test_a_column_that_is_declared_later_comes_into_the_table(lake: Platform) -> None:
    first = lake.upload("orders/a.csv", "id,at,v\n1,2024-01-01 00:00:00,a\n")
    lake.run(SETTINGS, files=[first])
    later = job_settings([*COLUMNS, column("w")], primary_key=["id"], table_format="iceberg", database="acme")
    second = lake.upload("orders/b.csv", "id,at,v,w\n2,2024-01-01 00:00:00,b,new\n")

    lake.run(later, files=[second])

    assert [(row["id"], row["w"]) for row in merged(lake)] == [(1, None), (2, "new")]


def test_merging_a_batch_again_changes_nothing(lake: Platform) -> None:
    lake.upload("orders/a.csv", "id,at,v\n1,2024-01-02 00:00:00,a\n2,,b\n")
    batch = lake.run(SETTINGS).report["batch"]
    before = merged(lake)

    iceberg.merge_batch(lake.spark, SETTINGS, batch)

    assert merged(lake) == before


def test_without_a_key_equal_rows_are_all_kept_and_still_merged_once(lake: Platform) -> None:
    lake.upload("orders/a.csv", "id,at,v\n1,,a\n1,,a\n")
    batch = lake.run(KEYLESS).report["batch"]

    iceberg.merge_batch(lake.spark, KEYLESS, batch)

    assert len(merged(lake)) == 2


def test_the_table_has_one_partition_per_day(lake: Platform) -> None:
    lake.upload("orders/a.csv", "id,at,v\n1,2024-01-02 10:00:00,a\n2,2024-01-02 20:00:00,b\n3,2024-01-03 00:00:00,c\n")
    lake.run(SETTINGS)

    assert lake.spark.table(f"{iceberg.table_name(SETTINGS)}.partitions").count() == 2


def test_on_aws_the_table_lies_in_the_glue_catalog_and_the_output_bucket() -> None:
    given = iceberg.session_settings(SETTINGS)

    assert given["spark.sql.catalog.lake.type"] == "glue"
    assert given["spark.sql.catalog.lake.warehouse"] == f"s3://{OUTPUT}/"
