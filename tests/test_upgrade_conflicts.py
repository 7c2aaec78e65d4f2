"""What git cannot merge alone is an ordinary conflict; nothing is lost and nothing is decided silently."""

import shlex
import subprocess

import pytest
from upgrade_lab import Project, Template, copied
from upgrade_pages import changed, page

Merged = tuple[Project, subprocess.CompletedProcess[str]]

# One process makes what these tests look at.
BOTH = changed(changed(page("both"), 2, by="the team"), 15, by="the team")


@pytest.fixture(scope="module")
def merged(small_first: tuple[Template, Project], tmp_path_factory: pytest.TempPathFactory) -> Merged:
    template, project = copied(*small_first, tmp_path_factory.mktemp("merged"))
    template.release(
        "2.0.0",
        {
            "docs/both.md": changed(changed(page("both"), 2, by="the template"), 9, by="the template"),
            "docs/été.md": changed(page("été"), 2, by="the template"),
            "docs/untouched.md": changed(page("untouched"), 2, by="the template"),
            "docs/kept.md": changed(page("kept"), 2, by="the template"),
            "docs/guide/middle.md": changed(page("guide middle"), 2, by="the template"),
            "docs/dropped.md": None,
            "docs/added.md": page("added by the template"),
            "docs/picture.png": bytes(reversed(range(256))),
        },
    )
    project.write(
        {
            "docs/both.md": BOTH,
            "docs/été.md": changed(page("été"), 2, by="the team"),
            "docs/kept.md": None,
            "docs/guide": None,
            "docs/dropped.md": changed(page("dropped"), 15, by="the team"),
            "docs/added.md": page("added by the team"),
            "docs/picture.png": b"of the team" + bytes(range(256)),
        }
    )
    project.commit()
    return project, project.upgrade()


def test_conflicts_make_the_exit_code_1(merged: Merged) -> None:
    assert (merged[1].returncode, merged[1].stderr) == (1, "")


def test_a_line_that_both_changed_stands_between_ordinary_markers(merged: Merged) -> None:
    text = merged[0].read("docs/both.md")

    assert "<<<<<<< " in text
    assert "changed by the team\n=======\nchanged by the template\n>>>>>>> " in text


@pytest.mark.parametrize("name", ["docs/both.md", "docs/été.md", "docs/picture.png"])
def test_a_conflict_is_in_the_index_with_all_three_versions(merged: Merged, name: str) -> None:
    assert merged[0].stages()[name] == (1, 2, 3)


def test_each_version_of_a_conflict_can_be_had_from_git(merged: Merged) -> None:
    assert merged[0].git("show", ":1:docs/both.md") + "\n" == page("both")
    assert merged[0].git("show", ":2:docs/both.md") + "\n" == BOTH
    assert "changed by the template" in merged[0].git("show", ":3:docs/both.md")


def test_beside_a_conflict_the_other_changes_of_the_file_are_merged(merged: Merged) -> None:
    lines = merged[0].read("docs/both.md").splitlines()

    assert lines.count("changed by the team") == 2
    assert lines.count("changed by the template") == 2


def test_beside_a_conflict_the_other_files_arrive(merged: Merged) -> None:
    assert merged[0].read("docs/untouched.md") == changed(page("untouched"), 2, by="the template")


def test_a_file_that_the_team_deleted_and_the_template_changed_stays_deleted_and_is_named(merged: Merged) -> None:
    assert not merged[0].has("docs/kept.md")
    assert "docs/kept.md" not in merged[0].stages()
    assert "they stay deleted:\n  docs/guide/middle.md\n  docs/kept.md\n" in merged[1].stdout


def test_no_part_of_a_folder_that_the_team_deleted_comes_back(merged: Merged) -> None:
    assert not merged[0].has("docs/guide")


def test_a_file_that_the_template_dropped_and_the_team_edited_is_kept_as_a_conflict(merged: Merged) -> None:
    assert merged[0].read("docs/dropped.md") == changed(page("dropped"), 15, by="the team")
    assert merged[0].stages()["docs/dropped.md"] == (1, 2)
    assert "docs/dropped.md: the new version has no such file" in merged[1].stdout


def test_a_file_that_both_added_holds_both(merged: Merged) -> None:
    text = merged[0].read("docs/added.md")

    assert merged[0].stages()["docs/added.md"] == (2, 3)
    assert page("added by the team") in text
    assert page("added by the template") in text


def test_a_binary_file_that_both_changed_stays_the_teams_until_they_choose(merged: Merged) -> None:
    assert (merged[0].folder / "docs/picture.png").read_bytes() == b"of the team" + bytes(range(256))


def test_every_conflict_is_named_with_the_way_on_and_back(merged: Merged) -> None:
    said = merged[1].stdout.partition("Conflicts:\n")[2]

    assert all(f"  {shlex.quote(name)}: " in said for name in merged[0].stages())
    assert "Go on:   resolve the conflicts (docs/upgrading.md)" in said
    assert "Go back: git reset --merge" in said


def test_a_second_upgrade_over_an_unresolved_conflict_is_refused(merged: Merged) -> None:
    before = merged[0].status()

    again = merged[0].upgrade()

    assert again.returncode == 2
    assert "A merge is not finished" in again.stderr
    assert merged[0].status() == before


@pytest.fixture
def conflict(small: tuple[Template, Project]) -> tuple[Template, Project]:
    """One page that both have changed at the same line, after an upgrade to 2.0.0."""
    template, project = small
    template.release("2.0.0", {"docs/both.md": changed(page("both"), 2, by="the template")})
    project.write({"docs/both.md": changed(page("both"), 2, by="the team")})
    project.commit()
    assert project.upgrade().returncode == 1
    return template, project


def test_an_upgrade_with_conflicts_is_undone_by_one_command_of_git(conflict: tuple[Template, Project]) -> None:
    _, project = conflict

    project.git("reset", "--merge")

    assert project.status() == []
    assert project.read("docs/both.md") == changed(page("both"), 2, by="the team")


def test_a_conflict_that_was_resolved_does_not_come_again(conflict: tuple[Template, Project]) -> None:
    template, project = conflict
    project.write({"docs/both.md": changed(page("both"), 2, by="both together")})
    project.git("add", "--all")
    project.git("commit", "--quiet", "--no-edit")
    assert project.git("log", "-1", "--format=%s") == "Upgrade the template from 1.0.0 to 2.0.0"
    template.release("3.0.0", {"docs/both.md": changed(changed(page("both"), 2, by="the template"), 9, by="version 3")})

    done = project.upgrade()

    assert done.returncode == 0, done.stdout
    assert project.read("docs/both.md") == changed(changed(page("both"), 2, by="both together"), 9, by="version 3")


def test_a_file_that_the_team_has_rewritten_can_be_kept_for_good(small: tuple[Template, Project]) -> None:
    template, project = small
    project.write({"docs/edited.md": "# Our own page\n"})
    project.commit()
    template.release("2.0.0", {"docs/edited.md": changed(page("edited"), 2, by="2.0.0")})

    done = project.upgrade()
    project.git("checkout", "--quiet", "--ours", "docs/edited.md")
    project.replace(".cruft.json", '"skip": [', '"skip": [\n    "docs/edited.md",')
    project.commit()
    template.release("3.0.0", {"docs/edited.md": changed(page("edited"), 2, by="3.0.0")})
    again = project.upgrade()

    assert done.returncode == 1
    assert "docs/edited.md: you have rewritten it" in done.stdout
    assert again.returncode == 0, again.stdout + again.stderr
    assert project.read("docs/edited.md") == "# Our own page\n"


def test_a_file_that_both_renamed_is_kept_under_both_names_as_a_conflict(small: tuple[Template, Project]) -> None:
    template, project = small
    template.git("mv", "{{cookiecutter.project_slug}}/docs/renamed.md", "{{cookiecutter.project_slug}}/docs/theirs.md")
    template.release("2.0.0")
    project.git("mv", "docs/renamed.md", "docs/ours.md")
    project.commit()

    done = project.upgrade()

    assert done.returncode == 1
    assert project.read("docs/ours.md") == page("renamed")
    assert "docs/ours.md: you and the new version have moved it" in done.stdout
