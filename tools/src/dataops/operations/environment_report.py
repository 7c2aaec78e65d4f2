"""Write the report of an environment: its files, runs and alarms of the last days, as a page and in the terminal."""

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import click
from ledger.timestamps import as_text
from output_layout import REPORTS
from rich.console import Console

from dataops.local_platform import noted
from dataops.project.control import ask
from dataops.project.deployment import Deployment, deployment_of, explained
from dataops.project.running import folder_of
from dataops.report.collection import Collection, strangers
from dataops.report.report import CommandReport, NotificationReport, Report
from dataops.report.report_page import write_page
from dataops.report.report_text import print_report

DAYS, LATEST = 7, timedelta(days=1)


@click.command(help=__doc__)
@click.option("--environment", required=True, help="a name from project.yaml")
@click.option("--days", type=click.IntRange(1, 90), default=DAYS, show_default=True, help="how far back it looks")
def main(environment: str, days: int) -> None:
    """Collect, write the page, print the same."""
    deployment = deployment_of(environment)
    with explained(deployment):
        report = report_of(deployment, days, datetime.now(UTC))
    page = folder_of(environment) / "report.html"
    report["page"] = str(page)
    write_page(report, page)
    page.with_suffix(".json").write_text(json.dumps(report), encoding="utf-8")
    print_report(report, Console(highlight=False, width=None if sys.stdout.isatty() else 120))


def report_of(deployment: Deployment, days: int, now: datetime) -> Report:
    """The report of the last days; that of AWS shows no value of a row and no notification, which nothing records."""
    is_local, began = "endpoint_url" in deployment.access, time.monotonic()
    canary = deployment.names["canary"]
    team = {name: dataset for name, dataset in deployment.datasets.items() if name != canary}
    found = Collection(deployment, as_text(now - timedelta(days=days)), has_values=is_local)
    prefixes = (*(dataset["prefix"] for dataset in team.values()), f"{canary}/")
    return {
        "project": deployment.settings["project"]["name"],
        "environment": deployment.environment,
        "place": f"{'on this machine' if is_local else 'on AWS'}, the last {days} days",
        "since": as_text(now - LATEST)[:19],
        "account": deployment.settings["environment"]["account"],
        "region": deployment.access["region_name"],
        "resources": None,
        "datasets": {name: found.dataset(name) | {"outputs": outputs(name, deployment)} for name in team},
        "ignored_files": list(strangers(found.s3, deployment.buckets["input"], prefixes)),
        "notifications": notifications(deployment.environment) if is_local else None,
        "alarms": found.alarms(),
        "missing": [],
        "steps": [],
        "total_seconds": round(time.monotonic() - began, 1),
        "memory": {},
        "commands": commands(deployment.environment),
        "page": "",
    }


def notifications(environment: str) -> list[NotificationReport]:
    """What the local AWS has sent."""
    platform = noted(folder_of(environment))
    sent: list[dict[str, Any]] = ask(platform, "status")["notifications"] if platform else []
    return [{name: each[name] for name in NotificationReport.__annotations__} for each in sent]  # type: ignore[misc]


def outputs(dataset: str, deployment: Deployment) -> dict[str, str]:
    """Where a dataset's rows and reports are."""
    output, quarantine = deployment.buckets["output"], deployment.buckets["quarantine"]
    return {
        "published": f"s3://{output}/{dataset}/",
        "quarantine": f"s3://{quarantine}/{dataset}/",
        "report": f"s3://{output}/{REPORTS}/{dataset}/",
    }


def commands(environment: str) -> list[CommandReport]:
    """The commands to continue with."""
    return [
        {"command": f"make where FILE=name ENV={environment}", "meaning": "find a file and its quarantined rows"},
        {"command": f"make doctor ENV={environment}", "meaning": "check the account if it may be the cause"},
    ]
