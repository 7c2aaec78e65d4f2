"""Remembers what is deployed in each environment, and whether its smoke test passed: what a rollback goes back to."""

import json
from datetime import UTC, datetime
from typing import Any

from delivery.build import Build

# Enough to find a commit that worked; the bucket's versions have the rest.
REMEMBERED = 50


def record(s3: Any, build: Build, digest: str) -> None:
    """Note down that an environment is at the commit of this build."""
    entry = {
        "commit": build.commit,
        "execution": build.execution,
        "digest": digest,
        "applied_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "smoke_test": "pending",
    }
    _write(s3, build, [entry, *history(s3, build.summary_bucket, build.environment)])


def record_smoke_test(s3: Any, build: Build, result: str) -> None:
    """Note down how the smoke test of what is deployed ended: passed or failed."""
    known = history(s3, build.summary_bucket, build.environment)
    changed = [{**entry, "smoke_test": result} if _is_of(entry, build) else entry for entry in known]
    _write(s3, build, changed)


def history(s3: Any, bucket: str, environment: str) -> list[dict[str, str]]:
    """What was deployed in an environment, the newest first."""
    try:
        answer = s3.get_object(Bucket=bucket, Key=key_of(environment))
    except s3.exceptions.NoSuchKey:
        return []
    found: list[dict[str, str]] = json.loads(answer["Body"].read())
    return found


def last_good(known: list[dict[str, str]]) -> str | None:
    """The commit to go back to: the newest one before the present one whose smoke test passed."""
    present = known[0]["commit"] if known else None
    good = (entry["commit"] for entry in known if entry["smoke_test"] == "passed" and entry["commit"] != present)
    return next(good, None)


def key_of(environment: str) -> str:
    """Where the record of an environment lies."""
    return f"deployed/{environment}.json"


def _is_of(entry: dict[str, str], build: Build) -> bool:
    return (entry["commit"], entry["execution"]) == (build.commit, build.execution)


def _write(s3: Any, build: Build, entries: list[dict[str, str]]) -> None:
    body = json.dumps(entries[:REMEMBERED], indent=2).encode() + b"\n"
    s3.put_object(Bucket=build.summary_bucket, Key=key_of(build.environment), Body=body, ContentType="application/json")
