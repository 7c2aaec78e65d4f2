"""Uploads files as a user would."""

import hashlib
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError
from ledger.keys import version_row

from dataops.local_platform import Platform
from dataops.local_run.data_folder import shown
from dataops.local_run.steps import Steps
from dataops.report.report import counted


@dataclass(frozen=True)
class Uploaded:
    """One version in the input bucket, and its name in the ledger."""

    dataset: str
    key: str
    file: str


Files = list[Uploaded]

NOTHING_NEW = (
    "All files are uploaded already. A changed rule or transform applies to new files: make run shows what it does to "
    "these; to process them again, make local-down, then make local."
)


def upload(
    platform: Platform, settings: dict[str, Any], found: dict[str, list[Path]], data: Path, steps: Steps
) -> Files:
    """Upload new files, and failed ones again; return all files, by their names in the ledger."""
    s3, bucket = boto3.client("s3", **platform.access), settings["buckets"]["input"]
    ledger = boto3.resource("dynamodb", **platform.access).Table(settings["names"]["ledger"])
    files, counts = [], Counter[str]()
    for dataset, paths in found.items():
        for path in paths:
            key = settings["datasets"][dataset]["prefix"] + path.relative_to(data / dataset).as_posix()
            try:
                version = version_of(s3, bucket, key, path)
                if not version or is_given_up(ledger, version_row(bucket, key, version)):
                    version = s3.put_object(Bucket=bucket, Key=key, Body=path.read_bytes())["VersionId"]
                    counts[dataset] += 1
            except (OSError, ValueError, ClientError) as error:
                sys.exit(f"{shown(path)} cannot be uploaded: {error}. Take it out of the folder, or rename it.")
            files.append(Uploaded(dataset, key, version_row(bucket, key, version)))
    summary = ", ".join(f"{name} {counted(count, 'file')}" for name, count in counts.items())
    steps.say(f"Uploaded: {summary}" if summary else NOTHING_NEW)
    return files


def is_given_up(ledger: Any, file: str) -> bool:
    """Whether a version's runs failed too often: their cause may be fixed by now."""
    return bool(ledger.get_item(Key={"file": file}, ConsistentRead=True).get("Item", {}).get("state") == "DEAD")


def version_of(s3: Any, bucket: str, key: str, path: Path) -> str | None:
    """The newest version of a key if it has this content."""
    try:
        found = s3.head_object(Bucket=bucket, Key=key)
    except ClientError:
        return None
    content = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
    return str(found["VersionId"]) if found["ETag"].strip('"') == content else None
