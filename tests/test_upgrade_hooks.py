"""What the template's hooks and extension make is the template's too, each version's by its own code."""

from pathlib import Path

import pytest
from upgrade_lab import Project, Template
from upgrade_pages import page

Small = tuple[Template, Project]
HOOK = "hooks/post_gen_project.py"
# A page that only projects get whose first environment is called dev.
CONDITION = '\nmain()\nif HANDOVER["first"] != "dev":\n    Path("docs/dropped.md").unlink()\n'


def add_to_hook(template: Template, code: str) -> None:
    template.replace(HOOK, "\nmain()\n", f"\nmain()\n{code}")


def test_a_file_that_a_hook_makes_is_upgraded(small: Small) -> None:
    template, project = small
    template.release("2.0.0", {"{{first_environment()}}/output.tf": "# Of version 2.\n"})

    assert project.upgrade().returncode == 0
    assert project.read("prod/output.tf") == "# Of version 2.\n"


def test_an_edit_in_a_file_that_a_hook_makes_is_not_overwritten(small: Small) -> None:
    template, project = small
    project.write({"prod/output.tf": "# Of the team.\n"})
    project.commit()
    template.release("2.0.0", {"{{first_environment()}}/output.tf": "# Of version 2.\n"})

    assert project.upgrade().returncode == 1
    assert "# Of the team.\n" in project.read("prod/output.tf")
    assert project.read("dev/output.tf") == "# Of version 2.\n"


@pytest.fixture
def conditional(small: Small, tmp_path: Path) -> Small:
    """A project without a page that its version makes on a condition."""
    template, _ = small
    template.replace(HOOK, "\nmain()\n", CONDITION)
    template.release("1.1.0")
    return template, template.generate(tmp_path / "output", "environments=live=111111111111")


def test_a_file_that_a_hook_left_out_does_not_come_back_when_it_changes(conditional: Small) -> None:
    template, project = conditional
    template.release("1.2.0", {"docs/dropped.md": page("dropped again")})

    assert project.upgrade().returncode == 0
    assert not project.has("docs/dropped.md")


def test_a_setting_that_turns_a_condition_on_brings_its_files(conditional: Small) -> None:
    _, project = conditional
    project.replace("project.yaml", "name: live", "name: dev")

    assert project.upgrade("--sync").returncode == 0
    assert project.read("docs/dropped.md") == page("dropped")


def test_a_setting_that_turns_a_condition_off_takes_its_files_away(conditional: Small) -> None:
    _, project = conditional
    project.replace("project.yaml", "name: live", "name: dev")
    project.upgrade("--sync")
    project.commit()
    project.replace("project.yaml", "name: dev", "name: live")

    assert project.upgrade("--sync").returncode == 0
    assert not project.has("docs/dropped.md")


def test_a_hook_that_clears_a_folder_does_not_reach_the_teams_folder_of_that_name(small: Small) -> None:
    template, project = small
    add_to_hook(template, 'shutil.rmtree("scratch", ignore_errors=True)\n')
    template.release("2.0.0")
    project.write({"scratch/own.md": "ours\n"})
    project.commit()

    assert project.upgrade().returncode == 0
    assert project.read("scratch/own.md") == "ours\n"


def test_each_version_is_rendered_with_its_own_extension(small: Small) -> None:
    template, project = small
    loud = 'environment.filters["loud"] = str.upper\n    environment.filters["yaml"] ='
    template.replace("answers/extension.py", 'environment.filters["yaml"] =', loud)
    template.replace_in_project("README.md", "{{ project().name }}", "{{ project().name | loud }}")
    template.release("2.0.0")

    assert project.upgrade().returncode == 0
    assert project.read("README.md").startswith("# ACME SALES\n")


def test_a_hook_that_makes_a_repository_does_not_disturb_the_upgrade(small: Small) -> None:
    template, project = small
    begin = "import subprocess\nfor words in (['init', '-q'], ['add', '-A'], ['commit', '-q', '-m', 'First']):\n"
    add_to_hook(template, f"{begin}    subprocess.run(['git', *words], check=True)\n")
    template.release("2.0.0", {"docs/new.md": page("new")})

    assert project.upgrade().returncode == 0
    assert project.read("docs/new.md") == page("new")
    assert project.git("log", "--format=%s") == "Start"
