"""A version of the template says what it changes in what is generated, and loses nothing that a version before kept."""

import json
import shutil
import sys
from pathlib import Path

import pytest
from upgrade_lab import FOLDER, Template, run

from benches.template import copy_of_the_template
from releases import generated
from releases.release import CHANGELOG, ROOT, Release, covers, faults, last, now, unwritten

ENTRY = "## Unreleased\n\n### New projects\n\n- {entry}\n\n### Upgrading\n\n- {entry}\n\n### By hand\n\nNothing.\n"
MODULE = "modules/environment"

# One process makes what these tests look at.
REMEDY = "ship a moved block, or a removed block that does not destroy it."


def test_everything_that_changed_since_the_last_release_is_named_in_the_changelog() -> None:
    accounted = generated.moved(ROOT / generated.PROJECT)

    assert faults(last(), now("next"), CHANGELOG.read_text(), accounted) == []


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """This template in a repository of its own, as a first release."""
    template = Template(copy_of_the_template(tmp_path_factory.mktemp("released") / "template.git"))
    (template.folder / "releases/last.json").unlink(missing_ok=True)
    template.write({"CHANGELOG.md": "# Changelog\n\n" + ENTRY.format(entry="Everything.")})
    template.git("init", "--quiet", "--initial-branch", "main")
    template.commit("Begin")
    done = release(template, "1.0.0")
    assert done == (0, "")
    return template


@pytest.fixture
def template(released: Template, tmp_path: Path) -> Template:
    return Template(shutil.copytree(released.folder, tmp_path / "template.git", symlinks=True))


def release(template: Template, version: str) -> tuple[int, str]:
    """The exit code of `make release`, and what it complains of."""
    done = run(template.folder, sys.executable, "-m", "releases", version)
    return done.returncode, done.stderr


def test_a_release_is_a_commit_with_its_tag(released: Template) -> None:
    assert released.git("describe", "--tags") == "1.0.0"
    assert released.git("cat-file", "-t", "1.0.0") == "tag"
    assert released.status() == []


def test_a_release_gives_the_changes_their_version_and_leaves_room_for_the_next(released: Template) -> None:
    changelog = released.read("CHANGELOG.md")

    assert "## 1.0.0\n\n### New projects\n\n- Everything." in changelog
    assert changelog.index("## Unreleased") < changelog.index("## 1.0.0")
    assert 'version = "1.0.0"' in released.read("pyproject.toml")


def test_the_tools_have_the_version_of_the_template(template: Template) -> None:
    template.write({"CHANGELOG.md": ENTRY.format(entry="Nothing.")})
    template.commit()

    assert release(template, "1.1.0") == (0, "")
    assert 'version = "1.1.0"' in template.read("tools/pyproject.toml")


def test_a_change_of_the_tools_that_the_changelog_does_not_name_is_refused(template: Template) -> None:
    template.write({"tools/src/dataops/added.py": "NUMBER = 2\n"})
    template.write({"CHANGELOG.md": ENTRY.format(entry="Nothing.")})
    template.commit()

    code, complaint = release(template, "1.1.0")

    assert code == 1
    assert "tools/dataops_tools.whl is generated differently than by 1.0.0" in complaint


def test_a_change_of_what_is_generated_that_the_changelog_does_not_name_is_refused(template: Template) -> None:
    template.write({f"{FOLDER}/docs/using.md": "# Other\n"})
    template.write({"CHANGELOG.md": ENTRY.format(entry="Better words.")})
    template.commit()

    code, said = release(template, "1.1.0")

    assert code == 1
    assert "docs/using.md is generated differently than by 1.0.0" in said
    assert template.git("tag") == "1.0.0"


@pytest.mark.parametrize("entry", ["Better words in `docs/using.md`.", "Better words in `docs/`."])
def test_a_change_that_is_named_is_released(template: Template, entry: str) -> None:
    template.write({f"{FOLDER}/docs/using.md": "# Other\n"})
    template.write({"CHANGELOG.md": ENTRY.format(entry=entry)})
    template.commit()

    assert release(template, "1.1.0") == (0, "")
    assert template.git("tag").split() == ["1.0.0", "1.1.0"]


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        ("1.0.0", "1.0.0 does not come after 1.0.0."),
        ("0.9.0", "0.9.0 does not come after 1.0.0."),
        ("next", "next is no version: give three numbers"),
        ("", "VERSION= is no version"),
    ],
)
def test_a_number_that_is_no_next_version_is_refused(released: Template, version: str, sentence: str) -> None:
    code, said = release(released, version)

    assert code == 1
    assert sentence in said


def test_a_tag_that_exists_is_refused(template: Template) -> None:
    template.git("tag", "1.1.0")

    assert "There is a tag 1.1.0 already." in release(template, "1.1.0")[1]


def test_work_that_is_not_committed_is_refused(template: Template) -> None:
    template.write({"CHANGELOG.md": ENTRY.format(entry="Everything.")})

    assert "Not everything is committed." in release(template, "1.1.0")[1]


@pytest.mark.parametrize("heading", ["New projects", "Upgrading", "By hand"])
def test_a_version_without_one_of_its_headings_is_refused(heading: str) -> None:
    changelog = ENTRY.format(entry="Everything.").replace(f"### {heading}\n", "")

    assert unwritten(changelog) == [f"CHANGELOG.md has nothing below {heading} of Unreleased."]


def test_right_after_a_release_nothing_is_missing(released: Template) -> None:
    words = "from releases.release import *; print(faults(last(), now('next'), CHANGELOG.read_text(), set()))"

    assert run(released.folder, sys.executable, "-c", words).stdout == "[]\n"


def test_a_file_that_comes_or_goes_is_a_change_too() -> None:
    before, after = Release("1.0.0", {"a.md": "1"}, []), Release("1.1.0", {"b.md": "1"}, [])

    found = faults(before, after, ENTRY.format(entry="Everything."), set())

    assert [sentence.split()[0] for sentence in found] == ["a.md", "b.md"]


@pytest.mark.parametrize(
    ("named", "name", "is_covered"),
    [
        ("docs/", "docs/using.md", True),
        ("docs", "docs/using.md", True),
        ("*.md", "README.md", True),
        ("doc", "docs/using.md", False),
        ("docs/using", "docs/using.md", False),
    ],
)
def test_a_name_in_the_changelog_covers_a_file_a_folder_or_a_pattern(named: str, name: str, is_covered: bool) -> None:
    assert covers(named, name) is is_covered


def test_what_holds_data_is_found_in_the_terraform() -> None:
    found = generated.resources(ROOT / generated.PROJECT)

    assert any(each.endswith(" aws_s3_bucket.this") for each in found)
    assert f"{MODULE} aws_dynamodb_table.ledger" in found
    assert f"{MODULE} aws_sns_topic.services" in found
    assert "{{first_environment()}} module.environment" in found
    assert not any("aws_iam_role" in each for each in found)


def with_another_ledger(tmp_path: Path, block: str) -> tuple[list[str], set[str]]:
    """The resources of a project whose ledger has another name, and what its blocks account for."""
    project = shutil.copytree(ROOT / generated.PROJECT, tmp_path / "project")
    ledger = project / MODULE / "ledger.tf"
    text = ledger.read_text().replace('"aws_dynamodb_table" "ledger"', '"aws_dynamodb_table" "files"')
    ledger.write_text(text + block)
    return generated.resources(project), generated.moved(project)


@pytest.mark.parametrize(
    ("block", "count"),
    [
        ("", 1),
        ("\nmoved {\n  from = aws_dynamodb_table.ledger\n  to   = aws_dynamodb_table.files\n}\n", 0),
        ("\nremoved {\n  from = aws_dynamodb_table.ledger\n  lifecycle {\n    destroy = false\n  }\n}\n", 0),
        ("\nremoved {\n  from = aws_dynamodb_table.ledger\n  lifecycle {\n    destroy = true\n  }\n}\n", 1),
        ("\nremoved {\n  from = aws_dynamodb_table.ledger\n}\n", 1),
    ],
    ids=["neither", "moved", "removed", "removed and destroyed", "removed, which destroys"],
)
def test_a_resource_that_holds_data_is_accounted_for_or_the_release_is_refused(
    tmp_path: Path, block: str, count: int
) -> None:
    before = Release("1.0.0", {}, generated.resources(ROOT / generated.PROJECT))
    after, accounted = with_another_ledger(tmp_path, block)

    found = faults(before, Release("1.1.0", {}, after), ENTRY.format(entry="Everything."), accounted)

    assert found == [f"{MODULE} aws_dynamodb_table.ledger must be kept and is gone: " + REMEDY] * count


def test_the_record_of_the_last_release_is_small_and_readable(released: Template) -> None:
    record = json.loads(released.read("releases/last.json"))

    assert set(record) == {"version", "files", "resources"}
    assert len(released.read("releases/last.json")) < 60_000
