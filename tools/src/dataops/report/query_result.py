"""The result of a query as people read it, and the prompt that asks for queries."""

import contextlib
from collections.abc import Callable
from itertools import accumulate, takewhile
from typing import Literal, NamedTuple

from rich.box import SIMPLE
from rich.cells import cell_len
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from dataops.report.report_text import printable

GLANCE = 24
COLUMN_GAP = 3
UNLIMITED = 100_000
NUMBERS = ("DECIMAL", "DOUBLE", "FLOAT", "HUGEINT", "BIGINT", "INTEGER", "SMALLINT", "TINYINT")


class Answer(NamedTuple):
    """The first rows of a result as texts, and the number of all rows."""

    columns: list[str]
    types: list[str]
    rows: list[tuple[str | None, ...]]
    total: int


def show(found: Answer | None, console: Console) -> None:
    """Print a result: as a table if its columns fit side by side, else row by row."""
    if found is None:
        return
    table = table_of(found, widest=console.width // 2)
    everything = console.options.update(width=UNLIMITED, max_width=UNLIMITED)
    if Measurement.get(console, everything, table).maximum <= console.width:
        console.print(table)
    else:
        for row in found.rows:
            console.print(record_of(found.columns, row), "")
    if found.total > len(found.rows):
        console.print(f"and {found.total - len(found.rows):,} more")


def table_of(found: Answer, title: str = "", widest: int | None = None) -> Table:
    """A result with one line per row, unless a value is longer than its column may be wide."""
    table = Table(title=Text(title) if title else None, title_justify="left", box=SIMPLE)
    for name, kind in zip(found.columns, found.types, strict=True):
        justify: Literal["right", "left"] = "right" if kind.startswith(NUMBERS) else "left"
        table.add_column(Text(printable(name)), justify=justify, overflow="fold", max_width=widest)
    for row in found.rows:
        table.add_row(*map(cell, row))
    return table


def record_of(columns: list[str], row: tuple[str | None, ...]) -> Table:
    """One row with one line per column."""
    record = Table.grid("", "", padding=(0, 2))
    for name, value in zip(columns, row, strict=True):
        record.add_row(Text(printable(name), "dim"), cell(value))
    return record


def cell(value: str | None) -> Text:
    """One value, with a terminal's control characters made visible."""
    return Text("null", "dim") if value is None else Text(printable(value))


def glance(found: Answer, width: int) -> tuple[Answer, list[str]]:
    """As many columns as fit with shortened values, and the names of the others."""
    rows = [tuple(value and shorten(printable(value)) for value in row) for row in found.rows]
    columns = zip(found.columns, *rows, strict=True)
    widths = [max(cell_len(value or "null") for value in column) + COLUMN_GAP for column in columns]
    fitting = sum(end <= width for end in accumulate(widths, initial=COLUMN_GAP)) - 1
    kept = Answer(found.columns[:fitting], found.types[:fitting], [row[:fitting] for row in rows], found.total)
    return kept, found.columns[fitting:]


def shorten(value: str) -> str:
    """A value cut to a length at which several fit side by side; the end of a file's address is the useful part."""
    half = GLANCE // 2
    return value if len(value) <= GLANCE else f"{value[: half - 1]}…{value[-half:]}"


def converse(ask: Callable[[str], Answer | None], console: Console, refused: tuple[type[Exception], ...]) -> None:
    """Ask for queries until `exit` or the end of the input; an invalid query prints one line."""
    with contextlib.suppress(ImportError):
        # The import alone adds a history and line editing to the prompt; Windows has no readline.
        import readline  # noqa: F401
    console.print("SQL, one query a line; `exit` or Ctrl-D ends.")
    while True:
        try:
            sql = input("sql> ").strip()
            if sql.rstrip(";").lower() in ("exit", "quit"):
                return
            show(ask(sql) if sql else None, console)
        except EOFError:
            return console.print()
        except KeyboardInterrupt:
            console.print()
        except refused as error:
            console.print(in_one_line(error), markup=False)


def in_one_line(error: Exception) -> str:
    """The error message, without the excerpt of the query below it."""
    lines = takewhile(lambda line: not line.startswith("LINE "), str(error).splitlines())
    return printable(" ".join(line.strip() for line in lines if line.strip()))
