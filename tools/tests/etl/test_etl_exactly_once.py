"""Tests that a batch is published exactly once: wherever a run dies, and whatever runs beside it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from platform_in_a_folder import Outcome, Platform, column, job_settings, manifest_of
from pyspark.sql import SparkSession
from steps import published_table, publishing, reporting
from steps.settings import ManifestFile, Settings

COLUMNS = [column("id", "bigint"), column("at", "timestamp"), column("v")]
KEYED = job_settings(COLUMNS, primary_key=["id"], newest_by="at", partition_by="at")
KEYLESS = job_settings(COLUMNS)
OLD = "id,at,v\n1,2024-01-01 00:00:00,old\n2,2024-01-05 00:00:00,kept\n3,2024-01-01 00:00:00,x\n"
NEW = "id,at,v\n1,2024-01-02 00:00:00,new\n2,2024-01-01 00:00:00,late\n4,2024-01-01 00:00:00,y\n"
STEPS = ["bring_up_to_date", "stage", "written", "superseded", "write_report", "publish", "commit"]


class KilledError(BaseException):
    """The worker died: no handler of the job may catch it."""


def values(platform: Platform, settings: Settings) -> list[str]:
    return sorted(row["v"] for row in platform.table(settings))


@contextmanager
def dying(monkeypatch: pytest.MonkeyPatch, step: str, after: bool) -> Iterator[None]:
    """Let a run die right before a step, or right after it."""
    module = {"bring_up_to_date": published_table, "write_report": reporting}.get(step, publishing)
    real = getattr(module, step)

    def killed(*given: Any) -> None:
        if after:
            real(*given)
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(reporting, "close_report", lambda *_: None)
        patched.setattr(module, step, killed)
        with pytest.raises(KilledError):
            yield


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("settings", [KEYED, KEYLESS], ids=["keyed", "keyless"])
def test_a_run_that_dies_at_any_step_is_repeated_without_a_row_lost_or_twice(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, settings: Settings, step: str, after: bool
) -> None:
    first, second = platform.upload("orders/a.csv", OLD), platform.upload("orders/b.csv", NEW)
    platform.run(settings, files=[first])
    before = values(platform, settings)
    if step == "superseded" and not settings.primary_key:
        pytest.skip("without a key no row is superseded")

    with dying(monkeypatch, step, after):
        platform.run(settings, files=[second])
    is_seen = step == "commit" or (step == "publish" and after)
    assert is_seen or values(platform, settings) == before

    done = platform.run(settings, attempt=2, files=[second])

    keyed = ["kept", "new", "x", "y"]
    assert values(platform, settings) == (keyed if settings.primary_key else sorted([*before, "late", "new", "y"]))
    committed = step == "commit" and after
    assert done.report["state"] == ("already-published" if committed else "published")
    assert committed or (done.counts, done.report["superseded"]) == (
        ((3, 2, 0, 0), 1) if settings.primary_key else ((3, 3, 0, 0), 0)
    )


def test_a_late_older_row_is_counted_as_superseded_and_its_file_is_named(platform: Platform) -> None:
    first = platform.upload("orders/a.csv", OLD)
    late = platform.upload("orders/b.csv", NEW)
    more = platform.upload("orders/c.csv", "id,at,v\n9,2024-01-01 00:00:00,z\n")
    platform.run(KEYED, files=[first])

    report = platform.run(KEYED, files=[late, more]).report

    assert [(file["rows_in"], file["published"], file["superseded"]) for file in report["files"]] == [
        (3, 2, 1),
        (1, 1, 0),
    ]
    assert (report["published"], report["superseded"]) == (3, 1)


def test_rows_that_get_lost_while_they_are_written_end_the_run_and_nobody_sees_the_others(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither is a lost row taken for a superseded one."""
    first, second = platform.upload("orders/a.csv", OLD), platform.upload("orders/b.csv", NEW)
    platform.run(KEYED, files=[first])
    before = values(platform, KEYED)
    write = publishing._write
    monkeypatch.setattr(publishing, "_write", lambda spark, rows, given: write(spark, rows.where("id <> 4"), given))

    outcome = platform.run(KEYED, files=[second])

    assert str(outcome.failure).startswith("rows-do-not-add-up: ")
    assert "3 rows: 1 published, 0 quarantined, 0 duplicates, 1 superseded" in str(outcome.failure)
    assert values(platform, KEYED) == before


@contextmanager
def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], Any], times: int = 1) -> Iterator[None]:
    """Do something between the staging of a batch and its publication."""
    publish, left = publishing.publish, [times]

    def after_it(*given: Any) -> None:
        if left[0]:
            left[0] -= 1
            act()
        publish(*given)

    with monkeypatch.context() as patched:
        patched.setattr(publishing, "publish", after_it)
        yield


@pytest.mark.parametrize("settings", [KEYED, KEYLESS], ids=["keyed", "keyless"])
def test_a_batch_that_is_published_while_another_is_staged_is_seen_with_it(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    first, second = platform.upload("orders/a.csv", OLD), platform.upload("orders/b.csv", NEW)

    with meanwhile(monkeypatch, lambda: platform.run(settings, files=[second])):
        outcome = platform.run(settings, files=[first])

    keyed, keyless = ["kept", "new", "x", "y"], ["kept", "late", "new", "old", "x", "y"]
    assert values(platform, settings) == (keyed if settings.primary_key else keyless)
    assert outcome.report["state"] == "published"
    assert outcome.report["superseded"] == (1 if settings.primary_key else 0)


@pytest.mark.parametrize("settings", [KEYED, KEYLESS], ids=["keyed", "keyless"])
def test_a_batch_that_another_run_publishes_meanwhile_is_published_once(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    file = platform.upload("orders/a.csv", OLD)
    others: list[Outcome] = []

    with meanwhile(monkeypatch, lambda: others.append(platform.run(settings, attempt=1, files=[file]))):
        outcome = platform.run(settings, attempt=2, files=[file])

    assert values(platform, settings) == ["kept", "old", "x"]
    assert [each.report["state"] for each in (*others, outcome)] == ["published", "already-published"]


@pytest.mark.parametrize("settings", [KEYED, KEYLESS], ids=["keyed", "keyless"])
def test_of_runs_at_the_same_time_each_batch_is_published_once(platform: Platform, settings: Settings) -> None:
    files = [platform.upload("orders/a.csv", OLD), platform.upload("orders/b.csv", NEW)]
    platform.run(settings, files=[platform.upload("orders/0.csv", "id,at,v\n7,2024-01-01 00:00:00,first\n")])
    ready, failed = threading.Barrier(4), list[str]()

    def run(file: ManifestFile, attempt: int) -> None:
        other = Platform.beside(platform, platform.spark.newSession())
        ready.wait()
        try:
            outcome = other.run(settings, attempt, [file])
            failed.extend([outcome.failure] if outcome.failure else [])
        except Exception as error:
            failed.append(str(error))

    threads = [threading.Thread(target=run, args=(file, attempt)) for file in files for attempt in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Who lost to the other's conflict is started again by the ledger.
    for file in files:
        platform.run(settings, attempt=3, files=[file])

    keyed, keyless = ["first", "kept", "new", "x", "y"], ["first", "kept", "late", "new", "old", "x", "y"]
    assert values(platform, settings) == (keyed if settings.primary_key else keyless), failed


def test_a_keyed_batch_is_given_up_when_the_table_never_stands_still(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.run(KEYED, files=[platform.upload("orders/a.csv", OLD)])
    numbers = iter(range(10, 20))

    def another() -> None:
        number = next(numbers)
        file = platform.upload(f"orders/{number}.csv", f"id,at,v\n{number},2024-01-01 00:00:00,other\n")
        with monkeypatch.context() as once:
            once.setattr(publishing, "publish", real)
            platform.run(KEYED, files=[file])

    real = publishing.publish
    with meanwhile(monkeypatch, another, times=3):
        outcome = platform.run(KEYED, files=[platform.upload("orders/b.csv", NEW)])

    assert outcome.failure == "table-moved: the table changed 3 times while the batch was written."
    assert "new" not in values(platform, KEYED)


def test_what_compaction_does_meanwhile_does_not_matter(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    platform.run(KEYED, files=[platform.upload("orders/a.csv", OLD)])

    with meanwhile(monkeypatch, lambda: compact(platform.spark)):
        outcome = platform.run(KEYED, files=[platform.upload("orders/b.csv", NEW)])

    assert outcome.report["state"] == "published"
    assert values(platform, KEYED) == ["kept", "new", "x", "y"]


def compact(spark: SparkSession) -> None:
    table = f"{KEYED.database}.orders_rows"
    spark.sql(f"call lake.system.rewrite_data_files(table => '{table}', options => map('rewrite-all', 'true'))")


def test_the_range_of_the_keys_changes_no_result_whatever_the_key(platform: Platform) -> None:
    kinds = ["string", "date", "timestamp", "decimal(8,2)", "boolean", "binary", "smallint"]
    texts = {
        "string": ("it's \\ é", "b"),
        "date": ("0001-01-01", "9999-12-31"),
        "timestamp": ("0001-01-01 00:00:00", "2024-01-01 10:00:00.123456"),
        "decimal(8,2)": ("-1.5", "999999.99"),
        "boolean": ("true", "false"),
        "binary": ("AAEC", "/w=="),
        "smallint": ("-3", "3"),
    }
    for number, kind in enumerate(kinds):
        settings = job_settings([column("k", kind), column("v")], primary_key=["k"], database=f"db{number}")
        for name in ("first", "second"):
            rows = "".join(f"{text},{name}\n" for text in texts[kind])
            platform.run(settings, files=[platform.upload(f"orders/{number}-{name}.csv", f"k,v\n{rows}")])

        name = published_table.table_name(settings)
        found = platform.spark.sql(f"select v, count(*) from {name} group by v").collect()
        assert [tuple(row) for row in found] == [("second", 2)], kind


def test_a_batch_reads_only_the_files_that_may_hold_its_keys(platform: Platform) -> None:
    """Of ten batches, a batch with the keys of one reads one file."""
    settings = job_settings([column("id", "bigint"), column("v")], primary_key=["id"])
    for number in range(5):
        file = platform.upload(f"orders/{number}.csv", f"id,v\n{number}1,x\n{number}9,x\n")
        platform.run(settings, files=[file])
    last = platform.upload("orders/last.csv", "id,v\n32,new\n35,new\n")
    batch = manifest_of([last]).batch
    platform.run(settings, files=[last])

    summary = platform.spark.sql(
        f"select summary from {published_table.table_name(settings)}.snapshots where summary['wap.id'] = '{batch}'"
    ).collect()[0]["summary"]
    assert summary["added-records"] == "2"
    assert "added-delete-files" not in summary
