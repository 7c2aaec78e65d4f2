"""Two million dirty rows: files/etl.py beside naive and hand-tuned Spark, DuckDB and Polars."""

import importlib
import json
import logging
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from benches.etl import dirty_orders
from benches.etl.process import Cost, cost_of

PROJECT = Path(__file__).parents[2] / "{{cookiecutter.project_slug}}"
ROWS, FILES = 2_000_000, 8
SETTINGS = {
    "project": "bench",
    "environment": "dev",
    "dataset": "orders",
    "format": "csv",
    "delimiter": ",",
    "quoted_newlines": True,
    "missing_values": [],
    "columns": dirty_orders.COLUMNS,
    "primary_key": ["order_id"],
    "newest_by": "ordered_at",
    "partition_by": "ordered_at",
    "maximum_quarantined_share": 0.05,
    "on_drift": "report",
    "input_bucket": "bench-input",
    "output_bucket": "bench-output",
    "quarantine_bucket": "bench-quarantine",
    "database": "bench",
}
SPARK = {
    "spark.master": "local[2]",
    # Both give Java 2 GB and the options for an input of this size: java_options.py of the tools.
    "spark.driver.memory": "2g",
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",
}


def spark_environment(folder: Path, changes: dict[str, str], input_bytes: int) -> dict[str, str]:
    """The environment of a Spark process with the common settings and some of its own, and Java set as for our job."""
    folder.mkdir(parents=True)
    java = {"spark.driver.extraJavaOptions": tools("local_aws.glue.java_options").java_options(input_bytes)}
    lines = [f"{name} {value}\n" for name, value in (SPARK | java | changes).items()]
    (folder / "spark-defaults.conf").write_text("".join(lines))
    return os.environ | {"SPARK_CONF_DIR": str(folder), "PYSPARK_PYTHON": sys.executable}


def engine(name: str, source: Path, target: Path, environment: dict[str, str]) -> Cost:
    """The cost of one of the modules beside this one."""
    shutil.rmtree(target, ignore_errors=True)
    return cost_of([sys.executable, "-m", f"benches.etl.{name}", str(source), str(target)], environment)[0]


def our_job(storage: Any, paths: list[Path]) -> tuple[Cost, dict[str, Any]]:
    """The cost and the report of files/etl.py, unchanged, over some files."""
    uploaded = [storage.upload(path, SETTINGS["input_bucket"], f"orders/{path.name}") for path in paths]
    manifest, run = storage.put_manifest(SETTINGS, uploaded)
    etl = str(PROJECT / "files" / "etl.py")
    command = [sys.executable, etl, "--settings", json.dumps(SETTINGS), "--manifest", manifest]
    cost, _ = cost_of(command, storage.process_environment(None, sum(path.stat().st_size for path in paths)))
    report = storage.s3.get_object(Bucket=SETTINGS["output_bucket"], Key=f"_reports/orders/{run}.json")
    return cost, json.loads(report["Body"].read())


def tools(module: str) -> Any:
    """A module of the tools."""
    sys.path[:0] = [str(PROJECT.parent / "tools/src"), str(PROJECT / "files")]
    return importlib.import_module(f"dataops.{module}")


def local_platform() -> Any:
    """S3 on the local AWS of the tools."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    return tools("local_run.storage").local_storage


def measure() -> list[tuple[str, str]]:
    """Rows of (what, figure); every engine reads the same files, one after another."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "rows"
        paths = dirty_orders.write(source, ROWS, FILES)
        costs, input_bytes = {}, sum(path.stat().st_size for path in paths)
        tuned = spark_environment(folder / "tuned", {"spark.sql.shuffle.partitions": "2"}, input_bytes)
        costs["hand-tuned Spark"] = engine("tuned_spark", source, folder / "out", tuned)
        with local_platform()(folder / "s3") as storage:
            storage.create(SETTINGS)
            costs["files/etl.py"], report = our_job(storage, paths)
        naive = spark_environment(folder / "naive", {}, input_bytes)
        costs["naive Spark"] = engine("naive_spark", source, folder / "out", naive)
        costs["DuckDB"] = engine("duckdb_engine", source, folder / "out", dict(os.environ))
        costs["Polars"] = engine("polars_engine", source, folder / "out", dict(os.environ))
    return _figures(costs, report)


def _figures(costs: dict[str, Cost], report: dict[str, Any]) -> list[tuple[str, str]]:
    ours = costs["files/etl.py"]
    rows = [
        (name, f"{cost.wall:6.1f} s  {cost.cpu:6.1f} CPU s  {cost.peak_mb:5.0f} MB") for name, cost in costs.items()
    ]
    counts = ("rows_in", "published", "quarantined", "duplicates")
    rows.append(("rows in, published, quarantined, duplicates", ", ".join(f"{report[c]}" for c in counts)))
    goals = {"naive Spark": "goal: at least 3", "hand-tuned Spark": "goal: at least 0.91"}
    for name, cost in costs.items():
        if cost is not ours:
            title = f"{name} ÷ files/etl.py ({goals[name]})" if name in goals else f"{name} ÷ files/etl.py"
            rows.append((title, f"{cost.wall / ours.wall:.2f} wall, {cost.cpu / ours.cpu:.2f} CPU"))
    return [*rows, ("peak memory of files/etl.py (goal: under 3 GB)", f"{ours.peak_mb / 1000:.2f} GB")]


if __name__ == "__main__":
    for what, figure in measure():
        print(f"{what:50} {figure}")
