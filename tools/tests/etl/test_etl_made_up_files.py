"""Files that are made up to provoke something: the job itself tells how many of their rows are good and bad."""

from typing import Any

import pytest
from platform_in_a_folder import Platform, column, job_settings

from dataops.local_run.made_up_rows import made_up_file

EVERY_KIND = [
    column("id", "bigint", required=True),
    column("code", pattern="[A-Z]{2}-[0-9]+"),
    column("kind", one_of=["a", "b"]),
    column("few", "tinyint", minimum="10", maximum="20"),
    column("share", "decimal(3,2)"),
    column("ratio", "double", maximum="0.5"),
    column("day", "date"),
    column("seen_at", "timestamp"),
    column("is_new", "boolean"),
    column("note"),
]


def dataset(columns: list[dict[str, Any]], file_format: str, **changes: Any) -> dict[str, Any]:
    return {"format": file_format, "delimiter": ",", "columns": columns, "primary_key": ["id"]} | changes


@pytest.mark.parametrize("file_format", ["csv", "json", "parquet", "orc"])
def test_the_good_rows_of_every_format_are_published_and_the_bad_ones_refused(
    platform: Platform, file_format: str
) -> None:
    platform.upload("orders/made up", made_up_file(dataset(EVERY_KIND, file_format), good=7, bad=3))

    outcome = platform.run(job_settings(EVERY_KIND, format=file_format, primary_key=["id"]))

    assert outcome.counts == (10, 7, 3, 0)
    assert outcome.report["drift"] == []


@pytest.mark.parametrize("file_format", ["csv", "json"])
def test_dates_are_written_as_the_dataset_writes_them_and_bytes_as_text(platform: Platform, file_format: str) -> None:
    columns = [*EVERY_KIND, column("content", "binary"), column("as_here", "date", format="dd.MM.yyyy")]
    described = dataset(columns, file_format, delimiter=";")
    platform.upload("orders/made up", made_up_file(described, good=2))

    outcome = platform.run(job_settings(columns, format=file_format, delimiter=";"))

    assert outcome.counts == (2, 2, 0, 0)


def test_a_dataset_that_takes_every_row_says_that_it_has_no_bad_ones() -> None:
    with pytest.raises(SystemExit, match="no rule that a row could break"):
        made_up_file(dataset([column("count", "bigint")], "parquet", primary_key=[]), good=0, bad=1)
