"""The tools of a project: files in version 1.0.0, one wheel since, the source of it where a team has chosen that."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from upgrade_lab import ROOT, Project, Template, copied, run, small_template
from upgrade_pages import FIRST, page

Small = tuple[Template, Project]
HOOK, BRINGS = "hooks/post_gen_project.py", 'bring_tools(Path(HANDOVER["tools"]), HANDOVER["tools_as"])'
BRINGS_NOTHING = 'sys.path.insert(0, HANDOVER["tools"] + "/src")'
QUERY = (ROOT / "tools/src/dataops/wheel.py").read_text(encoding="utf-8").replace("from dataops.", "from local.")
# As in 1.0.0: the tools are files, of which the requirements of the builds go on in another folder.
AS_FILES = {
    "local/__init__.py": '"""Development only."""\n',
    "local/query.py": QUERY,
    "local/untouched.py": page("local untouched"),
    "delivery/__init__.py": '"""Delivery."""\n',
    "delivery/apply.py": page("delivery apply"),
    "delivery/requirements.txt": page("requirements"),
    "operations/where.py": page("operations where"),
    "tests/local/test_query.py": page("test query"),
    "tests/delivery/test_apply.py": page("test apply"),
}
EDITED = ("local/query.py", "delivery/apply.py", "operations/where.py", "tests/delivery/test_apply.py")


def edited(name: str) -> str:
    return AS_FILES[name] + "# edited by the team\n"


def wheel_of(project: Project) -> Path:
    (wheel,) = (project.folder / "tools").glob("*.whl")
    return wheel


def line_of(wheel: Path) -> str:
    return f"./tools/{wheel.name} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


def next_version_of_the_tools(template: Template, tag: str, number: str) -> None:
    """A version whose tools have another number and a changed module."""
    template.replace("tools/pyproject.toml", 'version = "', f'version = "{number}.')
    template.write({"tools/src/dataops/added.py": f"NUMBER = {number}\n"})
    template.release(tag)


@pytest.fixture(scope="module")
def from_files(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """A project of a version with tools as files, and a newer version that has the wheel."""
    folder = tmp_path_factory.mktemp("from files")
    template = small_template(folder / "template.git", FIRST | AS_FILES)
    template.replace(HOOK, BRINGS, BRINGS_NOTHING)
    template.commit()
    template.git("tag", "--force", "1.0.0")
    project = template.generate(folder / "output")
    assert not project.has("tools")
    template.replace(HOOK, BRINGS_NOTHING, BRINGS)
    gone = dict.fromkeys(("local", "delivery", "operations", "tests/local", "tests/delivery"))
    template.release("2.0.0", gone | {"buildspecs/requirements.txt": AS_FILES["delivery/requirements.txt"]})
    return template, project


def test_tools_that_nobody_edited_go_and_the_wheel_comes(from_files: Small, tmp_path: Path) -> None:
    _, project = copied(*from_files, tmp_path)

    done = project.upgrade()

    assert (done.returncode, done.stderr) == (0, "")
    assert not any(project.has(name) for name in ("local", "delivery", "operations", "tests/local", "tests/delivery"))
    assert project.read("tools/requirements.lock") == line_of(wheel_of(project))


@pytest.fixture(scope="module")
def edited_tools(from_files: Small, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, str]:
    """The same upgrade where a team has edited tools, added some of its own and left files that git does not know."""
    _, project = copied(*from_files, tmp_path_factory.mktemp("edited"))
    project.write({name: edited(name) for name in EDITED})
    project.write({"delivery/own.py": page("own"), "local/own/deep.py": page("deep"), ".gitignore": "*.ignored\n"})
    project.commit("Our tools")
    project.write({"local/notes.ignored": "ignored", "delivery/notes.txt": "untracked", "operations/x.ignored": "i"})
    done = project.upgrade()
    assert (done.returncode, done.stderr) == (1, "")
    return project, done.stdout


@pytest.mark.parametrize("name", EDITED)
def test_a_tool_that_the_team_edited_is_a_conflict_and_stays_as_it_is(
    edited_tools: tuple[Project, str], name: str
) -> None:
    project, _ = edited_tools

    assert project.stages()[name] == (1, 2)
    assert project.read(name) == edited(name)


@pytest.mark.parametrize("name", EDITED)
def test_the_sentence_of_each_names_the_command_that_unpacks_the_tools(
    edited_tools: tuple[Project, str], name: str
) -> None:
    line = next(each for each in edited_tools[1].splitlines() if each.startswith(f"  {name}: "))

    assert "the new version has no such file, and you have changed it" in line
    assert "Run make tools-source" in line
    assert line.endswith(f"then git rm {name}")


def test_the_sentence_names_the_place_that_the_module_has_now(edited_tools: tuple[Project, str]) -> None:
    assert "make your change in tools/src/dataops/wheel.py" in edited_tools[1]


def test_nothing_but_what_was_edited_is_in_conflict(edited_tools: tuple[Project, str]) -> None:
    assert sorted(edited_tools[0].stages()) == sorted(EDITED)
    assert not edited_tools[0].has("local/untouched.py")


def test_files_that_the_team_added_beside_the_tools_stay_where_they_are(edited_tools: tuple[Project, str]) -> None:
    assert edited_tools[0].read("delivery/own.py") == page("own")
    assert edited_tools[0].read("local/own/deep.py") == page("deep")


def test_ignored_and_untracked_files_stay(edited_tools: tuple[Project, str]) -> None:
    names = ("local/notes.ignored", "delivery/notes.txt", "operations/x.ignored")

    assert [edited_tools[0].read(name) for name in names] == ["ignored", "untracked", "i"]


def test_a_folder_of_tools_that_git_ignores_stays_on_the_disk(from_files: Small, tmp_path: Path) -> None:
    _, project = copied(*from_files, tmp_path)
    project.git("rm", "-r", "--quiet", "--cached", "local")
    project.write({".gitignore": "local/\n", "local/query.py": edited("local/query.py")})
    project.commit("local/ is ignored")

    done = project.upgrade()

    assert (done.returncode, done.stderr) == (0, "")
    assert project.read("local/query.py") == edited("local/query.py")
    assert project.has("local/untouched.py")


def test_the_change_goes_on_in_the_unpacked_source_and_through_the_next_upgrade(
    edited_tools: tuple[Project, str], tmp_path: Path
) -> None:
    template, project = copied(edited_tools[0].template, edited_tools[0], tmp_path)

    unpacked = tools_source(project)
    module = "tools/src/dataops/wheel.py"
    project.write({module: project.read(module) + "# edited by the team\n"})
    project.git("rm", "--quiet", *EDITED)
    project.commit("Upgraded, with tools of our own")
    next_version_of_the_tools(template, "3.0.0", "3")
    done = project.upgrade()

    assert unpacked.returncode == 0, unpacked.stderr
    assert (done.returncode, done.stderr) == (0, "")
    assert project.read(module).endswith("# edited by the team\n")
    assert project.read("tools/src/dataops/added.py") == "NUMBER = 3\n"
    assert not list((project.folder / "tools").glob("*.whl"))


def tools_source(project: Project) -> subprocess.CompletedProcess[str]:
    """Run what make tools-source runs: the module in the wheel, with no package installed."""
    wheel = str(wheel_of(project))
    return run(project.folder, sys.executable, "-S", "-m", "dataops.tools_source", PYTHONPATH=wheel)


@pytest.mark.parametrize("case", ["untouched", "changed", "line", "deleted"])
def test_a_wheel_is_replaced_without_a_conflict(small: Small, case: str) -> None:
    template, project = small
    wheel, lock = wheel_of(project), "tools/requirements.lock"
    if case == "changed":
        project.write({f"tools/{wheel.name}": b"PK of the team\0" + bytes(range(256)), lock: "of the team\n"})
    elif case == "line":
        project.write({lock: project.read(lock).replace("./tools", "tools") + "# our line\n"})
    elif case == "deleted":
        project.write({f"tools/{wheel.name}": None, lock: None})
    project.commit("Whatever happened to the wheel")
    next_version_of_the_tools(template, "2.0.0", "2")

    done = project.upgrade()

    assert (done.returncode, done.stderr) == (0, "")
    assert wheel_of(project).name.startswith("dataops_tools-2.")
    assert project.read(lock) == line_of(wheel_of(project))
    assert project.stages() == {}


def test_a_wheel_of_the_same_name_with_another_content_is_replaced(small: Small) -> None:
    template, project = small
    before = wheel_of(project)
    content = before.read_bytes()
    project.write({f"tools/{before.name}": content.replace(b"the", b"teh")})
    project.commit()
    template.write({"tools/src/dataops/added.py": "NUMBER = 2\n"})
    template.release("2.0.0")

    done = project.upgrade()

    assert (done.returncode, done.stderr) == (0, "")
    assert wheel_of(project).name == before.name
    assert wheel_of(project).read_bytes() != content
    assert project.read("tools/requirements.lock") == line_of(wheel_of(project))


def test_another_wheel_that_the_team_keeps_beside_it_stays(small: Small) -> None:
    template, project = small
    project.write({"tools/acme_own-1.0.0-py3-none-any.whl": b"PK\0of the team"})
    project.commit()
    next_version_of_the_tools(template, "2.0.0", "2")

    assert project.upgrade().returncode == 0
    assert project.has("tools/acme_own-1.0.0-py3-none-any.whl")


@pytest.fixture
def owned(small: Small) -> Small:
    """A project whose team has unpacked the tools."""
    done = tools_source(small[1])
    assert done.returncode == 0, done.stderr
    assert "make setup" in done.stdout
    small[1].commit("Own the tools")
    return small


def test_unpacking_removes_the_wheel_and_notes_the_choice_in_the_record(owned: Small) -> None:
    record = json.loads(owned[1].read(".cruft.json"))

    assert record["tools"] == "source"
    assert {"tools/*.whl", "tools/requirements.lock", "project.yaml"} <= set(record["skip"])
    assert not any(path.suffix in (".whl", ".lock") for path in (owned[1].folder / "tools").iterdir())


def test_the_unpacked_source_is_the_templates(owned: Small) -> None:
    template, project = owned
    tracked = project.git("ls-files", "tools").splitlines()

    assert set(tracked) == set(template.git("ls-files", "tools").splitlines())
    assert all((project.folder / name).read_bytes() == (template.folder / name).read_bytes() for name in tracked)


def test_unpacking_twice_changes_nothing(owned: Small) -> None:
    done = run(owned[1].folder, sys.executable, "-m", "dataops.tools_source", PYTHONPATH=f"{owned[1].folder}/tools/src")

    assert (done.returncode, done.stderr) == (0, "")
    assert owned[1].status() == []


def test_upgrades_merge_the_source_and_bring_no_wheel(owned: Small) -> None:
    template, project = owned
    project.replace("tools/src/dataops/wheel.py", "TAG = ", "# Ours.\nTAG = ")
    project.commit()
    template.replace("tools/src/dataops/wheel.py", "READABLE = ", "# Theirs.\nREADABLE = ")
    template.release("2.0.0")

    done = project.upgrade()

    assert (done.returncode, done.stderr) == (0, "")
    assert "# Ours.\nTAG" in project.read("tools/src/dataops/wheel.py")
    assert "# Theirs.\nREADABLE" in project.read("tools/src/dataops/wheel.py")
    assert not project.has("tools/requirements.lock")
    assert json.loads(project.read(".cruft.json"))["tools"] == "source"


def test_a_conflict_in_the_source_is_an_ordinary_one(owned: Small) -> None:
    template, project = owned
    project.replace("tools/src/dataops/wheel.py", "TAG = ", "# Ours.\nTAG = ")
    project.commit()
    template.replace("tools/src/dataops/wheel.py", "TAG = ", "# Theirs.\nTAG = ")
    template.release("2.0.0")

    assert project.upgrade().returncode == 1
    assert project.stages() == {"tools/src/dataops/wheel.py": (1, 2, 3)}


def test_sync_and_adopt_know_the_form(owned: Small) -> None:
    _, project = owned
    prod = next(line for line in project.read("project.yaml").splitlines() if "name: prod" in line)
    project.replace("project.yaml", prod, f'  - {{name: uat, account: "333333333333"}}\n{prod}')

    synced = project.upgrade("--sync")
    project.commit()
    project.write({".cruft.json": None})
    project.commit()
    adopted = project.upgrade("--adopt")

    assert (synced.returncode, synced.stderr) == (0, "")
    assert not list((project.folder / "tools").glob("*.whl"))
    assert adopted.returncode == 0, adopted.stderr
    assert json.loads(project.read(".cruft.json"))["tools"] == "source"


@pytest.mark.parametrize("case", ["changed wheel", "two wheels", "no wheel", "conflict in the record", "in the way"])
def test_unpacking_is_refused_before_anything_changes(small: Small, case: str) -> None:
    _, project = small
    wheel = wheel_of(project)
    with_the_module = shutil.copy(wheel, project.folder.parent / wheel.name)
    if case == "changed wheel":
        wheel.write_bytes(wheel.read_bytes() + b"x")
    elif case == "two wheels":
        project.write({"tools/other-1.0-py3-none-any.whl": b"other"})
    elif case == "no wheel":
        wheel.unlink()
    elif case == "conflict in the record":
        project.write({".cruft.json": "<<<<<<< HEAD\n"})
    else:
        project.write({"tools/src/dataops/wheel.py": "ours"})
    before = project.status()

    done = run(project.folder, sys.executable, "-m", "dataops.tools_source", PYTHONPATH=str(with_the_module))

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert project.status() == before


def test_generation_honours_the_private_answer(small: Small, tmp_path: Path) -> None:
    template, _ = small
    made = template.generate(tmp_path / "made", "_tools=source")

    assert made.has("tools/src/dataops/wheel.py")
    assert made.has("tools/pyproject.toml")
    assert not list((made.folder / "tools").glob("*.whl"))
    assert json.loads(made.read(".cruft.json"))["tools"] == "source"


def test_generation_refuses_a_form_that_it_does_not_know(small: Small, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="_tools: 'sauce' is not a form of the tools: wheel or source"):
        small[0].generate(tmp_path / "made", "_tools=sauce")
