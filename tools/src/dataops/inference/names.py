"""The names of columns and datasets: which a table can have, and which a file's name gives."""

import re
from collections.abc import Callable, Collection

# As project.schema.json has them: a test compares both.
COLUMN = re.compile(r"[a-z][a-z0-9_]{0,126}")
TAKEN_BY_THE_TABLE = ("batch_id",)
LONGEST_DATASET = 24
DATE_AT_THE_END = re.compile(r"(_\d+)+$")


def is_column(name: str) -> bool:
    """Return whether a table can have a column of this name."""
    return bool(COLUMN.fullmatch(name)) and name not in TAKEN_BY_THE_TABLE


def words(text: str) -> str:
    """Lower-case ASCII words with hyphens between them, for a text in any alphabet."""
    # Cookiecutter itself needs this library, so it is installed wherever this code runs.
    from slugify import slugify

    return str(slugify(text))


def cut(text: str, length: int, separator: str) -> str:
    """Return the beginning of a text, without a separator at its end."""
    return text[:length].rstrip(separator)


def first_right(candidates: list[str], is_right: Callable[[str], bool]) -> str:
    """Return the first candidate that is right, or an empty text."""
    return next(filter(is_right, candidates), "")


def dataset_for(file_name: str, taken: Collection[str], is_right: Callable[[str], bool]) -> str:
    """The dataset's name that a file's name gives, without endings and date: orders for Orders_2026-01-31.csv.gz."""
    text = words(file_name.removeprefix(".").partition(".")[0]).replace("-", "_")
    plain = DATE_AT_THE_END.sub("", text) or text
    forms = [*("{}", "{}_data", "data_{}"), *(f"{{}}_{number}" for number in range(2, 100))]
    candidates = [cut(form.format(plain), LONGEST_DATASET, "_") for form in forms]
    return first_right(candidates, lambda name: name not in taken and is_right(name))
