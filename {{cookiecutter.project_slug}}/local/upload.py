"""Uploads files as a user would, and follows them through the ledger to their end."""

import hashlib
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from local.control import ask
from local.running import PROJECT, Platform
from local.steps import Steps

sys.path.append(str(PROJECT / "lambda"))
from admission import is_no_data  # noqa: E402  - the Lambdas' own rule: what is no data never enters the ledger

ENDED = ("DONE", "QUARANTINED", "GONE", "DEAD")


@dataclass(frozen=True)
class Uploaded:
    """One version in the input bucket; its name in the ledger."""

    dataset: str
    key: str
    file: str


def upload_new(platform: Platform, settings: dict[str, Any], data: Path, steps: Steps) -> list[Uploaded]:
    """Upload every file whose content is not the newest version already."""
    s3, bucket = boto3.client("s3", **platform.access), settings["buckets"]["input"]
    found = {name: files_in(data / name) for name in settings["datasets"]}
    if not any(found.values()):
        first = next(iter(settings["datasets"]))
        sys.exit(
            f"{data} holds no folder with files for any of the datasets {', '.join(found)}: "
            f"put files into {data / first}/, or name another folder: make local DATA=folder"
        )
    uploaded = []
    for dataset, paths in found.items():
        for path in paths:
            key = settings["datasets"][dataset]["prefix"] + path.relative_to(data / dataset).as_posix()
            if not is_there(s3, bucket, key, path):
                with path.open("rb") as body:
                    version = s3.put_object(Bucket=bucket, Key=key, Body=body)["VersionId"]
                uploaded.append(Uploaded(dataset, key, f"{bucket}/{key}@{version}"))
    counts = Counter(each.dataset for each in uploaded)
    steps.say(
        "Uploaded: " + ", ".join(f"{name} {count} files" for name, count in counts.items())
        if uploaded
        else "All files are uploaded already."
    )
    return uploaded


def files_in(folder: Path) -> list[Path]:
    """The files of one dataset, by name."""
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []


def is_there(s3: Any, bucket: str, key: str, path: Path) -> bool:
    """Whether the newest version of a key has this content."""
    try:
        etag = s3.head_object(Bucket=bucket, Key=key)["ETag"].strip('"')
    except s3.exceptions.ClientError:
        return False
    return bool(etag == hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest())


def wait_for(platform: Platform, settings: dict[str, Any], files: list[Uploaded], steps: Steps, seconds: float) -> bool:
    """Follow the files until each has ended and their runs are closed; whether that came true in time."""
    table = boto3.resource("dynamodb", **platform.access).Table(settings["names"]["ledger"])
    expected = [each for each in files if not is_no_data(each.key)]
    shown: dict[str, str] = {}
    started, deadline = steps.elapsed, time.monotonic() + seconds
    while time.monotonic() < deadline:
        states = {each.file: state_of(table, each.file) for each in expected}
        for dataset in dict.fromkeys(each.dataset for each in expected):
            counts = Counter(states[each.file] for each in expected if each.dataset == dataset)
            text = ", ".join(f"{count} {state.lower()}" for state, count in sorted(counts.items()))
            if shown.get(dataset) != text:
                shown[dataset] = text
                steps.say(f"{dataset}: {text}")
        if all(state in ENDED for state in states.values()) and not ask(platform, "status")["busy"]:
            if files:
                steps.note("the event chain", started, steps.elapsed - started)
            return True
        time.sleep(0.5)
    return False


def state_of(table: Any, file: str) -> str:
    """What the ledger says of a file; `on its way` while no Lambda has seen it."""
    row = table.get_item(Key={"file": file}, ConsistentRead=True).get("Item")
    return str(row["state"]) if row else "on its way"
