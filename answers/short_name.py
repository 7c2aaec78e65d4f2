"""Short names made from what people call things: in Latin letters, within the limits of AWS."""

from collections.abc import Collection

from dataops.inference import names
from dataops.inference.names import cut, first_right, words

from answers.schema import fault

LONGEST_SLUG = 24
# A name that is reserved or too short becomes one that says what it is for.
AROUND = ("{}", "{}-data", "data-{}")
WITHOUT_A_NAME = "data-project"


def slug_for(name: str) -> str:
    """The slug that a project's name gives; a name that has no Latin letters gives a neutral one."""
    text = words(name)
    candidates = [cut(form.format(text), LONGEST_SLUG, "-") for form in AROUND] if text else []
    return first_right([*candidates, WITHOUT_A_NAME], lambda slug: fault("project_slug", slug) is None)


def dataset_for(file_name: str, taken: Collection[str]) -> str:
    """The dataset's name that a file's name gives."""
    return names.dataset_for(file_name, taken, lambda name: fault("dataset_name", name) is None)
