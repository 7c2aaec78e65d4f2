"""Run the ETL on this machine, over the samples or your own files, and show the result of each row."""

import json
import logging
import shutil
import sys
from pathlib import Path
from typing import Any

import click
from output_layout import report_key
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from dataops.local_run.data_folder import files_of_datasets, shown
from dataops.local_run.java import java_home
from dataops.local_run.shared_spark import SharedSpark, shared_spark
from dataops.local_run.storage import LocalStorage, local_storage
from dataops.project import PROJECT
from dataops.project.job_settings import job_settings
from dataops.project.running import folder_of
from dataops.project.terraform import refuse_unknown_environment
from dataops.validation.project_yaml import refuse_faults


@click.command(help=__doc__)
@click.option("--environment", required=True, help="whose settings to use: a name from project.yaml")
@click.option(
    "--data", type=click.Path(path_type=Path), default=PROJECT / "samples", help="a folder with one folder per dataset"
)
@click.option("--dataset", help="run the job of one dataset only")
def main(environment: str, data: Path, dataset: str | None) -> None:
    """Run the job of each dataset that has a folder of files."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 110)
    refuse_unknown_environment(PROJECT, environment)
    java = java_home()
    refuse_faults(PROJECT)
    settings = chosen(job_settings(PROJECT, environment), dataset)
    files = files_of_datasets(data, settings, "make run")
    # Separate from the data of `make local`, whose local AWS may be running.
    folder = folder_of(environment) / "run"
    shutil.rmtree(folder, ignore_errors=True)
    with local_storage(folder) as storage:
        reports = run_datasets(storage, {name: json.loads(settings[name]) for name in files}, files, java, console)
    if any(report["state"] == "failed" for report in reports):
        sys.exit(1)


def chosen(settings: dict[str, str], dataset: str | None) -> dict[str, str]:
    """The settings of one dataset, or of all if none is named."""
    if dataset is None:
        return settings
    if dataset not in settings:
        sys.exit(f"project.yaml has no dataset {dataset}: it has {', '.join(settings)}. Say DATASET=name.")
    return {dataset: settings[dataset]}


def run_datasets(
    storage: LocalStorage,
    settings: dict[str, dict[str, Any]],
    files: dict[str, list[Path]],
    java: str | None,
    console: Console,
) -> list[dict[str, Any]]:
    """Upload the files of each dataset, run the jobs on one Spark, show and return their reports."""
    for each in settings.values():
        storage.create(each)
    uploaded = {
        name: [storage.upload(path, each["input_bucket"], f"{name}/{path.name}") for path in files[name]]
        for name, each in settings.items()
    }
    size = sum(file["size"] for each in uploaded.values() for file in each)
    reports = []
    with shared_spark(storage.process_environment(java, size), storage.folder / "etl.log") as spark:
        for name, each in settings.items():
            console.print(f"[bold]{name}[/bold]: running files/etl.py over {len(uploaded[name])} files …")
            report, complaint = run_job(storage, each, uploaded[name], spark)
            show(report, each, storage.folder, console)
            if report["state"] == "failed" and not complaint.strip().startswith(report["reason"]):
                console.print(complaint, markup=False)
            reports.append(report)
    return reports


def run_job(
    storage: LocalStorage, settings: dict[str, Any], uploaded: list[dict[str, Any]], spark: SharedSpark
) -> tuple[dict[str, Any], str]:
    """Run files/etl.py unchanged; return its report and its warnings."""
    manifest, run = storage.put_manifest(settings, uploaded)
    complaint = spark.run("--settings", json.dumps(settings), "--manifest", manifest)
    storage.keep(settings["output_bucket"])
    path = storage.folder / settings["output_bucket"] / report_key(settings["dataset"], run)
    if not path.exists():
        sys.exit(f"The job of {settings['dataset']} ended before it could report:\n{complaint}")
    return json.loads(path.read_text(encoding="utf-8")), complaint


def show(report: dict[str, Any], settings: dict[str, Any], folder: Path, console: Console) -> None:
    """Print the report as a table, then the paths of the outputs."""
    table = Table(title=f"{report['dataset']}: {report['state']}", title_justify="left", box=SIMPLE)
    table.add_column("file", overflow="fold")
    for count in ("rows in", "published", "quarantined", "duplicates"):
        table.add_column(count, justify="right")
    table.add_column("reasons", overflow="fold")
    for file in [*report["files"], {**report, "key": "all files", "reasons": {}, "file_reason": None}]:
        counts = [str(file[count]) for count in ("rows_in", "published", "quarantined", "duplicates")]
        reasons = [f"{reason} {rows}" for reason, rows in file["reasons"].items()]
        whole = [f"whole file: {file['file_reason']}"] if file["file_reason"] else []
        table.add_row(Path(file["key"]).name, *counts, "\n".join([*whole, *reasons]))
        if file is report["files"][-1]:
            table.add_section()
    console.print(table)
    for drift in report["drift"]:
        console.print(f"drift: {drift['file'].rpartition('/')[2]}: {drift['change']}", markup=False)
    if report["state"] == "failed":
        console.print(f"nothing was published: {report['reason']}", markup=False)
    for title, address in outputs_of(report, settings).items():
        console.print(f"{title}: {shown(folder / address)}", markup=False, soft_wrap=True)
    console.print()


def outputs_of(report: dict[str, Any], settings: dict[str, Any]) -> dict[str, str]:
    """Return the paths of the outputs of a run, below the folder of the buckets."""
    batch, output = f"{report['dataset']}/batch_id={report['batch']}", settings["output_bucket"]
    table = f"{output}/{settings['database']}/{report['dataset']}_rows"
    found = {"published": table} if report["state"] == "published" else {}
    found |= {"quarantine": f"{settings['quarantine_bucket']}/{batch}"} if report["quarantined"] else {}
    return found | {"report": f"{output}/{report_key(report['dataset'], report['run'])}"}
