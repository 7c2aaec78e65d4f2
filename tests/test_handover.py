"""What people, agents and editors find in a project and in this template: rules, hooks, a container, completion."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from answers.record import MADE_FROM_THE_SETTINGS, OWNED_BY_THE_TEAM
from benches.template import ROOT

PROJECT = ROOT / "{{cookiecutter.project_slug}}"
HOUSES = {"a project": PROJECT, "the template": ROOT}
DECIDED = "Where is … decided?"


def section(path: Path, heading: str) -> str:
    """What a page has below a heading."""
    text = path.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0].strip()
    assert text, f"{path} has nothing below {heading}"
    return text


def rows(table: str) -> list[list[str]]:
    """The cells of a table, without its head."""
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines() if line.startswith("| ")][
        2:
    ]


def is_a_test(house: Path, named: str) -> bool:
    file, _, name = named.partition("::")
    tree = ast.parse((house / file).read_text(encoding="utf-8"))
    return name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_agents_read_where_things_are_decided_as_the_readme_says_it(project: Path) -> None:
    assert section(project / "AGENTS.md", DECIDED) == section(project / "README.md", DECIDED)
    assert len(rows(section(project / "AGENTS.md", DECIDED))) > 10


def test_agents_know_the_files_that_upgrades_leave_to_the_team(project: Path) -> None:
    (own,) = [row[0] for row in rows(section(project / "AGENTS.md", "What may be edited")) if "team's own" in row[1]]

    assert re.findall("`(.+?)`", own) == [each for each in OWNED_BY_THE_TEAM if each not in MADE_FROM_THE_SETTINGS]


def test_agents_know_what_is_drawn_from_the_settings(project: Path) -> None:
    table = section(project / "AGENTS.md", "What may be edited")

    assert all(
        any(row[0] == f"`{made}`" and row[1].startswith("no: ") for row in rows(table))
        for made in MADE_FROM_THE_SETTINGS
    )


@pytest.mark.parametrize("house", HOUSES.values(), ids=HOUSES)
def test_every_promise_names_a_test_that_exists(house: Path) -> None:
    promises = rows(section(house / "AGENTS.md", "Promises that tests hold"))

    assert len(promises) > 5
    assert [row for row in promises if not is_a_test(house, row[1].strip("`"))] == []


@pytest.mark.parametrize("house", HOUSES.values(), ids=HOUSES)
def test_claude_is_pointed_to_the_same_page_in_one_line(house: Path) -> None:
    # Claude Code reads a file that is named after an @.
    assert (house / "CLAUDE.md").read_text(encoding="utf-8") == "Read @AGENTS.md first.\n"


@pytest.mark.parametrize("house", HOUSES.values(), ids=HOUSES)
def test_every_place_that_agents_are_pointed_to_exists(house: Path) -> None:
    page = "README.md" if house == PROJECT else "AGENTS.md"
    # A name with an extension is checked with all documents; this is for folders.
    folders = re.findall(r"`([\w{}.]+(?:/[\w{}]+)*)/?`", section(house / page, DECIDED))
    inside = [name for name in folders if "." not in name.replace("{{cookiecutter.project_slug}}", "")]

    assert len(inside) > 3
    known = {"notifications", "make"}
    assert [
        name for name in inside if name not in known and not (house / name).exists() and not (PROJECT / name).exists()
    ] == []


def hooks() -> list[dict[str, Any]]:
    config = yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repository["repo"] for repository in config["repos"]] == ["local"]
    found: list[dict[str, Any]] = config["repos"][0]["hooks"]
    return found


def test_no_hook_is_downloaded() -> None:
    assert {hook["language"] for hook in hooks()} == {"system"}
    assert not any("additional_dependencies" in hook for hook in hooks())


def run_hook(project: Path, name: str, *files: str) -> int:
    """Run one hook as pre-commit does: its words, then the names of the files."""
    (hook,) = [hook for hook in hooks() if hook["id"] == name]
    command = [*hook["entry"].split(), *files]
    return subprocess.run(command, cwd=project, capture_output=True, check=False).returncode


@pytest.mark.parametrize(
    ("hook", "file", "fault"),
    [
        ("ruff-check", "build_archives.py", "import this\n"),
        ("ruff-format", "upgrade.py", "a = {  }\n"),
        ("project-yaml", "project.yaml", "\nregoin: eu-west-1\n"),
    ],
)
def test_a_hook_lets_a_fresh_project_pass_and_stops_a_fault(
    bake: Callable[..., Path], hook: str, file: str, fault: str
) -> None:
    project = bake()
    (project / ".venv").symlink_to(sys.prefix)

    assert run_hook(project, hook, file) == 0
    with (project / file).open("a", encoding="utf-8") as written:
        written.write(fault)
    assert run_hook(project, hook, file) != 0


def test_a_push_is_checked_as_the_pipeline_checks_it() -> None:
    (hook,) = [hook for hook in hooks() if hook.get("stages") == ["pre-push"]]

    assert (hook["entry"], hook["always_run"], hook["pass_filenames"]) == ("make check", True, False)


def container() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PROJECT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
    return found


def test_the_container_has_the_python_that_the_project_asks_for(project: Path) -> None:
    required = tomllib.loads((project / "pyproject.toml").read_text())["project"]["requires-python"]

    assert container()["image"] == f"mcr.microsoft.com/devcontainers/python:{required.removeprefix('>=')}"


def test_the_container_sets_the_project_up_by_a_verb_of_its_makefile() -> None:
    verb = container()["postCreateCommand"].removeprefix("make ")

    assert re.search(rf"^{verb}:", (PROJECT / "Makefile").read_text(), re.MULTILINE)


def test_editors_get_the_same_extensions_with_and_without_the_container() -> None:
    offered = json.loads((PROJECT / ".vscode/extensions.json").read_text())["recommendations"]

    assert offered == container()["customizations"]["vscode"]["extensions"]
    assert "redhat.vscode-yaml" in offered


def test_an_editor_finds_the_schema_of_the_settings_in_their_first_line(project: Path) -> None:
    first = (project / "project.yaml").read_text(encoding="utf-8").splitlines()[0]
    named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)

    assert named
    schema = json.loads((project / named[1]).read_text(encoding="utf-8"))
    assert schema["properties"].keys() >= {"environments", "datasets", "notifications", "approvers"}


def resolved(schema: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """A part of the schema, or the definition that it refers to."""
    return schema["$defs"][part["$ref"].rpartition("/")[2]] if "$ref" in part else part


def test_an_editor_has_a_sentence_for_every_setting(project: Path) -> None:
    schema = json.loads((project / "project.schema.json").read_text(encoding="utf-8"))
    objects = [schema, *(each for each in schema["$defs"].values() if "properties" in each)]
    silent = [
        name
        for each in objects
        for name, part in each["properties"].items()
        if not {"description", "const", "enum"} & {*part, *resolved(schema, part)}
    ]

    assert len(objects) > 10
    assert silent == []
