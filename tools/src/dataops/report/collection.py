"""Collects the ledger, run reports and alarms of an environment for its report, on AWS or on this machine."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import dataops.project.fitting  # noqa: F401 the modules of the project's lambda/ can be imported from here on

# isort: split
from ledger.keys import dataset_row, is_run, run_of_row
from notifications.messages.alarm_reason import reason_in_words, section_of
from output_layout import COMMITS, report_key

from dataops.project.deployment import Deployment
from dataops.project.running import folder_of
from dataops.report.earlier_rules import sentences
from dataops.report.example_value import examples_of
from dataops.report.report import AlarmReport, DatasetReport, FileReport, RunReport

Row = dict[str, Any]
ENDED = ("DONE", "QUARANTINED", "GONE", "DEAD")
READERS = 8


class Collection:
    """What an environment holds of a period; `start` is its beginning, None for everything.

    `has_values`: whether the report may show values of rows.
    """

    def __init__(self, deployment: Deployment, start: str | None, has_values: bool) -> None:
        self.deployment, self.start, self.has_values = deployment, start, has_values
        self.s3, self.glue = deployment.client("s3"), deployment.client("glue")
        self.rows = list(self._ledger_rows())
        asked = {(row["dataset"], run_of_row(row["file"])) for row in self.rows if is_run(row["file"])}
        asked |= {(row["dataset"], row["run"]) for row in self.rows if is_file(row) and "run" in row}
        with ThreadPoolExecutor(READERS) as readers:
            self.reports = dict(zip(asked, readers.map(lambda run: self._report_of(*run), asked), strict=True))

        # Only a local AWS notes what was applied to it.
        folder = folder_of(deployment.environment) if has_values else None
        self.earlier_rules = sentences(folder, self._starts_of_published())

    def _starts_of_published(self) -> dict[str, list[str]]:
        """By dataset, when the run of each published file started."""
        started = {run_of_row(row["file"]): row["uploaded_at"] for row in self.rows if is_run(row["file"])}
        found: dict[str, list[str]] = {}
        for row in self.rows:
            if is_file(row) and row["state"] == "DONE" and row.get("run") in started:
                found.setdefault(row["dataset"], []).append(started[row["run"]])
        return found

    def _ledger_rows(self) -> Iterator[Row]:
        """All rows of the period, every file that is still open, and what is known of each dataset."""
        query: Row = {"TableName": self.deployment.names["ledger"], "ConsistentRead": True}
        if self.start:
            condition = "attribute_not_exists(#at) OR #at >= :start OR attribute_exists(#open)"
            query |= {"FilterExpression": condition, "ExpressionAttributeValues": {":start": self.start}}
            query |= {"ExpressionAttributeNames": {"#at": "uploaded_at", "#open": "open"}}
        for page in self.deployment.table_client().get_paginator("scan").paginate(**query):
            yield from page["Items"]

    def _report_of(self, dataset: str, run: str) -> Row:
        """The report that the job wrote; empty if there is none."""
        try:
            key = report_key(dataset, run)
            body = self.s3.get_object(Bucket=self.deployment.buckets["output"], Key=key)["Body"].read()
        except self.s3.exceptions.NoSuchKey:
            return {}
        found: Row = json.loads(body)
        return found

    def dataset(self, name: str) -> DatasetReport:
        """One dataset's files and runs."""
        mine = [row for row in self.rows if row.get("dataset") == name]
        files = sorted((row for row in mine if is_file(row)), key=by_key)
        runs = sorted((row for row in mine if is_run(row["file"])), key=by_key)
        return {
            "files": [self._file(name, row) for row in files],
            "runs": [self._run(name, row) for row in runs],
            "crawls": sum(1 for _ in self._crawls(name)),
            "drift": self._drift(name, files),
            "published_rows": self._published_rows(name, runs),
            "outputs": {},
            "earlier_rules": self.earlier_rules.get(name, ""),
        }

    def _file(self, dataset: str, row: Row) -> FileReport:
        """One file: its row in the ledger and its line in the report of its run."""
        version = (row["key"], row.get("version_id"))
        lines = self.reports.get((dataset, row.get("run", "")), {}).get("files", [])
        line: Row = next((each for each in lines if (each["key"], each.get("version_id")) == version), {})
        ended = line if row["state"] in ENDED else {}
        reasons: dict[str, int] = ended.get("reasons", {})
        quarantine = self.deployment.buckets["quarantine"]
        examples = examples_of(self.s3, quarantine, row, list(reasons)) if self.has_values else {}
        return {
            "key": row["key"],
            "uploaded_at": row["uploaded_at"],
            "state": row["state"],
            "reason": row.get("reason"),
            "rows_in": ended.get("rows_in"),
            "published": ended.get("published"),
            "quarantined": ended.get("quarantined"),
            "duplicates": ended.get("duplicates"),
            "reasons": reasons,
            "examples": examples,
            "run": row.get("run"),
        }

    def _run(self, dataset: str, row: Row) -> RunReport:
        """One run: its row in the ledger, its report and its job run."""
        run = run_of_row(row["file"])
        return {
            "run": run,
            "started_at": row["uploaded_at"],
            "state": row["state"],
            "files": int(row.get("files", 0)),
            "seconds": self._seconds(dataset, row),
            "reason": self.reports[dataset, run].get("reason"),
        }

    def _seconds(self, dataset: str, row: Row) -> float | None:
        """How long the job run took; None if Glue no longer has it."""
        if "job_run" not in row:
            return None
        try:
            job = f"{self.deployment.prefix}-{dataset}"
            found: Row = self.glue.get_job_run(JobName=job, RunId=row["job_run"])["JobRun"]
        except self.glue.exceptions.EntityNotFoundException:
            return None
        return found.get("ExecutionTime")

    def _crawls(self, dataset: str) -> Iterator[Row]:
        """The crawls of the period."""
        asked: Row = {"CrawlerName": f"{self.deployment.prefix}-{dataset}"}
        while True:
            page = self.glue.list_crawls(**asked)
            begun = [
                crawl for crawl in page["Crawls"] if not self.start or crawl["StartTime"].isoformat() >= self.start
            ]
            yield from begun
            # The newest come first.
            if "NextToken" not in page or len(begun) < len(page["Crawls"]):
                return
            asked["NextToken"] = page["NextToken"]

    def _drift(self, dataset: str, files: list[Row]) -> list[str]:
        crawled = [
            change for row in self.rows if row["file"] == dataset_row(dataset) for change in row.get("drift", [])
        ]
        runs = dict.fromkeys(row["run"] for row in files if "run" in row)
        read = [found for run in runs for found in self.reports[dataset, run].get("drift", [])]
        return [
            *(f"crawled table: {change}" for change in crawled),
            *(f"{each['file']}: {each['change']}" for each in read),
        ]

    def _published_rows(self, dataset: str, runs: list[Row]) -> int:
        """The rows of all committed batches; of a period, what its runs have published."""
        if self.start:
            published = [run_of_row(row["file"]) for row in runs if row["state"] == "PUBLISHED"]
            return sum(int(self.reports[dataset, run].get("published", 0)) for run in published)
        output = self.deployment.buckets["output"]
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=output, Prefix=f"{COMMITS}/{dataset}/")
        keys = [stored["Key"] for page in pages for stored in page.get("Contents", [])]
        return sum(json.loads(self.s3.get_object(Bucket=output, Key=key)["Body"].read())["rows"] for key in keys)

    def alarms(self) -> list[AlarmReport]:
        """Every alarm of the environment with its state."""
        pages = self.deployment.client("cloudwatch").get_paginator("describe_alarms")
        return [
            {
                "name": alarm["AlarmName"],
                "description": alarm.get("AlarmDescription", ""),
                "state": alarm["StateValue"],
                "reason": reason_in_words(section_of(alarm.get("AlarmDescription", "")), alarm.get("StateReason", "")),
            }
            for page in pages.paginate(AlarmNamePrefix=f"{self.deployment.prefix}-")
            for alarm in page["MetricAlarms"]
        ]


def is_file(row: Row) -> bool:
    """Whether a row of the ledger is one of a version of a file."""
    return "key" in row and "state" in row and "dataset" in row


def by_key(row: Row) -> tuple[str, str]:
    """Files by name, each with its oldest version first."""
    return row.get("key", ""), row.get("uploaded_at", "")


def strangers(s3: Any, bucket: str, prefixes: tuple[str, ...], folder: str = "") -> Iterator[str]:
    """The keys of the input bucket that are below no dataset's prefix; the datasets' own folders are not listed."""
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=folder, Delimiter="/"):
        yield from (stored["Key"] for stored in page.get("Contents", []))
        for common in (each["Prefix"] for each in page.get("CommonPrefixes", [])):
            if not common.startswith(prefixes):
                yield from strangers(s3, bucket, prefixes, common)
