"""The running platform for exercises: its parts, its alarms, and a clock that can be moved forward."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
from ledger.keys import dataset_row, run_row

from dataops.local_platform import Platform
from dataops.local_run.exercise_alarms import copy_for_an_exercise, dataset_of
from dataops.local_run.exercise_record import EXERCISE, ExerciseRecord
from dataops.local_run.exercise_settings import set_for_an_exercise
from dataops.local_run.made_up_rows import made_up_file
from dataops.project.control import ask

PATIENCE_SECONDS = 300
Row = dict[str, Any]


class Scene:
    """A running platform; `section` is the section of docs/runbook.md whose alarm shall be triggered.

    An exercise uploads only files of the smoke test's dataset, which no team queries: `dataset`. If the section's
    alarms belong to datasets, `chosen` is the team's dataset whose alarm is copied for it.
    """

    def __init__(self, platform: Platform, settings: dict[str, Any], section: str) -> None:
        self.platform, self.settings, self.section = platform, settings, section
        self.prefix, self.names, self.buckets = settings["prefix"], settings["names"], settings["buckets"]
        self.cloudwatch = self.client("cloudwatch")
        self.dataset: str = self.names["canary"]
        self.record = ExerciseRecord(platform.folder)
        self.chosen = self._chosen()

    def client(self, service: str) -> Any:
        """A client of the platform."""
        return boto3.client(service, **self.platform.access)

    def ask(self, question: str, **given: Any) -> Row:
        """Inject a fault that no AWS call can cause."""
        return ask(self.platform, question, **given)

    def name(self, of: str | None = None) -> str:
        """The name of the dataset's crawler and job, or of another resource of the environment."""
        return f"{self.prefix}-{of or self.dataset}"

    @property
    def sweep(self) -> str:
        """The rule that calls the sweep for the dataset."""
        return self.name(f"{self.dataset}-sweep")

    @property
    def own_names(self) -> tuple[str, ...]:
        """The names of everything that is only about the dataset."""
        return self.dataset, self.name(), self.sweep, dataset_row(self.dataset)

    # Alarms

    def all_alarms(self) -> list[Row]:
        """Every alarm of the environment, with those of exercises."""
        pages = self.cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=f"{self.prefix}-")
        return [alarm for page in pages for alarm in page["MetricAlarms"]]

    def alarms(self) -> list[Row]:
        """The alarms of the section: those that Terraform created, and the exercise's own."""
        return [alarm for alarm in self.all_alarms() if alarm["AlarmDescription"].endswith(f"#{self.section}")]

    def ringing(self) -> list[Row]:
        """Those of the alarms that are in the state ALARM."""
        return [alarm for alarm in self.alarms() if alarm["StateValue"] == "ALARM"]

    def alarm(self) -> Row:
        """The alarm of the section about the dataset or the environment; the first if there are several."""
        return next(alarm for alarm in self.alarms() if dataset_of(alarm, self.prefix) in (None, self.dataset))

    def copied_alarm(self) -> Row | None:
        """The exercise's own alarm, if the section's alarms belong to datasets: the dataset has none."""
        alarms = self.alarms()
        of_chosen = [alarm for alarm in alarms if dataset_of(alarm, self.prefix) == self.chosen]
        return copy_for_an_exercise(of_chosen[0], self.prefix, self.chosen, self.dataset) if of_chosen else None

    def _chosen(self) -> str:
        """The dataset that the shell names, or the first; if datasets have the section's alarms, one that has it."""
        team: list[str] = sorted(name for name in self.settings["datasets"] if name != self.dataset)
        fit = {dataset_of(alarm, self.prefix) for alarm in self.alarms()} - {None}
        possible = [name for name in team if name in fit] or team
        named = os.environ.get("DATASET", "")
        return named if named in possible else possible[0]

    # Files and runs

    @property
    def correct_file(self) -> Path:
        """A file on this machine that a section's "upload it again" can upload; UNDO removes it."""
        return self.platform.folder / f"{EXERCISE}.csv"

    def upload(self, good: int, bad: int = 0) -> str:
        """Upload a file of generated rows; return its name in the ledger."""
        dataset = self.settings["datasets"][self.dataset]
        bucket, key = self.buckets["input"], f"{dataset['prefix']}{EXERCISE}-{self.section}.csv"
        stored = self.client("s3").put_object(Bucket=bucket, Key=key, Body=made_up_file(dataset, good, bad))
        return f"{bucket}/{key}@{stored['VersionId']}"

    def row(self, file: str) -> Row:
        """A row of the ledger; empty if there is none."""
        table = boto3.resource("dynamodb", **self.platform.access).Table(self.names["ledger"])
        found: Row = table.get_item(Key={"file": file}, ConsistentRead=True).get("Item", {})
        return found

    def state(self, file: str) -> str:
        """The state of a file in the ledger."""
        return str(self.row(file).get("state", ""))

    def crawl(self, file: str) -> None:
        """Make sure that an uploaded file is crawled, also if a schedule would do that much later."""
        self.until("the file is in the ledger", lambda: self.state(file))
        if self.settings["datasets"][self.dataset].get("schedule"):
            self.client("glue").start_crawler(Name=self.name())

    def run(self, file: str) -> Row:
        """The row of the file's run, once its job is running."""
        self.crawl(file)
        found: Row = self.until("the job runs", lambda: self._at_work(file))
        return found

    def _at_work(self, file: str) -> Row | None:
        """The row of the run that holds a file, once it has a job; a run that found the job busy releases the file."""
        run = self.row(run_row(str(self.row(file).get("run"))))
        return run if run.get("job_run") else None

    def ended(self, file: str) -> None:
        """Wait until the file's run has ended."""
        run = self.run(file)["file"]
        self.until("the run has ended", lambda: self.row(run).get("state") not in ("STARTED", None))

    # Settings and functions

    def set(self, kind: str, name: str, value: Any) -> None:
        """Change a setting, as an operator does by hand; the record has the value before."""
        set_for_an_exercise(self.client, self.record, kind, name, value)

    def set_variable(self, function: str, variable: str, value: str | None) -> None:
        """Change or remove an environment variable of a function; another one says whose change it is."""
        mark = f"make provoke changed {variable}. To take it back: make provoke UNDO=1"
        self.set("variable", f"{self.name(function)}/{EXERCISE.upper()}", mark)
        self.set("variable", f"{self.name(function)}/{variable}", value)

    def variable(self, function: str, variable: str) -> str:
        """An environment variable of a function."""
        configuration = self.client("lambda").get_function_configuration(FunctionName=self.name(function))
        return str(configuration["Environment"]["Variables"][variable])

    def call(self, function: str) -> None:
        """Call a function with an empty event."""
        self.client("lambda").invoke(FunctionName=self.name(function), Payload="{}")

    # Time

    def let_pass(self, seconds: float, *names: str) -> None:
        """Make the stored times of some names older, and call those that are rules: nothing else gets older."""
        self.ask("pass", seconds=seconds, names=names)

    def until(self, what: str, is_so: Callable[[], Any]) -> Any:
        """Wait for a condition; return the first result that is true."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (found := is_so()):
            if time.monotonic() > deadline:
                sys.exit(f"After {PATIENCE_SECONDS} seconds it is still not so that {what}: see {self.log}.")
            time.sleep(0.2)
        return found

    @property
    def log(self) -> str:
        """The log file of the platform."""
        return str(self.platform.folder / "platform.log")
