"""The report of the local AWS: what it has collected, with the notifications, the steps and what it cannot do."""

from pathlib import Path
from typing import Any

from output_layout import REPORTS

from dataops.local_aws.account.missing import MISSING
from dataops.local_platform import Platform
from dataops.local_run.data_folder import shown
from dataops.local_run.notification_text import as_shown
from dataops.local_run.steps import Steps
from dataops.project.control import ask
from dataops.project.deployment import Deployment
from dataops.project.running import folder_of
from dataops.report.collection import Collection, strangers
from dataops.report.report import NotificationReport, Report

Row = dict[str, Any]


def observe(
    platform: Platform, settings: dict[str, Any], resources: int, steps: Steps, memory: dict[str, float], since: str
) -> Report:
    """The present state of everything; `since` is when this command began, in the ledger's format."""
    deployment = Deployment(platform.environment, settings, dict(platform.access))
    found, storage = Collection(deployment, None, has_values=True), folder_of(platform.environment) / "storage"
    return {
        "project": settings["project"]["name"],
        "environment": platform.environment,
        "place": "on this machine",
        "since": since,
        "account": platform.account,
        "region": platform.region,
        "resources": resources,
        "datasets": {
            name: found.dataset(name) | {"outputs": outputs(name, settings, storage)} for name in settings["datasets"]
        },
        "ignored_files": list(strangers(found.s3, deployment.buckets["input"], prefixes_of(settings))),
        "notifications": [shown_notification(sent) for sent in ask(platform, "status")["notifications"]],
        "alarms": found.alarms(),
        "missing": [{"what": what, "reason": reason} for what, reason in MISSING.items()],
        "steps": steps.done,
        "total_seconds": round(steps.elapsed, 1),
        "memory": memory,
        "commands": commands(platform.environment, settings),
        "page": "",
    }


def prefixes_of(settings: dict[str, Any]) -> tuple[str, ...]:
    """The folders of the datasets and of the canary, whose files are test data."""
    return (*(dataset["prefix"] for dataset in settings["datasets"].values()), f"{settings['names']['canary']}/")


def shown_notification(sent: Row) -> NotificationReport:
    """One message to one target, as it would be displayed there."""
    return {
        "at": sent["at"],
        "subject": sent["subject"],
        "message": as_shown(sent["message"]),
        "dataset": sent["dataset"],
        "to": sent["to"],
    }


def outputs(dataset: str, settings: dict[str, Any], storage: Path) -> dict[str, str]:
    """The locations of a dataset's files on this machine."""
    buckets = settings["buckets"]
    paths = {
        "published": storage / buckets["output"] / dataset,
        "quarantine": storage / buckets["quarantine"] / dataset,
        "report": storage / buckets["output"] / REPORTS / dataset,
    }
    return {name: shown(path) for name, path in paths.items() if path.exists()}


def commands(environment: str, settings: dict[str, Any]) -> list[Any]:
    """The commands to continue with."""
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
