"""An upgrade needs nothing of the project's history, and works wherever a project lies."""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from upgrade_lab import SAMPLES, Project, Repository, Template
from upgrade_pages import changed, page

Small = tuple[Template, Project]
TWO = {"docs/edited.md": changed(page("edited"), 2, by="2.0.0"), "docs/new.md": page("new")}


@pytest.fixture
def edited(small: Small) -> Small:
    """A project with an edit, and a version 2.0.0 that changes another line of the same page."""
    template, project = small
    template.release("2.0.0", TWO)
    project.write({"docs/edited.md": changed(page("edited"), 15, by="the team")})
    project.commit()
    return small


def assert_merged(project: Project, *words: str, **environment: str) -> None:
    done = project.upgrade(*words, **environment)

    assert done.returncode == 0, done.stdout + done.stderr
    assert project.read("docs/edited.md") == changed(changed(page("edited"), 2, by="2.0.0"), 15, by="the team")
    assert project.read("docs/new.md") == page("new")


def record(project: Project) -> dict[str, str | None]:
    found: dict[str, str | None] = json.loads(project.read(".cruft.json"))
    return found


def test_after_an_upgrade_the_record_names_the_new_version(edited: Small) -> None:
    template, project = edited

    project.upgrade()

    assert record(project)["commit"] == template.git("rev-parse", "2.0.0")
    assert record(project)["checkout"] is None


def test_upgrading_again_changes_nothing(edited: Small) -> None:
    _, project = edited
    project.upgrade()
    project.commit()

    again = project.upgrade()

    assert (again.returncode, again.stderr) == (0, "")
    assert "nothing to do" in again.stdout
    assert project.status() == []


def test_a_version_that_renders_the_same_moves_nothing_but_the_record(small: Small) -> None:
    template, project = small
    template.write({"CHANGELOG.md": "# Changelog\n"})
    template.release("2.0.0")

    done = project.upgrade()

    assert done.returncode == 0
    assert project.status() == ["M  .cruft.json"]


def test_versions_can_be_skipped(edited: Small) -> None:
    template, project = edited
    template.release("3.0.0", {"docs/untouched.md": changed(page("untouched"), 2, by="3.0.0")})

    assert_merged(project)
    assert "changed by 3.0.0" in project.read("docs/untouched.md")


def test_versions_can_be_taken_one_by_one_with_edits_between_them(edited: Small) -> None:
    template, project = edited
    template.release("3.0.0", {"docs/edited.md": changed(page("edited"), 2, 6, by="3.0.0")})
    assert_merged(project, "--to", "2.0.0")
    project.write({"docs/edited.md": changed(project.read("docs/edited.md"), 18, by="the team")})
    project.commit()

    assert project.upgrade("--to", "3.0.0").returncode == 0
    text = changed(changed(page("edited"), 2, 6, by="3.0.0"), 15, 18, by="the team")
    assert project.read("docs/edited.md") == text


def test_the_newest_release_is_taken_and_no_work_in_progress(edited: Small) -> None:
    template, project = edited
    template.release("10.0.0", {"docs/ten.md": page("ten")})
    template.release("11.0.0-rc1", {"docs/candidate.md": page("candidate")})
    template.write({"CHANGELOG.md": "# Work\n"})
    template.commit()

    project.upgrade()

    assert project.has("docs/ten.md")
    assert not project.has("docs/candidate.md")


def test_of_a_template_without_a_release_the_newest_commit_is_taken_which_is_said(edited: Small) -> None:
    template, project = edited
    template.git("tag", "--delete", "1.0.0", "2.0.0")

    done = project.upgrade()

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("The template has no release: its newest commit is taken.\n")
    assert record(project)["commit"] == template.git("rev-parse", "HEAD")


def test_a_branch_of_the_template_is_followed_once_it_was_asked_for(edited: Small) -> None:
    template, project = edited
    template.git("switch", "--quiet", "--create", "trial")
    template.write({"{{cookiecutter.project_slug}}/docs/trial.md": page("trial")})
    template.commit()
    project.upgrade("--to", "trial")
    project.commit()
    template.write({"{{cookiecutter.project_slug}}/docs/trial.md": page("second trial")})
    template.commit()

    assert project.upgrade().returncode == 0
    assert record(project)["checkout"] == "trial"
    assert project.read("docs/trial.md") == page("second trial")


def test_an_upgrade_that_was_merged_as_one_commit_leaves_no_conflict_for_the_next(edited: Small) -> None:
    template, project = edited
    project.upgrade("--branch", "upgrade-2")
    project.git("switch", "--quiet", "main")
    project.git("merge", "--quiet", "--squash", "upgrade-2")
    project.commit("Upgrade (#7)")
    project.git("branch", "--delete", "--force", "upgrade-2")
    template.release("3.0.0", {"docs/edited.md": changed(page("edited"), 2, by="3.0.0")})

    assert project.upgrade().returncode == 0
    assert project.read("docs/edited.md") == changed(changed(page("edited"), 2, by="3.0.0"), 15, by="the team")


def test_a_colleagues_fresh_clone_can_be_upgraded(edited: Small, tmp_path: Path) -> None:
    template, project = edited
    project.git("clone", "--quiet", project.folder.as_uri(), str(tmp_path / "clone"))

    assert_merged(Project(tmp_path / "clone", template))


def test_a_shallow_clone_can_be_upgraded(edited: Small, tmp_path: Path) -> None:
    template, project = edited
    project.git("clone", "--quiet", "--depth", "1", project.folder.as_uri(), str(tmp_path / "clone"))

    assert_merged(Project(tmp_path / "clone", template))


def test_a_conflict_in_a_shallow_clone_has_markers_and_all_three_versions(small: Small, tmp_path: Path) -> None:
    template, project = small
    template.release("2.0.0", TWO)
    project.write({"docs/edited.md": changed(page("edited"), 2, by="the team")})
    project.commit()
    project.git("clone", "--quiet", "--depth", "1", project.folder.as_uri(), str(tmp_path / "clone"))
    clone = Project(tmp_path / "clone", template)

    assert clone.upgrade().returncode == 1
    assert clone.stages() == {"docs/edited.md": (1, 2, 3)}
    assert "changed by the team\n=======\nchanged by 2.0.0\n" in clone.read("docs/edited.md")


def in_a_monorepo(project: Project, folder: Path) -> tuple[Repository, Project]:
    """The project as one folder among others of a larger repository."""
    monorepo = Repository(folder)
    shutil.copytree(project.folder, folder / "data [1]/sales", ignore=shutil.ignore_patterns(".git"))
    monorepo.write({"README.md": "# Everything\n", "web/docs/edited.md": page("edited"), "data [1]/own.md": "ours\n"})
    monorepo.git("init", "--quiet")
    monorepo.commit()
    return monorepo, Project(folder / "data [1]/sales", project.template)


def test_a_project_in_a_folder_of_a_larger_repository_is_merged_there_and_nothing_else_is_touched(
    edited: Small, tmp_path: Path
) -> None:
    monorepo, project = in_a_monorepo(edited[1], tmp_path / "monorepo")

    assert_merged(project)
    assert all('"data [1]/sales/' in line or "data [1]/sales/" in line for line in monorepo.status())
    assert monorepo.read("web/docs/edited.md") == page("edited")


def test_a_conflict_in_a_folder_of_a_larger_repository_has_all_three_versions(edited: Small, tmp_path: Path) -> None:
    monorepo, project = in_a_monorepo(edited[1], tmp_path / "monorepo")
    project.write({"docs/edited.md": changed(page("edited"), 2, by="the team")})
    monorepo.commit()

    done = project.upgrade()

    assert done.returncode == 1
    assert monorepo.git("ls-files", "--unmerged").count("data [1]/sales/docs/edited.md") == 3
    assert "\n  docs/edited.md: you and the new version" in done.stdout


def test_a_linked_worktree_can_be_upgraded(edited: Small, tmp_path: Path) -> None:
    template, project = edited
    project.git("worktree", "add", "--quiet", str(tmp_path / "linked"))

    assert_merged(Project(tmp_path / "linked", template))
    assert project.status() == []


def test_a_detached_head_can_be_upgraded(edited: Small) -> None:
    edited[1].git("checkout", "--quiet", "--detach")

    assert_merged(edited[1])


def test_git_needs_no_user_name(edited: Small) -> None:
    nobody = {f"GIT_{role}_{what}": "" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}

    assert_merged(edited[1], **nobody)


def test_no_configuration_of_git_disturbs_an_upgrade(edited: Small, tmp_path: Path) -> None:
    _, project = edited
    hook = project.folder / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    (tmp_path / "gitconfig").write_text(
        "[diff]\n\tnoprefix = true\n\texternal = false\n[color]\n\tui = always\n[merge]\n\tconflictStyle = diff3\n"
        "\trenames = false\n[core]\n\tautocrlf = input\n\tsafecrlf = true\n"
        "[commit]\n\tgpgSign = true\n[status]\n\tshowUntrackedFiles = no\n"
    )

    assert_merged(project, GIT_CONFIG_GLOBAL=str(tmp_path / "gitconfig"), GIT_EXTERNAL_DIFF="false")


def test_variables_of_a_git_that_started_the_upgrade_do_not_mislead_it(edited: Small, tmp_path: Path) -> None:
    assert_merged(edited[1], GIT_INDEX_FILE=str(tmp_path / "index"), GIT_DIR=str(tmp_path / "none"))


def test_a_branch_gets_the_upgrade_as_one_commit(edited: Small) -> None:
    _, project = edited

    done = project.upgrade("--branch", "upgrade-2")

    assert done.returncode == 0, done.stderr
    assert project.git("log", "--format=%s", "main..upgrade-2") == "Upgrade the template from 1.0.0 to 2.0.0"
    assert project.status() == []
    assert "git push --set-upstream origin upgrade-2" in done.stdout


def test_the_commit_on_a_branch_holds_the_edit_of_project_yaml_that_it_follows(small: Small) -> None:
    _, project = small
    project.replace("project.yaml", "name: prod,", "name: live,")

    done = project.upgrade("--sync", "--branch", "renamed")

    assert done.returncode == 0, done.stderr
    assert project.status() == []
    assert "project.yaml" in project.git("show", "--name-only", "--format=", "renamed").splitlines()


def test_a_conflict_on_a_branch_stays_there_uncommitted(small: Small) -> None:
    template, project = small
    template.release("2.0.0", TWO)
    project.write({"docs/edited.md": changed(page("edited"), 2, by="the team")})
    project.commit()

    done = project.upgrade("--branch", "upgrade-2")

    assert done.returncode == 1
    assert project.git("branch", "--show-current") == "upgrade-2"
    assert project.git("log", "--format=%s", "main..upgrade-2") == ""


def test_a_preview_shows_what_comes_and_changes_nothing(edited: Small) -> None:
    _, project = edited
    before = (project.status(), project.git("for-each-ref"), project.read("docs/edited.md"))

    done = project.upgrade("--preview")

    assert done.returncode == 0, done.stderr
    assert "+changed by 2.0.0\n" in done.stdout
    assert "docs/new.md (new)" in done.stdout
    assert "nothing was changed" in done.stdout
    assert (project.status(), project.git("for-each-ref"), project.read("docs/edited.md")) == before


def test_a_preview_names_the_conflicts_that_would_come(small: Small) -> None:
    template, project = small
    template.release("2.0.0", {**TWO, "docs/kept.md": "other\n"})
    project.write({"docs/edited.md": changed(page("edited"), 2, by="the team"), "docs/kept.md": None})
    project.commit()

    done = project.upgrade("--preview")

    assert done.returncode == 1
    assert "docs/edited.md: you and the new version have changed the same lines" in done.stdout
    assert "they stay deleted:\n  docs/kept.md\n" in done.stdout
    assert "b/docs/kept.md" not in done.stdout
    assert done.stdout.endswith("This was a preview: nothing was changed. Conflicts would be in: docs/edited.md\n")
    assert project.status() == []


def test_a_preview_is_given_in_the_middle_of_ones_work(edited: Small) -> None:
    _, project = edited
    project.write({"docs/both.md": "being written\n"})

    assert project.upgrade("--preview").returncode == 0
    assert project.read("docs/both.md") == "being written\n"


def test_a_preview_whose_reader_goes_away_ends_quietly(edited: Small) -> None:
    _, project = edited
    words = f"{sys.executable} upgrade.py --template {project.template.address} --preview | head -1"

    done = subprocess.run(words, shell=True, cwd=project.folder, text=True, capture_output=True, check=False)

    assert (done.stdout, done.stderr) == ("Upgrade the template from 1.0.0 to 2.0.0.\n", "")


def test_a_template_that_has_moved_is_found_at_its_new_address(edited: Small, tmp_path: Path) -> None:
    template, project = edited
    project.upgrade()
    project.commit()
    moved = Template(Path(shutil.move(template.folder, tmp_path / "moved.git")))
    moved.release("3.0.0", {"docs/third.md": page("third")})

    done = Project(project.folder, moved).upgrade()

    assert done.returncode == 0, done.stderr
    assert record(project)["template"] == moved.address


def test_a_path_of_this_machine_is_not_recorded_as_the_templates_address(edited: Small) -> None:
    template, project = edited
    before = record(project)["template"]

    assert_merged(project, "--template", str(template.folder))
    assert record(project)["template"] == before


def test_a_token_in_the_templates_address_is_not_recorded(edited: Small, tmp_path: Path) -> None:
    template, project = edited
    secret = "https://user:secret@example.com/template.git"
    (tmp_path / "gitconfig").write_text(f'[url "{template.address}"]\n\tinsteadOf = {secret}\n')

    assert_merged(project, "--template", secret, GIT_CONFIG_GLOBAL=str(tmp_path / "gitconfig"))
    assert record(project)["template"] == "https://example.com/template.git"
    assert "secret" not in project.read(".cruft.json")


def test_a_token_in_an_address_that_cannot_be_reached_is_not_shown(edited: Small) -> None:
    done = edited[1].upgrade("--template", "https://user:secret@localhost:1/template.git")

    assert done.returncode == 2
    assert "secret" not in done.stdout + done.stderr


def test_a_project_of_a_tag_goes_on_to_the_next_tag(edited: Small) -> None:
    _, project = edited
    pinned = {**record(project), "checkout": "1.0.0"}
    project.write({".cruft.json": json.dumps(pinned)})
    project.commit()

    assert_merged(project)
    assert record(project)["checkout"] == "2.0.0"


@pytest.mark.parametrize("is_edited", [False, True], ids=["as generated", "edited"])
def test_the_teams_own_files_are_never_touched(small: Small, is_edited: bool) -> None:
    template, project = small
    template.replace_in_project("project.yaml", "# In promotion order.", "# One after another.")
    template.write({f"tools/{SAMPLES}/orders/2026-03-01.csv": "other\n"})
    template.release("2.0.0")
    if is_edited:
        project.replace("project.yaml", "# In promotion order.", "# In our order.")
        project.write({"samples/orders/2026-03-01.csv": "of the team\n"})
        project.commit()
    owned = ["project.yaml", *project.git("ls-files", "samples/orders").splitlines()]
    before = {name: (project.folder / name).read_bytes() for name in owned}

    done = project.upgrade()

    assert done.returncode == 0, done.stdout + done.stderr
    assert len(owned) > 3
    assert {name: (project.folder / name).read_bytes() for name in owned} == before


def test_a_file_for_the_team_that_is_new_in_a_version_comes_once(small: Small) -> None:
    template, project = small
    template.release("2.0.0", {"files/transforms/example.py": "EXAMPLE = 2\n"})
    assert project.upgrade().returncode == 0
    assert project.read("files/transforms/example.py") == "EXAMPLE = 2\n"
    project.commit()
    template.release("3.0.0", {"files/transforms/example.py": "EXAMPLE = 3\n", "docs/new.md": page("new")})

    project.upgrade()

    assert project.read("files/transforms/example.py") == "EXAMPLE = 2\n"


def test_the_team_can_keep_more_files_to_itself(edited: Small) -> None:
    _, project = edited
    own = json.loads(project.read(".cruft.json"))
    own["skip"] += ["docs/edited.md"]
    project.write({".cruft.json": json.dumps(own)})
    project.commit()

    project.upgrade()

    assert project.read("docs/edited.md") == changed(page("edited"), 15, by="the team")
    assert "docs/edited.md" in json.loads(project.read(".cruft.json"))["skip"]


def test_the_updater_of_the_wanted_version_runs(edited: Small) -> None:
    template, project = edited
    template.replace("upgrade/command.py", "    require()\n", '    require()\n        print("the third updater")\n')
    template.release("3.0.0")

    assert "the third updater" not in project.upgrade("--preview", "--to", "2.0.0").stdout
    assert "the third updater" in project.upgrade("--preview").stdout


def test_what_the_wanted_versions_updater_needs_is_installed(small: Small, tmp_path: Path) -> None:
    template, project = small
    needed = tmp_path / "wheels/needed_by_the_updater-1.0-py3-none-any.whl"
    needed.parent.mkdir()
    with zipfile.ZipFile(needed, "w") as wheel:
        about = "needed_by_the_updater-1.0.dist-info/"
        wheel.writestr("needed_by_the_updater.py", "")
        wheel.writestr(f"{about}METADATA", "Metadata-Version: 2.1\nName: needed-by-the-updater\nVersion: 1.0\n")
        wheel.writestr(
            f"{about}WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{about}RECORD", "")
    template.write({"upgrade/requirements.txt": "needed-by-the-updater==1.0\n"})
    template.release("2.0.0")
    nowhere = {"PIP_NO_INDEX": "1", "PIP_TARGET": str(tmp_path / "installed"), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}

    without = project.upgrade(**nowhere)
    done = project.upgrade(**nowhere, PIP_FIND_LINKS=str(needed.parent))

    assert without.returncode == 2
    assert "needed-by-the-updater==1.0, which this version's updater needs, could not be installed." in without.stderr
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "installed/needed_by_the_updater.py").exists()


def test_nothing_is_left_in_the_folder_for_temporary_files(edited: Small, tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()

    edited[1].upgrade(TMPDIR=str(tmp_path / "temporary"))

    assert list((tmp_path / "temporary").iterdir()) == []
