"""make tools-verify and, where a team owns the tools, make setup's wheel: what a project really runs."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from upgrade_lab import FOLDER, Project, Template, copied, run, small_template
from upgrade_pages import FIRST

Small = tuple[Template, Project]


@pytest.fixture(scope="module")
def with_makefile(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """A small template whose projects have the Makefile and are of its version 1.0.0."""
    folder = tmp_path_factory.mktemp("verified")
    whole = Path(__file__).parents[1] / FOLDER / "Makefile"
    template = small_template(folder / "template.git", FIRST | {"Makefile": whole.read_text(encoding="utf-8")})
    project = template.generate(folder / "output")
    template.release("2.0.0", {"docs/new.md": "# A later version\n"})
    return template, project


@pytest.fixture
def small(with_makefile: Small, tmp_path: Path) -> Small:
    return copied(*with_makefile, tmp_path)


def verified(project: Project, *words: str) -> subprocess.CompletedProcess[str]:
    return run(
        project.folder, sys.executable, "upgrade.py", "--verify-tools", "--template", project.template.address, *words
    )


def wheel_of(project: Project, folder: str = "tools") -> Path:
    (wheel,) = (project.folder / folder).glob("*.whl")
    return wheel


def test_the_wheel_of_the_recorded_version_is_the_same(small: Small) -> None:
    wheel = wheel_of(small[1])
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()

    done = verified(small[1])

    said = f"The same: version 1.0.0 of the template builds tools/{wheel.name}, sha256:{digest}.\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, said, "")
    assert small[1].status() == []


def test_a_change_of_the_template_after_that_version_does_not_count(small: Small) -> None:
    small[0].write({"tools/src/dataops/added.py": "NUMBER = 2\n"})
    small[0].release("3.0.0")

    assert verified(small[1]).returncode == 0
    assert verified(small[1], "--to", "3.0.0").returncode == 1


@pytest.mark.parametrize("case", ["wheel", "wheel and lock", "lock", "name", "second", "missing"])
def test_another_wheel_is_different(small: Small, case: str) -> None:
    _, project = small
    wheel, lock = wheel_of(project), project.folder / "tools/requirements.lock"
    if case.startswith("wheel"):
        wheel.write_bytes(wheel.read_bytes().replace(b"import ", b"import\t", 1))
    if case.endswith("lock"):
        digest = hashlib.sha256(wheel.read_bytes() if "wheel" in case else b"another").hexdigest()
        lock.write_text(f"./tools/{wheel.name} --hash=sha256:{digest}\n")
    if case == "name":
        wheel.rename(wheel.with_name("dataops_tools-9.9.9-py3-none-any.whl"))
    if case == "second":
        shutil.copy(wheel, wheel.with_name("other-1.0-py3-none-any.whl"))
    if case == "missing":
        wheel.unlink()

    done = verified(project)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("DIFFERENT: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_template_that_cannot_be_reached_is_said_in_one_sentence(small: Small) -> None:
    gone = (small[1].folder.parent / "gone.git").as_uri()

    done = run(small[1].folder, sys.executable, "upgrade.py", "--verify-tools", "--template", gone)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("The template cannot be fetched: ")


def test_a_record_that_names_no_version_is_refused(small: Small) -> None:
    _, project = small
    project.write({".cruft.json": json.dumps({**json.loads(project.read(".cruft.json")), "commit": None})})

    done = verified(project)

    assert done.returncode == 2
    assert "names no version" in done.stderr


def owned(project: Project) -> None:
    """What make tools-source does, through make itself."""
    done = run(project.folder, "make", "tools-source", f"PYTHON={sys.executable}")
    assert done.returncode == 0, done.stderr


def test_a_team_that_owns_the_tools_sees_what_it_has_changed(small: Small) -> None:
    _, project = small
    owned(project)
    same = verified(project)
    project.replace("tools/src/dataops/wheel.py", "TAG = ", "# Ours.\nTAG = ")

    different = verified(project)

    assert (same.returncode, same.stderr) == (0, "")
    assert same.stdout == "The same: tools/ is the source of version 1.0.0 of the template.\n"
    assert different.returncode == 1
    assert different.stderr == "DIFFERENT from version 1.0.0 of the template: tools/src/dataops/wheel.py.\n"


def test_setup_builds_the_wheel_of_owned_tools_where_git_does_not_look_and_pip_installs_it(small: Small) -> None:
    _, project = small
    released = wheel_of(project).read_bytes()
    owned(project)
    project.commit("Own the tools")

    built = run(project.folder, "make", "tools-wheel", f"PYTHON={sys.executable}")
    same = wheel_of(project, "tools/build").read_bytes()
    project.write({"tools/src/dataops/ours.py": "OURS = 1\n"})
    run(project.folder, "make", "tools-wheel", f"PYTHON={sys.executable}")
    words = ("--require-hashes", "--no-deps", "--no-index", "--quiet", "--disable-pip-version-check")
    pip = (sys.executable, "-m", "pip", "install", *words, "--target", ".venv/site")
    installed = run(project.folder, *pip, "--requirement", "tools/build/requirements.lock")

    assert built.returncode == 0, built.stderr
    assert same == released
    assert installed.returncode == 0, installed.stderr
    assert (project.folder / ".venv/site/dataops/ours.py").read_text() == "OURS = 1\n"
    assert project.status() == ["?? tools/src/dataops/ours.py"]


def test_make_installs_from_the_lock_of_the_form_that_the_project_has(small: Small) -> None:
    _, project = small
    project.write({"requirements.lock": ""})

    def planned() -> str:
        return run(project.folder, "make", "--dry-run", "setup", "install").stdout

    as_wheel = planned()
    owned(project)

    assert "tools/requirements.lock" in as_wheel and "tools/build" not in as_wheel
    assert "tools/build/requirements.lock" in planned() and "wheel.py tools tools/build" in planned()
