"""One delivery for all tests of this folder: every account bootstrapped, the pipeline applied, a commit delivered."""

from collections.abc import Iterator

import pytest

from dataops.acceptance.walk.walking import Walk, prepare
from dataops.local_run.java import java_home
from dataops.local_run.lifetime import DELIVERY, alone, down, start_delivery
from dataops.local_run.local_delivery import LocalDelivery, copied
from dataops.project.job_settings import settings_of_all

# The first delivery is looked at before anything is refused.
ORDER = ("test_delivery.py", "test_pull_requests.py", "test_refusals.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ours = [item for item in items if "walk" in item.path.parts]
    ours.sort(key=lambda item: ORDER.index(item.path.name))
    items[:] = [item for item in items if item not in ours] + ours


@pytest.fixture(scope="session")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """A pipeline that stands, and nothing pushed yet."""
    project = copied(tmp_path_factory.mktemp("walk") / "project")
    prepare(project)
    settings = settings_of_all(project)
    with alone(DELIVERY):
        try:
            played = LocalDelivery(start_delivery(settings, java_home()), settings, project)
            played.bootstrap()
            played.apply_pipeline(lambda *_: None)
            yield Walk(played)
        finally:
            down(DELIVERY)


@pytest.fixture(scope="session")
def first(walk: Walk) -> str:
    """The execution that brings the first commit to every environment, with each approval given."""
    execution = walk.deliver("Deliver everything")
    for environment in walk.environments:
        walk.answer(execution, environment, "Approved", f"looks fine for {environment}")
    assert walk.until_over(execution) == "Succeeded", walk.why(execution)
    return execution
