"""The Terraform of generated projects, with the real provider: formatted, valid, planned, tested by itself."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from answer_matrix import MATRIX
from aws_platform import build_archives
from conftest import settings_of
from make_command import make
from terraform_runner import Terraform, mirrors, of_type, require_terraform, resources

PROJECT = Path(__file__).parents[1] / "{{cookiecutter.project_slug}}"


def test_the_unrendered_terraform_is_formatted(terraform: Terraform) -> None:
    # backend.tf holds Jinja, which Terraform can read only where it stands inside quotes.
    done = terraform.run(PROJECT, "fmt", "-check", "-recursive", "-diff")

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", MATRIX)
def test_every_environment_of_the_matrix_is_valid_and_plans(
    name: str, bake_into: Callable[..., Path], tmp_path: Path, terraform: Terraform, existing_network: str
) -> None:
    answers = dict(MATRIX[name])
    if str(answers.get("network", "")).startswith("vpc-"):
        answers["network"] = existing_network
    project = bake_into(tmp_path, **answers)
    build_archives(project)
    formatted = terraform.run(project, "fmt", "-check", "-recursive", "-diff")
    first = settings_of(project)["environments"][0]["name"]

    planned = plan_as_account(terraform, project, first)

    assert formatted.returncode == 0, formatted.stdout
    jobs = {job["name"].rpartition("-")[2] for job in of_type(planned, "aws_glue_job").values()}
    assert jobs == {*settings_of(project)["datasets"], "canary"}
    assert all(change["change"]["actions"] != ["delete"] for change in planned["resource_changes"])


def plan_as_account(terraform: Terraform, project: Path, environment: str) -> dict[str, Any]:
    """Plan an environment; the local AWS has one account, so the entry is given that one."""
    path = project / "project.yaml"
    entry = next(each for each in settings_of(project)["environments"] if each["name"] == environment)
    path.write_text(path.read_text().replace(entry["account"], "111111111111"))
    return terraform.plan(project / environment)


def test_terraform_refuses_the_account_of_another_environment(planned_project: Path, terraform: Terraform) -> None:
    terraform.init(planned_project / "prod")

    done = terraform.run(planned_project / "prod", "plan", "-input=false")

    assert done.returncode != 0
    assert "111111111111" in done.stderr


def test_the_project_module_passes_its_own_tests(project: Path, tmp_path: Path, terraform: Terraform) -> None:
    module = shutil.copytree(project / "modules/project", tmp_path / "project")
    terraform.run(module, "init")

    done = terraform.run(module, "test")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 failed" in done.stdout
    assert "Success! 0 passed" not in done.stdout


def test_a_dataset_is_added_by_project_yaml_alone(
    planned_project: Path, plan: dict[str, Any], tmp_path: Path, terraform: Terraform
) -> None:
    project = shutil.copytree(planned_project, tmp_path / "project", symlinks=True)
    settings = settings_of(project)
    settings["datasets"]["refunds"] = {"format": "csv", "columns": [{"name": "id", "type": "bigint"}]}
    (project / "project.yaml").write_text(yaml.safe_dump(settings, sort_keys=False))

    more = resources(terraform.plan(project / "dev"))

    before = resources(plan)
    added = {address for address in more if address not in before}
    assert set(before) <= set(more)
    added.remove('module.environment.aws_s3_object.settings["refunds"]')
    # What people query it with: saved queries of the team, and the table of its quarantine.
    asked = {
        address for address in added if re.search(r'_named_query.this\["team refunds |quarantine\["refunds"\]', address)
    }
    assert len(asked) == 6
    added -= asked
    assert added and all('module.dataset["refunds"]' in address for address in added)
    assert {address.rpartition(".")[0].rpartition(".")[2] for address in added} >= {
        "aws_glue_crawler",
        "aws_glue_job",
        "aws_glue_catalog_table",
        "aws_cloudwatch_event_rule",
        "aws_cloudwatch_event_target",
    }


def test_missing_archives_are_refused_with_the_command_that_builds_them(
    planned_project: Path, tmp_path: Path, terraform: Terraform
) -> None:
    project = shutil.copytree(planned_project, tmp_path / "project", symlinks=True)
    shutil.rmtree(project / "build")

    done = terraform.run(project / "dev", "plan", "-input=false")

    assert done.returncode != 0
    assert "make build" in done.stderr


def test_a_folder_that_project_yaml_does_not_name_is_refused(
    planned_project: Path, tmp_path: Path, terraform: Terraform
) -> None:
    project = shutil.copytree(planned_project, tmp_path / "project", symlinks=True)
    shutil.copytree(project / "dev", project / "uat", symlinks=True)

    done = terraform.run(project / "uat", "plan", "-input=false")

    assert done.returncode != 0
    assert 'names no environment "uat"' in done.stderr


def test_the_same_code_gives_the_same_names_on_a_second_plan(
    planned_project: Path, plan: dict[str, Any], terraform: Terraform
) -> None:
    def names(planned: dict[str, Any]) -> dict[str, Any]:
        return {address: each["values"].get("name") for address, each in resources(planned).items()}

    assert names(terraform.plan(planned_project / "dev")) == names(plan)


def test_one_line_changes_the_version_of_glue(
    planned_project: Path, plan: dict[str, Any], tmp_path: Path, terraform: Terraform
) -> None:
    project = shutil.copytree(planned_project, tmp_path / "project", symlinks=True)
    with (project / "project.yaml").open("a") as settings:
        settings.write('glue_version: "6.0"\n')

    newer = of_type(terraform.plan(project / "dev"), "aws_glue_job")

    assert {job["glue_version"] for job in of_type(plan, "aws_glue_job").values()} == {"5.1"}
    assert {job["glue_version"] for job in newer.values()} == {"6.0"}


def test_a_machine_without_terraform_fails_and_says_what_to_get(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(AssertionError, match=r"need Terraform 1\.11 or newer"):
        require_terraform()


def test_a_terraform_that_is_too_old_fails_and_says_what_to_get(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old = tmp_path / "terraform"
    old.write_text("#!/bin/sh\necho Terraform v1.5.7\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    with pytest.raises(AssertionError, match=r"need Terraform 1\.11 or newer"):
        require_terraform()


def test_a_named_mirror_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TF_PLUGIN_MIRROR", str(tmp_path))

    assert next(mirrors()) == tmp_path


def test_a_provider_that_cannot_be_had_fails_and_says_what_to_get(
    terraform: Terraform, project: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(project, tmp_path / "project")
    empty = Terraform(tmp_path, "http://127.0.0.1:9")
    (tmp_path / "terraform.rc").write_text(
        f'provider_installation {{\n  filesystem_mirror {{\n    path = "{tmp_path / "empty"}"\n  }}\n}}\n'
    )

    with pytest.raises(AssertionError, match="could not get the AWS provider"):
        empty.init(copy / "dev")


def test_make_plan_builds_the_archives_first(bake: Callable[..., Path], terraform: Terraform) -> None:
    project = bake()
    (project / "dev/backend_override.tf").write_text('terraform {\n  backend "local" {}\n}\n')
    at_local_aws = {name: value for name, value in terraform.environment.items() if name.startswith(("AWS_", "TF_"))}

    done = make(project, "plan", "ENV=dev", **at_local_aws)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "to add" in done.stdout
