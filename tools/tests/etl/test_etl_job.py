"""Tests of the job as a program: its arguments, and that its code imports without Spark."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import etl
import pytest
from column_name import normalised
from moto import mock_aws
from output_layout import manifest_key
from platform_in_a_folder import BUCKETS, INPUT, OUTPUT, Platform, column, job_settings
from runs import manifest
from steps import publishing, rules, transforming
from steps.failure import RunError
from steps.settings import ManifestFile, batch_of, manifest_from, settings_from

from dataops.local_aws.glue.class_archive import submit_arguments
from dataops.local_aws.glue.java_options import SMALL_INPUT

FILES = Path(etl.__file__).parent
FILE: dict[str, Any] = {
    "bucket": INPUT,
    "key": "orders/a.csv",
    "version_id": "1",
    "etag": "e",
    "size": 1,
    "uploaded_at": "2026",
}
BATCH = batch_of([ManifestFile(**FILE)])
MANIFEST = {"version": 1, "run": f"{BATCH}-1", "dataset": "orders", "batch": BATCH, "files": [FILE]}
ADDRESS = f"s3://{OUTPUT}/_manifests/orders/{BATCH}-1.json"
# MAX_ARG_STRLEN of Linux, 32 pages.
LONGEST_ARGUMENT = 131_072
COLUMN: dict[str, Any] = column("id", "bigint")


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = boto3.client("s3")
        for bucket in BUCKETS:
            client.create_bucket(Bucket=bucket)
        yield client


def given_settings(**changes: Any) -> str:
    settings = job_settings([COLUMN])
    return json.dumps(settings.__dict__ | {"columns": [COLUMN]} | changes)


def test_importing_the_job_needs_neither_spark_nor_glue() -> None:
    program = "import sys; sys.modules |= dict.fromkeys(['pyspark', 'awsglue', 'pyarrow']); import etl"

    assert subprocess.run([sys.executable, "-c", program], cwd=FILES, check=False).returncode == 0


def test_spark_writes_no_value_of_a_failed_task_into_the_log(tmp_path: Path) -> None:
    program = """
import sys
import etl
from steps.settings import settings_from
session = etl.spark_session(settings_from(sys.argv[1]))
try:
    rows = session.range(1, 2).selectExpr("cast(raise_error(concat('secret-', id + 1)) as string) as v")
    rows.write.parquet(sys.argv[2])
except Exception as error:
    sys.exit(0 if "secret-2" in str(error) else "the query did not fail as it should")
sys.exit("the query did not fail")
"""
    command = [sys.executable, "-c", program, given_settings(), (tmp_path / "table").as_uri()]
    given = submit_arguments(None, "--master", "local[1]", options=tuple(SMALL_INPUT.split()))
    changes = {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_SUBMIT_ARGS": given}

    done = subprocess.run(command, cwd=FILES, env=os.environ | changes, text=True, capture_output=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "secret-2" not in done.stdout + done.stderr


def test_the_arguments_that_glue_adds_are_left_alone() -> None:
    given = etl.parse_arguments(
        [
            "--settings",
            "{}",
            "--manifest",
            "s3://b/k",
            "--JOB_NAME",
            "x",
            "--job-bookmark-option",
            "y",
            "--extra",
        ]
    )

    assert (given.settings, given.manifest, given.metrics) == ("{}", "s3://b/k", "none")


def test_settings_too_long_for_an_argument_are_read_from_their_address(
    s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = [column(f"c{number}", one_of=["x" * 200]) for number in range(1_000)]
    text = given_settings(columns=columns)
    assert len(text) > LONGEST_ARGUMENT
    s3.put_object(Bucket=OUTPUT, Key="settings/orders/0.json", Body=text.encode())
    s3.put_object(Bucket=OUTPUT, Key=ADDRESS.removeprefix(f"s3://{OUTPUT}/"), Body=json.dumps(MANIFEST).encode())
    given: list[Any] = []
    monkeypatch.setattr(etl, "run", lambda _session, _clients, settings, _manifest: given.append(settings))

    etl.main(["--settings", f"s3://{OUTPUT}/settings/orders/0.json", "--manifest", ADDRESS])

    assert given == [settings_from(text)]


def test_missing_settings_are_one_sentence_with_their_address(s3: Any) -> None:
    address = f"s3://{OUTPUT}/settings/orders/0.json"

    with pytest.raises(SystemExit) as ended:
        etl.main(["--settings", address, "--manifest", ADDRESS])

    assert ended.value.code == f"The settings {address} cannot be read: NoSuchKey."


def test_a_missing_manifest_is_one_sentence_with_its_key(s3: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        etl.main(["--settings", given_settings(), "--manifest", ADDRESS])

    assert ended.value.code == f"The manifest {ADDRESS} cannot be read: NoSuchKey."


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff",
        json.dumps({name: value for name, value in MANIFEST.items() if name != "files"}).encode(),
        json.dumps(MANIFEST | {"files": None}).encode(),
        json.dumps(MANIFEST | {"files": [{}]}).encode(),
        json.dumps(MANIFEST | {"files": [FILE, FILE | {"key": "orders/added.csv"}]}).encode(),
        json.dumps(MANIFEST | {"files": []}).encode(),
    ],
    ids=["empty", "list", "binary", "without files", "null", "no file", "one more", "emptied"],
)
def test_a_manifest_that_was_changed_fails_with_its_key(
    s3: Any, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    s3.put_object(Bucket=OUTPUT, Key=ADDRESS.removeprefix(f"s3://{OUTPUT}/"), Body=content)
    monkeypatch.setattr(etl, "spark_session", lambda _: pytest.fail("Spark started"))

    with pytest.raises(SystemExit, match=re.escape(f"The manifest {ADDRESS} ")):
        etl.main(["--settings", given_settings(), "--manifest", ADDRESS])


def test_a_manifest_as_the_lambda_writes_it_is_read(s3: Any) -> None:
    rows = [FILE, FILE | {"key": "orders/é.csv", "version_id": None}, FILE | {"version_id": "0", "sequencer": "A"}]
    manifest.write_manifest(s3, OUTPUT, "orders", "b-1", rows)

    read = etl.read_manifest(s3, f"s3://{OUTPUT}/{manifest_key('orders', 'b-1')}", job_settings([COLUMN]))

    assert [(file.key, file.version_id) for file in read.files] == [(row["key"], row["version_id"]) for row in rows]


def test_a_manifest_of_a_newer_version_is_refused_in_one_sentence_with_its_key() -> None:
    newer = MANIFEST | {"version": 2, "files": "elsewhere"}

    with pytest.raises(RunError) as refused:
        manifest_from(json.dumps(newer), job_settings([COLUMN]), ADDRESS)

    assert str(refused.value) == f"The manifest {ADDRESS} is of version 2, this job reads version 1."


def test_a_setting_that_is_not_given_is_named() -> None:
    settings = json.loads(given_settings())
    del settings["on_drift"]

    with pytest.raises(RunError, match=r"^--settings lacks on_drift\.$"):
        settings_from(json.dumps(settings))


@pytest.mark.parametrize("text", ["", "[]", "{"])
def test_settings_that_are_no_object_are_one_sentence(text: str) -> None:
    with pytest.raises(RunError, match=r"^--settings "):
        settings_from(text)


def test_a_manifest_of_another_dataset_or_bucket_is_refused() -> None:
    settings = job_settings([COLUMN])

    with pytest.raises(RunError, match="is for customers, this job is for orders"):
        manifest_from(json.dumps(MANIFEST | {"dataset": "customers"}), settings, ADDRESS)
    with pytest.raises(RunError, match="names prod-input; this job reads acme-test-input only"):
        manifest_from(json.dumps(MANIFEST | {"files": [FILE, FILE | {"bucket": "prod-input"}]}), settings, ADDRESS)


@pytest.mark.parametrize(
    ("given", "spelt"),
    [
        ("Order ID", "order_id"),
        (" a--b ", "a_b"),
        ("_x_", "x"),
        ("Prix (€)", "prix"),
        ("a.b.c", "a_b_c"),
        ("€", ""),
        ("é", "ue9"),
        ("名前", "u540d_u524d"),
        ("Größe", "gr_e"),
        ("値 2", "u5024_2"),
        ("2019", "column_2019"),
        ("3. Quartal", "column_3_quartal"),
    ],
)
def test_column_names_are_spelt_one_way(given: str, spelt: str) -> None:
    assert normalised(given) == spelt


def test_text_cannot_leave_its_sql_literal() -> None:
    assert rules.quoted("it's \\ here") == "'it\\'s \\\\ here'"
    assert rules.named("a`b") == "`a``b`"


def test_on_a_laptop_every_error_of_a_transform_is_shown_in_its_own_words(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.upload("orders/a.csv", "id\n1\n")
    monkeypatch.setattr(transforming, "transform_of", lambda _: lambda rows: rows.limit(1 / 0))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")

    outcome = platform.run(job_settings([column("id", "bigint")]))

    assert outcome.failure is not None
    assert outcome.failure.startswith("transforms/orders.py failed: ZeroDivisionError: division by zero (")
