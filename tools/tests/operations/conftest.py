"""The doctor's needs, asked of Terraform once for all tests."""

import shutil
from collections.abc import Iterator

import pytest
from doctor_needs import PROJECT_YAML

from dataops.operations.doctor.needs import Needs
from dataops.project import PROJECT
from dataops.project.job_settings import settings_of_all


@pytest.fixture(scope="session")
def needs_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Needs]]:
    """The needs of dev (a VPC of its own, a database, a budget), prod (an existing VPC) and pipeline."""
    folder = tmp_path_factory.mktemp("doctor")
    shutil.copytree(PROJECT / "modules" / "project", folder / "modules" / "project")
    (folder / "project.yaml").write_text(PROJECT_YAML)
    yield {name: Needs(settings) for name, settings in settings_of_all(folder).items()}


@pytest.fixture
def dev(needs_of: dict[str, Needs]) -> Needs:
    return needs_of["dev"]


@pytest.fixture
def prod(needs_of: dict[str, Needs]) -> Needs:
    return needs_of["prod"]


@pytest.fixture
def pipeline(needs_of: dict[str, Needs]) -> Needs:
    return needs_of["pipeline"]
