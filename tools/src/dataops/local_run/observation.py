"""Reads off the local AWS what became of every file: the ledger, run reports, messages and alarms, as one report."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from ledger.keys import dataset_row, is_run, run_of_row
from output_layout import COMMITS, REPORTS, report_key

from dataops.local_aws.account.missing import MISSING
from dataops.local_platform import Platform
from dataops.local_run.data_folder import shown
from dataops.local_run.following import ENDED
from dataops.local_run.notification_text import as_shown
from dataops.local_run.steps import Steps
from dataops.project.control import ask
from dataops.project.running import folder_of
from dataops.report.report import AlarmReport, DatasetReport, FileReport, NotificationReport, Report, RunReport

Row = dict[str, Any]


def observe(
    platform: Platform, settings: dict[str, Any], resources: int, steps: Steps, memory: dict[str, float]
) -> Report:
    """Everything that is so now."""
    rows = list(ledger_rows(platform, settings["names"]["ledger"]))
    s3, glue = boto3.client("s3", **platform.access), boto3.client("glue", **platform.access)
    datasets = {name: dataset_report(name, settings, rows, s3, glue, platform) for name in settings["datasets"]}
    known = sum(len(dataset["files"]) for dataset in datasets.values())
    stored = sum(1 for _ in versions(s3, settings["buckets"]["input"]))
    return {
        "project": settings["project"]["name"],
        "environment": platform.environment,
        "account": platform.account,
        "region": platform.region,
        "resources": resources,
        "datasets": datasets,
        "ignored_files": stored - known,
        "notifications": [shown_notification(sent) for sent in ask(platform, "status")["notifications"]],
        "alarms": alarms(boto3.client("cloudwatch", **platform.access)),
        "missing": [{"what": what, "reason": reason} for what, reason in MISSING.items()],
        "steps": steps.done,
        "total_seconds": round(steps.elapsed, 1),
        "memory": memory,
        "commands": commands(platform.environment, settings),
        "page": "",
    }


def shown_notification(sent: Row) -> NotificationReport:
    """One message to one target, as it would be read there."""
    return {
        "at": sent["at"],
        "subject": sent["subject"],
        "message": as_shown(sent["message"]),
        "dataset": sent["dataset"],
        "to": sent["to"],
    }


def ledger_rows(platform: Platform, table: str) -> Iterator[Row]:
    """Every row of the ledger: a laptop's is small."""
    client = boto3.resource("dynamodb", **platform.access).meta.client
    for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield from page["Items"]


def versions(s3: Any, bucket: str) -> Iterator[Row]:
    """Every version of every object."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        yield from page.get("Versions", [])


def dataset_report(
    name: str, settings: dict[str, Any], rows: list[Row], s3: Any, glue: Any, platform: Platform
) -> DatasetReport:
    """One dataset's files, runs and places."""
    output = settings["buckets"]["output"]
    files = [row for row in rows if row.get("dataset") == name and "key" in row and "state" in row]
    runs = [row for row in rows if row.get("dataset") == name and is_run(row["file"])]
    reports = {run: report_of(s3, output, name, run) for run in {row["run"] for row in files if "run" in row}}
    crawler = f"{settings['prefix']}-{name}"
    crawled = [change for row in rows if row["file"] == dataset_row(name) for change in row.get("drift", [])]
    read = [f"{found['file']}: {found['change']}" for report in reports.values() for found in report.get("drift", [])]
    return {
        "files": [file_report(row, reports.get(row.get("run", ""), {})) for row in sorted(files, key=_by_key)],
        "runs": [run_report(row, s3, glue, output, name, crawler) for row in sorted(runs, key=_by_key)],
        "crawls": len(glue.list_crawls(CrawlerName=crawler)["Crawls"]),
        "drift": [*(f"crawled table: {change}" for change in crawled), *read],
        "published_rows": sum(commit["rows"] for commit in commits(s3, output, name)),
        "outputs": outputs(name, settings, folder_of(platform.environment) / "storage"),
    }


def _by_key(row: Row) -> tuple[str, str]:
    return row.get("key", ""), row.get("uploaded_at", "")


def file_report(row: Row, report: Row) -> FileReport:
    """One file: its row in the ledger and its line in the report of its run."""
    place = (row["key"], row.get("version_id"))
    told: Row = next((each for each in report.get("files", []) if (each["key"], each.get("version_id")) == place), {})
    ended = told if row["state"] in ENDED else {}
    return {
        "key": row["key"],
        "state": row["state"],
        "reason": row.get("reason"),
        "rows_in": ended.get("rows_in"),
        "published": ended.get("published"),
        "quarantined": ended.get("quarantined"),
        "duplicates": ended.get("duplicates"),
        "reasons": ended.get("reasons", {}),
        "run": row.get("run"),
    }


def run_report(row: Row, s3: Any, glue: Any, output: str, dataset: str, job: str) -> RunReport:
    """One run: its row in the ledger and its job run."""
    run = run_of_row(row["file"])
    found = glue.get_job_run(JobName=job, RunId=row["job_run"])["JobRun"] if "job_run" in row else {}
    return {
        "run": run,
        "state": row["state"],
        "files": int(row.get("files", 0)),
        "seconds": found.get("ExecutionTime"),
        "reason": report_of(s3, output, dataset, run).get("reason"),
    }


def report_of(s3: Any, bucket: str, dataset: str, run: str) -> Row:
    """The report that the job left; empty when there is none."""
    try:
        body = s3.get_object(Bucket=bucket, Key=report_key(dataset, run))["Body"].read()
    except s3.exceptions.NoSuchKey:
        return {}
    found: Row = json.loads(body)
    return found


def commits(s3: Any, bucket: str, dataset: str) -> Iterator[Row]:
    """The commit of every published batch."""
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{COMMITS}/{dataset}/"):
        for stored in page.get("Contents", []):
            yield json.loads(s3.get_object(Bucket=bucket, Key=stored["Key"])["Body"].read())


def outputs(dataset: str, settings: dict[str, Any], storage: Path) -> dict[str, str]:
    """Where a dataset's files lie on this machine."""
    buckets = settings["buckets"]
    places = {
        "published": storage / buckets["output"] / dataset,
        "quarantine": storage / buckets["quarantine"] / dataset,
        "report": storage / buckets["output"] / REPORTS / dataset,
    }
    return {name: shown(place) for name, place in places.items() if place.exists()}


def alarms(cloudwatch: Any) -> list[AlarmReport]:
    """Every alarm as it stands."""
    pages = cloudwatch.get_paginator("describe_alarms").paginate()
    return [
        {
            "name": alarm["AlarmName"],
            "description": alarm.get("AlarmDescription", ""),
            "state": alarm["StateValue"],
            "reason": alarm.get("StateReason", ""),
        }
        for page in pages
        for alarm in page["MetricAlarms"]
    ]


def commands(environment: str, settings: dict[str, Any]) -> list[Any]:
    """How to go on."""
    dataset = next(iter(settings["datasets"]))
    suffix = f" ENV={environment}"
    return [
        {"command": f'make query SQL="select * from {dataset} limit 10"{suffix}', "meaning": "ask the published data"},
        {"command": f"make where FILE=name{suffix}", "meaning": "find a file and the result for its rows"},
        {"command": f"make local DATA=folder{suffix}", "meaning": "upload your own files: one folder per dataset"},
        {"command": f"make redrive{suffix}", "meaning": "return dead-lettered messages to work"},
        {
            "command": f"make local-down{suffix}",
            "meaning": "end the platform; it also ends by itself after two idle hours",
        },
    ]
