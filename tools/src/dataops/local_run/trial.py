"""Try a file: propose its columns, types and keys, run the real ETL over it, and print the lines of project.yaml.

It asks nothing, changes nothing, and needs no local AWS, no Terraform and no account.
"""

import json
import logging
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import click
import yaml
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dataops.inference import names
from dataops.inference.dataset import Proposed, likeliest_type, lines_of, proposed_for
from dataops.inference.proposal import Column, partitions_of
from dataops.inference.sample_fields import SampleError
from dataops.local_run.java import java_home
from dataops.local_run.run_etl import outputs_of, run_job
from dataops.local_run.shared_spark import shared_spark
from dataops.local_run.storage import LocalStorage, local_storage
from dataops.project import PROJECT
from dataops.project.left_open import settings_in
from dataops.report.example_value import shortened, value_of
from dataops.validation.schema import faults
from dataops.validation.text import shown as quoted

Settings = dict[str, Any]
# As modules/project fills in what an entry leaves out: a test compares both.
DEFAULTS: Settings = {
    "delimiter": ",",
    "quoted_newlines": True,
    "encoding": "utf-8",
    "header": True,
    "decimal": ".",
    "missing_values": [],
    "primary_key": [],
    "newest_by": None,
    "partition_by": None,
    "on_drift": "report",
}
COLUMN_DEFAULTS: Settings = {
    "format": None,
    "required": False,
    "unique": False,
    "minimum": None,
    "maximum": None,
    "one_of": None,
    "pattern": None,
}
# Every row is checked, however many are refused; and the batch is shown, not published.
OF_A_TRIAL: Settings = {"maximum_quarantined_share": 1, "environment": "try"}
EXAMPLES = 3
WITHOUT_A_NAME = "my_data"


class Refused(NamedTuple):
    """The rows of a file that have one reason: how many, and the first of them as text."""

    reason: str
    rows: int
    examples: list[str]


@click.command(help=__doc__)
@click.argument("file", type=click.Path(path_type=Path))
def main(file: Path) -> None:
    """Print what the file proposes, what the job does with its rows, and the lines to copy."""
    started = time.monotonic()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    proposed = proposal_of(file)
    name = names.dataset_for(file.name, taken_names(), is_dataset_name) or WITHOUT_A_NAME
    show_proposal(file, proposed, console)
    settings = trial_settings(name, proposed.entry)
    console.print("Running the job, files/etl.py, over the whole file …")
    with tempfile.TemporaryDirectory(prefix="dataops-try-") as folder, local_storage(Path(folder)) as storage:
        report, refused = run(storage, settings, file, java_home())
    show_result(report, refused, console)
    console.print("These lines of project.yaml, below `datasets:`, say so:\n")
    console.print("\n".join(lines_of(name, proposed.entry)), markup=False, soft_wrap=True)
    console.print(f"\nNothing was changed. It took {time.monotonic() - started:.0f} seconds.")


def proposal_of(file: Path) -> Proposed:
    """Return what a file proposes; if it cannot be read, end with one sentence."""
    if not file.is_file():
        sys.exit(f"There is no file {file}. Say which: make try FILE=sales.csv")
    try:
        return proposed_for(file)
    except SampleError as error:
        sys.exit(f"{file.name} cannot be tried. {error}")


def taken_names() -> list[str]:
    """Return the names of the project's datasets: one with its own transform would change the result."""
    try:
        return list(settings_in(PROJECT).get("datasets", {}))
    except yaml.YAMLError:
        # The template's own project.yaml, before any answer is in it.
        return []


def is_dataset_name(name: str) -> bool:
    """Return whether project.yaml can have a dataset of this name."""
    schema = json.loads((PROJECT / "project.schema.json").read_text(encoding="utf-8"))
    return next(faults(name, {"$ref": "#/$defs/dataset_name"}, name, schema), None) is None


def trial_settings(name: str, entry: Settings) -> Settings:
    """Return the job's settings for an entry of project.yaml, with buckets that only the trial has."""
    columns = [COLUMN_DEFAULTS | column for column in entry["columns"]]
    buckets = {f"{purpose}_bucket": f"try-{purpose}" for purpose in ("input", "output", "quarantine")}
    given = DEFAULTS | entry | {"columns": columns}
    return {"project": "try", "dataset": name, "database": "try", **given, **OF_A_TRIAL, **buckets}


def run(storage: LocalStorage, settings: Settings, file: Path, java: str | None) -> tuple[Settings, list[Refused]]:
    """Run the job over one file; return its report, and the refused rows by reason."""
    storage.create(settings)
    uploaded = storage.upload(file, settings["input_bucket"], f"{settings['dataset']}/{file.name}")
    environment = storage.process_environment(java, uploaded["size"])
    with shared_spark(environment, storage.folder / "etl.log") as spark:
        report, _ = run_job(storage, settings, [uploaded], spark)
    return report, refused_of(storage, settings, report)


def refused_of(storage: LocalStorage, settings: Settings, report: Settings) -> list[Refused]:
    """Return each reason with its number of rows and the first values, the most frequent reason first."""
    folder = storage.folder / outputs_of(report, settings).get("quarantine", "nothing")
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(folder.rglob("*.json")):
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            for reason in row["reasons"]:
                if len(found[reason]) < EXAMPLES:
                    value = shortened(value_of(reason, row["record"] or ""))
                    found[reason].append(f"line {row['line']}: {value}" if row.get("line") else value)
    counts: dict[str, int] = report["files"][0]["reasons"]
    most_first = sorted(counts, key=lambda reason: (-counts[reason], reason))
    return [Refused(reason, counts[reason], found[reason]) for reason in most_first]


def show_proposal(file: Path, proposed: Proposed, console: Console) -> None:
    """Print how the file is read, its columns with the evidence, and its keys."""
    sample, entry = proposed.sample, proposed.entry
    console.print(f"{file.name}: {sample.format}, {sample.rows_read} read.{ways_of_reading(entry)}", markup=False)
    for note in sample.notes:
        console.print(f"  {note}", markup=False)
    table = Table(box=SIMPLE)
    for title in ("column", "type", "written", "missing", "for example", "remark"):
        table.add_column(title, overflow="fold", justify="right" if title == "missing" else "left")
    for column in proposed.inference.columns:
        table.add_row(*map(Text, cells_of(column)))
    console.print(table)
    for title, text in roles_of(proposed):
        console.print(f"  {title}: {text}", markup=False)
    console.print()


def ways_of_reading(entry: Settings) -> str:
    """Return what differs from plain CSV with commas, in words."""
    words = [
        f"{key.replace('_', ' ')} {quoted(entry[key])}" for key in ("delimiter", "encoding", "decimal") if key in entry
    ]
    words += ["no header"] if not entry.get("header", True) else []
    words += [f"missing values {', '.join(map(quoted, entry['missing_values']))}"] if "missing_values" in entry else []
    return f" Read with {', '.join(words)}." if words else ""


def cells_of(column: Column) -> list[str]:
    """Return a column's row of the table."""
    examples = ", ".join(quoted(value)[1:-1][:20] for value in list(dict.fromkeys(map(str, column.values[:200])))[:2])
    likeliest = likeliest_type(column)
    others = " or ".join(
        choice.label().partition(":")[0] if choice.format else choice.type
        for choice in column.finding.choices
        if choice != likeliest
    )
    remark = "; ".join(
        filter(None, [column.finding.sentence, f"could be {others}" if others and column.values else ""])
    )
    missing = f"{column.missing:,}" if column.missing else ""
    return [column.name, likeliest.type, likeliest.format or "", missing, examples, remark]


def roles_of(proposed: Proposed) -> list[tuple[str, str]]:
    """Return key, newest row and partition, in words."""
    entry, seen = proposed.entry, {column.name: column for column in proposed.inference.columns}
    key = entry.get("primary_key", [])
    roles = [("primary key", ", ".join(key) or "none: no column has another value in every row, so all are published")]
    roles += [("newest row by", entry["newest_by"])] if "newest_by" in entry else []
    if "partition_by" in entry:
        name = entry["partition_by"]
        roles.append(("partitioned by", f"{name} (a file like this becomes {partitions_of(seen[name]).sentence})"))
    return roles


def show_result(report: Settings, refused: list[Refused], console: Console) -> None:
    """Print the sum of the rows, and the refused ones by reason."""
    file = report["files"][0]
    if report["state"] == "failed" or file["file_reason"]:
        reason = file["file_reason"] or report["reason"]
        console.print(f"The whole file would be refused: {reason}", markup=False)
    else:
        console.print(
            f"{file['rows_in']:,} rows = {file['published']:,} published + {file['quarantined']:,} quarantined"
            f" + {file['duplicates']:,} duplicates"
        )
    if refused:
        table = Table(title="What would be quarantined", title_justify="left", box=SIMPLE)
        table.add_column("reason", overflow="fold")
        table.add_column("rows", justify="right")
        table.add_column("for example", overflow="fold")
        for each in refused:
            table.add_row(*map(Text, [each.reason, f"{each.rows:,}", "\n".join(each.examples)]))
        console.print(table)
    console.print()
