"""Tests of duplicates: the same one of several rows with one key is published, in any order of the files."""

import itertools

import pytest
from platform_in_a_folder import Platform, column, job_settings, manifest_of

COLUMNS = [column("id", "bigint"), column("at", "timestamp"), column("v")]
KEYED = job_settings(COLUMNS, primary_key=["id"], newest_by="at")


def test_the_newest_row_of_a_key_is_published_and_the_others_are_counted_as_duplicates(
    platform: Platform,
) -> None:
    platform.upload("orders/a.csv", "id,at,v\n1,2024-01-02 00:00:00,new\n1,2024-01-01 00:00:00,old\n")
    platform.upload("orders/b.csv", "id,at,v\n1,2024-01-01 12:00:00,older\n2,,only\n1,,undated\n")

    outcome = platform.run(KEYED)

    assert outcome.counts == (5, 2, 0, 3)
    assert [file["duplicates"] for file in outcome.report["files"]] == [1, 2]
    assert outcome.column("v") == ["new", "only"]


def test_without_a_newer_time_the_later_upload_wins_then_the_later_line(platform: Platform) -> None:
    platform.upload("orders/z.csv", "id,at,v\n1,,early upload\n", "2026-03-01T10:00:00Z")
    platform.upload("orders/a.csv", "id,at,v\n1,,late upload\n1,,late line\n", "2026-03-01T10:00:00.5Z")

    assert platform.run(KEYED).column("v") == ["late line"]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_order_of_the_files_changes_nothing(platform: Platform, order: tuple[int, ...]) -> None:
    files = [
        platform.upload(f"orders/{name}.csv", f"id,at,v\n1,,{name}\n2,2024-01-01 00:00:00,{name}\n3,,{name}\n")
        for name in "abc"
    ]

    outcome = platform.run(KEYED, files=[files[index] for index in order])

    assert [(row["id"], row["v"], row["_line"]) for row in outcome.published] == [
        (1, "c", 2),
        (2, "c", 3),
        (3, "c", 4),
    ]


@pytest.mark.parametrize("newer", [0, 1])
def test_of_two_versions_within_a_second_the_one_that_s3_says_is_newer_wins(platform: Platform, newer: int) -> None:
    # Both ways round: the random version ids decide nothing.
    for version in range(2):
        sequencer = "0000000F" if version == newer else "0000000A"
        platform.upload("orders/a.csv", f"id,at,v\n1,,version {version}\n", sequencer=sequencer)

    assert platform.run(KEYED).column("v") == [f"version {newer}"]


def test_the_same_content_under_the_same_key_again_gives_duplicates_only(platform: Platform) -> None:
    rows = "".join(f"{number},2024-01-01 00:00:00,v{number}\n" for number in range(5))
    for _ in range(2):
        platform.upload("orders/a.csv", f"id,at,v\n{rows}")

    outcome = platform.run(KEYED)

    assert outcome.counts == (10, 5, 0, 5)
    assert outcome.column("v") == [f"v{number}" for number in range(5)]


def test_equal_rows_are_all_published_when_the_dataset_has_no_key(platform: Platform) -> None:
    platform.upload("orders/a.csv", "id,at,v\n1,,x\n1,,x\n")

    assert platform.run(job_settings(COLUMNS)).counts == (2, 2, 0, 0)


def test_a_bad_row_never_replaces_a_good_one(platform: Platform) -> None:
    platform.upload("orders/a.csv", "id,at,v\n1,2024-01-01 00:00:00,good\n1,2024-13-01 00:00:00,bad\n")

    outcome = platform.run(KEYED)

    assert (outcome.column("v"), outcome.reasons) == (["good"], [["type:at"]])


def test_a_repeated_unique_value_is_quarantined_and_the_newest_row_keeps_it(platform: Platform) -> None:
    columns = [*COLUMNS, column("email", unique=True), column("code", "int", unique=True)]
    settings = job_settings(columns, primary_key=["id"], newest_by="at")
    platform.upload(
        "orders/a.csv",
        "id,at,v,email,code\n"
        "1,2024-01-01 00:00:00,a,x@y,7\n"
        "2,2024-01-02 00:00:00,b,x@y,7\n"
        "3,,c,,\n"
        "4,,d,,8\n"
        "5,2024-01-01 00:00:00,e,z@y,9\n"
        "5,2024-01-02 00:00:00,sent again,z@y,9\n",
    )

    outcome = platform.run(settings)

    assert outcome.counts == (6, 4, 1, 1)
    assert outcome.quarantined[0]["reasons"] == ["unique:code", "unique:email"]
    assert outcome.quarantined[0]["line"] == 2
    assert outcome.column("v") == ["b", "c", "d", "sent again"]


def test_a_rerun_gives_the_same_rows(platform: Platform) -> None:
    for name in "abc":
        rows = "".join(f"{number},,{name}{number}\n" for number in range(50))
        platform.upload(f"orders/{name}.csv", f"id,at,v\n{rows}")
    first = platform.run(KEYED)
    published = first.published
    platform.clients.s3.delete_object(
        Bucket=KEYED.output_bucket, Key=f"_commits/orders/{manifest_of(platform.files).batch}.json"
    )

    second = platform.run(KEYED, attempt=2)

    assert second.published == published
    assert (first.report["state"], second.report["state"]) == ("published", "published")
