"""The files that the code's host reads: rendered from the approvers, for every kind of answers."""

import fnmatch
import re
from typing import Any

import pytest
from answer_matrix import DELIVERY, GIT_PROVIDERS, MATRIX

from answers.code_host import files_for_the_host, team
from answers.project import project_from
from benches.template import ROOT

COMPLETE = {
    "project_name": "Acme Sales",
    "project_slug": "acme-sales",
    "region": "eu-west-1",
    "environments": "dev=111111111111, prod=222222222222",
    "datasets": "orders:csv",
    "approvers": "Architects, SMEs",
}
LEFT_OPEN: dict[str, dict[str, Any]] = {
    "approvers left open": {"approvers": "not-decided-yet", "git": "gitlab:acme/sales"},
    "the repository left open": {"git": "bitbucket:not-decided-yet/acme"},
}
ANSWERS = MATRIX | GIT_PROVIDERS | {"everything of a delivery": DELIVERY} | LEFT_OPEN
OWNER = {
    "github": r"@acme/[a-z0-9_-]+",
    "gitlab": r"@acme/[a-z0-9_-]+",
    # The strategy says that every member of the group reviews.
    "bitbucket": r"@acme/[a-z0-9_-]+:all",
}
FILES = {
    "codecommit": ["docs/pull_request_template.md"],
    "github": ["docs/pull_request_template.md", ".github/CODEOWNERS"],
    "gitlab": [".gitlab/merge_request_templates/Default.md", "CODEOWNERS"],
    "bitbucket": ["docs/pull_request_template.md", ".bitbucket/CODEOWNERS"],
}


def files(**answers: Any) -> dict[str, str]:
    return files_for_the_host(project_from(COMPLETE | answers))


def owner_lines(text: str) -> dict[str, list[str]]:
    """The owners of each pattern, as written."""
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return {pattern: who for pattern, *who in lines}


def owners_of(path: str, text: str) -> list[str]:
    """The owners of a file: those of the last line that matches it."""
    found: list[str] = []
    for pattern, who in owner_lines(text).items():
        if fnmatch.fnmatch(f"/{path}", f"{pattern}*" if pattern.endswith("/") else pattern):
            found = who
    return found


@pytest.mark.parametrize("answers", ANSWERS.values(), ids=ANSWERS)
def test_each_host_finds_its_files_where_it_looks(answers: dict[str, Any]) -> None:
    provider = project_from(COMPLETE | answers).get("git", {}).get("provider", "codecommit")

    assert sorted(files(**answers)) == sorted(FILES[provider])


@pytest.mark.parametrize("answers", ANSWERS.values(), ids=ANSWERS)
def test_every_owner_is_written_as_its_host_reads_it(answers: dict[str, Any]) -> None:
    settings = project_from(COMPLETE | answers)
    provider = settings.get("git", {}).get("provider", "codecommit")
    lines = owner_lines("".join(text for path, text in files(**answers).items() if path.endswith("CODEOWNERS")))
    roles = [role for role in settings.get("approvers", []) if role != "not-decided-yet"]

    named = provider in OWNER and roles and "not-decided-yet" not in settings["git"]["repository"]
    assert bool(lines) == bool(named)
    assert all(re.fullmatch(OWNER[provider], owner) for who in lines.values() for owner in who)
    assert len(lines.get("*", [])) == (len(roles) if named else 0)


@pytest.mark.parametrize("answers", ANSWERS.values(), ids=ANSWERS)
def test_the_form_of_a_pull_request_names_who_approves(answers: dict[str, Any]) -> None:
    settings = project_from(COMPLETE | answers)
    (text,) = [text for path, text in files(**answers).items() if path.endswith(".md")]
    waiting = [each["name"] for each in settings["environments"] if each.get("approval", True)]

    assert all(role in text for role in settings.get("approvers", []) if role != "not-decided-yet")
    assert "not-decided-yet" not in text
    assert all(name in text.partition("approve each plan of ")[2] for name in waiting)


def test_approvers_own_every_file_and_developers_only_what_no_build_runs() -> None:
    of_a_team = {"approvers": {"approvers": ["Architects"], "delivery": {"developers": ["Developers"]}}}
    text = files(git="github:acme/sales", **of_a_team)[".github/CODEOWNERS"]

    for path in ("Makefile", "buildspecs/plan.yml", "files/etl.py", "modules/project/name.tf", ".github/CODEOWNERS"):
        assert owners_of(path, text) == ["@acme/architects"]
    for path in ("docs/using.md", "files/transforms/orders.py", "samples/orders/a.csv"):
        assert owners_of(path, text) == ["@acme/architects", "@acme/developers"]


def test_a_folder_that_has_owners_exists() -> None:
    of_a_team = {"approvers": {"approvers": ["Architects"], "delivery": {"developers": ["Developers"]}}}
    text = files(git="github:acme/sales", **of_a_team)[".github/CODEOWNERS"]
    folders = {pattern.strip("/") for pattern in owner_lines(text)} - {"*", "samples"}

    assert len(folders) == 2
    assert all((ROOT / "{{cookiecutter.project_slug}}" / folder).is_dir() for folder in folders)


def test_without_approvers_the_owners_say_why_there_are_none() -> None:
    nobody = files(git="github:acme/sales", approvers="")[".github/CODEOWNERS"]
    nowhere = files(git="github:not-decided-yet/acme")[".github/CODEOWNERS"]

    assert "`approvers` names nobody" in nobody
    assert "because `git` names no repository" in nowhere


def test_a_pull_request_that_needs_one_approval_says_so() -> None:
    one = {"approvers": {"approvers": ["Architects"], "delivery": {"approvals": 1}}}

    assert "needs 1 approval, none by its author: Architects (" in files(**one)["docs/pull_request_template.md"]


def test_without_an_environment_that_asks_the_form_says_so() -> None:
    sandbox = [{"name": "dev", "account": "111111111111", "approval": False}]

    text = files(environments=sandbox)["docs/pull_request_template.md"]

    assert "No environment needs an approval (" in text


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("SMEs", "smes"),
        ("Data.Architects@acme", "data-architects-acme"),
        ("AWSReservedSSO_Architects_0123456789abcdef", "architects"),
    ],
)
def test_the_team_of_a_role_has_the_name_that_hosts_make_of_it(role: str, expected: str) -> None:
    assert team(role) == expected
