"""The fields of a sample file, under the names that project.yaml and the job give them."""

import re
from collections import defaultdict
from dataclasses import dataclass

from answers.schema import fault
from answers.text import shown


class SampleError(Exception):
    """A file that shows nothing about its columns; the message says why, in a sentence."""


class JsonValue(str):
    """A JSON number, true or false, as it is written: no text in quotes."""


class JsonText(str):
    """A JSON text in quotes."""


class Nested(str):
    """A JSON object or array, as JSON text."""


Cell = str | None


@dataclass(frozen=True)
class Field:
    """One field of a file: its column's name, the file's name for it, its values, its type if the file has it."""

    name: str
    header: str
    cells: list[Cell]
    type: str | None = None


def column_name_for(header: str) -> str:
    """Return a column's name for a name in a file: lower case, each run of other characters one underscore.

    files/steps/inspection.py of the project finds the column by the same rule.
    """
    return re.sub(r"[^a-z0-9]+", "_", header.strip().lower()).strip("_")


def fields_of(headers: list[str], columns: list[list[Cell]], has_header: bool) -> tuple[list[Field], list[str]]:
    """Return the fields that can be declared, and a sentence for each that cannot."""
    refuse_collisions(headers)
    fields = [Field(column_name_for(h), h, cells) for h, cells in zip(headers, columns, strict=True)]
    legal = [field for field in fields if fault("column_name", field.name) is None]
    if has_header and 2 * len(legal) <= len(headers):
        raise SampleError(
            f"Its first line, {listed(headers)}, holds values and no names; the job finds columns by name."
        )
    if not legal:
        raise SampleError(f"None of its names, {listed(headers)}, can name a column.")
    return legal, [not_declarable(field) for field in fields if field not in legal]


def refuse_collisions(headers: list[str]) -> None:
    spelt = defaultdict(list)
    for header in headers:
        spelt[column_name_for(header)].append(header)
    for name, those in spelt.items():
        if name and len(those) > 1:
            raise SampleError(f"Its names {listed(those)} all mean the column {name}: the job refuses such a file.")


def not_declarable(field: Field) -> str:
    return f"{shown(field.header)} is left out: a column's name starts with a letter and is not batch_id."


def listed(values: list[str]) -> str:
    """Return the first values, for a sentence."""
    return ", ".join(shown(value) for value in values[:4]) + (", …" if len(values) > 4 else "")
