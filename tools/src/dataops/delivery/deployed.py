"""Show which commit is deployed in each environment, what waits for approval, and how the last deliveries went."""

import json
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.exceptions import ClientError

from dataops.delivery.approval import approval_in_words
from dataops.delivery.build import Build
from dataops.delivery.delivery_figures import sentences_about_the_pipeline
from dataops.delivery.own_account import aws_explained
from dataops.delivery.refusal import Refusal
from dataops.delivery.release import release_of
from dataops.project import PROJECT

# Enough to find a commit that worked; the bucket's versions have the rest.
REMEMBERED = 50


def main() -> None:
    """Print what is deployed in each environment, what waits for whom, and figures of the last deliveries."""
    release = release_of(PROJECT)
    s3 = boto3.client("s3", region_name=release.region)
    with aws_explained():
        lines = [_line(name, known_to_a_person(s3, release.bucket, name)) for name in release.environments]
        codepipeline = boto3.client("codepipeline", region_name=release.region)
        lines += sentences_about_the_pipeline(codepipeline, release.pipeline, release.approvers, datetime.now(UTC))
    print("\n".join(lines))


def known_to_a_person(s3: Any, bucket: str, environment: str) -> list[dict[str, str]] | None:
    """Return the record of an environment; None if S3 does not tell whether there is one."""
    try:
        return history(s3, bucket, environment)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "NoSuchBucket":
            raise Refusal(f"There is no bucket {bucket}: apply the pipeline first, `make pipeline`.") from None
        # S3 answers "Access Denied" for a missing object if the caller may not list the bucket.
        if code in ("AccessDenied", "403"):
            return None
        raise


def _line(environment: str, known: list[dict[str, str]] | None) -> str:
    if known is None:
        return f"{environment:8}  nothing was delivered here yet, or your role may not read the record of it"
    if not known:
        return f"{environment:8}  nothing was delivered here by the pipeline yet"
    present = known[0]
    done = f"applied {present['applied_at']}, smoke test {present['smoke_test']}{approval_in_words(present)}"
    return f"{environment:8}  {present['commit']}  {done}"


def record(s3: Any, build: Build, digest: str, approval: dict[str, str] | None = None) -> None:
    """Record that an environment is at the commit of this build, and who approved it."""
    entry = {
        "commit": build.commit,
        "execution": build.execution,
        "digest": digest,
        "applied_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "smoke_test": "pending",
        **(approval or {}),
    }
    _write(s3, build, [entry, *history(s3, build.summary_bucket, build.environment)])


def record_smoke_test(s3: Any, build: Build, result: str, **more: str) -> None:
    """Record the result of the smoke test of what is deployed: passed or failed, the time, and further facts."""
    known = history(s3, build.summary_bucket, build.environment)
    ended = {"smoke_test": result, "tested_at": datetime.now(UTC).isoformat(timespec="seconds"), **more}
    _write(s3, build, [{**entry, **ended} if _is_of(entry, build) else entry for entry in known])


def smoke_test_of(environment: str, known: list[dict[str, str]], commit: str) -> str:
    """Return the result of a commit in an environment, in a sentence for the approvers of the next environment."""
    entry = next((each for each in known if each["commit"] == commit), None)
    if entry is None:
        found = f"it has {known[0]['commit'][:12]}" if known else "nothing was delivered there yet"
        return f"{environment} does not have this commit: {found}."
    # Deliveries queue: while this one waits, a later one may have gone through the environment before.
    if entry is not known[0]:
        had = f"{environment} had this commit, and its smoke test {_ended(entry)}"
        return f"{had}; since then it got {known[0]['commit'][:12]}."
    rows = f", {entry['rows']} rows published" if "rows" in entry else ""
    seconds = f" in {entry['seconds']} seconds" if "seconds" in entry else ""
    if entry["smoke_test"] == "passed":
        return f"{environment} has this commit and passed its smoke test{_when(entry)}{rows}{seconds}."
    return f"{environment} has this commit, and its smoke test {_ended(entry)}."


def _ended(entry: dict[str, str]) -> str:
    return f"{'passed' if entry['smoke_test'] == 'passed' else 'is ' + entry['smoke_test']}{_when(entry)}"


def _when(entry: dict[str, str]) -> str:
    return f" at {entry['tested_at']}" if "tested_at" in entry else ""


def history(s3: Any, bucket: str, environment: str) -> list[dict[str, str]]:
    """Return what was deployed in an environment, newest first."""
    try:
        answer = s3.get_object(Bucket=bucket, Key=key_of(environment))
    except s3.exceptions.NoSuchKey:
        return []
    found: list[dict[str, str]] = json.loads(answer["Body"].read())
    return found


def last_good(known: list[dict[str, str]]) -> str | None:
    """Return the commit to roll back to: the newest one before the present one whose smoke test passed."""
    present = known[0]["commit"] if known else None
    good = (entry["commit"] for entry in known if entry["smoke_test"] == "passed" and entry["commit"] != present)
    return next(good, None)


def key_of(environment: str) -> str:
    """Return the key of the record of an environment."""
    return f"deployed/{environment}.json"


def _is_of(entry: dict[str, str], build: Build) -> bool:
    return (entry["commit"], entry["execution"]) == (build.commit, build.execution)


def _write(s3: Any, build: Build, entries: list[dict[str, str]]) -> None:
    body = json.dumps(entries[:REMEMBERED], indent=2).encode() + b"\n"
    s3.put_object(Bucket=build.summary_bucket, Key=key_of(build.environment), Body=body, ContentType="application/json")
