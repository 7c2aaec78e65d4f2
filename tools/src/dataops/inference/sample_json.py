"""Reads the records of a JSON sample by the job's own definition (files/steps/json_records.py of the project)."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from dataops.inference.sample_fields import (
    Cell,
    Field,
    JsonText,
    JsonValue,
    Nested,
    SampleError,
    column_name_for,
    fields_of,
)

# Numbers are kept as they are written: 1.10 has two digits after the point, and 20 digits stay 20 digits.
DECODER = json.JSONDecoder(parse_float=JsonValue, parse_int=JsonValue, parse_constant=str)
BETWEEN_VALUES = re.compile(r"[\s,\[\]]*")
NEXT_VALUE = re.compile(r"\}[ \t,]*\{")
BROKEN = None
# So many characters of a line show how deep it is indented.
INDENT = 200


@dataclass
class Values:
    """The values of a text one after the other, None for what is none; `end` is where the last one ends."""

    text: str
    is_cut: bool
    start: int = 0
    end: int = 0
    arrays: int = 0
    open_arrays: int = 0
    # Whether a value stands outside of the arrays.
    is_mixed: bool = False
    broken_line: int | None = None
    are_lines: bool = field(init=False)

    def __post_init__(self) -> None:
        """See whether each value stands on a line of its own, as the job does."""
        lines = [line for line in map(str.strip, self.text.split("\n")) if line]
        lines = lines[:-1] if self.is_cut else lines
        self.are_lines = all(line[0] == "{" and line[-1] == "}" and not is_several(line) for line in lines)

    def __iter__(self) -> Iterator[object]:
        return self.of_lines() if self.are_lines else self.one_by_one()

    def of_lines(self) -> Iterator[object]:
        while self.end < len(self.text):
            self.start, end = self.end, self.text.find("\n", self.end)
            self.end = len(self.text) if end < 0 else end + 1
            line = self.text[self.start : self.end]
            if line.strip() and not (self.is_cut and end < 0):
                yield decoded(line)

    def one_by_one(self) -> Iterator[object]:
        """Return the elements of arrays and the values outside of them."""
        while self.go_to_next():
            try:
                value, self.end = DECODER.raw_decode(self.text, self.start)
            except (ValueError, RecursionError) as error:
                place = getattr(error, "pos", self.start)
                if self.is_cut and place >= len(self.text) - 16:
                    return
                yield BROKEN
                if self.open_arrays and "\n" in self.text[self.start : place]:
                    # Where an element that breaks on a later line ends, nobody can tell.
                    self.broken_line = self.text.count("\n", 0, place) + 1
                    return
                self.skip_broken()
            else:
                yield value

    def go_to_next(self) -> bool:
        """Go to the next value; whether there is one."""
        passed = BETWEEN_VALUES.match(self.text, self.end)
        self.start = passed.end() if passed else self.end
        opened = self.text.count("[", self.end, self.start)
        self.arrays += opened
        self.open_arrays = max(0, self.open_arrays + opened - self.text.count("]", self.end, self.start))
        is_there = self.start < len(self.text)
        self.is_mixed |= is_there and not self.open_arrays
        return is_there

    def skip_broken(self) -> None:
        """Go to the next line that is not indented deeper than the one at this place."""
        indent = indent_of(self.text[self.text.rfind("\n", 0, self.start) + 1 :][:INDENT])
        self.end = self.line_end(self.start)
        while self.end < len(self.text) and indent_of(self.text[self.end + 1 : self.end + INDENT]) > indent:
            self.end = self.line_end(self.end + 1)

    def line_end(self, start: int) -> int:
        end = self.text.find("\n", start)
        return len(self.text) if end < 0 else end


def indent_of(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def is_several(line: str) -> bool:
    """Return whether a line holds more than one value."""
    if not NEXT_VALUE.search(line):
        return False
    try:
        DECODER.decode(line)
    except json.JSONDecodeError as error:
        return error.msg.startswith("Extra data")
    except (ValueError, RecursionError):
        return False
    return False


def decoded(line: str) -> object:
    try:
        return DECODER.decode(line.strip())
    except (ValueError, RecursionError):
        return BROKEN


def fields_of_json(records: list[object], values: Values) -> tuple[list[Field], list[str]]:
    """Return the fields of the objects among the records, and what is to be said about the others."""
    objects = [record for record in records if isinstance(record, dict)]
    if not objects:
        raise SampleError("It holds neither JSON lines nor an array of JSON objects.")
    spelt: dict[str, list[str]] = defaultdict(list)
    for key in dict.fromkeys(key for record in objects for key in record):
        spelt[column_name_for(key)].append(key)
    columns = [[first_cell(record, keys) for record in objects] for keys in spelt.values()]
    fields, notes = fields_of([keys[0] for keys in spelt.values()], columns)
    return fields, [*notes_on(records, len(objects), values), *notes]


def notes_on(records: list[object], objects: int, values: Values) -> list[str]:
    notes = []
    if values.arrays > 1 or (values.arrays and values.is_mixed):
        several = f"{values.arrays:,} arrays" if values.arrays > 1 else "an array and values outside of it"
        notes.append(f"It holds {several}: the job reads all the objects.")
    if objects < len(records):
        others = f"{len(records) - objects:,} of {len(records):,} entries"
        notes.append(f"{others} go to quarantine: they are not JSON objects.")
    if values.broken_line:
        notes.append(f"From line {values.broken_line} on, its JSON cannot be read and goes to quarantine.")
    return notes


def first_cell(record: dict[str, object], keys: list[str]) -> Cell:
    """Return a column's cell: its key may be spelt in several ways."""
    return next((cell for key in keys if (cell := cell_of(record.get(key))) is not None), None)


def cell_of(value: object) -> Cell:
    """Return a JSON value as the job reads it: as text, null if it is null or empty."""
    if isinstance(value, bool):
        return JsonValue("true" if value else "false")
    if isinstance(value, dict | list):
        return Nested(json.dumps(value))
    if isinstance(value, JsonValue):
        return value
    return JsonText(value) if isinstance(value, str) and value else None
