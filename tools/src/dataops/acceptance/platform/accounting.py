"""Checks that hold after any fault: each version has one final state, no row is lost, no row is there twice."""

import io
import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pyarrow.parquet
from uploads.admission import is_no_data

from dataops.acceptance.platform.running_project import ENDED, Row, RunningProject

COUNTS = ("published", "quarantined", "duplicates", "superseded")


@dataclass(frozen=True)
class Books:
    """The records of a platform about its files; `batches` has the origins of the rows of each commit's data."""

    uploaded: dict[str, str]
    ledger: dict[str, Row]
    notifications: list[str]
    commits: dict[str, Row]
    manifests: dict[str, Row]
    reports: dict[str, Row]
    batches: dict[str, list[tuple[Any, ...]]]


def books_of(project: RunningProject) -> Books:
    """Read all records from the platform."""
    kinds = ("_commits/", "_manifests/", "_reports/")
    commits, manifests, reports = (
        {key.removesuffix(".json").removeprefix(kind): json.loads(body) for key, body in stored.items()}
        for kind, stored in ((kind, project.stored(project.output, kind)) for kind in kinds)
    )
    pages = project.s3.get_paginator("list_object_versions").paginate(Bucket=project.input)
    versions = [version for page in pages for version in page.get("Versions", [])]
    return Books(
        uploaded={
            f"{project.input}/{version['Key']}@{version['VersionId']}": version["Key"]
            for version in versions
            if not is_no_data(version["Key"])
        },
        ledger={row["file"]: row for row in project.rows()},
        notifications=[f"{sent['subject']}\n{sent['message']}" for sent in project.ask("status")["notifications"]],
        commits=commits,
        manifests=manifests,
        reports=reports,
        batches={name: positions_of(project, commit["data"]) for name, commit in commits.items()},
    )


def positions_of(project: RunningProject, address: str) -> list[tuple[Any, ...]]:
    """Return file, line, time of upload and sequencer of each row that a committed batch holds."""
    names = ("_file", "_line", "_uploaded_at", "_sequencer")
    return [tuple(row[name] for name in names) for row in stored_rows(project, address)]


def stored_rows(project: RunningProject, address: str) -> list[Row]:
    """The rows of all Parquet files below an address, committed or not."""
    bucket, _, prefix = address.removeprefix("s3://").partition("/")
    bodies = [body for key, body in project.stored(bucket, prefix).items() if key.endswith(".parquet")]
    return [row for body in bodies for row in pyarrow.parquet.read_table(io.BytesIO(body)).to_pylist()]


def unaccounted(books: Books) -> list[str]:
    """Return a sentence for each file, run or row that is not where it must be."""
    ends = [fault for file, key in books.uploaded.items() for fault in _end_of(books, file, key)]
    runs = [fault for name, commit in books.commits.items() for fault in _run_of(books, name, commit)]
    counted = Counter(position for batch in books.batches.values() for position in batch)
    twice = [f"{position} is published {count} times" for position, count in counted.items() if count > 1]
    return [*ends, *runs, *twice]


def _end_of(books: Books, file: str, key: str) -> list[str]:
    row = books.ledger.get(file)
    if row is None:
        return [f"{file} is not in the ledger"]
    if row["state"] not in ENDED:
        return [f"{file} is still {row['state']}"]
    published = _commits_that_read(books, file)
    if row["state"] == "DONE":
        return [] if published == 1 else [f"{file} is DONE, and {published} published runs read it"]
    faults = [] if row.get("reason") else [f"{file} is {row['state']} without a reason"]
    is_notified = any(key in message for message in books.notifications)
    return faults + ([] if is_notified else [f"{file} is {row['state']}, and nobody was notified"])


def _commits_that_read(books: Books, file: str) -> int:
    runs = [f"{commit['dataset']}/{commit['run']}" for commit in books.commits.values()]
    read = [version for run in runs for version in books.manifests[run]["files"]]
    return sum(f"{version['bucket']}/{version['key']}@{version['version_id']}" == file for version in read)


def _run_of(books: Books, name: str, commit: Row) -> list[str]:
    report = books.reports.get(f"{commit['dataset']}/{commit['run']}", {})
    if report.get("state") != "published":
        return [f"{name} is committed, its report says {report.get('state')}"]
    lines = {"the run": report} | {file["key"]: file for file in report["files"]}
    faults = [
        f"{name}: the rows of {which} do not add up"
        for which, line in lines.items()
        if line["rows_in"] != sum(line[count] for count in COUNTS)
    ]
    stored = len(books.batches[name])
    if not stored == commit["rows"] == report["published"]:
        faults.append(f"{name}: {stored} rows stored, {commit['rows']} committed, {report['published']} reported")
    return faults
