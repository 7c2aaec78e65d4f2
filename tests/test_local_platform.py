"""`make local` in projects that were just generated: from nothing to a report that a test can read."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow
import pyarrow.parquet
import pytest
from answer_matrix import EVERY_NOTIFICATION
from make_command import make

COLUMNS = [
    {"name": "id", "type": "bigint"},
    {"name": "seen_at", "type": "timestamp"},
    {"name": "kind", "type": "string"},
]
KEYED = {"columns": COLUMNS, "primary_key": ["id"], "newest_by": "seen_at"}
# What is not known yet is left open: the local AWS works with placeholders.
DEV = "000000000001"
WIDE: dict[str, Any] = {
    "environments": f"dev={DEV}, test=222222222222, uat=333333333333, prod=000000000004",
    "approvers": "not-decided-yet",
    "git": "github:not-decided-yet/acme-sales",
    # Its topic belongs to another account.
    "notifications": EVERY_NOTIFICATION,
    "datasets": {
        "visits": {
            "format": "csv",
            "delimiter": ";",
            "partition_by": "seen_at",
            "maximum_quarantined_share": 0.5,
            **KEYED,
        },
        "devices": {"format": "csv", "prefix": "raw/devices/", "columns": COLUMNS},
        "events": {"format": "json", **KEYED},
        "readings": {"format": "parquet", **KEYED},
        "archive": {"format": "parquet", "partition_by": "kind", "columns": COLUMNS},
    },
}
SEEN = "2026-05-04 10:00:00"
# Rows in, published, quarantined, duplicates of the one file of each dataset; of devices too many rows are bad.
EXPECTED = {
    "visits": (4, 2, 1, 1),
    "events": (3, 2, 0, 1),
    "readings": (3, 2, 0, 1),
    "archive": (3, 3, 0, 0),
}


class Platform(NamedTuple):
    """A project whose platform runs, and what it reported."""

    project: Path
    report: dict[str, Any]
    page: str
    said: str


def write_files(folder: Path) -> None:
    """One file for each dataset of the wide answers, with what EXPECTED counts in it."""
    texts = {
        "visits/day.csv": f"id;seen_at;kind\n1;{SEEN};a\n1;2026-05-04 11:00:00;b\n2;{SEEN};c\nx;{SEEN};d\n",
        "devices/all.csv": f"id,seen_at,kind\n1,{SEEN},a\n2,{SEEN},b\n3,yesterday,c\n",
        "events/day.json": "\n".join(json.dumps({"id": n, "seen_at": SEEN, "kind": "a"}) for n in (1, 2, 2)),
    }
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(text)
    for name, ids in {"readings/day.parquet": [1, 2, 2], "archive/day.parquet": [1, 2, 2]}.items():
        (folder / name).parent.mkdir(parents=True)
        pyarrow.parquet.write_table(rows_of(ids), folder / name)


def rows_of(ids: list[int]) -> pyarrow.Table:
    schema = pyarrow.schema([("id", "int64"), ("seen_at", pyarrow.timestamp("us")), ("kind", "string")])
    seen = pyarrow.array([SEEN] * len(ids)).cast(pyarrow.timestamp("us"))
    return pyarrow.table([pyarrow.array(ids), seen, pyarrow.array(["a"] * len(ids))], schema=schema)


@pytest.fixture(scope="module")
def wide(bake_into: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Four environments, five datasets of three formats, every kind of notification, and files of one's own."""
    project = bake_into(tmp_path_factory.mktemp("wide"), **WIDE)
    files = tmp_path_factory.mktemp("files")
    write_files(files)
    done = make(project, "local", f"DATA={files}")
    try:
        assert done.returncode == 0, done.stdout + done.stderr
        folder = project / ".local" / "dev"
        report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        yield Platform(project, report, (folder / "report.html").read_text(encoding="utf-8"), done.stdout)
    finally:
        ended = make(project, "local-down")
        assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize("dataset", EXPECTED)
def test_each_row_of_ones_own_files_is_counted_where_it_went(wide: Platform, dataset: str) -> None:
    (file,) = wide.report["datasets"][dataset]["files"]

    assert file["state"] == "DONE"
    assert tuple(file[count] for count in ("rows_in", "published", "quarantined", "duplicates")) == EXPECTED[dataset]
    assert wide.report["datasets"][dataset]["published_rows"] == EXPECTED[dataset][1]


def test_the_example_of_a_reason_is_the_value_of_its_column(wide: Platform) -> None:
    (file,) = wide.report["datasets"]["visits"]["files"]

    assert file["examples"] == {"type:id": "'x'"}


def test_a_file_with_too_many_bad_rows_is_given_up_at_once_because_it_would_fail_again(
    wide: Platform,
) -> None:
    devices = wide.report["datasets"]["devices"]
    (file,) = devices["files"]

    assert file["state"] == "DEAD"
    assert file["reason"].startswith("too-many-bad-rows: 1 of 3 rows")
    assert [run["state"] for run in devices["runs"]] == ["FAILED"]
    assert devices["published_rows"] == 0


def test_every_kind_of_target_is_notified_of_the_file_that_was_given_up(wide: Platform) -> None:
    sent_once = [
        sent for sent in wide.report["notifications"] if "devices: run failed, 1 file given up" in sent["message"]
    ]
    recipients = " ".join(" ".join(sent["to"]) for sent in sent_once)

    assert [kind for kind in ("email ", "sms ", "https ", "slack ", "teams ", "topic ") if kind not in recipients] == []


def test_the_page_and_the_terminal_name_every_dataset_and_file(wide: Platform) -> None:
    names = [
        *wide.report["datasets"],
        *(f"{dataset['files'][0]['key']}" for dataset in wide.report["datasets"].values()),
    ]

    assert [name for name in names if name not in wide.page or name not in wide.said] == []


def test_the_published_data_can_be_asked_for(wide: Platform) -> None:
    done = make(wide.project, "query", "SQL=select count(*) as found from visits where kind in ('b', 'c')")

    assert done.returncode == 0, done.stderr
    assert "2" in done.stdout


def test_a_file_is_found_by_its_name(wide: Platform) -> None:
    done = make(wide.project, "where", "FILE=all.csv")

    assert done.returncode == 0, done.stderr
    assert "DEAD" in done.stdout
    assert "raw/devices/all.csv" in done.stdout
