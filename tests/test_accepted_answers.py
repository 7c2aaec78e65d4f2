"""Right answers come back from project.yaml character for character, in Python and in Terraform."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import settings_of
from cookiecutter.utils import create_env_with_context
from dataops.inference.yaml_text import yaml_text
from dataops.validation.text import text_fault
from hostile_answers import Case, answers_with, cases, some_of_each_field, value_in
from hypothesis import given
from hypothesis import strategies as some
from jinja2 import FileSystemLoader

from answers.extension import furnish
from answers.project import QUESTIONS, project_faults, project_from
from answers.schema import typed

ROOT = Path(__file__).parents[1]
PROJECT = ROOT / "{{cookiecutter.project_slug}}"
DEFAULTS = {key: json.loads((ROOT / "cookiecutter.json").read_text())[key] for key in QUESTIONS}
ACCEPTED = [case for case in cases(accepted=True) if case.field != "webhook_url"]
READ_ALL = """
output "read" {
  value = { for name in fileset(path.module, "*.yaml") : name => jsonencode(yamldecode(file(name))) }
}
"""


def rendered(case: Case) -> str:
    """project.yaml for the answers of a case, as cookiecutter's own environment renders it."""
    answers = {**DEFAULTS, **answers_with(case)}
    context = {"cookiecutter": {"_answers": answers}}
    environment = create_env_with_context(context)
    furnish(environment)
    environment.loader = FileSystemLoader(PROJECT)
    return environment.get_template("project.yaml").render(context)


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda case: f"{case.field}-{ascii(case.value)[:24]}")
def test_an_answer_that_is_right_is_accepted_and_read_back_unchanged(case: Case) -> None:
    assert project_faults(project_from({**DEFAULTS, **answers_with(case)})) == []
    assert value_in(yaml.safe_load(rendered(case)), case.field) == case.value


def test_terraform_reads_every_answer_as_it_was_given(tmp_path: Path) -> None:
    assert shutil.which("terraform"), "terraform is not on the PATH: get it as docs/testing.md says"
    (tmp_path / "main.tf").write_text(READ_ALL)
    for number, case in enumerate(ACCEPTED):
        (tmp_path / f"{number}.yaml").write_text(rendered(case), encoding="utf-8")

    for words in (["init"], ["apply", "-auto-approve"]):
        subprocess.run(["terraform", *words], cwd=tmp_path, check=True, capture_output=True)
    output = subprocess.run(["terraform", "output", "-json"], cwd=tmp_path, check=True, capture_output=True).stdout
    read = {name: json.loads(text) for name, text in json.loads(output)["read"]["value"].items()}

    differing = [
        case for number, case in enumerate(ACCEPTED) if value_in(read[f"{number}.yaml"], case.field) != case.value
    ]
    assert len(read) == len(ACCEPTED)
    assert differing == []


@pytest.mark.parametrize("case", some_of_each_field(ACCEPTED, 1), ids=lambda case: case.field)
def test_a_generation_writes_the_answer_unchanged(case: Case, bake: Callable[..., Path]) -> None:
    assert value_in(settings_of(bake(**answers_with(case))), case.field) == case.value


FREE_TEXT = "Ünïcöd€ «été» ${var.x} %{x} \"quoted\" 'it is' \\ # : - {braces} [東京]"


@pytest.mark.parametrize("route", ["prompt", "key=value", "config file", "replay file"])
def test_free_text_is_written_unchanged_by_every_route(
    route: str, run_cookiecutter: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "answers.yaml").write_text(yaml.safe_dump({"default_context": {"project_name": FREE_TEXT}}))
    (tmp_path / "replay.json").write_text(json.dumps({"cookiecutter": {"project_name": FREE_TEXT}}))
    words, typed_lines = {
        "prompt": ([], FREE_TEXT + "\n" * 10),
        "key=value": ([f"project_name={FREE_TEXT}"], None),
        "config file": (["--config-file", str(tmp_path / "answers.yaml")], None),
        "replay file": (["--replay-file", str(tmp_path / "replay.json")], None),
    }[route]

    done = run_cookiecutter(*words, typed=typed_lines)

    assert done.returncode == 0, done.stderr
    (project,) = (tmp_path / "output").iterdir()
    assert settings_of(project)["name"] == FREE_TEXT
    assert (project / "README.md").read_text().startswith(f"# {FREE_TEXT}\n")


@pytest.mark.parametrize("kind", ["texts", "structures"])
def test_a_replay_of_a_generation_gives_the_same_project_and_asks_nothing(
    kind: str, run_cookiecutter: Callable[..., Any], tmp_path: Path
) -> None:
    datasets: object = (
        "orders:csv" if kind == "texts" else {"visits": {"format": "json", "columns": [{"name": "id", "type": "int"}]}}
    )
    (tmp_path / "answers.yaml").write_text(
        yaml.safe_dump({"default_context": {"region": "eu-central-1", "datasets": datasets}})
    )
    run_cookiecutter("--config-file", str(tmp_path / "answers.yaml"))
    first = settings_of(tmp_path / "output/acme-sales")
    shutil.rmtree(tmp_path / "output/acme-sales")

    done = run_cookiecutter("--replay", typed="")

    assert done.returncode == 0, done.stderr
    assert settings_of(tmp_path / "output/acme-sales") == first


def test_an_empty_arn_and_an_empty_schedule_are_no_target_and_no_schedule(bake: Callable[..., Path]) -> None:
    dataset = {"format": "csv", "columns": [{"name": "id", "type": "int"}], "schedule": ""}

    settings = settings_of(bake(notifications=[{"protocol": "topic", "arn": ""}], datasets={"orders": dataset}))

    assert "notifications" not in settings
    assert "schedule" not in settings["datasets"]["orders"]


@pytest.mark.parametrize("words", [["--no-input"], []], ids=["no input", "config file alone"])
def test_a_date_without_quotes_is_the_text_of_the_date(
    words: list[str], run_cookiecutter: Callable[..., Any], tmp_path: Path
) -> None:
    columns = "[{name: day, type: date, minimum: 2024-01-31}]"
    (tmp_path / "answers.yaml").write_text(
        f"default_context: {{datasets: {{days: {{format: csv, columns: {columns}}}}}}}\n"
    )

    done = run_cookiecutter(*words, "--config-file", str(tmp_path / "answers.yaml"))

    assert done.returncode == 0, done.stderr
    assert 'minimum: "2024-01-31"' in (tmp_path / "output/acme-sales/project.yaml").read_text()


def test_numbers_that_became_text_are_numbers_again() -> None:
    definition = {
        "properties": {
            "workers": {"type": "integer"},
            "share": {"type": "number"},
            "account": {"type": "string"},
        }
    }

    assert typed({"workers": "10", "share": "0.05", "account": "111111111111"}, definition) == {
        "workers": 10,
        "share": 0.05,
        "account": "111111111111",
    }


plain_text = some.text(min_size=1, max_size=40).filter(lambda text: text_fault(text) is None)
scalars = some.one_of(plain_text, some.booleans(), some.integers(), some.floats(allow_nan=False, allow_infinity=False))


@given(
    some.recursive(
        scalars,
        lambda inner: some.one_of(some.lists(inner), some.dictionaries(plain_text, inner)),
        max_leaves=12,
    )
)
def test_any_value_is_read_back_from_its_yaml(value: object) -> None:
    assert yaml.safe_load(f"- {yaml_text(value)}\n") == [value]
