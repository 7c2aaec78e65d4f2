"""A key of project.yaml that a version has renamed: an upgrade renames it, and touches nothing else of the file."""

import json
from pathlib import Path

import pytest
import yaml
from upgrade_lab import FOLDER, Project, Template
from upgrade_pages import page

from answers.schema import schema
from upgrade.migrations import EACH, migrated_settings

Small = tuple[Template, Project]
ROOT = Path(__file__).parents[1]
MIGRATIONS = json.loads((ROOT / "upgrade/migrations.json").read_text(encoding="utf-8"))
SHARE = [{"settings": {"datasets.*.maximum_bad_share": "maximum_quarantined_share"}}]
ORDERS = {"format": "csv", "columns": [{"name": "order_id", "type": "bigint"}], "maximum_bad_share": 0.1}
LIVED_IN = """
# Ours: returns come from the shops.
  returns: {format: csv, 'maximum_bad_share' :  0.25, columns: [{name: maximum_bad_share, type: double}]}  # by hand
"""


@pytest.fixture
def renaming(small: Small, tmp_path: Path) -> Small:
    """A project of a version that knows the old name, and a template that has gone on to this one."""
    template, _ = small
    today = {name: template.read(name) for name in (f"{FOLDER}/project.schema.json", "upgrade/migrations.json")}
    old = json.loads(today[f"{FOLDER}/project.schema.json"])
    keys = old["$defs"]["dataset"].pop("renamed")
    old["$defs"]["dataset"]["properties"] = {
        {new: name for name, new in keys.items()}.get(key, key): each
        for key, each in old["$defs"]["dataset"]["properties"].items()
    }
    template.write({f"{FOLDER}/project.schema.json": json.dumps(old), "upgrade/migrations.json": "[]\n"})
    template.release("1.0.1")
    project = template.generate(tmp_path / "output", f"datasets={json.dumps({'orders': ORDERS})}")
    template.write(today)
    template.release("2.0.0", {"docs/new.md": page("new")})
    return template, project


def test_an_upgrade_renames_the_key_and_keeps_values_comments_and_order(renaming: Small) -> None:
    _, project = renaming
    project.replace("project.yaml", "\n# Who gets notifications", LIVED_IN + "\n# Who gets notifications")
    project.replace("project.yaml", "maximum_bad_share: 0.1", "maximum_bad_share: 0.15   # agreed with finance")
    project.commit()
    before = project.read("project.yaml")

    done = project.upgrade()

    assert done.returncode == 0, done.stdout + done.stderr
    expected = before.replace("maximum_bad_share: 0.15", "maximum_quarantined_share: 0.15")
    assert project.read("project.yaml") == expected.replace("'maximum_bad_share' :", "'maximum_quarantined_share' :")
    datasets = yaml.safe_load(project.read("project.yaml"))["datasets"]
    assert [each["maximum_quarantined_share"] for each in datasets.values()] == [0.15, 0.25]


def test_answers_recorded_under_the_old_name_are_no_change(renaming: Small) -> None:
    _, project = renaming
    project.upgrade()
    project.commit()

    done = project.upgrade("--sync")

    assert (done.returncode, project.status()) == (0, []), done.stdout + done.stderr
    assert "nothing to do" in done.stdout


def test_a_key_that_came_back_under_its_old_name_is_refused_with_the_new_one(renaming: Small) -> None:
    _, project = renaming
    project.upgrade()
    project.commit()
    project.replace("project.yaml", "maximum_quarantined_share", "maximum_bad_share")
    project.commit()

    done = project.upgrade("--sync")

    assert done.returncode == 2
    assert "- datasets, orders: 'maximum_bad_share' is now called maximum_quarantined_share.\n" in done.stderr


def test_an_answers_file_of_the_old_version_gives_a_project_of_this_one(renaming: Small, tmp_path: Path) -> None:
    template, project = renaming
    recorded = json.loads(project.read(".cruft.json"))["context"]["cookiecutter"]
    answers = {key: value for key, value in recorded.items() if not key.startswith("_")}
    (tmp_path / "answers.yaml").write_text(yaml.safe_dump({"default_context": answers}))

    made = template.generate(tmp_path / "again", "--config-file", str(tmp_path / "answers.yaml"))

    assert "    maximum_quarantined_share: 0.1\n" in made.read("project.yaml")
    assert "maximum_bad_share" not in made.read("project.yaml")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("datasets:\r\n  a: {maximum_bad_share: 1}\r\n", "datasets:\r\n  a: {maximum_quarantined_share: 1}\r\n"),
        ('\ufeffdatasets: {é😀: {"maximum_bad_share": 1}}', '\ufeffdatasets: {é😀: {"maximum_quarantined_share": 1}}'),
        (
            "datasets:\n  a: &a {maximum_bad_share: 1}\n  b: *a\n  c: {<<: *a}\n",
            "datasets:\n  a: &a {maximum_quarantined_share: 1}\n  b: *a\n  c: {<<: *a}\n",
        ),
    ],
    ids=["CRLF", "quoted, after a mark and an emoji", "an anchor"],
)
def test_a_key_is_renamed_however_it_is_written(before: str, after: str) -> None:
    assert migrated_settings(before, SHARE) == after


@pytest.mark.parametrize(
    "text",
    [
        "tags: {maximum_bad_share: x}\nmaximum_bad_share: 1\n",
        "datasets:\n  maximum_bad_share: {format: csv}  # maximum_bad_share: 1\n",
        "datasets: {a: {columns: [{maximum_bad_share: 1}], note: 'maximum_bad_share: 1'}}\n",
        "datasets: {a: {maximum_bad_share: 1, maximum_quarantined_share: 2}}\n",
        "datasets: [a: {maximum_bad_share: 1}\n",
        "datasets: maximum_bad_share\n",
        "",
    ],
    ids=["elsewhere", "a dataset and a comment", "a column and a text", "both", "no YAML", "a text", "nothing"],
)
def test_what_is_not_that_key_stays(text: str) -> None:
    assert migrated_settings(text, SHARE) == text


def test_every_key_that_an_upgrade_renames_is_refused_under_its_old_name() -> None:
    migrated = {
        (path.split(".")[-1], new)
        for each in MIGRATIONS
        for path, new in each.get("settings", {}).items()
        if EACH in path
    }
    refused = {pair for kind in schema()["$defs"].values() for pair in kind.get("renamed", {}).items()}

    assert migrated == refused
