"""Every bake of the answer matrix holds exactly the files it should, the answers, and passes its own check."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from answer_matrix import MATRIX
from conftest import settings_of
from test_code_host import FILES
from test_generated_project import make

from answers.forms import fits_samples
from answers.project import project_from
from benches.template import ROOT

# One path a line; those of an environment's folder begin with <environment>/. A new file must be added there, by hand.
EXPECTED = Path(__file__).with_name("generated_files.txt").read_text().splitlines()
SAMPLES = ROOT / "tools/src/dataops/acceptance/samples"


def files(project: Path) -> list[str]:
    return sorted(path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file())


def expected_files(environments: list[str], sampled: list[str], provider: str) -> list[str]:
    everywhere = [line for line in EXPECTED if not line.startswith("<environment>/")] + FILES[provider]
    of_one = [line for line in EXPECTED if line.startswith("<environment>/")]
    samples = [
        path.relative_to(SAMPLES.parent).as_posix() for dataset in sampled for path in (SAMPLES / dataset).iterdir()
    ]
    folders = [line.replace("<environment>", name) for name in environments for line in of_one]
    return sorted(everywhere + folders + samples)


@pytest.fixture(scope="module", params=MATRIX)
def answers(request: pytest.FixtureRequest) -> dict[str, Any]:
    """One set of answers of the matrix."""
    return MATRIX[request.param]


@pytest.fixture(scope="module")
def baked(answers: dict[str, Any], bake_into: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of these answers; the last test of this file alone writes into it."""
    return bake_into(tmp_path_factory.mktemp("matrix"), **answers)


def test_a_bake_holds_exactly_the_files_it_should(baked: Path) -> None:
    settings = settings_of(baked)
    environments = [entry["name"] for entry in settings["environments"]]
    sampled = [name for name, dataset in settings["datasets"].items() if fits_samples(name, dataset)]
    provider = settings.get("git", {}).get("provider", "codecommit")
    assert files(baked) == expected_files(environments, sampled, provider)


def test_the_answers_come_back_from_project_yaml(answers: dict[str, Any], baked: Path) -> None:
    settings = settings_of(baked)

    given = project_from(answers)
    assert {key: settings[key] for key in given if given[key] not in ([], {}, "")} == {
        key: value for key, value in given.items() if value not in ([], {}, "")
    }


def test_no_jinja_is_left_in_a_bake(baked: Path) -> None:
    rendered = [baked / name for name in ("project.yaml", "README.md", "AGENTS.md", "pyproject.toml")]

    left = [path for path in [*rendered, *baked.glob("*/backend.tf")] if re.search(r"\{[{%#]", path.read_text())]

    assert left == []


@pytest.fixture(scope="module")
def known_types(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where mypy keeps what it knows: the code of all bakes is the same, and is read once."""
    return str(tmp_path_factory.mktemp("mypy"))


def test_a_bake_passes_its_own_check(baked: Path, known_types: str) -> None:
    done = make(baked, "check", MYPY_CACHE_DIR=known_types)

    assert done.returncode == 0, done.stdout + done.stderr
