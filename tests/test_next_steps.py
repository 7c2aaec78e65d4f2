"""The text that ends a generation leads from the first commit to the first query on AWS, for every kind of answers."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from answer_matrix import CONNECTION
from dataops.validation.project_rules import bucket_of
from terraform_runner import Terraform
from test_code_host import ANSWERS, COMPLETE

from answers.console import database
from answers.next_steps import next_steps
from answers.project import project_from
from benches.template import ROOT

PROJECT = ROOT / "{{cookiecutter.project_slug}}"
ORDER = ["git init", "make check", "make local", "make doctor", "make bootstrap", "make pipeline", "make push"]
MODULE = """
module "project" {
  source      = "./project"
  settings    = jsondecode(file("settings.json"))
  environment = jsondecode(file("settings.json")).environments[0].name
}

output "names" {
  value = { bucket = module.project.buckets.input, database = module.project.names.database }
}
"""


def text_for(samples: dict[str, str] | None = None, **answers: Any) -> str:
    return next_steps(project_from(COMPLETE | answers), "acme-sales", samples or {})


def commands(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.startswith("    ") and not line.strip().startswith("#")]


@pytest.mark.parametrize("answers", ANSWERS.values(), ids=ANSWERS)
def test_the_steps_go_on_from_the_first_commit_to_the_first_query(answers: dict[str, Any]) -> None:
    settings = project_from(COMPLETE | answers)
    first, dataset = settings["environments"][0]["name"], next(iter(settings["datasets"]))
    found = commands(text_for(**answers))

    begun = [command for command in found if command.startswith(tuple(ORDER))]
    assert [next(step for step in ORDER if command.startswith(step)) for command in begun] == ORDER
    assert {f"make doctor ENV={first}", f"make bootstrap ENV={first}"} <= set(found)
    assert found[-2].startswith("aws s3 cp ")
    assert found[-1] == f'make query ENV={first} SQL="select * from {dataset} limit 10"'


@pytest.mark.parametrize("answers", ANSWERS.values(), ids=ANSWERS)
def test_every_step_on_aws_names_a_page_that_exists(answers: dict[str, Any]) -> None:
    steps = text_for(**answers).partition("Each step has a page:")[2].strip().splitlines()
    pages = [re.search(r'(docs/[\w-]+\.md)(?:, "(.+)")?$', step) for step in steps[::2]]

    assert len(steps) == 12
    for page in pages:
        assert page
        text = (PROJECT / page[1]).read_text(encoding="utf-8")
        assert not page[2] or re.search(rf"^#+ (\d\. )?{re.escape(page[2])}$", text, re.MULTILINE)


def test_the_page_that_says_how_to_sign_in_has_that_heading() -> None:
    assert 'docs/onboarding.md, "Sign in"' in text_for()
    assert re.search(r"^## \d\. Sign in$", (PROJECT / "docs/onboarding.md").read_text(), re.MULTILINE)


@pytest.mark.parametrize("answers", ANSWERS.values(), ids=ANSWERS)
def test_every_verb_is_one_of_the_makefile(answers: dict[str, Any]) -> None:
    verbs = re.findall(r"\bmake ([a-z-]+)", text_for(**answers))
    known = re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE)

    assert len(set(verbs)) == 9
    assert set(verbs) <= set(known)


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"project_slug": "a-b-c-d-e-f-g-h-i-j-k-lm", "environments": "staging8=111111111111"},
        {"project_slug": {"slug": "acme-sales", "bucket_prefix": "acme"}, "region": "eu-central-1"},
    ],
)
def test_the_names_on_aws_are_those_that_terraform_composes(
    answers: dict[str, Any], terraform: Terraform, tmp_path: Path
) -> None:
    settings = project_from(COMPLETE | answers)
    shutil.copytree(PROJECT / "modules/project", tmp_path / "project", ignore=shutil.ignore_patterns("tests"))
    (tmp_path / "settings.json").write_text(json.dumps(settings))
    (tmp_path / "main.tf").write_text(MODULE)
    for words in (("init",), ("apply", "-auto-approve")):
        done = terraform.run(tmp_path, *words)
        assert done.returncode == 0, done.stderr
    composed = json.loads(terraform.run(tmp_path, "output", "-json", "names").stdout)

    assert composed == {
        "bucket": bucket_of(settings, settings["environments"][0], "input"),
        "database": database(settings, settings["environments"][0]),
    }
    assert f"s3://{composed['bucket']}/orders/" in text_for(**answers)


def test_the_first_upload_is_a_sample_that_the_project_has(tmp_path: Path) -> None:
    (tmp_path / "from Excel.csv").touch()
    datasets = {"orders": {"prefix": "raw/orders/", "columns": [{"name": "id", "type": "bigint"}]}}

    text = text_for({"orders": str(tmp_path)}, datasets=datasets)

    assert "aws s3 cp 'samples/orders/from Excel.csv' s3://acme-sales-dev-input-111111111111/raw/orders/\n" in text


def test_an_account_that_is_left_open_is_left_open_in_the_upload_too() -> None:
    assert "aws s3 cp samples/orders/FILE s3://acme-sales-dev-input-ACCOUNT/orders/\n" in text_for(
        environments="dev=000000000001"
    )


@pytest.mark.parametrize("host", ["GitHub", "GitLab", "Bitbucket"])
def test_a_connection_that_does_not_exist_yet_is_authorized_once(host: str) -> None:
    sentence = f"authorize its connection to {host} once"
    repository = f"{host.lower()}:acme/sales"

    assert sentence in text_for(git=repository)
    assert sentence not in text_for(git=repository, approvers={"approvers": [], "delivery": {"connection": CONNECTION}})
    assert "authorize" not in text_for()


def test_the_environments_that_wait_for_an_approval_are_named() -> None:
    of_three = [
        {"name": "dev", "account": "111111111111", "approval": False},
        {"name": "uat", "account": "222222222222"},
        {"name": "prod", "account": "333333333333"},
    ]

    assert "starts the first delivery, which waits for an approval in uat and prod: docs/delivery.md" in text_for(
        environments=of_three
    )
    assert "starts the first delivery: docs/delivery.md" in text_for(environments=of_three[:1])


def test_another_branch_is_the_one_that_is_begun() -> None:
    assert "git init --initial-branch trunk &&" in text_for(git={"provider": "codecommit", "branch": "trunk"})
