"""The sample that was given is used: its first rows become a file of samples/, unless it looks like personal data."""

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from dataops.inference import sample_excerpt
from dataops.inference.proposal import infer
from dataops.inference.sample_excerpt import excerpt
from dataops.inference.sample_file import read_sample
from interview_keys import ENTER, SPACE, pick, typed
from pyarrow import orc, parquet

from answers import interview_datasets
from answers.extension import notes, samples_of
from answers.forms import starter
from answers.personal_data import looks_personal

ROWS = 30_000
BIG = "id,note\n" + "".join(f'{n},"first line\nsecond, line {n}"\n' for n in range(ROWS))


def excerpt_of(path: Path) -> tuple[str, bytes]:
    return excerpt(path, read_sample(path))


def test_a_small_file_is_copied_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(b'\xef\xbb\xbfid;name\r\n1;"a"\r\n')

    assert excerpt_of(path) == ("orders.csv", path.read_bytes())


def test_no_more_than_100_rows_are_taken_from_a_file_of_any_size(tmp_path: Path) -> None:
    csv, values = tmp_path / "visits.csv", tmp_path / "cars.json"
    csv.write_text("id;name\n" + "".join(f"{n};Anna\n" for n in range(300)))
    values.write_text(json.dumps([{"id": n} for n in range(300)], indent=2))

    assert excerpt_of(csv)[1] == "".join(csv.read_text().splitlines(keepends=True)[:101]).encode()
    assert [each["id"] for each in json.loads(excerpt_of(values)[1])] == list(range(100))


def test_of_a_csv_file_the_first_records_are_taken_whole(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(BIG)
    name, content = excerpt_of(path)

    assert name == "orders.csv"
    assert content.decode() == "".join(BIG.splitlines(keepends=True)[: 1 + 2 * sample_excerpt.ROWS])


def test_of_a_compressed_file_plain_rows_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv.gz"
    path.write_bytes(gzip.compress("".join(f"{n},{hash(str(n))}\n" for n in range(ROWS)).join(["id,x\n", ""]).encode()))
    name, content = excerpt_of(path)

    assert name == "orders.csv"
    assert len(content.splitlines()) == 1 + sample_excerpt.ROWS


@pytest.mark.parametrize("lines", [True, False], ids=["lines", "array"])
def test_of_json_the_first_values_are_taken_character_for_character(lines: bool, tmp_path: Path) -> None:
    values = [f'{{"id": {n}, "amount": 1.10, "note": "ab, ]"}}' for n in range(ROWS)]
    path = tmp_path / "orders.json"
    path.write_text("\n".join(values) if lines else "[\n" + ",\n".join(values) + "\n]\n")
    text = excerpt_of(path)[1].decode()
    read = [json.loads(each) for each in text.splitlines()] if lines else json.loads(text)

    assert len(read) == sample_excerpt.ROWS
    assert text.count("1.10") == sample_excerpt.ROWS


@pytest.mark.parametrize("file_format", ["parquet", "orc"])
def test_of_a_columnar_file_the_first_rows_are_taken(file_format: str, tmp_path: Path) -> None:
    table = pa.table({"id": list(range(ROWS)), "note": [f"{n} {n * n}" for n in range(ROWS)]})
    path = tmp_path / f"orders.{file_format}"
    parquet.write_table(table, path) if file_format == "parquet" else orc.write_table(table, path)
    _, content = excerpt_of(path)
    (tmp_path / f"small.{file_format}").write_bytes(content)
    again = read_sample(tmp_path / f"small.{file_format}")

    assert again.rows == sample_excerpt.ROWS
    assert again.fields[0].cells[:3] == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("header", "value", "verdict"),
    [
        ("E-Mail", "x", True),
        ("contact", "anna@example.com", True),
        ("recipient", "anna@example.com", True),
        ("reached_at", "+32 470 12 34 56", True),
        ("Last Name", "x", True),
        ("name", "x", True),
        ("product_name", "x", False),
        ("company_email", "x", True),
        ("order_id", "1", False),
        ("placed_on", "2026-01-01", False),
    ],
)
def test_columns_that_look_like_personal_data_are_found(header: str, value: str, verdict: bool, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"id,{header}\n1,{value}\n2,{value}\n")

    column = infer(read_sample(path)).columns[1]

    assert looks_personal(column.name, column.values) is verdict


@pytest.fixture
def samples(tmp_path: Path) -> dict[str, dict[str, Any]]:
    """Two datasets with their sample files, one of them with addresses of people."""
    (tmp_path / "orders.csv").write_text("order_id,amount\n1,2.50\n2,3.50\n")
    (tmp_path / "people.csv").write_text("id,email\n1,a@example.com\n2,b@example.com\n")
    return {
        name: {"format": "csv", interview_datasets.SAMPLE_FILE: str(tmp_path / f"{name}.csv")}
        for name in ("orders", "people")
    }


def test_enter_copies_every_sample_without_personal_data(samples: dict[str, dict[str, Any]]) -> None:
    found = typed(lambda: interview_datasets.with_copies(samples), ENTER)

    assert list(interview_datasets.copies(found)) == ["orders"]


def test_a_sample_with_personal_data_is_copied_when_the_person_says_so(samples: dict[str, dict[str, Any]]) -> None:
    found = typed(lambda: interview_datasets.with_copies(samples), pick("people"), ENTER)

    assert list(interview_datasets.copies(found)) == ["orders", "people"]


def test_a_title_names_the_columns_that_look_personal(samples: dict[str, dict[str, Any]]) -> None:
    columns = interview_datasets.personal_columns(Path(samples["people"][interview_datasets.SAMPLE_FILE]), {})

    assert interview_datasets.title_of_copy("people", columns) == "people (may contain personal data: email)"


def test_no_sample_is_copied_when_none_is_selected(samples: dict[str, dict[str, Any]]) -> None:
    found = typed(lambda: interview_datasets.with_copies(samples), "orders" + SPACE, ENTER)

    assert interview_datasets.copies(found) == {}


def test_nothing_that_the_interview_remembers_comes_into_the_project(samples: dict[str, dict[str, Any]]) -> None:
    assert interview_datasets.without_memory(samples) == {"orders": {"format": "csv"}, "people": {"format": "csv"}}


def test_a_dataset_has_the_rows_that_the_person_gave_else_those_of_the_template() -> None:
    datasets = {"orders": starter("orders", "csv"), "visits": {}, "customers": starter("customers", "csv")}

    found = samples_of(datasets, {"visits": "/given/visits"})

    assert list(found) == ["orders", "visits"] and found["visits"] == "/given/visits"
    assert list(Path(found["orders"]).glob("*.csv"))


def test_the_folders_that_need_files_are_named_after_the_generation() -> None:
    settings = {"environments": [], "datasets": {"orders": {}, "visits": {}}}

    assert notes(settings, {"orders": "", "visits": ""}, None) == []
    assert [" ".join(note.split()) for note in notes(settings, {"visits": ""}, None)] == [
        "Before make local, put files of your own into samples/orders/: a dataset without files shows nothing."
    ]
