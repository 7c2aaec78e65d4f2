"""Chooses the files of a run, names the run, and writes its manifest."""

import hashlib
import json
from typing import Any

from ledger.ledger import Row
from output_layout import manifest_key

from runs.run_capacity import Workers, text_of

MOST_FILES = 1_000
# What a file becomes is estimated: after a failed attempt a run takes so many times less.
LESS_AFTER_A_FAILURE = 4


def chosen(rows: list[Row], workers: Workers) -> list[Row]:
    """The oldest files that the workers of one run hold; at least one. One that is too much for one worker is alone."""
    first, *others = sorted(rows, key=lambda row: (row["uploaded_at"], row["sequencer"], row["file"]))
    room = workers.text_held // LESS_AFTER_A_FAILURE ** int(first["attempts"]) - text_in(first)
    files = [first]
    for row in others if text_in(first) <= workers.text_held_by_one else []:
        room -= text_in(row)
        if len(files) == MOST_FILES or room < 0:
            break
        files.append(row)
    return files


def text_in(row: Row) -> int:
    """About how many bytes of text a file becomes."""
    return text_of(row["key"], int(row["size"]))


def batch_of(rows: list[Row]) -> str:
    """The batch's name: the same files give the same name, in any order."""
    names = sorted(f"{row['key']}\n{row.get('version_id') or row['etag']}" for row in rows)
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


def run_of(rows: list[Row]) -> str:
    """The run's name: the batch, and which attempt at it this is."""
    return f"{batch_of(rows)}-{1 + max(int(row['attempts']) for row in rows)}"


def write_manifest(s3: Any, bucket: str, dataset: str, run: str, rows: list[Row]) -> None:
    """Store what the run reads: exactly these versions, nothing else."""
    files = [
        {name: row.get(name) for name in ("bucket", "key", "version_id", "etag", "uploaded_at", "sequencer")}
        | {"size": int(row["size"])}
        for row in rows
    ]
    content = {"version": 1, "run": run, "dataset": dataset, "batch": batch_of(rows), "files": files}
    s3.put_object(
        Bucket=bucket,
        Key=manifest_key(dataset, run),
        Body=json.dumps(content, ensure_ascii=False).encode(),
        ContentType="application/json",
    )
