"""The fields of a sample file, under the names that project.yaml and the job give them."""

import re
from collections import defaultdict
from dataclasses import dataclass

from dataops.inference.names import is_column
from dataops.validation.text import shown


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

    A name that would not begin with a letter so gets its letters of other scripts as Unicode numbers, or column_ in
    front. files/column_name.py of the project finds the column by the same rule.
    """
    text = header.strip().lower()
    plain = re.sub(r"[^a-z0-9]+", "_", text).strip("_")
    if not plain or plain[0].isdecimal():
        text = "".join(c if c.isascii() or not c.isalnum() else f"_u{ord(c):x}_" for c in text)
        plain = re.sub(r"[^a-z0-9]+", "_", text).strip("_")
    return f"column_{plain}" if plain[:1].isdecimal() else plain


def is_a_name(header: str) -> bool:
    """Return whether a text reads like a name: its first letter or digit is a letter, of any script."""
    return next((character for character in header if character.isalnum()), "").isalpha()


def fields_of(headers: list[str], columns: list[list[Cell]]) -> tuple[list[Field], list[str]]:
    """Return the fields that can be declared, and a sentence for each that cannot or whose name is not its own."""
    fields = [Field(column_name_for(h), h, cells) for h, cells in zip(headers, columns, strict=True)]
    spelt = defaultdict(list)
    for field in fields:
        spelt[field.name].append(field)
    taken = {name for name, those in spelt.items() if name and len(those) > 1}
    legal = [field for field in fields if is_column(field.name) and field.name not in taken]
    notes = [
        f"Its names {listed([each.header for each in spelt[name]])} all mean the column {name}: they are left out, "
        "because the job refuses a file that has a declared column twice."
        for name in spelt
        if name in taken
    ]
    notes += [
        why_left_out(number, each)
        for number, each in enumerate(fields, 1)
        if each not in legal and each.name not in taken
    ]
    notes += [f"{shown(each.header)} becomes the column {each.name}." for each in legal if is_renamed(each)]
    if not legal:
        raise SampleError(notes[0] if notes else f"None of its names, {listed(headers)}, can name a column.")
    return legal, notes


def is_renamed(field: Field) -> bool:
    """Return whether a column's name is not the file's name in lower case, as people would expect."""
    return not re.match(r"[\W_]*" + re.escape(field.name[:1]), field.header, re.IGNORECASE)


def why_left_out(number: int, field: Field) -> str:
    if not field.header.strip():
        rows = is_row_number(field.cells)
        what = "row numbers, as pandas and R write them" if rows else "values"
        return (
            f"Field {number} has no name in the first line and holds {what}: it is left out. To keep it, give it a "
            "name when you write the file (pandas: index_label)."
        )
    return (
        f"{shown(field.header)} is left out: a column's name starts with a letter, has at most 127 characters and is "
        "not batch_id."
    )


def is_row_number(cells: list[Cell]) -> bool:
    first = cells[0] if cells else None
    return first in ("0", "1") and cells == [str(int(first) + place) for place in range(len(cells))]


def listed(values: list[str]) -> str:
    """Return the first values, for a sentence."""
    return ", ".join(shown(value) for value in values[:4]) + (", …" if len(values) > 4 else "")
