"""What people read of the AWS console: the names of their own project, and what to choose there."""

import re
from typing import Any

import pytest
from dataops.validation.project_rules import bucket_of
from test_code_host import ANSWERS, COMPLETE

from answers.console import HOSTS, database, names_in_the_console
from answers.project import project_from
from benches.template import ROOT

PROJECT = ROOT / "{{cookiecutter.project_slug}}"
TASKS = (
    "upload",
    "find the output",
    "query",
    "download",
    "watch the pipeline",
    "read the logs",
    "approve",
    "watch a run",
)


@pytest.mark.parametrize("answers", ANSWERS.values(), ids=ANSWERS)
def test_every_environment_has_its_own_names_with_their_addresses(answers: dict[str, Any]) -> None:
    settings = project_from(COMPLETE | answers)
    lines = names_in_the_console(settings).partition("\n\n")[0].splitlines()[2:]

    assert len(lines) == len(settings["environments"])
    for environment, line in zip(settings["environments"], lines, strict=True):
        region = environment.get("region", settings["region"])
        assert line.startswith(f"| {environment['name']} | {environment['account']}, {region} | ")
        for name in (bucket_of(settings, environment, "input"), database(settings, environment)):
            assert f"[{name}](https://{region}.console.aws.amazon.com/" in line
        assert line.count(f"?region={region}") == 3


@pytest.mark.parametrize("answers", ANSWERS.values(), ids=ANSWERS)
def test_the_pipeline_is_in_the_account_that_delivers(answers: dict[str, Any]) -> None:
    settings = project_from(COMPLETE | answers)
    account = settings.get("delivery", {}).get("account", settings["environments"][0]["account"])

    names = names_in_the_console(settings).rpartition("\n\n")[2]

    assert names.startswith(f"The pipeline is [{settings['slug']}-pipeline](https://{settings['region']}.console.")
    assert names.endswith(
        f"/{settings['slug']}-pipeline/view?region={settings['region']}), in {account}, {settings['region']}."
    )


def test_an_account_that_is_left_open_has_no_address_yet() -> None:
    text = names_in_the_console(project_from(COMPLETE | {"environments": "dev=000000000001"}))

    assert "| dev | account not decided yet, eu-west-1 | not decided yet | " in text
    assert "000000000001" not in text


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("cn-north-1", "cn-north-1.console.amazonaws.cn"),
        ("us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
        ("eu-west-1", "eu-west-1.console.aws.amazon.com"),
    ],
)
def test_every_partition_has_its_own_console(region: str, host: str) -> None:
    text = names_in_the_console(project_from(COMPLETE | {"region": region}))

    assert set(re.findall(r"https://([^/]+)/", text)) == {host}


def test_the_console_has_the_hosts_that_notifications_link_to() -> None:
    source = (PROJECT / "lambda/notifications/origin.py").read_text(encoding="utf-8")

    assert re.search(r"^HOSTS = (.+)$", source, re.MULTILINE)[1] == str(HOSTS).replace("'", '"')  # type: ignore[index]


def section() -> str:
    text = (PROJECT / "docs/using.md").read_text(encoding="utf-8")
    return text.partition("\n## In the AWS console\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("task", TASKS)
def test_the_page_says_how_to_do_in_the_console_what_people_do_there(task: str) -> None:
    assert re.search(rf"^\| {task}.* \| .*\*\*", section(), re.MULTILINE)


def test_the_names_on_the_page_are_those_of_a_project_from_the_default_answers() -> None:
    settings = project_from(COMPLETE)
    dev = settings["environments"][0]
    functions = {path.stem for path in (PROJECT / "lambda").glob("*.py")}
    known = {
        *("acme-sales-dev", "acme-sales-pipeline", "acme-sales-dev-ledger"),
        *(bucket_of(settings, dev, "input"), database(settings, dev)),
        *(f"acme-sales-dev-{dataset}" for dataset in settings["datasets"]),
        *(f"/aws/lambda/acme-sales-dev-{name.replace('_', '-')}" for name in functions),
    }
    named = set(re.findall(r"`((?:/aws/lambda/)?acme[-_]sales[\w-]*)`", section()))

    assert len(named) > 5
    assert named <= known


def test_the_readme_and_the_page_lead_to_each_other() -> None:
    assert (
        '\n## In the AWS console\n\n{{ names_in_the_console(project()) }}\n\n`docs/using.md`, "In the AWS console"'
        in (PROJECT / "README.md").read_text(encoding="utf-8")
    )
    assert "`README.md` has your names" in section()
