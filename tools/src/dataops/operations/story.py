"""The history of one version of a file in words, and what happens to one that the ledger does not have."""

import json
from datetime import datetime
from heapq import nsmallest
from typing import Any

from botocore.exceptions import ClientError
from ledger.day import COUNTS
from ledger.keys import run_row
from ledger.ledger import Ledger, Row
from output_layout import report_key
from runs.run_outcome import outcome_of
from uploads.admission import is_no_data
from uploads.missed_upload import YOUNGEST
from uploads.upload_listing import OLDEST

from dataops.project.deployment import Deployment
from dataops.report.report_text import printable

IN_WORDS = {
    "PENDING": "waits for the crawler, then for the job",
    "CLAIMED": "is being read by its run",
    "DONE": "was read: each of its rows is published or quarantined",
    "QUARANTINED": "was quarantined as a whole: fix it and upload it again",
    "GONE": "was deleted before it was read",
    "DEAD": "was given up, because its runs failed: fix the cause and upload it again",
}
MOST_ROWS = 10
COUNTED = {name: name.replace("rows_in", "in") for name in COUNTS}


def story_of(row: Row, ledger: Ledger, s3: Any, deployment: Deployment) -> list[str]:
    """Return what is known of one version, in lines."""
    version = row.get("version_id") or f"{row['etag']} (by content)"
    lines = [
        f"s3://{row['bucket']}/{row['key']}",
        f"  version     {version}, uploaded {row['uploaded_at'][:19].replace('T', ' ')} UTC",
    ]
    lines += [f"  state       {row['state']}: {IN_WORDS[row['state']]}"]
    if row.get("reason"):
        lines += [f"  reason      {row['reason']}"]
    lines += [f"  attempts    {int(row['attempts'])} failed"]
    return lines + (_lines_of_run(row, ledger, s3, deployment) if "run" in row else [])


def _lines_of_run(row: Row, ledger: Ledger, s3: Any, deployment: Deployment) -> list[str]:
    run, dataset, output = row["run"], row["dataset"], deployment.buckets["output"]
    known = ledger.row(run_row(run)) or {}
    job_run = f", job run {known['job_run']} of {deployment.prefix}-{dataset}" if "job_run" in known else ""
    lines = [f"  run         {run} ({known.get('state', 'unknown').lower()}){job_run}"]
    outcome = outcome_of(s3, output, dataset, run)
    report = outcome.report
    if not report:
        return [*lines, "  report      none yet"]
    batch = f"{dataset}/batch_id={run.rpartition('-')[0]}/"
    mine = _part_of(report, row)
    if mine and row["state"] != "CLAIMED":
        lines += [f"  rows        {', '.join(f'{mine[name]} {word}' for name, word in COUNTED.items())}"]
        reasons = ", ".join(f"{reason} {rows}" for reason, rows in mine["reasons"].items())
        lines += [f"  reasons     {reasons}"] if reasons else []
        lines += (
            [f"  the file    {mine['file_reason']}"] if mine.get("file_reason") not in (None, row.get("reason")) else []
        )
        lines += [f"  published   s3://{output}/{batch}"] if outcome.is_published and mine["published"] else []
        bad = f"s3://{deployment.buckets['quarantine']}/{batch}"
        lines += [f"  quarantine  {bad}", *_refused(s3, bad, row, mine["quarantined"])] if mine["quarantined"] else []
    return [*lines, f"  report      s3://{output}/{report_key(dataset, report['run'])}"]


def _refused(s3: Any, folder: str, row: Row, count: int) -> list[str]:
    """Return the first quarantined rows of a file, as lines."""
    bucket, _, prefix = folder.removeprefix("s3://").partition("/")
    address = f"s3://{row['bucket']}/{row['key']}"
    names = {address, f"{address}?versionId={row.get('version_id')}"}
    try:
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        keys = (stored["Key"] for page in pages for stored in page.get("Contents", []))
        lines = (line for key in keys for line in s3.get_object(Bucket=bucket, Key=key)["Body"].iter_lines())
        mine = (each for each in map(json.loads, lines) if each["file"] in names)
        # A batch may have millions of quarantined rows: only those that are shown are kept.
        first = nsmallest(MOST_ROWS, mine, key=lambda each: each["line"])
    except ClientError as error:
        return [f"    cannot be read: {error.response['Error']['Code']}"]
    lines_shown = [
        f"    line {each['line']}  {', '.join(each['reasons'])}: {printable(each['record'] or '')}" for each in first
    ]
    return lines_shown + ([f"    and {count - MOST_ROWS:,} more"] if count > MOST_ROWS else [])


def _part_of(report: Row, row: Row) -> Row | None:
    version = (row["key"], row.get("version_id"))
    return next((file for file in report["files"] if (file["key"], file.get("version_id")) == version), None)


def story_of_unknown(versions: list[Row], deployment: Deployment, now: datetime) -> list[str]:
    """Return what happens next to keys in the input bucket without a ledger row; newest versions first."""
    newest = {version["Key"]: version for version in reversed(versions)}
    return [
        f"s3://{deployment.buckets['input']}/{key}: {_next(newest[key], deployment, now)}" for key in sorted(newest)
    ]


def _next(version: Row, deployment: Deployment, now: datetime) -> str:
    prefixes = sorted(dataset["prefix"] for dataset in deployment.datasets.values())
    if version["IsDeletion"]:
        return f"was deleted at {version['LastModified']:%Y-%m-%d %H:%M} UTC; it was never in the ledger."
    if not version["Key"].startswith(tuple(prefixes)):
        return f"no dataset reads it: upload it below {' or '.join(prefixes)}"
    if is_no_data(version["Key"]):
        return "is ignored on purpose: its name is reserved for markers."
    age = now - version["LastModified"]
    if age > OLDEST:
        return 'is older than what the sweep looks for: see docs/data-path.md, "Files from before the project".'
    if age < YOUNGEST:
        return "was uploaded a moment ago: its event is on the way; otherwise the sweep finds it within half an hour."
    return "the event of its upload is late or lost: the next sweep finds it, or a later one if there are many files."
