"""Short names made from what people call things: in Latin letters, within the limits of AWS."""

import re
from collections.abc import Callable, Collection

from answers.schema import fault

LONGEST_SLUG, LONGEST_DATASET = 24, 24
# A name that is reserved or too short becomes one that says what it is for.
AROUND = ("{}", "{}-data", "data-{}")
WITHOUT_A_NAME = "data-project"
DATE_AT_THE_END = re.compile(r"(_\d+)+$")


def words(text: str) -> str:
    """Lower-case ASCII words with hyphens between them, for a text in any alphabet."""
    # Cookiecutter itself needs this library, so it is installed wherever this code runs.
    from slugify import slugify

    return str(slugify(text))


def cut(text: str, length: int, separator: str) -> str:
    return text[:length].rstrip(separator)


def first_right(candidates: list[str], is_right: Callable[[str], bool]) -> str:
    return next(filter(is_right, candidates), "")


def slug_for(name: str) -> str:
    """The slug that a project's name gives; a name that has no Latin letters gives a neutral one."""
    text = words(name)
    candidates = [cut(form.format(text), LONGEST_SLUG, "-") for form in AROUND] if text else []
    return first_right([*candidates, WITHOUT_A_NAME], lambda slug: fault("project_slug", slug) is None)


def dataset_for(file_name: str, taken: Collection[str]) -> str:
    """The dataset's name that a file's name gives, without endings and date: orders for Orders_2026-01-31.csv.gz."""
    text = words(file_name.removeprefix(".").partition(".")[0]).replace("-", "_")
    plain = DATE_AT_THE_END.sub("", text) or text
    forms = [*("{}", "{}_data", "data_{}"), *(f"{{}}_{number}" for number in range(2, 100))]
    candidates = [cut(form.format(plain), LONGEST_DATASET, "_") for form in forms]
    return first_right(candidates, lambda name: name not in taken and fault("dataset_name", name) is None)
