"""The running platform for provocations: its parts, its alarms, and a clock that can be moved forward."""

import os
import sys
import time
from collections.abc import Callable
from typing import Any

import boto3
from ledger.keys import run_row

from dataops.local_platform import Platform
from dataops.local_run.made_up_rows import made_up_file
from dataops.project.control import ask

PATIENCE_SECONDS = 300
Row = dict[str, Any]


class Scene:
    """One dataset of a running platform; `section` is the section of docs/runbook.md whose alarm shall be triggered."""

    def __init__(self, platform: Platform, settings: dict[str, Any], section: str) -> None:
        self.platform, self.settings, self.section = platform, settings, section
        self.prefix, self.names, self.buckets = settings["prefix"], settings["names"], settings["buckets"]
        self.cloudwatch = self.client("cloudwatch")
        self.dataset = self._chosen()

    def client(self, service: str) -> Any:
        """A client of the platform."""
        return boto3.client(service, **self.platform.access)

    def ask(self, question: str, **given: Any) -> Row:
        """Inject a fault that no AWS call can cause."""
        return ask(self.platform, question, **given)

    def name(self, of: str | None = None) -> str:
        """The name of the dataset's crawler and job, or of another resource of the environment."""
        return f"{self.prefix}-{of or self.dataset}"

    # Alarms

    def alarms(self) -> list[Row]:
        """The alarms of the section, as created by Terraform."""
        pages = self.cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=f"{self.prefix}-")
        found = [alarm for page in pages for alarm in page["MetricAlarms"]]
        return [alarm for alarm in found if alarm["AlarmDescription"].endswith(f"#{self.section}")]

    def ringing(self) -> list[Row]:
        """Those of the alarms that are in the state ALARM."""
        return [alarm for alarm in self.alarms() if alarm["StateValue"] == "ALARM"]

    def alarm(self) -> Row:
        """The dataset's alarm of the section; the first if several belong to the environment."""
        own = [alarm for alarm in self.alarms() if self._dataset_of(alarm) in (None, self.dataset)]
        return own[0]

    def _chosen(self) -> str:
        """The dataset that the shell names, or the first; if datasets have the section's alarms, one that has it."""
        team: list[str] = sorted(name for name in self.settings["datasets"] if name != self.names["canary"])
        fit = {self._dataset_of(alarm) for alarm in self.alarms()} - {None}
        possible = [name for name in team if name in fit] or team
        named = os.environ.get("DATASET", "")
        return named if named in possible else possible[0]

    def _dataset_of(self, alarm: Row) -> str | None:
        """The dataset of an alarm; None if it is about the whole environment."""
        metrics = [query["MetricStat"]["Metric"] for query in alarm["Metrics"] if "MetricStat" in query]
        dimensions = {each["Name"]: each["Value"] for metric in metrics for each in metric["Dimensions"]}
        job = str(dimensions.get("JobName", "")).removeprefix(f"{self.prefix}-")
        return dimensions.get("dataset") or job or None

    # Files and runs

    def upload(self, name: str, good: int, bad: int = 0) -> str:
        """Upload a file of generated rows; return its name in the ledger."""
        dataset = self.settings["datasets"][self.dataset]
        bucket, key = self.buckets["input"], f"{dataset['prefix']}{name}"
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

    # Functions

    def changed(self, function: str, change: Callable[[dict[str, str]], dict[str, str]]) -> None:
        """Change a function's environment variables, as an operator does by hand."""
        functions, name = self.client("lambda"), self.name(function)
        variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": change(variables)})

    def call(self, function: str) -> None:
        """Call a function with an empty event."""
        self.client("lambda").invoke(FunctionName=self.name(function), Payload="{}")

    # Time

    def let_pass(self, seconds: float) -> None:
        """Make all stored times of the platform older, and let the sweeps measure."""
        self.ask("pass", seconds=seconds)

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
