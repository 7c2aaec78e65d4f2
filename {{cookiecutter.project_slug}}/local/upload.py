"""Uploads files as a user would, and follows them through the ledger to their end."""

import hashlib
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from local.control import ask
from local.data_folder import shown
from local.running import PROJECT, Platform
from local.steps import Steps

sys.path.append(str(PROJECT / "lambda"))
from admission import is_no_data

ENDED = ("DONE", "QUARANTINED", "GONE", "DEAD")


@dataclass(frozen=True)
class Uploaded:
    """One version in the input bucket; its name in the ledger."""

    dataset: str
    key: str
    file: str


Files = list[Uploaded]


def upload(
    platform: Platform, settings: dict[str, Any], found: dict[str, list[Path]], data: Path, steps: Steps
) -> Files:
    """Upload every file whose content is not the newest version already; all of them, by their names in the ledger."""
    s3, bucket = boto3.client("s3", **platform.access), settings["buckets"]["input"]
    files, counts = [], Counter[str]()
    for dataset, paths in found.items():
        for path in paths:
            key = settings["datasets"][dataset]["prefix"] + path.relative_to(data / dataset).as_posix()
            try:
                version = version_of(s3, bucket, key, path)
                if not version:
                    version = s3.put_object(Bucket=bucket, Key=key, Body=path.read_bytes())["VersionId"]
                    counts[dataset] += 1
            except (OSError, ValueError, ClientError) as error:
                sys.exit(f"{shown(path)} cannot be uploaded: {error}. Take it out of the folder, or rename it.")
            files.append(Uploaded(dataset, key, f"{bucket}/{key}@{version}"))
    told = ", ".join(f"{name} {count} files" for name, count in counts.items())
    steps.say(f"Uploaded: {told}" if told else "All files are uploaded already.")
    return files


def version_of(s3: Any, bucket: str, key: str, path: Path) -> str | None:
    """The newest version of a key if it has this content."""
    try:
        found = s3.head_object(Bucket=bucket, Key=key)
    except ClientError:
        return None
    content = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
    return str(found["VersionId"]) if found["ETag"].strip('"') == content else None


def wait_for(platform: Platform, settings: dict[str, Any], files: Files, steps: Steps, seconds: float) -> bool:
    """Follow the files until each has ended and nothing is at work any more; whether that came true in time."""
    table = boto3.resource("dynamodb", **platform.access).Table(settings["names"]["ledger"])
    expected = [each for each in files if not is_no_data(each.key)]
    states = {each.file: state_of(table, each.file) for each in expected}
    told = {each.dataset: "" for each in expected} if set(states.values()) - set(ENDED) else {}
    started, deadline = steps.elapsed, time.monotonic() + seconds
    while time.monotonic() < deadline:
        states |= {file: state_of(table, file) for file, state in states.items() if state not in ENDED}
        for dataset in told:
            counts = Counter(states[each.file] for each in expected if each.dataset == dataset)
            text = ", ".join(f"{count} {state.lower()}" for state, count in sorted(counts.items()))
            if told[dataset] != text:
                told[dataset] = text
                steps.say(f"{dataset}: {text}")
        if all(state in ENDED for state in states.values()) and not ask(platform, "status")["busy"]:
            if told:
                steps.note("the event chain", started, steps.elapsed - started)
            return True
        time.sleep(0.5)
    return False


def state_of(table: Any, file: str) -> str:
    """What the ledger says of a file; `on its way` while no Lambda has seen it."""
    row = table.get_item(Key={"file": file}, ConsistentRead=True).get("Item")
    return str(row["state"]) if row else "on its way"
