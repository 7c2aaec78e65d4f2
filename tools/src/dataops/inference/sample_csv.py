"""Reads the records of a CSV sample by the job's own definition (files/steps/csv_records.py of the project)."""

import csv
import io
import itertools
from collections import Counter, deque
from collections.abc import Iterator
from typing import TextIO

from dataops.inference.column_types import type_of
from dataops.inference.sample_fields import Cell, Field, SampleError, fields_of, is_a_name, listed

DELIMITERS = (",", ";", "\t", "|")
ROWS_LOOKED_AT = 10_000
# So much of a file is searched for the end of a cell whose quotation mark is open.
LONGEST_CELL = 131_072
YEARS = range(1900, 2101)
# So many values show what kind a column's are.
ROWS_COMPARED = 200
KIND_OF_TYPE = {
    **dict.fromkeys(("bigint", "double", "decimal"), "number"),
    **dict.fromkeys(("date", "timestamp"), "date"),
    "boolean": "boolean",
}


class Records:
    """The records of a text as lists of cells, None for one that cannot be split; `line` is where the last began."""

    def __init__(self, text: Iterator[str], delimiter: str) -> None:
        self.text, self.delimiter = text, delimiter
        self.waiting: deque[str] = deque()
        self.taken: list[str] = []
        self.line, self.next_line = 1, 1
        self.open_quotes: list[int] = []

    def lines(self) -> Iterator[str]:
        """Return the lines, and note which belong to the record that is read."""
        length = 0
        while length <= LONGEST_CELL:
            line = self.waiting.popleft() if self.waiting else next(self.text, "")
            if not line:
                return
            self.taken.append(line)
            length += len(line)
            yield line

    def __iter__(self) -> Iterator[list[str] | None]:
        while True:
            self.taken, self.line = [], self.next_line
            row = self.one()
            if not self.taken:
                return
            self.next_line += len(self.taken)
            if row is None or any(map(str.strip, row)):
                yield row

    def one(self) -> list[str] | None:
        """Return the cells of the next record; of one whose quotation mark stays open, only the first line is taken."""
        reader = csv.reader(self.lines(), delimiter=self.delimiter, strict=True)
        try:
            return next(reader, None)
        except csv.Error as error:
            if "expected after" not in str(error):
                self.open_quotes.append(self.line)
                self.waiting.extendleft(reversed(self.taken[1:]))
                del self.taken[1:]
            return None


def fitting_delimiters(beginning: str, cut: bool) -> tuple[str, ...]:
    """Return the delimiters that give nearly every line the width of the header, the widest first; else a comma."""
    widths: dict[str, int] = {}
    for delimiter in DELIMITERS:
        lines = [row for row in Records(io.StringIO(beginning, newline=""), delimiter) if row]
        lines = lines[:-1] if cut and len(lines) > 1 else lines
        width = len(lines[0]) if lines else 0
        if width > 1 and sum(len(line) == width for line in lines) >= 0.9 * len(lines):
            widths[delimiter] = width
    return tuple(sorted(widths, key=lambda delimiter: -widths[delimiter])) or (",",)


class CsvContent:
    """What the first rows of a CSV file hold: fields, the rows read, whether that is all, and what is to be said."""

    def __init__(self, text: TextIO, delimiter: str, has_header: bool | None) -> None:
        self.records = Records(text, delimiter)
        found = iter(self.records)
        first = next(found, [])
        if first is None:
            raise SampleError(
                "The quotation marks in its first line do not separate fields: the job refuses such a file."
            )
        if not first:
            raise SampleError("It holds no line with a value.")
        rows = list(itertools.islice(found, ROWS_LOOKED_AT))
        self.whole = next(found, []) == []
        right = [row for row in rows if row is not None and len(row) == len(first)]
        self.notes = notes_on(rows, right, first, self.records.open_quotes)
        self.has_header = names_columns(first, right) if has_header is None else has_header
        right = right if self.has_header else [first, *right]
        if rows and not right:
            raise SampleError(self.notes[0])
        self.rows = len(rows) + (not self.has_header)
        columns: list[list[Cell]] = [[row[n] or None for row in right] for n in range(len(first))]
        self.fields = self.named(first, columns) if self.has_header else self.numbered(first, columns)

    def named(self, header: list[str], columns: list[list[Cell]]) -> list[Field]:
        fields, further = fields_of(header, columns)
        self.notes += further
        return fields

    def numbered(self, first: list[str], columns: list[list[Cell]]) -> list[Field]:
        self.notes.append(
            f"Its first line, {listed(first)}, has values, not names: the job reads the columns by their position "
            "(header: false). Give them names."
        )
        return [Field(f"column_{number}", "", cells) for number, cells in enumerate(columns, 1)]


def notes_on(
    rows: list[list[str] | None], right: list[list[str]], header: list[str], open_quotes: list[int]
) -> list[str]:
    """Return the sentences about rows that are not as the header says."""
    notes = []
    widths = Counter(len(row) for row in rows if row is not None and len(row) != len(header))
    if widths:
        (most, times), other = widths.most_common(1)[0], widths.total()
        unnamed = " R writes such files: the column of row names has no header." if most == len(header) + 1 else ""
        notes.append(
            f"{other:,} of {len(rows):,} rows go to quarantine: they do not have the header's {len(header)} fields, "
            f"but mostly {most}.{unnamed if times > len(right) else ''}"
        )
    if open_quotes:
        where = f"line{'s' * (len(open_quotes) > 1)} {', '.join(map(str, open_quotes[:4]))}"
        notes.append(f"A quotation mark in {where} is never closed: that line goes to quarantine.")
    broken = rows.count(None) - len(open_quotes)
    if broken > 0:
        what = f"{broken:,} of {len(rows):,} rows"
        notes.append(f"{what} go to quarantine: they continue after a closing quotation mark.")
    return notes


def names_columns(first: list[str], rows: list[list[str]]) -> bool:
    """Return whether a first line holds names: a value is one of the type of those below it, a name is not."""
    columns = [
        (cell, [row[number] for row in rows[:ROWS_COMPARED] if row[number]]) for number, cell in enumerate(first)
    ]
    typed = [(cell, values) for cell, values in columns if cell.strip() and kind_of(values) != "string"]
    if typed:
        return any(kind_of([cell]) != kind_of(values) for cell, values in typed) or are_years(typed)
    named = [cell for cell in first if cell.strip()]
    return not named or 2 * sum(map(is_a_name, named)) > len(named)


def kind_of(values: list[str]) -> str:
    """Return what values are: number, date, boolean or string."""
    found = {type_of("", values, decimal).choices[0].type.partition("(")[0] for decimal in ".,"} if values else set()
    kinds = {KIND_OF_TYPE.get(each, "string") for each in found} - {"string"}
    return min(kinds, default="string")


def are_years(typed: list[tuple[str, list[str]]]) -> bool:
    """Return whether the first line's numbers are years above columns that hold other numbers."""
    years = [cell for cell, _ in typed if is_year(cell)]
    values = [value for cell, column in typed if is_year(cell) for value in column]
    return len(set(years)) == len(years) == len(typed) and not all(map(is_year, values))


def is_year(text: str) -> bool:
    return text.isascii() and text.isdecimal() and int(text[:5]) in YEARS
