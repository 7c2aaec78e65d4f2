"""project.yaml says with what the new version is rendered; the record says with what the old one was."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pexpect
import pytest
import yaml
from answer_matrix import MATRIX
from plain_mode import press_control_c
from upgrade_lab import PERSON, Project, Template
from upgrade_pages import changed, page

from answers.project import answers_from, project_from
from answers.record import as_texts

Small = tuple[Template, Project]
ASKED_SINCE = ('"tags": forms.tags,', '"tags": forms.tags,\n    "glue_version": str,')


def settings(project: Project) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(project.read("project.yaml"))
    return found


def recorded(project: Project) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(project.read(".cruft.json"))["context"]["cookiecutter"]
    return found


def add_environment(project: Project, line: str = '  - {name: uat, account: "333333333333"}') -> None:
    prod = next(each for each in project.read("project.yaml").splitlines() if "name: prod" in each)
    project.replace("project.yaml", f"{prod}\n", f"{line}\n{prod}\n")


def ask_for_the_version_of_glue(template: Template) -> None:
    """A version that asks one question more, whose answer is a key of project.yaml."""
    questions = json.loads(template.read("cookiecutter.json"))
    questions["glue_version"] = "6.0"
    questions["__prompts__"]["glue_version"] = "Which version of Glue do the jobs run on?"
    template.write({"cookiecutter.json": json.dumps(questions)})
    template.replace("answers/project.py", *ASKED_SINCE)
    template.release("2.0.0")


def at_a_terminal(project: Project) -> pexpect.spawn:
    words = ["upgrade.py", "--template", project.template.address]
    return pexpect.spawn(sys.executable, words, cwd=project.folder, env={**os.environ, **PERSON}, timeout=300)


def test_a_new_question_takes_its_default_where_nobody_is_asked(small: Small) -> None:
    template, project = small
    before = project.read("project.yaml")
    ask_for_the_version_of_glue(template)

    done = project.upgrade()

    assert done.returncode == 0, done.stderr
    assert project.read("project.yaml") == before + '\nglue_version: "6.0"\n'
    assert recorded(project)["glue_version"] == "6.0"


def test_a_new_question_is_asked_on_a_terminal_until_the_answer_is_right(small: Small) -> None:
    template, project = small
    ask_for_the_version_of_glue(template)

    terminal = at_a_terminal(project)
    terminal.expect_exact("Which version of Glue do the jobs run on?")
    terminal.expect_exact("glue_version [6.0]: ")
    terminal.sendline("4.0")
    terminal.expect_exact("is not one of 5.1, 6.0")
    terminal.sendline("5.1")
    terminal.expect(pexpect.EOF)
    terminal.close()

    assert terminal.exitstatus == 0
    assert settings(project)["glue_version"] == "5.1"


@pytest.mark.parametrize(("key", "said"), [("c", "Stopped."), ("d", "Stopped: nothing was changed.")])
def test_whoever_leaves_a_question_has_changed_nothing(small: Small, key: str, said: str) -> None:
    ask_for_the_version_of_glue(small[0])

    terminal = at_a_terminal(small[1])
    terminal.expect_exact("glue_version [6.0]: ")
    if key == "c":
        press_control_c(terminal)
    else:
        terminal.sendcontrol(key)
        terminal.expect(pexpect.EOF)
    terminal.close()

    screen = terminal.before.decode()
    assert said in screen
    assert "Traceback" not in screen
    assert terminal.exitstatus == 2
    assert small[1].status() == []


def test_only_the_new_question_is_asked_and_only_once(small: Small) -> None:
    template, project = small
    ask_for_the_version_of_glue(template)
    project.upgrade()
    project.commit()
    template.release("3.0.0", {"docs/new.md": page("new")})

    terminal = at_a_terminal(project)
    terminal.expect(pexpect.EOF)
    terminal.close()

    assert terminal.exitstatus == 0
    assert b"]: " not in terminal.before


def test_a_new_question_does_not_touch_a_settings_file_that_is_being_edited(small: Small) -> None:
    template, project = small
    ask_for_the_version_of_glue(template)
    add_environment(project)
    before = project.read("project.yaml")

    done = project.upgrade()

    assert done.returncode == 2
    assert "commit your change of it first" in done.stderr
    assert project.read("project.yaml") == before


def test_answers_that_are_no_defaults_are_kept(small: Small, tmp_path: Path) -> None:
    template, _ = small
    project = template.generate(tmp_path / "output", "region=eu-central-1", "environments=live=444444444444")
    template.replace_in_project("README.md", "A data platform on AWS", "A platform for data on AWS")
    template.release("2.0.0")

    done = project.upgrade()

    assert done.returncode == 0, done.stderr
    assert "A platform for data on AWS" in project.read("README.md")
    assert 'region       = "eu-central-1"' in project.read("live/backend.tf")


def test_an_environment_of_the_defaults_that_was_not_wanted_does_not_come_back(small: Small, tmp_path: Path) -> None:
    template, _ = small
    project = template.generate(tmp_path / "output", "environments=live=444444444444")
    template.release("2.0.0", {"{{first_environment()}}/output.tf": "# No output any more.\n"})

    assert project.upgrade().returncode == 0
    assert {path.parent.name for path in project.folder.glob("*/main.tf")} == {"live"}


def test_an_environment_that_was_added_to_project_yaml_gets_its_folder_by_sync(small: Small) -> None:
    _, project = small
    project.write({"dev/main.tf": project.read("dev/main.tf") + "# Ours.\n"})
    project.commit()
    add_environment(project)

    done = project.upgrade("--sync")

    assert done.returncode == 0, done.stderr
    assert '"acme-sales/uat/terraform.tfstate"' in project.read("uat/backend.tf")
    assert project.read("uat/main.tf") == project.read("prod/main.tf")
    assert project.read("dev/main.tf").endswith("# Ours.\n")
    assert "git add project.yaml && git commit" in done.stdout


def test_owners_and_the_form_of_a_pull_request_follow_the_approvers_and_the_host(small: Small) -> None:
    _, project = small
    project.replace("project.yaml", "{provider: codecommit}", "{provider: github, repository: acme/sales}")
    project.replace("project.yaml", "[Architects, SMEs]", "[Stewards]")

    done = project.upgrade("--sync")

    assert done.returncode == 0, done.stderr
    assert project.read(".github/CODEOWNERS").splitlines()[-1].split() == ["*", "@acme/stewards"]
    assert "none by its author: Stewards (" in project.read("docs/pull_request_template.md")


def test_going_back_from_a_sync_keeps_the_edit_of_project_yaml(small: Small) -> None:
    _, project = small
    add_environment(project)
    project.upgrade("--sync")

    project.git("reset", "--merge")

    assert project.status() == [" M project.yaml"]
    assert not project.has("uat")


def test_after_sync_and_a_commit_there_is_nothing_more_to_sync(small: Small) -> None:
    _, project = small
    add_environment(project)
    project.upgrade("--sync")
    project.commit()

    done = project.upgrade("--sync")

    assert done.returncode == 0
    assert "nothing to do" in done.stdout
    assert "uat" in recorded(project)["environments"]


def test_sync_renders_the_projects_own_version_although_there_is_a_newer_one(small: Small) -> None:
    template, project = small
    template.release("2.0.0", {"docs/new.md": page("new")})
    add_environment(project)

    done = project.upgrade("--sync")

    assert done.stdout.startswith("Sync with project.yaml, template 1.0.0.")
    assert project.has("uat/main.tf")
    assert not project.has("docs/new.md")


def test_an_environment_that_was_added_comes_with_an_upgrade_too(small: Small) -> None:
    template, project = small
    add_environment(project)
    project.commit()
    template.release("2.0.0", {"docs/new.md": page("new")})

    assert project.upgrade().returncode == 0
    assert project.has("uat/backend.tf")
    assert project.has("docs/new.md")


def test_the_folder_of_an_environment_that_was_removed_goes_and_is_named(small: Small) -> None:
    _, project = small
    line = next(line for line in project.read("project.yaml").splitlines() if "name: prod" in line)
    project.replace("project.yaml", f"{line}\n", "")

    done = project.upgrade("--sync")

    assert done.returncode == 0, done.stderr
    assert not project.has("prod")
    assert project.has("dev/main.tf")
    assert "No longer an environment: prod." in done.stdout
    assert "add it to project.yaml again, make destroy ENV=prod, remove it there, upgrade again." in done.stdout


def test_an_edit_in_the_folder_of_an_environment_that_was_removed_is_a_conflict(small: Small) -> None:
    _, project = small
    project.write({"prod/main.tf": project.read("prod/main.tf") + "# Ours.\n", "prod/own.tf": "# Ours too.\n"})
    project.commit()
    line = next(line for line in project.read("project.yaml").splitlines() if "name: prod" in line)
    project.replace("project.yaml", f"{line}\n", "")

    done = project.upgrade("--sync")

    assert done.returncode == 1
    assert project.stages() == {"prod/main.tf": (1, 2)}
    assert project.read("prod/main.tf").endswith("# Ours.\n")
    assert project.has("prod/own.tf")


def test_edits_follow_an_environment_that_was_renamed(small: Small) -> None:
    _, project = small
    project.write({"prod/output.tf": project.read("prod/output.tf") + "# Ours.\n"})
    project.commit()
    project.replace("project.yaml", "{name: prod,", "{name: live,")

    done = project.upgrade("--sync")

    assert done.returncode == 0, done.stdout
    assert project.read("live/output.tf").endswith("# Ours.\n")
    assert not project.has("prod")


def test_the_picture_follows_project_yaml_although_it_was_redrawn_in_the_meantime(small: Small) -> None:
    _, project = small
    project.write({"docs/architecture.svg": "<svg>drawn by another version</svg>\n"})
    project.commit()
    add_environment(project)

    done = project.upgrade("--sync")

    assert done.returncode == 0, done.stdout
    assert ">uat</" in project.read("docs/architecture.svg")


def test_an_account_that_was_changed_moves_its_state_bucket(small: Small) -> None:
    _, project = small
    project.replace("project.yaml", "222222222222", "999999999999")

    assert project.upgrade("--sync").returncode == 0
    assert "-prod-state-999999999999" in project.read("prod/backend.tf")


def test_what_no_question_asks_for_is_read_from_project_yaml_too(small: Small) -> None:
    _, project = small
    project.write({"project.yaml": project.read("project.yaml") + "bucket_prefix: acme\n"})
    project.commit()

    assert project.upgrade("--sync").returncode == 0
    assert '"acme-dev-state-111111111111"' in project.read("dev/backend.tf")


def test_a_renamed_answer_and_a_renamed_setting_carry_their_values_over(small: Small) -> None:
    template, project = small
    project.replace("project.yaml", "approvers: [Architects, SMEs]", "approvers: [Leads]  # ours")
    project.commit()
    rename_approvers(template)

    done = project.upgrade()

    assert done.returncode == 0, done.stderr
    assert "\napproving_roles: [Leads]  # ours\n" in project.read("project.yaml")
    assert "approvers" not in recorded(project)
    assert json.loads(recorded(project)["approving_roles"]) == ["Leads"]


def rename_approvers(template: Template) -> None:
    """A version that calls a question, and its key in project.yaml, by another name."""
    for name in ("cookiecutter.json", "answers/project.py"):
        template.replace(name, '"approvers"', '"approving_roles"')
    schema = json.loads(template.read("{{cookiecutter.project_slug}}/project.schema.json"))
    schema["properties"]["approving_roles"] = schema["properties"].pop("approvers")
    renamed = {"version": "2.0.0"} | {key: {"approvers": "approving_roles"} for key in ("answers", "settings")}
    template.write({"upgrade/migrations.json": json.dumps([renamed])})
    template.release("2.0.0", {"project.schema.json": json.dumps(schema)})


def test_a_migration_runs_once(small: Small) -> None:
    template, project = small
    rename_approvers(template)
    project.upgrade()
    project.commit()
    template.release("3.0.0", {"docs/new.md": page("new")})

    assert project.upgrade().returncode == 0
    assert [line for line in project.status() if "project.yaml" in line] == []


def test_structured_answers_keep_their_types(small: Small, tmp_path: Path) -> None:
    template, _ = small
    environments = '[{"name": "dev", "account": "111111111111", "workers": 30, "approval": false}]'
    project = template.generate(tmp_path / "output", f"environments={environments}")
    template.release("2.0.0", {"docs/new.md": page("new")})

    assert project.upgrade().returncode == 0
    assert json.loads(recorded(project)["environments"])[0]["workers"] == 30
    assert json.loads(recorded(project)["environments"])[0]["approval"] is False


def test_quotes_and_letters_of_all_kinds_come_through(small: Small, tmp_path: Path) -> None:
    template, _ = small
    name = 'Tom\'s "lake" №1 — {été} ${x} %{y} <ü> \\'
    project = template.generate(tmp_path / "output", f"project_name={name}")
    template.replace_in_project("README.md", "A data platform on AWS", "A platform for data on AWS")
    template.release("2.0.0")

    assert project.upgrade().returncode == 0
    assert project.read("README.md").startswith(f"# {name}\n")
    assert "A platform for data" in project.read("README.md")


def test_a_setting_in_braces_is_refused_and_never_evaluated(small: Small) -> None:
    template, project = small
    project.replace("project.yaml", "name: Acme Sales", 'name: "{{ 7*7 }}"')
    project.commit()
    template.release("2.0.0", {"docs/new.md": page("new")})

    done = project.upgrade()

    assert done.returncode == 2
    assert "never evaluated" in done.stderr
    assert project.status() == []


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("region: eu-west-1", "region: atlantis-1", "region: 'atlantis-1' is not one of"),
        ("datasets:", "data_sets:", "Did you mean datasets?"),
        ("environments:", "environments: [", "project.yaml cannot be read"),
    ],
)
def test_settings_that_the_new_version_does_not_accept_are_refused(
    small: Small, old: str, new: str, sentence: str
) -> None:
    template, project = small
    project.replace("project.yaml", old, new)
    project.commit()
    template.release("2.0.0", {"docs/new.md": page("new")})

    done = project.upgrade()

    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert project.status() == []


def test_a_rewritten_readme_gets_the_projects_new_name_where_its_title_was_kept(small: Small) -> None:
    _, project = small
    project.write({"README.md": project.read("README.md") + "\n## Our own chapter\n"})
    project.replace("project.yaml", "name: Acme Sales", "name: Acme Retail")
    project.commit()

    assert project.upgrade("--sync").returncode == 0
    assert project.read("README.md").startswith("# Acme Retail\n")
    assert project.read("README.md").endswith("## Our own chapter\n")


@pytest.mark.parametrize("name", MATRIX)
def test_the_answers_that_project_yaml_says_give_that_project_yaml(name: str, bake: Callable[..., Path]) -> None:
    written = yaml.safe_load((bake(**MATRIX[name]) / "project.yaml").read_text())

    assert project_from(as_texts(answers_from(written))) == written


def test_a_project_whose_settings_did_not_change_keeps_its_record_word_for_word(small: Small) -> None:
    template, project = small
    before = {key: value for key, value in recorded(project).items() if not key.startswith("_")}
    template.release("2.0.0", {"docs/edited.md": changed(page("edited"), 2, by="the template")})

    project.upgrade()

    assert {key: value for key, value in recorded(project).items() if not key.startswith("_")} == before
