"""The record is cruft's too, and a project that has none gets one by its likeness to a version."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from test_upgrade_answers import ask_for_the_version_of_glue, recorded
from upgrade_lab import Project, Template, committed, run
from upgrade_pages import changed, page

Small = tuple[Template, Project]
CRUFT = Path(sys.executable).with_name("cruft")


def record(project: Project) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(project.read(".cruft.json"))
    return found


@pytest.fixture
def addressed(small: Small) -> Small:
    """A project whose record names the template that stands beside it."""
    template, project = small
    project.replace(".cruft.json", record(project)["template"], template.address)
    project.commit()
    return small


def test_a_project_that_cruft_made_can_be_upgraded(small: Small, tmp_path: Path) -> None:
    template, _ = small
    (tmp_path / "by cruft").mkdir()
    made = run(tmp_path / "by cruft", CRUFT, "create", template.address, "--no-input", HOME=str(tmp_path))
    assert made.returncode == 0, made.stderr
    project = committed(tmp_path / "by cruft/acme-sales", template)
    project.write({"docs/edited.md": changed(page("edited"), 15, by="the team"), "project.yaml": settings(project)})
    project.commit()
    template.release("2.0.0", {"docs/edited.md": changed(page("edited"), 2, by="2.0.0")})

    done = run(project.folder, sys.executable, "upgrade.py")

    assert done.returncode == 0, done.stdout + done.stderr
    assert project.read("docs/edited.md") == changed(changed(page("edited"), 2, by="2.0.0"), 15, by="the team")
    assert "project.yaml" in record(project)["skip"]


def settings(project: Project) -> str:
    """project.yaml with a comment of the team's own."""
    return project.read("project.yaml") + "# Ours.\n"


def test_cruft_finds_an_upgraded_project_up_to_date_and_without_a_difference(addressed: Small, tmp_path: Path) -> None:
    template, project = addressed
    template.release("2.0.0", {"docs/edited.md": changed(page("edited"), 2, by="2.0.0")})
    project.upgrade()
    project.commit()

    check = run(project.folder, CRUFT, "check", HOME=str(tmp_path))
    difference = run(project.folder, CRUFT, "diff", "--exit-code", HOME=str(tmp_path))

    assert check.returncode == 0, check.stdout + check.stderr
    assert (difference.returncode, difference.stdout) == (0, "")


def test_an_upgrade_and_an_update_by_cruft_take_turns(addressed: Small, tmp_path: Path) -> None:
    template, project = addressed
    versions = [changed(page("edited"), 2, by=f"{number}.0.0") for number in (2, 3, 4)]
    template.release("2.0.0", {"docs/edited.md": versions[0]})
    assert project.upgrade().returncode == 0
    project.commit()
    template.release("3.0.0", {"docs/edited.md": versions[1]})
    by_cruft = run(project.folder, CRUFT, "update", "--skip-apply-ask", HOME=str(tmp_path))
    assert by_cruft.returncode == 0, by_cruft.stdout + by_cruft.stderr
    assert project.read("docs/edited.md") == versions[1]
    project.commit()
    template.release("4.0.0", {"docs/edited.md": versions[2]})

    assert project.upgrade().returncode == 0
    assert project.read("docs/edited.md") == versions[2]


def test_cruft_goes_on_from_a_sync(addressed: Small, tmp_path: Path) -> None:
    template, project = addressed
    project.replace("project.yaml", "{name: prod,", "{name: live,")
    project.upgrade("--sync")
    project.commit()
    template.release("2.0.0", {"{{first_environment()}}/output.tf": "# Of version 2.\n"})

    done = run(project.folder, CRUFT, "update", "--skip-apply-ask", HOME=str(tmp_path))

    assert done.returncode == 0, done.stdout + done.stderr
    assert project.read("live/output.tf") == "# Of version 2.\n"
    assert not project.has("prod")


@pytest.fixture
def unrecorded(small: Small) -> Small:
    """A project of version 2.0.0 of 3.0.0 that has lost its record, and has been edited since."""
    template, project = small
    template.release("2.0.0", {"docs/edited.md": changed(page("edited"), 2, by="2.0.0"), "docs/two.md": page("two")})
    assert project.upgrade().returncode == 0
    template.release("3.0.0", {"docs/edited.md": changed(page("edited"), 2, 6, by="3.0.0"), "docs/two.md": None})
    project.write({".cruft.json": None, "docs/both.md": changed(page("both"), 15, by="the team")})
    project.git("mv", "docs/guide", "docs/handbook")
    project.commit()
    return small


def test_a_project_without_a_record_is_adopted_as_the_nearest_version_which_is_said(unrecorded: Small) -> None:
    template, project = unrecorded

    done = project.upgrade("--adopt")

    assert done.returncode == 0, done.stderr
    assert "The nearest version is 2.0.0" in done.stdout
    assert record(project)["commit"] == template.git("rev-parse", "2.0.0")
    assert record(project)["template"] == template.address
    assert project.status() == ["A  .cruft.json"]


def test_an_adopted_project_is_upgraded_like_any_other(unrecorded: Small) -> None:
    _, project = unrecorded
    project.upgrade("--adopt")
    project.commit()

    done = project.upgrade()

    assert done.returncode == 0, done.stdout + done.stderr
    assert project.read("docs/edited.md") == changed(page("edited"), 2, 6, by="3.0.0")
    assert project.read("docs/both.md") == changed(page("both"), 15, by="the team")
    assert not project.has("docs/two.md")
    assert project.has("docs/handbook/middle.md")


def test_what_only_a_later_version_asks_an_adopted_project_is_asked_when_that_comes(small: Small) -> None:
    template, project = small
    ask_for_the_version_of_glue(template)
    project.write({".cruft.json": None})
    project.commit()

    project.upgrade("--adopt")
    adopted = recorded(project)
    project.commit()
    done = project.upgrade()

    assert "glue_version" not in adopted
    assert done.returncode == 0, done.stderr
    assert recorded(project)["glue_version"] == "6.0"
    assert 'glue_version: "6.0"' in project.read("project.yaml")


def test_the_version_of_an_adopted_project_can_be_named(unrecorded: Small) -> None:
    template, project = unrecorded

    assert project.upgrade("--adopt", "--to", "3.0.0").returncode == 0
    assert record(project)["commit"] == template.git("rev-parse", "3.0.0")


def test_of_equally_near_versions_the_earliest_is_chosen(small: Small) -> None:
    template, project = small
    template.write({"CHANGELOG.md": "# Changelog\n"})
    template.release("1.0.1")
    project.write({".cruft.json": None})
    project.commit()

    assert "The nearest version is 1.0.0" in project.upgrade("--adopt").stdout


def test_where_the_template_has_no_release_its_newest_commit_is_the_nearest(small: Small) -> None:
    template, project = small
    template.git("tag", "--delete", "1.0.0")
    project.write({".cruft.json": None})
    project.commit()

    done = project.upgrade("--adopt")

    assert done.returncode == 0, done.stderr
    assert record(project)["commit"] == template.git("rev-parse", "HEAD")


def test_a_project_that_is_like_no_version_is_not_adopted(small: Small) -> None:
    _, project = small
    project.write(dict.fromkeys(("docs", ".cruft.json", "upgrade.py")))
    project.write({f"own/{number}.md": page(f"own {number}") for number in range(30)})
    project.write({"upgrade.py": small[0].read("{{cookiecutter.project_slug}}/upgrade.py") + "# Ours.\n"})
    project.commit()

    done = project.upgrade("--adopt")

    assert done.returncode == 2
    assert "No release of this template looks like this project" in done.stderr
    assert not project.has(".cruft.json")


def test_a_project_with_a_record_is_not_adopted(small: Small) -> None:
    done = small[1].upgrade("--adopt")

    assert done.returncode == 2
    assert "The project has a record" in done.stderr


def test_a_project_from_a_folder_without_git_can_be_adopted(small: Small) -> None:
    template, project = small
    nameless = {**record(project), "template": None, "commit": None}
    project.write({".cruft.json": json.dumps(nameless)})
    project.commit()

    assert project.upgrade("--adopt").returncode == 0
    assert record(project)["commit"] == template.git("rev-parse", "1.0.0")
