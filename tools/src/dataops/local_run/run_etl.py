"""Run the ETL on this machine, over the samples or your own files, and show the result of each row."""

import json
import logging
import shutil
import subprocess
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
from dataops.local_run.storage import LocalStorage, local_storage
from dataops.project import PROJECT
from dataops.project.job_settings import job_settings
from dataops.project.running import folder_of
from dataops.project.terraform import refuse_unknown_environment


@click.command(help=__doc__)
@click.option("--environment", required=True, help="whose settings to use: a name from project.yaml")
@click.option(
    "--data", type=click.Path(path_type=Path), default=PROJECT / "samples", help="a folder with one folder per dataset"
)
def main(environment: str, data: Path) -> None:
    """Run the job of each dataset that has a folder of files."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 110)
    refuse_unknown_environment(PROJECT, environment)
    java = java_home()
    settings = job_settings(PROJECT, environment)
    datasets = files_of_datasets(data, settings, "make run")
    # Separate from the data of `make local`, whose local AWS may be running.
    folder = folder_of(environment) / "run"
    shutil.rmtree(folder, ignore_errors=True)
    with local_storage(folder) as storage:
        reports = [run_dataset(storage, settings[name], files, java, console) for name, files in datasets.items()]
    if any(report["state"] == "failed" for report in reports):
        sys.exit(1)


def run_dataset(
    storage: LocalStorage, text: str, files: list[Path], java: str | None, console: Console
) -> dict[str, Any]:
    """Upload the files, run the job over them, show and return its report."""
    settings = json.loads(text)
    dataset, bucket = settings["dataset"], settings["input_bucket"]
    if settings["table_format"] == "iceberg":
        console.print(f"{dataset}: the Iceberg table needs AWS; here you see the batch that it takes in.")
        settings["table_format"] = "parquet"
    storage.create(settings)
    uploaded = [storage.upload(path, bucket, f"{dataset}/{path.name}") for path in files]
    console.print(f"[bold]{dataset}[/bold]: running files/etl.py over {len(files)} files …")
    report, complaint = run_job(storage, settings, uploaded, java)
    show(report, settings, storage.folder, console)
    if report["state"] == "failed" and not complaint.strip().startswith(report["reason"]):
        console.print(complaint, markup=False)
    return report


def run_job(
    storage: LocalStorage, settings: dict[str, Any], uploaded: list[dict[str, Any]], java: str | None
) -> tuple[dict[str, Any], str]:
    """Run files/etl.py unchanged in its own process; return its report and its warnings."""
    manifest, run = storage.put_manifest(settings, uploaded)
    job: list[str | Path] = [sys.executable, PROJECT / "files" / "etl.py"]
    done = subprocess.run(
        [*job, "--settings", json.dumps(settings), "--manifest", manifest],
        env=storage.process_environment(java, sum(file["size"] for file in uploaded)),
        text=True,
        encoding="utf-8",
        stderr=subprocess.PIPE,
        check=False,
    )
    storage.keep(settings["output_bucket"])
    path = storage.folder / settings["output_bucket"] / report_key(settings["dataset"], run)
    if not path.exists():
        sys.exit(f"The job of {settings['dataset']} ended before it could report:\n{done.stderr}")
    return json.loads(path.read_text(encoding="utf-8")), done.stderr


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
    found = {"published": f"{output}/{batch}"} if report["state"] == "published" else {}
    found |= {"quarantine": f"{settings['quarantine_bucket']}/{batch}"} if report["quarantined"] else {}
    return found | {"report": f"{output}/{report_key(report['dataset'], report['run'])}"}
