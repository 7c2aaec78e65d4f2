"""The differences of project.yaml between two commits, in readable lines."""

import re
from typing import Any

from dataops.delivery.difference import ABSENT, Difference, differences, is_secret, value_text

OWNER = re.compile(r"(datasets)\.([^.\[]+)\.?|(environments)\[([^\]]+)\]\.?")
COLUMN = re.compile(r"^columns\[([^\]]+)\]\.?")


def settings_lines(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return one line for each value that differs."""
    return [_line(each) for each in differences(before, after)]


def _line(difference: Difference) -> str:
    owner, what = _in_words(difference.path)
    if difference.before is ABSENT and isinstance(difference.after, dict | list):
        text = f"{what} added{_content(difference.path, difference.after)}"
    elif difference.after is ABSENT and isinstance(difference.before, dict | list):
        text = f"{what} removed"
    else:
        text = Difference(what, difference.before, difference.after).text
    return f"{owner}: {text}" if owner and what else f"{owner}{text}"


def _in_words(path: str) -> tuple[str, str]:
    """Return `dataset orders` and `column note` for datasets.orders.columns[note]."""
    found = OWNER.match(path)
    owner = "" if not found else f"dataset {found[2]}" if found[1] else f"environment {found[4]}"
    rest = path[found.end() :] if found else path
    column = COLUMN.match(rest)
    if column:
        name, setting = column[1], rest[column.end() :]
        rest = f"column {name}, {setting}" if setting else f"column {name}"
    return owner, rest


def _content(path: str, value: Any) -> str:
    """Return the plain values of what was added."""
    if not isinstance(value, dict):
        return ""
    plain = [
        f"{key} {value_text(each)}"
        for key, each in value.items()
        if isinstance(each, str | int | float) and key != "name" and not is_secret(f"{path}.{key}", each)
    ]
    lists = [f"{len(each)} {key}" for key, each in value.items() if isinstance(each, list)]
    return f" ({', '.join([*plain, *lists])})" if plain or lists else ""
