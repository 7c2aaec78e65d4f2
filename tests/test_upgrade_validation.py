"""An upgrade and `make sync` validate project.yaml with the validator of the new version: as it is, and merged."""

import json

import pytest
import yaml
from upgrade_lab import Project, Template
from upgrade_pages import page

Small = tuple[Template, Project]
VALIDATOR = "tools/src/dataops/validation/dataset_rules.py"
STRICTER = """

def no_dataset_has_columns(location: str, dataset: Settings) -> Iterator[Fault]:
    yield Fault(location, len(dataset["columns"]), "columns are too many for version 2")


OF_ONE_DATASET = (no_dataset_has_columns,)
"""


@pytest.fixture
def with_rule(small: Small) -> Small:
    """A project whose people have declared a limit that its column cannot hold."""
    _, project = small
    project.replace("project.yaml", "name: order_id, type: bigint", "name: order_id, type: int, minimum: 3000000000")
    project.commit()
    return small


def test_sync_refuses_a_setting_that_the_job_could_not_check(with_rule: Small) -> None:
    _, project = with_rule

    done = project.upgrade("--sync")

    assert (done.returncode, project.status()) == (2, [])
    assert (
        "- datasets, orders, columns, order_id, minimum: 3000000000 is outside the range of the type int" in done.stderr
    )


def test_an_upgrade_validates_by_the_rules_of_the_version_that_comes(small: Small) -> None:
    template, project = small
    template.write({VALIDATOR: template.read(VALIDATOR) + STRICTER})
    template.release("2.0.0", {"docs/new.md": page("new")})

    done = project.upgrade()

    assert (done.returncode, project.status()) == (2, [])
    assert "columns are too many for version 2" in done.stderr
    assert not project.has("docs/new.md")


def take_project_yaml_out_of_skip(project: Project) -> None:
    """From now on git merges project.yaml as any other file."""
    record = json.loads(project.read(".cruft.json"))
    record["skip"].remove("project.yaml")
    project.write({".cruft.json": json.dumps(record)})


@pytest.fixture
def merged_wrong(small: Small) -> Small:
    """A project whose project.yaml git merges: both sides have a key, at two places."""
    template, project = small
    take_project_yaml_out_of_skip(project)
    project.write({"project.yaml": project.read("project.yaml") + '\nglue_version: "5.1"\n'})
    project.commit()
    template.release("2.0.0", {"docs/new.md": page("new")})
    return small


def test_a_merged_project_yaml_that_is_wrong_is_staged_with_what_is_wrong_in_it(merged_wrong: Small) -> None:
    _, project = merged_wrong

    done = project.upgrade()

    assert done.returncode == 1, done.stderr
    assert (
        "Wrong in the merged project.yaml; correct it there:\n  project.yaml cannot be read: glue_version is listed"
        in (done.stdout)
    )
    assert "Go on:   correct project.yaml, git add project.yaml, make check, then git commit" in done.stdout
    assert project.read("project.yaml").count("glue_version") == 2
    assert {"M  project.yaml", "A  docs/new.md"} <= set(project.status())

    project.git("reset", "--merge")

    assert project.status() == []


def test_a_merged_project_yaml_that_was_corrected_ends_the_upgrade(merged_wrong: Small) -> None:
    _, project = merged_wrong
    project.upgrade()
    lines = project.read("project.yaml").splitlines()
    project.write({"project.yaml": "\n".join(lines[:-1]) + "\n"})
    project.commit()

    again = project.upgrade()

    assert again.returncode == 0, again.stdout
    assert yaml.safe_load(project.read("project.yaml"))["glue_version"] == "5.1"


def test_no_commit_is_made_of_a_merged_project_yaml_that_is_wrong(merged_wrong: Small) -> None:
    _, project = merged_wrong

    done = project.upgrade("--branch", "upgrade")

    assert (done.returncode, project.git("branch", "--show-current")) == (1, "upgrade")
    assert project.git("rev-parse", "main") == project.git("rev-parse", "upgrade")
    assert "M  project.yaml" in project.status()


def test_a_preview_says_what_would_be_wrong_in_the_merged_project_yaml(merged_wrong: Small) -> None:
    _, project = merged_wrong

    done = project.upgrade("--preview")

    assert (done.returncode, project.status()) == (1, [])
    assert "project.yaml cannot be read: glue_version is listed twice" in done.stdout
    assert done.stdout.endswith("The merged project.yaml would have to be corrected, as listed above.\n")


def test_a_merged_project_yaml_is_validated_by_the_rules_of_the_version_that_comes(small: Small) -> None:
    template, project = small
    take_project_yaml_out_of_skip(project)
    project.commit()
    template.replace_in_project("project.yaml", "\nregion: ", "\nregions: ")
    template.release("2.0.0")

    done = project.upgrade()

    assert done.returncode == 1, done.stderr
    assert "  project.yaml: 'regions' is not one of its keys. Did you mean region?" in done.stdout


def test_a_project_yaml_in_conflict_is_shown_as_a_conflict_alone(small: Small) -> None:
    template, project = small
    take_project_yaml_out_of_skip(project)
    project.replace("project.yaml", "# In promotion order.", "# In our order.")
    project.commit()
    template.replace_in_project("project.yaml", "# In promotion order.", "# One after another.")
    template.release("2.0.0")

    done = project.upgrade()

    assert (done.returncode, project.stages()) == (1, {"project.yaml": (1, 2, 3)})
    assert "Wrong in the merged" not in done.stdout
