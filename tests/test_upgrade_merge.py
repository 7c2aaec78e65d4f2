"""What both sides did to different places comes together in one upgrade, without a question."""

import os
import subprocess
from pathlib import Path

import pytest
from upgrade_lab import Project, Template, copied
from upgrade_pages import changed, page

Merged = tuple[Project, subprocess.CompletedProcess[str]]

# One process makes what these tests look at.


def release_many_changes(template: Template) -> None:
    """Version 2.0.0: a change of every kind."""
    (template.folder / "{{cookiecutter.project_slug}}/files/run.sh").chmod(0o755)
    template.git(
        "mv", "{{cookiecutter.project_slug}}/docs/renamed.md", "{{cookiecutter.project_slug}}/docs/other name.md"
    )
    template.release(
        "2.0.0",
        {
            "docs/edited.md": changed(page("edited"), 2, by="the template"),
            "docs/untouched.md": changed(page("untouched"), 2, by="the template"),
            "docs/same.md": changed(page("same"), 5, by="everybody"),
            "docs/dropped.md": None,
            "docs/new.md": page("new"),
            "docs/guide/middle.md": changed(page("guide middle"), 3, by="the template"),
            "docs/guide/more.md": page("guide more"),
            "docs/windows.md": changed(page("windows").replace("\n", "\r\n"), 2, by="the template"),
            "docs/été.md": changed(page("été"), 2, by="the template"),
            "docs/with space.md": changed(page("with space"), 2, by="the template"),
            "docs/no end.md": page("no end") + "one more line",
            "docs/picture.png": bytes(reversed(range(256))),
        },
    )


def change_many_files(project: Project) -> None:
    """What a team does in the meantime, at other places."""
    (project.folder / "docs/untouched.md").chmod(0o755)
    project.git("mv", "docs/guide", "docs/handbook")
    project.write(
        {
            "docs/edited.md": changed(page("edited"), 15, by="the team"),
            "docs/both.md": changed(page("both"), 15, by="the team"),
            "docs/same.md": changed(page("same"), 5, by="everybody"),
            "docs/kept.md": None,
            "docs/own.md": page("own"),
            "docs/renamed.md": changed(page("renamed"), 15, by="the team"),
            "docs/windows.md": changed(page("windows").replace("\n", "\r\n"), 15, by="the team"),
            "docs/été.md": changed(page("été"), 15, by="the team"),
            "docs/with space.md": changed(page("with space"), 15, by="the team"),
        }
    )
    project.commit()


@pytest.fixture(scope="module")
def merged(small_first: tuple[Template, Project], tmp_path_factory: pytest.TempPathFactory) -> Merged:
    template, project = copied(*small_first, tmp_path_factory.mktemp("merged"))
    release_many_changes(template)
    change_many_files(project)
    return project, project.upgrade()


def test_an_upgrade_without_conflicts_exits_with_0(merged: Merged) -> None:
    assert (merged[1].returncode, merged[1].stderr) == (0, "")
    assert merged[0].stages() == {}


@pytest.mark.parametrize("name", ["edited", "été", "with space"])
def test_an_edit_and_a_change_at_different_places_of_a_file_are_both_there(merged: Merged, name: str) -> None:
    text = changed(changed(page(name), 2, by="the template"), 15, by="the team")

    assert merged[0].read(f"docs/{name}.md") == text


def test_an_edit_in_a_file_that_the_template_left_alone_is_kept(merged: Merged) -> None:
    assert merged[0].read("docs/both.md") == changed(page("both"), 15, by="the team")


def test_a_change_in_a_file_that_the_team_left_alone_arrives(merged: Merged) -> None:
    assert merged[0].read("docs/untouched.md") == changed(page("untouched"), 2, by="the template")


def test_a_new_file_of_the_template_arrives(merged: Merged) -> None:
    assert merged[0].read("docs/new.md") == page("new")


def test_the_same_change_by_both_is_no_conflict(merged: Merged) -> None:
    assert merged[0].read("docs/same.md") == changed(page("same"), 5, by="everybody")


def test_a_file_that_the_team_deleted_stays_deleted(merged: Merged) -> None:
    assert not merged[0].has("docs/kept.md")


def test_a_file_that_the_template_dropped_goes_where_nobody_edited_it(merged: Merged) -> None:
    assert not merged[0].has("docs/dropped.md")


def test_an_edit_follows_a_file_that_the_template_renamed(merged: Merged) -> None:
    assert merged[0].read("docs/other name.md") == changed(page("renamed"), 15, by="the team")
    assert not merged[0].has("docs/renamed.md")


def test_changes_and_new_files_follow_a_folder_that_the_team_renamed(merged: Merged) -> None:
    assert merged[0].read("docs/handbook/middle.md") == changed(page("guide middle"), 3, by="the template")
    assert merged[0].read("docs/handbook/more.md") == page("guide more")
    assert not merged[0].has("docs/guide")


def test_a_file_that_the_team_added_is_kept(merged: Merged) -> None:
    assert merged[0].read("docs/own.md") == page("own")


def test_a_binary_file_that_the_template_changed_arrives(merged: Merged) -> None:
    assert (merged[0].folder / "docs/picture.png").read_bytes() == bytes(reversed(range(256)))


def test_an_executable_bit_of_the_template_arrives(merged: Merged) -> None:
    assert os.access(merged[0].folder / "files/run.sh", os.X_OK)


def test_an_executable_bit_of_the_team_stays_while_the_content_changes(merged: Merged) -> None:
    assert os.access(merged[0].folder / "docs/untouched.md", os.X_OK)


def test_a_file_with_carriage_returns_keeps_them_on_every_line(merged: Merged) -> None:
    text = changed(changed(page("windows"), 2, by="the template"), 15, by="the team")

    assert merged[0].read("docs/windows.md") == text.replace("\n", "\r\n")


def test_a_change_in_a_file_without_a_newline_at_its_end_arrives(merged: Merged) -> None:
    assert merged[0].read("docs/no end.md") == page("no end") + "one more line"


def test_the_result_is_staged_and_not_committed(merged: Merged) -> None:
    assert merged[0].git("log", "--format=%s").splitlines() == ["Work", "Start"]
    assert merged[0].git("diff", "--name-only") == ""


def test_it_tells_what_comes_and_how_to_go_on_and_back(merged: Merged) -> None:
    said = merged[1].stdout

    assert said.startswith("Upgrade the template from 1.0.0 to 2.0.0.")
    assert "docs/new.md (new)" in said
    assert "git commit -m" in said
    assert "git reset --merge" in said


def test_going_back_is_one_command_of_git(small: tuple[Template, Project]) -> None:
    template, project = small
    template.release("2.0.0", {"docs/new.md": "new\n", "docs/edited.md": "other\n"})
    project.upgrade()

    project.git("reset", "--merge")

    assert project.status() == []
    assert not project.has("docs/new.md")


def test_a_file_that_the_team_renamed_gets_the_change_under_its_new_name(small: tuple[Template, Project]) -> None:
    template, project = small
    template.release("2.0.0", {"docs/edited.md": changed(page("edited"), 2, by="the template")})
    project.git("mv", "docs/edited.md", "docs/ours.md")
    project.commit()

    assert project.upgrade().returncode == 0
    assert project.read("docs/ours.md") == changed(page("edited"), 2, by="the template")
    assert not project.has("docs/edited.md")


def test_edits_on_neighbouring_lines_are_merged_or_shown_and_never_lost(small: tuple[Template, Project]) -> None:
    template, project = small
    template.release("2.0.0", {"docs/edited.md": changed(page("edited"), 7, by="the template")})
    project.write({"docs/edited.md": changed(page("edited"), 8, by="the team")})
    project.commit()

    project.upgrade()

    assert "changed by the template" in project.read("docs/edited.md")
    assert "changed by the team" in project.read("docs/edited.md")


def test_a_link_that_the_template_points_elsewhere_is_still_a_link(
    small: tuple[Template, Project], tmp_path: Path
) -> None:
    template, _ = small
    hook = "hooks/post_gen_project.py"
    template.replace(hook, "\nmain()\n", '\nmain()\nPath("latest").symlink_to("docs/edited.md")\n')
    template.release("1.1.0")
    project = template.generate(tmp_path / "output")
    template.replace(hook, "docs/edited.md", "docs/both.md")
    template.release("1.2.0")

    assert project.upgrade().returncode == 0
    assert (project.folder / "latest").readlink() == Path("docs/both.md")


def test_a_file_that_became_a_folder_arrives(small: tuple[Template, Project]) -> None:
    template, project = small
    template.release("2.0.0", {"docs/dropped.md": None})
    template.git("tag", "--delete", "2.0.0")
    template.release("2.0.0", {"docs/dropped.md/page.md": page("dropped/page")})

    assert project.upgrade().returncode == 0
    assert project.read("docs/dropped.md/page.md") == page("dropped/page")


def test_line_ends_that_the_team_normalised_do_not_make_a_conflict(small: tuple[Template, Project]) -> None:
    template, project = small
    windows = page("windows").replace("\n", "\r\n")
    template.release("2.0.0", {"docs/windows.md": changed(windows, 2, by="the template")})
    project.write({".gitattributes": "* text=auto eol=lf\n", "docs/windows.md": changed(windows, 15, by="the team")})
    project.git("add", "--renormalize", ".")
    project.commit()

    assert project.upgrade().returncode == 0
    assert "changed by the template" in project.read("docs/windows.md")
    assert "changed by the team" in project.read("docs/windows.md")
