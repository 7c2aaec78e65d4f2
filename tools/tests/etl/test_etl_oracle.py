"""Random datasets and batches, some runs killed: every row ends where an oracle in plain Python says.

A failure prints its seed; SEED=7 repeats it. SEEDS=300 tries so many (make soak).
"""

import ast
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from etl_oracle import expected, merged
from platform_in_a_folder import Outcome, Platform, job_settings
from random_batches import Dataset, dataset_of, files_of
from steps.settings import ManifestFile

# One of each format, with limits, newest rows and decimals too fine among them; the runs of the second die first.
IN_CI = (6, 10, 38)
DO_NOT_DIE = (6, 38)


class KilledError(BaseException):
    """The worker died: no handler of the job may catch it."""


def seeds() -> list[int]:
    if seed := os.environ.get("SEED"):
        return [int(seed)]
    return list(range(int(os.environ["SEEDS"]))) if "SEEDS" in os.environ else list(IN_CI)


@contextmanager
def dying(platform: Platform, calls: int) -> Iterator[None]:
    """Let the run die at one of its calls of S3."""
    left = [calls]

    def count(**_: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise KilledError

    events = platform.clients.s3.meta.events
    events.register("before-call.s3", count)
    try:
        yield
    except KilledError:
        platform.spark.catalog.clearCache()
    finally:
        events.unregister("before-call.s3", count)


def plain(value: Any) -> Any:
    """A published value as the oracle has it: the table has times in UTC, without a zone."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


def differences(outcome: Outcome, table: list[Any], data: Dataset, wanted: Any, rows: list[Any], late: int) -> list[str]:
    """What is not as the oracle says, in a few lines; `rows` is its table after the batch."""
    names = [each["name"] for each in data.columns]
    held = [(row["_file"], row["_line"], {name: plain(row[name]) for name in names}) for row in table]
    quarantined = [(row["file"], row["line"], sorted(row["reasons"])) for row in outcome.quarantined]
    counts = (wanted.rows_in, len(wanted.published) - late, len(wanted.quarantined), wanted.duplicates, late)
    pairs: list[tuple[str, list[Any], list[Any]]] = [
        ("published", held, [row.shown for row in rows]),
        ("quarantined", quarantined, wanted.quarantined),
    ]
    # Who comes after the commit counts nothing: the run that died had published everything.
    is_counted = outcome.report["state"] != "already-published"
    given = (*outcome.counts, outcome.report["superseded"])
    found = [] if given == counts or not is_counted else [f"counts are {given}, the oracle has {counts}"]
    for what, those, oracles in pairs:
        found += [f"{what} by the job only: {row}" for row in those if row not in oracles][:3]
        found += [f"{what} by the oracle only: {row}" for row in oracles if row not in those][:3]
        found += [f"{what}: a row twice"] if len(those) != len(oracles) and not found else []
    return found


@pytest.mark.parametrize("seed", seeds(), ids=lambda seed: f"SEED={seed}")
def test_every_row_of_random_batches_ends_where_the_oracle_says(platform: Platform, seed: int) -> None:
    data, dice, rows = dataset_of(seed), Random(seed), list[Any]()
    settings = job_settings(data.columns, format=data.format, primary_key=data.primary_key, newest_by=data.newest_by)
    for batch in data.batches:
        uploaded = [platform.upload(each.key, each.content, each.uploaded_at) for each in batch]
        outcome = outcome_of(platform, settings, uploaded, dice.randint(1, 30) if seed not in DO_NOT_DIE else None)
        names = {file.key: file.address for file in uploaded}
        wanted = expected(
            files_of(batch, names, 2 if data.format == "csv" else 1), data.columns, data.primary_key, data.newest_by
        )
        late = 0
        if not str(outcome.failure).startswith("all-rows-bad"):
            rows, late = merged(rows, wanted.rows, data.primary_key, data.newest_by)

        assert outcome.report["state"] in ("published", "already-published", "failed")
        found = differences(outcome, platform.table(settings), data, wanted, rows, late)
        assert found == [], f"\nSEED={seed} ({data.format}): repeat it with SEED={seed}\n" + "\n".join(found)


def outcome_of(platform: Platform, settings: Any, files: list[ManifestFile], dies_at: int | None) -> Outcome:
    """What the last attempt at a batch reports: a first one may die."""
    if dies_at:
        with dying(platform, dies_at):
            platform.run(settings, attempt=1, files=files)
    return platform.run(settings, attempt=2, files=files)


def test_the_oracle_uses_nothing_of_the_job_and_no_spark() -> None:
    tree = ast.parse(Path(__file__).with_name("etl_oracle.py").read_text())
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}

    assert imported == {"math", "re", "collections", "dataclasses", "datetime", "decimal", "typing"}


def test_a_seed_gives_the_same_files_each_time() -> None:
    for seed in range(3):
        assert dataset_of(seed) == dataset_of(seed)
