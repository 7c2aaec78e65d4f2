"""What a generation writes, and that it is the same everywhere and always."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import settings_of

FOUR = "dev=111111111111, test=222222222222, uat=333333333333, prod=444444444444"


def tree(project: Path) -> dict[str, bytes]:
    return {path.relative_to(project).as_posix(): path.read_bytes() for path in project.rglob("*") if path.is_file()}


def test_the_same_answers_give_the_same_bytes_in_any_folder(
    bake_into: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bake_into(tmp_path / "one")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    second = bake_into(tmp_path / "another folder")

    assert tree(first) == tree(second)


def test_no_rendered_file_names_a_place_on_this_machine(project: Path, template: Path) -> None:
    folders = [str(project.parent).encode(), str(template).encode(), os.fsencode(Path.home())]

    assert [name for name, content in tree(project).items() if any(folder in content for folder in folders)] == []


def test_every_environment_gets_the_same_files(bake: Callable[..., Path]) -> None:
    project = bake(environments=FOUR)
    folders = [project / name for name in ("dev", "test", "uat", "prod")]

    listings = [
        {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "backend.tf"} for folder in folders
    ]

    assert all(listing == listings[0] for listing in listings)
    assert all((folder / "backend.tf").is_file() for folder in folders)


def test_one_environment_gives_one_folder(bake: Callable[..., Path]) -> None:
    project = bake(environments="live=111111111111")

    assert {path.parent.name for path in project.glob("*/backend.tf")} - {"pipeline"} == {"live"}


def test_the_state_of_each_environment_has_its_own_bucket_key_and_region(bake: Callable[..., Path]) -> None:
    project = bake(
        project_slug={"slug": "acme-sales", "bucket_prefix": "acme"},
        environments=[
            {"name": "dev", "account": "111111111111"},
            {"name": "prod", "account": "222222222222", "region": "eu-central-1"},
        ],
    )

    assert 'bucket       = "acme-dev-state-111111111111"' in (project / "dev/backend.tf").read_text()
    assert 'key          = "acme-sales/dev/terraform.tfstate"' in (project / "dev/backend.tf").read_text()
    assert 'region       = "eu-west-1"' in (project / "dev/backend.tf").read_text()
    assert 'bucket       = "acme-prod-state-222222222222"' in (project / "prod/backend.tf").read_text()
    assert 'region       = "eu-central-1"' in (project / "prod/backend.tf").read_text()


def test_the_state_of_the_pipeline_lies_in_the_delivery_account(bake: Callable[..., Path]) -> None:
    named = bake(approvers={"approvers": ["Architects"], "delivery": {"account": "333333333333"}})

    assert 'bucket       = "acme-sales-pipeline-state-333333333333"' in (named / "pipeline/backend.tf").read_text()
    assert 'key          = "acme-sales/pipeline/terraform.tfstate"' in (named / "pipeline/backend.tf").read_text()


def test_the_first_environments_account_delivers_where_none_is_named(project: Path) -> None:
    assert 'bucket       = "acme-sales-pipeline-state-111111111111"' in (project / "pipeline/backend.tf").read_text()


def test_a_slug_of_full_length_gives_a_bucket_prefix_without_a_trailing_hyphen(
    bake: Callable[..., Path],
) -> None:
    project = bake(project_slug="a-b-c-d-e-f-g-h-i-j-k-l")

    assert '"a-b-c-d-e-f-g-h-i-j-dev-state-111111111111"' in (project / "dev/backend.tf").read_text()


def test_only_what_was_answered_stands_in_project_yaml(bake: Callable[..., Path]) -> None:
    settings = settings_of(bake(notifications="", approvers="", network="", tags="", git=""))

    assert set(settings) == {"name", "slug", "region", "environments", "datasets"}


def test_a_comma_list_its_json_its_yaml_and_its_structure_are_the_same_answer(
    bake_into: Callable[..., Path], tmp_path: Path
) -> None:
    structure = [{"name": "dev", "account": "111111111111"}, {"name": "prod", "account": "222222222222"}]
    forms = [
        "dev=111111111111, prod=222222222222",
        structure,
        json.dumps(structure),
        '- {name: dev, account: "111111111111"}\n- {name: prod, account: "222222222222"}\n',
    ]

    projects = [bake_into(tmp_path / str(number), environments=form) for number, form in enumerate(forms)]

    assert len({(project / "project.yaml").read_text() for project in projects}) == 1


def test_a_known_dataset_starts_with_its_definition_and_any_other_with_three_columns(
    bake: Callable[..., Path],
) -> None:
    datasets = settings_of(bake(datasets="orders:csv, visits:parquet"))["datasets"]

    assert datasets["orders"]["partition_by"] == "ordered_at"
    assert [column["name"] for column in datasets["visits"]["columns"]] == ["id", "updated_at", "value"]
    assert datasets["visits"]["format"] == "parquet"


@pytest.mark.parametrize(
    ("answer", "settings"),
    [
        ("data-team@example.com", {"protocol": "email", "endpoint": "data-team@example.com"}),
        ("+32470123456", {"protocol": "sms", "endpoint": "+32470123456"}),
        ("https://hooks.example.com/x", {"protocol": "https", "endpoint": "https://hooks.example.com/x"}),
        (
            "slack:T0123ABCD/C0123ABCD",
            {"protocol": "slack", "workspace": "T0123ABCD", "channel": "C0123ABCD"},
        ),
        (
            "arn:aws:sns:eu-west-1:123456789012:alerts",
            {"protocol": "topic", "arn": "arn:aws:sns:eu-west-1:123456789012:alerts"},
        ),
        (
            "teams:11111111-1111-1111-1111-111111111111/22222222-2222-2222-2222-222222222222/19:abc@thread.tacv2",
            {
                "protocol": "teams",
                "tenant": "11111111-1111-1111-1111-111111111111",
                "team": "22222222-2222-2222-2222-222222222222",
                "channel": "19:abc@thread.tacv2",
            },
        ),
    ],
)
def test_each_kind_of_notification_target_has_a_short_form(
    bake: Callable[..., Path], answer: str, settings: object
) -> None:
    assert settings_of(bake(notifications=answer))["notifications"] == [settings]


@pytest.mark.parametrize(
    ("question", "answer", "settings"),
    [
        ("git", "codecommit", {"provider": "codecommit"}),
        ("git", "github:acme/sales", {"provider": "github", "repository": "acme/sales"}),
        ("git", "gitlab:acme/data/sales", {"provider": "gitlab", "repository": "acme/data/sales"}),
        ("git", "bitbucket:acme/sales", {"provider": "bitbucket", "repository": "acme/sales"}),
        ("network", "10.20.0.0/16", {"cidr": "10.20.0.0/16"}),
        (
            "network",
            "vpc-0123456789abcdef0 subnet-0123456789abcdef0 subnet-0123456789abcdef1",
            {
                "vpc": "vpc-0123456789abcdef0",
                "subnets": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
            },
        ),
        ("tags", "owner=data-team, cost center=42", {"owner": "data-team", "cost center": "42"}),
        ("approvers", "Architects, SMEs", ["Architects", "SMEs"]),
    ],
)
def test_each_question_has_a_short_form(
    bake: Callable[..., Path], question: str, answer: str, settings: object
) -> None:
    assert settings_of(bake(environments="dev=111111111111", **{question: answer}))[question] == settings


def test_how_changes_are_delivered_is_written_beside_the_approvers(bake: Callable[..., Path]) -> None:
    delivery = {"account": "333333333333", "approvals": 3, "approval_timeout": "5 days", "developers": ["Developers"]}

    settings = settings_of(bake(approvers={"approvers": "Architects, SMEs", "delivery": delivery}))

    assert settings["approvers"] == ["Architects", "SMEs"]
    assert settings["delivery"] == delivery


def test_numbers_stay_numbers(bake: Callable[..., Path]) -> None:
    dataset = {
        "format": "csv",
        "columns": [{"name": "amount", "type": "decimal(30,2)", "minimum": 0.05, "maximum": 1e20}],
        "maximum_quarantined_share": 0.1,
    }

    settings = settings_of(bake(datasets={"payments": dataset}))

    assert settings["datasets"]["payments"]["columns"][0]["minimum"] == 0.05
    assert settings["datasets"]["payments"]["columns"][0]["maximum"] == 10**20
    assert settings["datasets"]["payments"]["maximum_quarantined_share"] == 0.1


def test_the_next_steps_name_the_folder_as_the_shell_here_would(run_cookiecutter: Callable[..., Any]) -> None:
    done = run_cookiecutter("--no-input", "--output-dir", "made here")

    assert "    cd 'made here/acme-sales'\n" in done.stdout
    assert all(step in done.stdout for step in ("git init", "make check", "make local", "make run"))


def test_a_second_generation_over_the_first_changes_nothing(
    run_cookiecutter: Callable[..., Any], tmp_path: Path
) -> None:
    run_cookiecutter("--no-input")
    first = tree(tmp_path / "output/acme-sales")
    done = run_cookiecutter("--no-input", "--overwrite-if-exists")

    assert done.returncode == 0
    assert tree(tmp_path / "output/acme-sales") == first


def test_nothing_is_left_of_the_copy_that_cookiecutter_works_on(
    run_cookiecutter: Callable[..., Any], temporary_folder: Path
) -> None:
    run_cookiecutter("--no-input")

    assert [path for path in temporary_folder.iterdir() if path.name.startswith("cookiecutter")] == []


def test_without_hooks_the_project_is_right_for_its_first_environment(
    run_cookiecutter: Callable[..., Any], tmp_path: Path
) -> None:
    done = run_cookiecutter("--no-input", "--accept-hooks", "no", "environments=dev=111111111111")

    assert done.returncode == 0
    assert (tmp_path / "output/acme-sales/dev/backend.tf").is_file()
    assert "{{" not in (tmp_path / "output/acme-sales/dev/backend.tf").read_text()


def test_a_dataset_without_a_format_is_csv(bake: Callable[..., Path]) -> None:
    datasets = settings_of(bake(datasets="refunds, visits:json"))["datasets"]

    assert {name: dataset["format"] for name, dataset in datasets.items()} == {"refunds": "csv", "visits": "json"}
