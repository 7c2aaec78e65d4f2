"""The buildspecs: short commands that the Makefile has, and exactly what pipeline/ hands on between the builds."""

import re
from typing import Any

import pytest
import yaml

from dataops.command_line import BUILDS
from dataops.project import PROJECT

BUILDSPECS = {path.stem: yaml.safe_load(path.read_text()) for path in sorted((PROJECT / "buildspecs").glob("*.yml"))}
TARGETS = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), flags=re.MULTILINE))
REPORTED = {"check", "pull-request"}
# The builds that the pipeline hands a commit: pipeline/ puts buildspecs/only_the_branch.sh in this place.
HANDED = {"check", "plan", "apply", "smoke", "notify"}
ONLY_THE_BRANCH = "${indent(8, only_the_branch)}\n"
# The two that read or change an environment also get buildspecs/only_forward.sh.
ONLY_FORWARD, FORWARD = "${indent(8, only_forward)}\n", {"plan", "apply"}


def all_commands(buildspec: dict[str, Any]) -> list[str]:
    return [command for phase in buildspec["phases"].values() for command in phase["commands"]]


def commands(buildspec: dict[str, Any]) -> list[str]:
    return [command for command in all_commands(buildspec) if command not in (ONLY_THE_BRANCH, ONLY_FORWARD)]


@pytest.mark.parametrize("name", BUILDSPECS)
def test_a_build_that_is_handed_a_commit_looks_whether_it_is_on_the_branch_before_anything_else(name: str) -> None:
    asks = [command == ONLY_THE_BRANCH for command in all_commands(BUILDSPECS[name])]

    assert asks[0] == (name in HANDED) and not any(asks[1:])
    assert BUILDSPECS[name]["env"].get("git-credential-helper") == (True if name in HANDED else None)
    assert next(iter(BUILDSPECS[name]["phases"])) == "install"


@pytest.mark.parametrize("name", BUILDSPECS)
def test_plan_and_apply_look_whether_the_commit_goes_back_before_any_of_its_code_runs(name: str) -> None:
    asks = [command == ONLY_FORWARD for command in all_commands(BUILDSPECS[name])]

    assert asks[1] == (name in FORWARD) and asks.count(True) == (name in FORWARD)


def test_every_build_of_the_pipeline_has_its_buildspec() -> None:
    used = re.findall(r'buildspec = "([a-z-]+)"', (PROJECT / "pipeline/codebuild.tf").read_text())

    assert {"plan", "apply", "smoke"} | set(used) == set(BUILDSPECS)


@pytest.mark.parametrize("name", BUILDSPECS)
def test_a_command_is_a_target_of_the_makefile_or_exports_what_one_left(name: str) -> None:
    for command in commands(BUILDSPECS[name]):
        target = re.fullmatch(r"make (delivery-)?([a-z-]+)", command)
        exported = re.fullmatch(r'export ([A-Z_]+)="\$\(cat \.delivery/exported/\1\)"', command)
        if target and target[1]:
            assert target[2] in BUILDS["Builds"], command
        else:
            assert exported or (target and target[2] in TARGETS), command


@pytest.mark.parametrize("name", BUILDSPECS)
def test_tools_are_verified_before_anything_else_runs(name: str) -> None:
    assert BUILDSPECS[name]["version"] == 0.2
    assert commands(BUILDSPECS[name])[0] == "make tools"


def test_the_plan_exports_what_the_approval_message_needs_and_hands_on_what_is_approved() -> None:
    plan = BUILDSPECS["plan"]

    exported = {command.split()[1].partition("=")[0] for command in commands(plan) if command.startswith("export ")}
    assert exported == set(plan["env"]["exported-variables"]) == {"DIGEST", "SUMMARY", "SUMMARY_LINK"}
    handed_on = {"tfplan", "summary.md", "manifest.json", "build/*.zip", ".terraform.lock.hcl"}
    assert plan["artifacts"] == {"base-directory": "plan", "files": plan["artifacts"]["files"]}
    assert set(plan["artifacts"]["files"]) == handed_on


@pytest.mark.parametrize("name", BUILDSPECS)
def test_who_runs_tests_reports_them(name: str) -> None:
    reports = BUILDSPECS[name].get("reports")

    assert (reports is not None) == (name in REPORTED)
    if reports:
        assert reports["tests"] == {"base-directory": "reports", "files": ["*.xml"], "file-format": "JUNITXML"}
