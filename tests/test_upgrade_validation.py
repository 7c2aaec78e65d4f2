"""An upgrade and `make sync` validate project.yaml with the validator of the version that comes, and change nothing."""

import pytest
from upgrade_lab import Project, Template
from upgrade_pages import page

Small = tuple[Template, Project]
VALIDATOR = "tools/src/dataops/validation/dataset_rules.py"
STRICTER = """

def no_dataset_has_columns(location: str, dataset: Settings) -> Iterator[Fault]:
    yield Fault(location, len(dataset["columns"]), "columns are too many for version 2")


OF_ONE_DATASET = (no_dataset_has_columns,)
"""


@pytest.fixture
def with_rule(small: Small) -> Small:
    """A project whose people have declared a limit that its column cannot hold."""
    _, project = small
    project.replace("project.yaml", "name: order_id, type: bigint", "name: order_id, type: int, minimum: 3000000000")
    project.commit()
    return small


def test_sync_refuses_a_setting_that_the_job_could_not_check(with_rule: Small) -> None:
    _, project = with_rule

    done = project.upgrade("--sync")

    assert (done.returncode, project.status()) == (2, [])
    assert (
        "- datasets, orders, columns, order_id, minimum: 3000000000 is outside the range of the type int" in done.stderr
    )


def test_an_upgrade_validates_by_the_rules_of_the_version_that_comes(small: Small) -> None:
    template, project = small
    template.write({VALIDATOR: template.read(VALIDATOR) + STRICTER})
    template.release("2.0.0", {"docs/new.md": page("new")})

    done = project.upgrade()

    assert (done.returncode, project.status()) == (2, [])
    assert "columns are too many for version 2" in done.stderr
    assert not project.has("docs/new.md")
