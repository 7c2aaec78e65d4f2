"""Finds out whether a run that died had published its batch: the table itself knows, in its metadata."""

import json
from typing import Any

from ledger.ledger import Row
from output_layout import commit_key
from runtime.metric import log

NAMES_OF_A_BATCH = ("wap.id", "published-wap-id")


def commit_for(s3: Any, glue: Any, bucket: str, report: Row) -> Row | None:
    """Write and return the commit that a run did not come to write; None if its batch is not published."""
    if not report.get("snapshot") or not is_published(s3, glue, str(report["output"]), report["batch"]):
        return None
    named = {name: report[name] for name in ("dataset", "batch", "run", "snapshot")}
    commit = {"version": 1, "rows": report["published"], **named}
    key = commit_key(report["dataset"], report["batch"])
    s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(commit).encode(), ContentType="application/json")
    log("commit-recovered", dataset=report["dataset"], run=report["run"])
    return commit


def is_published(s3: Any, glue: Any, address: str, batch: str) -> bool:
    """Whether the current state of a table came from a snapshot of a batch."""
    database, table = address.split("/")[-2:]
    try:
        found = glue.get_table(DatabaseName=database, Name=table)["Table"]
    except glue.exceptions.EntityNotFoundException:
        return False
    bucket, _, key = found["Parameters"]["metadata_location"].removeprefix("s3://").partition("/")
    metadata = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    snapshots = {each["snapshot-id"]: each for each in metadata.get("snapshots", [])}
    snapshot = snapshots.get(metadata.get("current-snapshot-id"))
    while snapshot:
        if batch in (snapshot["summary"].get(name) for name in NAMES_OF_A_BATCH):
            return True
        snapshot = snapshots.get(snapshot.get("parent-snapshot-id"))
    return False
