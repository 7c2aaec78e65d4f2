"""The slug follows the project's name in every mode, in Latin letters."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dataops.inference import names

from answers.schema import fault, schema
from answers.short_name import dataset_for, slug_for


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Acme Sales", "acme-sales"),
        ("  Ünïon & Co. 7 ", "union-co-7"),
        ("Zähler Gebäude", "zahler-gebaude"),
        ("数据 平台", "shu-ju-ping-tai"),
        ("Продажи", "prodazhi"),
        ("Πωλήσεις", "poleseis"),
        ("Kwartaalrapportage Verkoop BV", "kwartaalrapportage-verko"),
        ("AWS", "data-aws"),
        ("Test", "test-data"),
        ("7", "data-7"),
        ("sthree", "data-sthree"),
        ("ꯍꯤꯡ", "data-project"),
    ],
)
def test_a_short_name_is_made_from_the_name(name: str, slug: str) -> None:
    assert slug_for(name) == slug
    assert fault("project_slug", slug) is None


@pytest.mark.parametrize(
    ("file", "taken", "name"),
    [
        ("orders.csv", [], "orders"),
        ("Orders_2026-01-31.csv.gz", [], "orders"),
        ("orders.csv", ["orders"], "orders_data"),
        ("Zähler Stände.jsonl", [], "zahler_stande"),
        ("order.csv", [], "order_data"),
        ("2026-01-31.csv", [], "data_2026"),
        ("part-00000-abc.snappy.parquet", [], "part_00000_abc"),
        ("a_very_long_name_of_a_file_indeed.csv", [], "a_very_long_name_of_a_fi"),
        (".csv", [], "csv"),
    ],
)
def test_a_dataset_is_named_after_its_file(file: str, taken: list[str], name: str) -> None:
    assert dataset_for(file, taken) == name
    assert fault("dataset_name", name) is None


def test_a_second_dataset_of_a_name_gets_another_one() -> None:
    assert dataset_for("orders.csv", ["orders", "orders_data", "data_orders"]) == "orders_2"


def test_without_an_answer_the_slug_follows_the_name(bake: Callable[..., Path]) -> None:
    assert bake(project_name="Продажи 2026").name == "prodazhi-2026"


def test_an_answered_slug_stays(bake: Callable[..., Path]) -> None:
    assert bake(project_name="Other", project_slug="mine").name == "mine"


@pytest.mark.parametrize(
    "words",
    [
        ["--no-input", "project_name=Zähler"],
        ["--no-input", "--config-file", "../answers.yaml"],
        ["project_name=Zähler"],
        ["--config-file", "../answers.yaml"],
    ],
)
def test_the_command_makes_the_slug_from_the_name(
    words: list[str], run_cookiecutter: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "answers.yaml").write_text("default_context: {project_name: Zähler}\n", encoding="utf-8")

    assert run_cookiecutter(*words).returncode == 0
    assert (tmp_path / "output/zahler/project.yaml").is_file()


def test_a_plain_question_proposes_the_slug_of_the_name(run_cookiecutter: Callable[..., Any], tmp_path: Path) -> None:
    done = run_cookiecutter(typed="Zähler\n" + 9 * "\n")

    assert done.returncode == 0, done.stderr
    assert "(zahler)" in done.stdout
    assert (tmp_path / "output/zahler/project.yaml").is_file()


def test_a_replay_makes_the_same_slug(run_cookiecutter: Callable[..., Any], tmp_path: Path) -> None:
    run_cookiecutter("--no-input", "project_name=Zähler")
    (tmp_path / "output/zahler").rename(tmp_path / "output/first")

    assert run_cookiecutter("--replay").returncode == 0
    assert (tmp_path / "output/zahler/.cruft.json").read_text() == (tmp_path / "output/first/.cruft.json").read_text()


def test_the_record_holds_the_slug_itself(bake: Callable[..., Path]) -> None:
    assert '"project_slug": "other-project"' in (bake(project_name="Other Project") / ".cruft.json").read_text()


def test_a_column_is_named_as_the_schema_allows() -> None:
    rule = schema()["$defs"]["column_name"]

    assert rule["pattern"] == "^[a-z][a-z0-9_]*$" and rule["minLength"] == 1
    assert names.COLUMN.pattern == f"[a-z][a-z0-9_]{{0,{rule['maxLength'] - 1}}}"
    assert list(names.TAKEN_BY_THE_TABLE) == rule["not"]["enum"]
