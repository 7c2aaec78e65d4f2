"""A copy of this project in a folder of its own, and the command that runs its platform."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dataops.project import PROJECT

LEFTOVERS = (".git", ".venv", ".local", ".terraform", ".*_cache", ".hypothesis", "__pycache__", "build")
NOT_COPIED = (*LEFTOVERS, "tests", "samples")
PATIENCE_SECONDS = 1200
SAMPLES = Path(__file__).parents[1] / "samples"
# The datasets of the samples: these tests expect exact counts, whatever datasets this project has.
DATASETS: dict[str, Any] = {
    "orders": {
        "format": "csv",
        "columns": [
            {"name": "order_id", "type": "bigint"},
            {"name": "customer_id", "type": "bigint", "required": True},
            {"name": "ordered_at", "type": "timestamp"},
            {"name": "amount", "type": "decimal(12,2)", "minimum": 0},
            {
                "name": "status",
                "type": "string",
                "required": True,
                "one_of": ["placed", "paid", "shipped", "returned"],
            },
            {"name": "note", "type": "string"},
        ],
        "primary_key": ["order_id"],
        "newest_by": "ordered_at",
        "partition_by": "ordered_at",
        "expected_every": "24 hours",
    },
    "customers": {
        "format": "json",
        "columns": [
            {"name": "customer_id", "type": "bigint"},
            {"name": "name", "type": "string", "required": True},
            {"name": "email", "type": "string", "pattern": "[^@ ]+@[^@ ]+"},
            {"name": "country", "type": "string"},
            {"name": "joined_on", "type": "date"},
            {"name": "vip", "type": "boolean"},
        ],
        "primary_key": ["customer_id"],
        "newest_by": "joined_on",
    },
}
DATABASE = "jdbc:postgresql://127.0.0.1:{port}/warehouse"
MAIL = [{"protocol": "email", "endpoint": "data-team@example.com"}]


@dataclass(frozen=True)
class Command:
    """A command that has ended in a project's folder."""

    folder: Path
    code: int
    said: str


def copy_of_the_project(folder: Path, database: int) -> Path:
    """Copy the project with the samples' datasets, without its team's transforms, with a database at a local port."""
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns(*NOT_COPIED))
    shutil.copytree(SAMPLES, folder / "samples")
    for transform in (folder / "files" / "transforms").glob("[!_]*.py"):
        transform.unlink()
    path = folder / "project.yaml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    settings["environments"][0]["jdbc"] = {"warehouse": {"url": DATABASE.format(port=database), "secret": "warehouse"}}
    changed = settings | {"datasets": DATASETS, "notifications": MAIL}
    path.write_text(json.dumps(changed), encoding="utf-8")
    return folder


def first_environment(folder: Path) -> str:
    """Return the first environment in promotion order."""
    return str(yaml.safe_load((folder / "project.yaml").read_text(encoding="utf-8"))["environments"][0]["name"])


def run_platform(folder: Path, *words: str) -> Command:
    """Run `make local` for the first environment; the words are additional arguments."""
    return run(folder, "-m", "dataops", "local", "--environment", first_environment(folder), *words)


def run(folder: Path, *arguments: str, environment: dict[str, str] | None = None, typed: str | None = None) -> Command:
    """Run Python in the copy, by default in this process's environment and with its standard input."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        input=typed,
        text=True,
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    return Command(folder, done.returncode, done.stdout)
