"""Queries over the very files that the job writes: they find what it published, refused and committed."""

from dataclasses import asdict
from typing import Any

import pytest
from platform_in_a_folder import Platform, column, job_settings
from steps import publishing
from steps.settings import Settings

from dataops.local_run import query
from dataops.local_run.query_views import quoted, views

COLUMNS = [column("id", "bigint"), column("at", "timestamp"), column("amount", "decimal(8,2)"), column("area")]
HEADER = "id,at,amount,area\n"


def ask(platform: Platform, settings: Settings, sql: str) -> list[tuple[str | None, ...]]:
    """Run one query over the files in the platform's folder."""
    database = query.database()
    for name, select in views({"orders": asdict(settings)}, platform.root).items():
        database.execute(f"create view {quoted(name)} as {select}")
    found = query.answer(database, sql)
    return found.rows if found else []


@pytest.mark.parametrize("partition_by", [None, "at", "area", "id"])
def test_the_newest_rows_of_two_runs_are_found_with_their_types(platform: Platform, partition_by: str | None) -> None:
    settings = job_settings(COLUMNS, primary_key=["id"], partition_by=partition_by)
    first = platform.upload(
        "orders/a.csv", HEADER + "1,2024-01-01 23:30:00,1.50,a/b: 100%\n2,2024-01-02 00:00:00,2,x\n"
    )
    second = platform.upload("orders/b.csv", HEADER + "2,2024-01-02 00:00:00,20,x\n", "2026-03-02T00:00:00Z")
    platform.run(settings, files=[first])
    platform.run(settings, files=[second])

    newest = ask(platform, settings, 'select id, "at", amount, area, _line, _uploaded_at from orders order by id')

    assert newest == [
        ("1", "2024-01-01 23:30:00", "1.50", "a/b: 100%", "2", "2026-03-01 00:00:00"),
        ("2", "2024-01-02 00:00:00", "20.00", "x", "2", "2026-03-02 00:00:00"),
    ]
    assert ask(platform, settings, "select count(*), count(distinct _batch) from orders_rows") == [("2", "2")]


@pytest.mark.parametrize("newer_comes_first", [True, False])
def test_of_two_versions_within_a_second_that_come_into_two_runs_the_newer_one_is_found(
    platform: Platform, newer_comes_first: bool
) -> None:
    settings = job_settings([column("id", "bigint"), column("v")], primary_key=["id"])
    # The older version has more lines: the line must not decide.
    older = platform.upload("orders/a.csv", "id,v\n2,x\n1,older\n", sequencer="0A")
    newer = platform.upload("orders/a.csv", "id,v\n1,newer\n", sequencer="0F")
    for file in (newer, older) if newer_comes_first else (older, newer):
        platform.run(settings, files=[file])

    assert ask(platform, settings, "select v from orders where id = 1") == [("newer",)]


def test_the_same_content_under_the_same_key_in_a_later_run_is_found_once(platform: Platform) -> None:
    settings = job_settings(COLUMNS, primary_key=["id"])
    rows = "".join(f"{number},2024-01-01 00:00:00,1,x\n" for number in range(5))
    for uploaded_at in ("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"):
        again = platform.upload("orders/a.csv", HEADER + rows, uploaded_at)
        platform.run(settings, files=[again])

    assert ask(platform, settings, "select count(*), min(_uploaded_at) from orders") == [("5", "2026-03-02 00:00:00")]


def test_refused_rows_are_found_with_their_reasons_and_their_record(platform: Platform) -> None:
    settings = job_settings([column("id", "bigint"), column("v", required=True)])
    platform.upload("orders/a.csv", 'id,v\n1,x\nten,"it\'s ""odd"", é"\n2,\n')
    batch = platform.run(settings).report["batch"]

    found = ask(
        platform, settings, "select file, line, reasons[1], record, batch_id from quarantine_orders order by line"
    )

    assert [(row[1], row[2], row[4]) for row in found] == [("3", "type:id", batch), ("4", "missing:v", batch)]
    assert found[0][0] == "s3://acme-test-input/orders/a.csv"
    assert "ten" in str(found[0][3]) and "é" in str(found[0][3])


def test_a_run_that_refused_everything_has_a_quarantine_and_nothing_else(platform: Platform) -> None:
    settings = job_settings([column("id", "bigint")])
    platform.upload("orders/a.csv", "id\nx\n")
    assert str(platform.run(settings).failure).startswith("all-rows-bad")

    counts = {
        name: ask(platform, settings, f"select count(*) from {name}")[0][0]
        for name in ("orders", "orders_rows", "quarantine_orders")
    }

    assert counts == {"orders": "0", "orders_rows": "0", "quarantine_orders": "1"}


def test_a_run_that_died_after_it_staged_its_rows_is_not_seen(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = job_settings(COLUMNS, primary_key=["id"])
    platform.upload("orders/a.csv", HEADER + "1,2024-01-01 00:00:00,1,x\n")

    def killed(*_: Any) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(publishing, "publish", killed)
    with pytest.raises(RuntimeError):
        platform.run(settings)

    assert ask(platform, settings, "from orders_rows") == []


def test_rows_are_found_after_compaction(platform: Platform) -> None:
    settings = job_settings(COLUMNS, primary_key=["id"])
    for name in ("a", "b"):
        platform.run(settings, files=[platform.upload(f"orders/{name}.csv", f"{HEADER}1,,1,{name}\n")])

    options = "map('rewrite-all', 'true', 'remove-dangling-deletes', 'true')"
    platform.spark.sql(f"call lake.system.rewrite_data_files('acme_test.orders_rows', 'sort', 'id', {options})")

    assert ask(platform, settings, "select area, length(_batch) from orders_rows") == [("b", "16")]
