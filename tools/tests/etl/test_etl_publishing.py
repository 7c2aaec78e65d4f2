"""Tests of publishing: a batch becomes visible at once or not at all, and a run that dies can be repeated."""

import copy
import io
import json
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import etl
import pyarrow.parquet
import pytest
from botocore.exceptions import ClientError, ParamValidationError
from platform_in_a_folder import INPUT, OUTPUT, Platform, column, job_settings, manifest_of
from pyspark.sql.functions import expr
from steps import published_table, publishing, reporting, transforming
from steps.failure import RunError

COLUMNS = [column("id", "bigint"), column("day", "date"), column("v")]
SETTINGS = job_settings(COLUMNS, primary_key=["id"], partition_by="day")
ROWS = "id,day,v\n1,2024-01-01,a\n2,2024-01-01,b\n3,2024-01-02,c\n"


def commits(platform: Platform) -> list[dict[str, Any]]:
    stored = platform.clients.s3.list_objects_v2(Bucket=OUTPUT, Prefix="_commits/").get("Contents", [])
    return [
        json.loads(platform.clients.s3.get_object(Bucket=OUTPUT, Key=commit["Key"])["Body"].read()) for commit in stored
    ]


def test_a_published_batch_has_its_rows_its_report_and_one_commit(platform: Platform) -> None:
    platform.upload("orders/a.csv", ROWS)

    outcome = platform.run(SETTINGS)

    batch = outcome.report["batch"]
    assert outcome.report["state"] == "published"
    assert outcome.column("v") == ["a", "b", "c"]
    assert commits(platform) == [
        {
            "version": 1,
            "dataset": "orders",
            "batch": batch,
            "run": f"{batch}-1",
            "rows": 3,
            "snapshot": outcome.report["snapshot"],
        }
    ]


def test_the_report_names_every_file_with_its_counts(platform: Platform) -> None:
    file = platform.upload("orders/a.csv", ROWS + "1,2024-01-01,again\nx,2024-01-01,d\n")

    outcome = platform.run(SETTINGS)

    assert outcome.report["files"] == [
        {
            "bucket": INPUT,
            "key": "orders/a.csv",
            "version_id": file.version_id,
            "rows_in": 5,
            "published": 3,
            "quarantined": 1,
            "duplicates": 1,
            "superseded": 0,
            "reasons": {"type:id": 1},
            "file_reason": None,
            "lasting": False,
        }
    ]


def test_a_second_run_of_a_batch_changes_nothing_and_says_so(platform: Platform) -> None:
    platform.upload("orders/a.csv", ROWS)
    first = platform.run(SETTINGS)
    published = first.published

    again, another = platform.run(SETTINGS), platform.run(SETTINGS, attempt=2)

    assert another.published == published
    assert again.report == first.report
    assert (another.report["state"], another.counts) == ("already-published", (0, 0, 0, 0))
    assert len(commits(platform)) == 1


def test_of_two_runs_that_publish_at_once_exactly_one_wins(platform: Platform) -> None:
    platform.upload("orders/a.csv", ROWS)
    manifests = [manifest_of(platform.files, attempt) for attempt in range(8)]
    won: list[bool] = []
    s3 = boto3.client("s3")

    threads = [
        threading.Thread(target=lambda m=manifest: won.append(publishing.commit(s3, SETTINGS, m, 3, 1)))
        for manifest in manifests
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(won) == [False] * 7 + [True]


def test_a_batch_is_committed_once_with_a_botocore_that_knows_no_conditional_write(platform: Platform) -> None:
    platform.upload("orders/a.csv", ROWS)
    manifest = manifest_of(platform.files)
    old = client_without_conditional_writes()
    with pytest.raises(ParamValidationError, match="IfNoneMatch"):
        old.put_object(Bucket=OUTPUT, Key="_commits/orders/any.json", Body=b"", IfNoneMatch="*")

    assert [publishing.commit(old, SETTINGS, manifest, 3, 1) for _ in range(2)] == [True, False]


def test_only_the_commit_is_written_on_the_condition_that_none_exists(platform: Platform) -> None:
    platform.upload("orders/a.csv", ROWS)
    publishing.commit(platform.clients.s3, SETTINGS, manifest_of(platform.files), 3, 1)

    for _ in range(2):
        platform.clients.s3.put_object(Bucket=OUTPUT, Key="_reports/orders/again.json", Body=b"{}")


def client_without_conditional_writes() -> Any:
    """Return an S3 client with botocore 1.34.131's model of PutObject."""
    session = botocore.session.get_session()
    loader = session.get_component("data_loader")
    model = copy.deepcopy(loader.load_service_model("s3", "service-2"))
    del model["shapes"]["PutObjectRequest"]["members"]["IfNoneMatch"]
    known = loader.load_service_model

    def load(service: str, kind: str, *more: Any, **named: Any) -> Any:
        return model if (service, kind) == ("s3", "service-2") else known(service, kind, *more, **named)

    loader.load_service_model = load
    return session.create_client("s3")


@pytest.mark.parametrize("partition_by", [None, "day"])
@pytest.mark.parametrize("file_format", ["csv", "json", "parquet"])
def test_a_file_without_a_row_is_published_where_a_folder_without_a_file_does_not_exist(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, file_format: str, partition_by: str | None
) -> None:
    platform.upload("orders/a", without_rows(file_format))
    for write in ("stage", "write_quarantine"):
        monkeypatch.setattr(publishing, write, followed_by(getattr(publishing, write), platform, forget_empty_folders))

    outcome = platform.run(job_settings(COLUMNS, format=file_format, partition_by=partition_by))

    assert (outcome.report["state"], outcome.report["reason"]) == ("published", None)
    assert outcome.counts == (0, 0, 0, 0)
    assert len(commits(platform)) == 1


def without_rows(file_format: str) -> bytes:
    """Return a file that declares its columns, if its format does, and has no row."""
    if file_format == "parquet":
        none = {"id": pyarrow.int64(), "day": pyarrow.date32(), "v": pyarrow.string()}
        written = io.BytesIO()
        pyarrow.parquet.write_table(
            pyarrow.table({name: pyarrow.array([], kind) for name, kind in none.items()}), written
        )
        return written.getvalue()
    return b"id,day,v\n" if file_format == "csv" else b"[]"


def followed_by(write: Any, platform: Platform, then: Any) -> Any:
    def both(*given: Any) -> Any:
        written = write(*given)
        then(platform.root)
        return written

    return both


def forget_empty_folders(root: Path) -> None:
    """Remove empty folders, as S3 has none: a folder exists as long as an object does. _SUCCESS may be missing."""
    for path in sorted(root.rglob("*"), reverse=True):
        if path.is_file() and path.name.strip(".").startswith("_SUCCESS"):
            path.unlink()
        elif path.is_dir() and path.parent.name not in ("", root.name) and not any(path.iterdir()):
            path.rmdir()


def test_without_a_key_two_batches_stand_side_by_side(platform: Platform) -> None:
    settings = job_settings(COLUMNS, partition_by="day")
    first, second = platform.upload("orders/a.csv", ROWS), platform.upload("orders/b.csv", ROWS)

    one = platform.run(settings, files=[first])
    published = one.published
    two = platform.run(settings, files=[second])

    assert platform.published(settings, manifest_of([first])) == published
    assert len(published) == len(two.published) == 3


def test_late_rows_of_an_old_day_change_no_file_that_was_written(platform: Platform) -> None:
    first = platform.upload("orders/a.csv", ROWS)
    late = platform.upload("orders/late.csv", "id,day,v\n1,2024-01-01,late\n9,2024-01-01,late\n")
    platform.run(SETTINGS, files=[first])
    before = {path: path.stat().st_mtime_ns for path in data_files(platform)}

    platform.run(SETTINGS, files=[late])

    assert before and {path: path.stat().st_mtime_ns for path in before} == before
    assert [row["v"] for row in platform.table(SETTINGS)] == ["b", "c", "late", "late"]


def data_files(platform: Platform) -> list[Path]:
    return list(platform.folder(published_table.address(SETTINGS)).rglob("*.parquet"))


def test_a_run_that_dies_after_writing_is_invisible_and_its_rerun_leaves_no_trace_of_it(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.upload("orders/a.csv", ROWS)
    with monkeypatch.context() as dying:
        dying.setattr(publishing, "written", lambda *_: (_ for _ in ()).throw(RuntimeError("killed")))
        with pytest.raises(RuntimeError):
            platform.run(SETTINGS)
    assert commits(platform) == []
    assert platform.outcome(SETTINGS, manifest_of(platform.files)).report["state"] == "failed"

    outcome = platform.run(SETTINGS, attempt=2)

    assert outcome.counts == (3, 3, 0, 0)
    assert len(outcome.published) == 3


def test_a_run_that_is_killed_has_said_that_it_did_not_finish(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.upload("orders/a.csv", ROWS)
    # A killed process runs no handler: only what was written before counts.
    monkeypatch.setattr(reporting, "close_report", lambda *_: None)
    monkeypatch.setattr(etl, "publish_rows", lambda *_: (_ for _ in ()).throw(RuntimeError("killed")))
    with pytest.raises(RuntimeError):
        platform.run(SETTINGS)

    report = platform.outcome(SETTINGS, manifest_of(platform.files)).report

    assert (report["state"], report["reason"]) == ("failed", "did-not-finish")


def test_too_many_quarantined_rows_fail_the_run_before_it_publishes(platform: Platform) -> None:
    platform.upload("orders/a.csv", ROWS + "x,2024-01-01,d\n")

    outcome = platform.run(job_settings(COLUMNS, maximum_quarantined_share=0.2))

    assert outcome.failure == (
        f"too-many-bad-rows: 1 of 4 rows, more than 20.00%, 1 of them in s3://{INPUT}/orders/a.csv."
    )
    assert (outcome.report["state"], outcome.report["reason"]) == ("failed", outcome.failure)
    assert (outcome.published, outcome.reasons) == ([], [["type:id"]])
    assert commits(platform) == []


def test_only_the_files_with_more_bad_rows_than_allowed_would_fail_again(platform: Platform) -> None:
    platform.upload("orders/bad.csv", "id,day,v\nx,2024-01-01,a\ny,2024-01-01,b\n4,2024-01-01,c\n")
    platform.upload("orders/fair.csv", ROWS + "x,2024-01-01,d\n")
    platform.upload("orders/good.csv", "id,day,v\n5,2024-01-01,a\n")

    outcome = platform.run(job_settings(COLUMNS, maximum_quarantined_share=0.25))

    assert {file["key"]: file["lasting"] for file in outcome.report["files"]} == {
        "orders/bad.csv": True,
        "orders/fair.csv": False,
        "orders/good.csv": False,
    }


def test_exactly_the_maximum_share_of_quarantined_rows_is_published(platform: Platform) -> None:
    platform.upload("orders/a.csv", ROWS + "x,2024-01-01,d\n")

    assert platform.run(job_settings(COLUMNS, maximum_quarantined_share=0.25)).counts == (4, 3, 1, 0)


def test_a_batch_of_bad_rows_only_fails_whatever_share_is_allowed(platform: Platform) -> None:
    platform.upload("orders/a.csv", "id,day,v\nx,2024-01-01,d\n")
    platform.upload("orders/empty.csv", "id,day,v\n")

    outcome = platform.run(job_settings(COLUMNS, maximum_quarantined_share=1.0))

    assert outcome.failure == "all-rows-bad: none of 1 rows passed; see the quarantine."
    assert [file["lasting"] for file in outcome.report["files"]] == [True, False]
    assert commits(platform) == []


def test_a_file_that_changes_while_it_is_read_fails_the_run_and_the_retry_reads_the_old_version(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = platform.upload("orders/a.csv", ROWS)
    stage = publishing.stage

    def overwritten_meanwhile(*given: Any) -> int:
        snapshot = stage(*given)
        platform.upload("orders/a.csv", "id,day,v\n7,2024-01-01,newer\n")
        return snapshot

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(publishing, "stage", overwritten_meanwhile)
        outcome = platform.run(SETTINGS, files=[first])
    assert outcome.failure is not None and outcome.failure.startswith("changed-while-reading: ")
    assert commits(platform) == []

    assert platform.run(SETTINGS, attempt=2, files=[first]).column("v") == ["a", "b", "c"]


def test_the_report_of_an_unforeseen_error_quotes_no_value_of_a_row(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [platform.upload("orders/a.csv", ROWS)]
    broken = "cast(raise_error(concat('cannot take ', v)) as string)"
    monkeypatch.setattr(transforming, "transform_of", lambda _: lambda rows: rows.withColumn("v", expr(broken)))

    with pytest.raises(Exception, match="cannot take"):
        platform.run(SETTINGS)

    report = platform.outcome(SETTINGS, manifest_of(files)).report
    assert report["state"] == "failed"
    assert "cannot take" not in report["reason"]


def test_an_unforeseen_error_ends_the_job_without_a_value_of_a_row_in_its_log(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    manifest = manifest_of([platform.upload("orders/a.csv", ROWS)])
    key = f"_manifests/orders/{manifest.run}.json"
    platform.clients.s3.put_object(Bucket=OUTPUT, Key=key, Body=json.dumps(asdict(manifest)))
    broken = "cast(raise_error(concat('cannot take ', v)) as string)"
    monkeypatch.setattr(transforming, "transform_of", lambda _: lambda rows: rows.withColumn("v", expr(broken)))
    monkeypatch.setattr(etl, "spark_session", lambda _: platform.spark)

    with pytest.raises(SystemExit) as ended:
        etl.main(["--settings", json.dumps(asdict(SETTINGS)), "--manifest", f"s3://{OUTPUT}/{key}"])

    assert str(ended.value.code).endswith("Error: the job's log says where.")
    assert "in publish_rows" in caplog.text
    assert "cannot take" not in caplog.text


def test_a_file_of_which_spark_reads_other_rows_than_it_holds_is_left_out_and_the_others_are_published(
    platform: Platform,
) -> None:
    platform.upload("orders/a.csv", ROWS)
    platform.upload("orders/b.csv", ROWS)
    (platform.root / INPUT / "orders" / "b.csv").write_text("id,day,v\n1,2024-01-01,a\n")

    outcome = platform.run(SETTINGS)

    assert [file["file_reason"] for file in outcome.report["files"]] == [
        None,
        "rows-differ: it holds 3 records, and Spark read 1",
    ]
    assert outcome.counts == (3, 3, 0, 0)
    assert {row["_file"] for row in outcome.published} == {"s3://acme-test-input/orders/a.csv"}


def test_small_batches_become_few_files(platform: Platform) -> None:
    for number in range(40):
        platform.upload(f"orders/{number:02}.csv", f"id,day,v\n{number},2024-01-0{number % 2 + 1},x\n")

    outcome = platform.run(SETTINGS)

    assert len(outcome.published) == 40
    assert len(data_files(platform)) == 2


def test_a_quarantine_of_an_earlier_attempt_is_gone_where_no_row_is_refused(platform: Platform) -> None:
    platform.upload("orders/a.csv", ROWS)
    left = platform.folder(publishing.quarantine_folder(SETTINGS, manifest_of(platform.files).batch)) / "part-0.json"
    left.parent.mkdir(parents=True)
    left.write_text("{}\n")

    outcome = platform.run(SETTINGS)

    assert (outcome.counts, outcome.quarantined) == ((3, 3, 0, 0), [])
    assert not left.exists()


def test_a_partition_value_may_hold_any_character(platform: Platform) -> None:
    platform.upload("orders/a.csv", 'id,day,v\n1,2024-01-01,"a/b: 100% é=x"\n')

    outcome = platform.run(job_settings(COLUMNS, partition_by="v"))

    assert outcome.column("v") == ["a/b: 100% é=x"]


class Refusing:
    """An S3 client whose writes are refused, as with a disabled key."""

    def __init__(self, s3: Any) -> None:
        self._s3 = s3

    def __getattr__(self, name: str) -> Any:
        return getattr(self._s3, name)

    def put_object(self, **given: Any) -> None:
        message = "The ciphertext refers to a customer master key arn:aws:kms:eu-west-1:1:key/a that is disabled."
        raise ClientError({"Error": {"Code": "KMS.DisabledException", "Message": message}}, "PutObject")


def test_an_output_that_may_not_be_written_fails_the_run_before_anything_is_written(
    platform: Platform,
) -> None:
    platform.upload("orders/a.csv", ROWS)
    clients = etl.Clients(Refusing(platform.clients.s3), platform.clients.cloudwatch)

    with pytest.raises(RunError, match=r"PutObject: KMS.DisabledException: .*key/a that is disabled"):
        etl.run(lambda: pytest.fail("Spark started"), clients, SETTINGS, manifest_of(platform.files))

    assert not list(platform.folder(OUTPUT).iterdir())


def test_bad_values_never_reach_the_log(platform: Platform, capfd: pytest.CaptureFixture[str], caplog: Any) -> None:
    platform.upload("orders/a.csv", ROWS + "secret-value,2024-01-01,d\n")

    platform.run(SETTINGS)

    out, err = capfd.readouterr()
    assert "secret-value" not in out + err + caplog.text


def test_the_totals_go_to_the_projects_metrics(platform: Platform) -> None:
    platform.upload("orders/a.csv", ROWS)
    platform.run(SETTINGS)
    report = reporting.new_report(SETTINGS, manifest_of(platform.files), "")

    reporting.send_metrics(platform.clients.cloudwatch, SETTINGS, report)

    metrics = platform.clients.cloudwatch.list_metrics(Namespace="acme")["Metrics"]
    assert sorted(metric["MetricName"] for metric in metrics) == [
        "duplicates",
        "published",
        "quarantined",
        "rows_in",
        "superseded",
    ]
