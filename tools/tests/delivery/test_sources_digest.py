"""What an approval covers beside the plan: each file that a build with deployment rights reads or executes."""

from pathlib import Path

import pytest

from dataops.delivery.manifest import sources_digest

COVERED = {
    "project.yaml": "slug: acme\n",
    "dev/main.tf": "",
    "modules/environment/main.tf": "",
    "files/etl.py": "",
    "Makefile": "delivery-%:\n",
    "buildspecs/apply.yml": "",
    "buildspecs/requirements.lock": "",
    "lambda/ledger.py": "",
    "tools/dataops_tools-1.1.0-py3-none-any.whl": "a wheel",
    "tools/requirements.lock": "./tools/dataops_tools-1.1.0-py3-none-any.whl --hash=sha256:00\n",
    "tools/src/dataops/delivery/build.py": "",
    "tools/pyproject.toml": "",
}
MADE_HERE = ("tools/build/requirements.lock", "tools/src/dataops/__pycache__/wheel.cpython-311.pyc", "dev/.terraform/x")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, content in COVERED.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path


@pytest.mark.parametrize("name", COVERED)
def test_a_change_of_a_covered_file_changes_the_digest(project: Path, name: str) -> None:
    approved = sources_digest(project, "dev")
    (project / name).write_text(COVERED[name] + "x")

    assert sources_digest(project, "dev") != approved


def test_another_name_of_the_wheel_and_a_second_wheel_change_the_digest(project: Path) -> None:
    approved = sources_digest(project, "dev")
    second = project / "tools/other-1.0.0-py3-none-any.whl"
    second.write_text("another wheel")
    with_a_second = sources_digest(project, "dev")
    second.unlink()
    (project / "tools/dataops_tools-1.1.0-py3-none-any.whl").rename(second)

    assert len({approved, with_a_second, sources_digest(project, "dev")}) == 3


@pytest.mark.parametrize("name", MADE_HERE)
def test_what_a_build_makes_for_itself_does_not_change_the_digest(project: Path, name: str) -> None:
    approved = sources_digest(project, "dev")
    (project / name).parent.mkdir(parents=True, exist_ok=True)
    (project / name).write_text("made here")

    assert sources_digest(project, "dev") == approved
