"""A project of this template that a team has lived in meets three newer versions, at once and one by one."""

import json
import subprocess

import pytest
import yaml
from lived_in import ALL_VERSIONS, OWN_LOCALS, README, REFUND_FILE, REPORT, TRANSFORM, live_in, release_versions
from test_generated_project import make
from upgrade_lab import Project, copied, whole_template

Upgraded = tuple[Project, list[subprocess.CompletedProcess[str]]]

# One process makes what these tests look at.


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project at version 1.0.0 with everything that its team has done, and a template that has gone on to 2.0.0."""
    folder = tmp_path_factory.mktemp("lived in")
    template = whole_template(folder / "template.git", "1.0.0")
    project = template.generate(folder / "output", "--checkout", "1.0.0")
    live_in(project)
    release_versions(template)
    return project


@pytest.fixture(scope="module")
def at_once(lived_in: Project, tmp_path_factory: pytest.TempPathFactory) -> Upgraded:
    _, project = copied(lived_in.template, lived_in, tmp_path_factory.mktemp("at once"))
    done = project.upgrade()
    project.commit("Upgraded")
    return project, [done]


@pytest.fixture(scope="module")
def one_by_one(lived_in: Project, tmp_path_factory: pytest.TempPathFactory) -> Upgraded:
    _, project = copied(lived_in.template, lived_in, tmp_path_factory.mktemp("one by one"))
    done = []
    for version in ALL_VERSIONS:
        done.append(make(project.folder, "upgrade", f"TO={version}", f"TEMPLATE={project.template.address}"))
        project.commit(f"Upgraded to {version}")
    return project, done


def test_all_versions_come_without_a_conflict(at_once: Upgraded, one_by_one: Upgraded) -> None:
    outcomes = [(done.returncode, done.stderr) for done in [*at_once[1], *one_by_one[1]]]

    assert outcomes == [(0, "")] * 4


def test_at_once_and_one_by_one_give_the_same_project(at_once: Upgraded, one_by_one: Upgraded) -> None:
    def files(project: Project) -> list[str]:
        return [line for line in project.git("ls-files", "--stage").splitlines() if not line.endswith(".cruft.json")]

    def answers(project: Project) -> dict[str, str]:
        found: dict[str, str] = json.loads(project.read(".cruft.json"))["context"]["cookiecutter"]
        return {key: value for key, value in found.items() if key != "_template"}

    assert files(at_once[0]) == files(one_by_one[0])
    assert answers(at_once[0]) == answers(one_by_one[0])


def test_nothing_that_the_team_did_is_lost(at_once: Upgraded) -> None:
    project, settings = at_once[0], yaml.safe_load(at_once[0].read("project.yaml"))

    assert project.read("README.md") == README
    assert REPORT in project.read("Makefile")
    assert project.read("files/transforms/refunds.py") == TRANSFORM
    assert project.read("samples/refunds/2026-03.csv") == REFUND_FILE
    assert project.read("modules/environment/main.tf").endswith(OWN_LOCALS)
    assert project.has("docs/our-agreements.md")
    assert settings["datasets"]["refunds"]["primary_key"] == ["refund_id"]
    assert settings["datasets"]["orders"]["expected_every"] == "2 days"
    assert [environment["name"] for environment in settings["environments"]] == ["dev", "uat", "prod"]


def test_everything_that_the_template_did_has_come(at_once: Upgraded) -> None:
    project = at_once[0]

    assert project.read("modules/environment/main.tf").count("# Our provider.") == 1
    assert project.read("docs/how-the-job-works.md").startswith("# What the job does with each row")
    assert not project.has("docs/etl.md")
    assert "moved {" in project.read("modules/environment/ledger.tf")
    assert project.has("docs/words.md")
    assert not project.has("docs/glossary.md")
    assert "cat docs/words.md" in project.read("Makefile")
    assert 'glue_version: "5.1"' in project.read("project.yaml")


def test_an_environment_that_sync_has_added_is_upgraded_like_the_others(at_once: Upgraded) -> None:
    outputs = {at_once[0].read(f"{name}/output.tf") for name in ("dev", "uat", "prod")}

    assert len(outputs) == 1
    assert outputs.pop().startswith("# What people ask for.")


def test_the_upgraded_project_passes_its_own_check(one_by_one: Upgraded) -> None:
    done = make(one_by_one[0].folder, "check")

    assert done.returncode == 0, done.stdout + done.stderr


def test_a_project_that_has_to_be_synced_fails_its_own_check_until_it_is(at_once: Upgraded) -> None:
    project = at_once[0]
    project.replace("project.yaml", "333333333333", "444444444444")
    before = make(project.folder, "check")
    project.upgrade("--sync")
    after = make(project.folder, "check")
    project.git("reset", "--quiet", "--hard")

    assert before.returncode == 2
    assert "uat/backend.tf: it names another account than project.yaml. Run make sync." in before.stderr
    assert after.returncode == 0, after.stdout + after.stderr
