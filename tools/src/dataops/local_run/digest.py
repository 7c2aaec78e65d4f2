"""Sends today's digest at once, which AWS would send tomorrow morning."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from dataops.local_platform import Platform


def send_digest(platform: Platform, settings: dict[str, Any]) -> None:
    """Call the Lambda as its rule would: it reports the day before the given time."""
    time = datetime.now(UTC) + timedelta(days=1)
    datasets = {name: dataset["expected_every"] for name, dataset in settings["datasets"].items()}
    payload = json.dumps({"time": time.isoformat(timespec="microseconds"), "datasets": datasets})
    boto3.client("lambda", **platform.access).invoke(FunctionName=f"{settings['prefix']}-send-digest", Payload=payload)
