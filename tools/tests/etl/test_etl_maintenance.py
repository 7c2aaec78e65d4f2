"""Tests of the job's `--maintain table`: fewer files, the same rows, and nothing that a batch still needs goes."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import etl
import pytest
from platform_in_a_folder import OUTPUT, Platform, column, job_settings
from steps import maintenance, published_table, publishing
from steps.maintenance import files, maintain

SETTINGS = job_settings([column("id", "bigint"), column("v")], primary_key=["id"])
IN_TEN_DAYS = datetime.now(UTC) + timedelta(days=10)


def publish(platform: Platform, batches: int) -> None:
    """Each batch replaces a row of the one before, and adds one."""
    for number in range(batches):
        rows = f"id,v\n{number},{number}\n{number + 1},{number}\n"
        platform.run(SETTINGS, files=[platform.upload(f"orders/{number}.csv", rows)])


def rows(platform: Platform) -> list[Any]:
    return [(row["id"], row["v"], row["_file"], row["_line"], row["_batch"]) for row in platform.table(SETTINGS)]


def snapshots(platform: Platform) -> int:
    return platform.spark.table(f"{published_table.table_name(SETTINGS)}.snapshots").count()


def test_a_table_of_few_files_is_left_as_it_is(platform: Platform) -> None:
    publish(platform, 2)
    before = files(platform.spark, SETTINGS)

    done = maintain(platform.spark, SETTINGS)

    assert done == {"expired": 0, "orphans": 0}
    assert files(platform.spark, SETTINGS) == before


def test_many_small_files_become_few_and_deleted_rows_go_with_their_files(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintenance, "MOST_SMALL_FILES", 4)
    publish(platform, 4)
    before, (small, deletes) = rows(platform), files(platform.spark, SETTINGS)
    assert small >= 4 and deletes >= 3

    done = maintain(platform.spark, SETTINGS)

    assert done["packed"] == small
    assert files(platform.spark, SETTINGS) == (1, 0)
    assert rows(platform) == before


def test_a_batch_is_published_after_maintenance_as_before_it(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintenance, "MOST_SMALL_FILES", 1)
    publish(platform, 2)
    maintain(platform.spark, SETTINGS, IN_TEN_DAYS)
    again, late = platform.files[1], platform.upload("orders/a.csv", "id,v\n0,late\n7,new\n", "2026-02-01T00:00:00Z")

    assert platform.run(SETTINGS, attempt=2, files=[again]).report["state"] == "already-published"
    report = platform.run(SETTINGS, files=[late]).report

    assert (report["published"], report["superseded"]) == (1, 1)
    assert sorted(row[1] for row in rows(platform)) == ["0", "1", "1", "new"]


def test_old_snapshots_go_and_those_of_the_last_week_stay(platform: Platform) -> None:
    publish(platform, 3)
    before = rows(platform)

    assert maintain(platform.spark, SETTINGS, datetime.now(UTC) + timedelta(days=6))["expired"] == 0
    assert snapshots(platform) == 3
    assert maintain(platform.spark, SETTINGS, IN_TEN_DAYS)["expired"] > 0

    assert snapshots(platform) == 1
    assert rows(platform) == before


def test_what_a_dead_run_staged_goes_once_it_is_old(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(platform, 1)
    before = rows(platform)
    with monkeypatch.context() as dying:
        dying.setattr(publishing, "publish", lambda *_: (_ for _ in ()).throw(RuntimeError("killed")))
        with pytest.raises(RuntimeError):
            platform.run(SETTINGS, files=[platform.upload("orders/dead.csv", "id,v\n9,dead\n")])
    lost = platform.folder(published_table.address(SETTINGS)) / "data" / "of-no-snapshot.parquet"
    lost.write_bytes(b"PAR1")

    assert maintain(platform.spark, SETTINGS) == {"expired": 0, "orphans": 0}
    # Its snapshot, its data, and the list of its files; then what no snapshot ever had.
    done = maintain(platform.spark, SETTINGS, IN_TEN_DAYS)

    assert done["expired"] >= 2 and done["orphans"] >= 1
    assert not lost.exists() and rows(platform) == before


def test_a_dataset_that_has_published_nothing_has_nothing_to_maintain(platform: Platform) -> None:
    assert maintain(platform.spark, SETTINGS) == {}


def test_maintenance_is_a_run_of_the_job_without_a_manifest(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(platform, 1)
    monkeypatch.setattr(etl, "spark_session", lambda _: platform.spark)
    done: list[Any] = []
    monkeypatch.setattr(maintenance, "maintain", lambda _spark, settings: done.append(settings))

    etl.main(["--settings", json.dumps(asdict(SETTINGS)), "--maintain", "table", "--JOB_NAME", "orders"])

    assert done == [SETTINGS]
    assert platform.clients.s3.list_objects_v2(Bucket=OUTPUT, Prefix="_reports/orders/0")["KeyCount"] == 0
