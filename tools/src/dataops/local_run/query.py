"""Query with SQL everything that the local AWS has published, quarantined and recorded."""

import contextlib
import json
import os
import sys
from collections.abc import Callable
from itertools import accumulate, takewhile
from pathlib import Path
from typing import Any, Literal, NamedTuple

import boto3
import click
import duckdb
import pyarrow
from rich.box import SIMPLE
from rich.cells import cell_len
from rich.console import Console
from rich.measure import Measurement
from rich.table import Column, Table
from rich.text import Text

from dataops.local_run.query_views import quoted, views
from dataops.project import PROJECT
from dataops.project.running import folder_of, running_platform
from dataops.project.terraform import refuse_unknown_environment
from dataops.report.report_text import printable

MOST_ROWS = 50
PREVIEW_ROWS = 3
GLANCE = 24
COLUMN_GAP = 3
UNLIMITED = 100_000
NUMBERS = ("DECIMAL", "DOUBLE", "FLOAT", "HUGEINT", "BIGINT", "INTEGER", "SMALLINT", "TINYINT")
LEDGER = pyarrow.schema(
    [
        *((name, pyarrow.string()) for name in ("dataset", "key", "state", "reason", "run")),
        ("attempts", pyarrow.int64()),
        ("size", pyarrow.int64()),
        *((name, pyarrow.string()) for name in ("uploaded_at", "updated_at", "version_id", "file")),
    ]
)


class Answer(NamedTuple):
    """The first rows of a result as texts, and the number of all rows."""

    columns: list[str]
    types: list[str]
    rows: list[tuple[str | None, ...]]
    total: int


class Source(NamedTuple):
    """The data of queries: the folder of an environment and its running DynamoDB."""

    folder: Path
    dynamodb: Any


@click.command(help=__doc__)
@click.option("--environment", required=True, help="whose data: a name from project.yaml")
@click.option("--sql", help="one query; without it you are asked for queries")
def main(environment: str, sql: str | None) -> None:
    """Answer one query, or show the views and ask for queries."""
    refuse_unknown_environment(PROJECT, environment)
    platform = running_platform(environment)
    if platform is None:
        command = f"make local ENV={environment}"
        sys.exit(f"The local AWS of {environment} is not running: start it with `{command}`.")
    # boto3 would look for the user's own profile, which is irrelevant here.
    os.environ.pop("AWS_PROFILE", None)
    source = Source(folder_of(environment), boto3.resource("dynamodb", **platform.access).meta.client)
    # Piped output needs whole values, one row per line.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else UNLIMITED)
    connection = database()
    try:
        names = refresh(connection, source)
        if sql is not None:
            return show(answer(connection, sql), console)
    except (duckdb.Error, FileNotFoundError) as error:
        sys.exit(in_one_line(error))
    preview(connection, names, console)
    converse(lambda sql: answer_now(connection, source, sql), console)


def database() -> duckdb.DuckDBPyConnection:
    """A database in memory that shows times in UTC, as Athena does, and installs no extensions."""
    connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    connection.execute("set TimeZone = 'UTC'")
    return connection


def refresh(connection: duckdb.DuckDBPyConnection, source: Source) -> list[str]:
    """Update the views to the present data; return their names."""
    note = source.folder / "job_settings.json"
    if not note.exists():
        raise FileNotFoundError("The local AWS has no datasets yet: wait until `make local` has created them.")
    selects = views(json.loads(note.read_text(encoding="utf-8")), source.folder / "storage")
    for name, select in selects.items():
        connection.execute(f"create or replace view {quoted(name)} as {select}")
    if "ledger" not in selects:
        connection.register("ledger", pyarrow.Table.from_pylist(ledger_rows(source.dynamodb), LEDGER))
    return sorted({*selects, "ledger"})


def ledger_rows(dynamodb: Any) -> list[dict[str, Any]]:
    """The ledger's rows of files, without its internal rows of keys, runs and datasets."""
    tables = [name for name in dynamodb.list_tables()["TableNames"] if name.endswith("-ledger")]
    pages = [page for name in tables for page in dynamodb.get_paginator("scan").paginate(TableName=name)]
    items = [item for page in pages for item in page["Items"] if "key" in item]
    # DynamoDB's numbers come as decimals.
    return sorted(
        ({**item, "attempts": int(item["attempts"]), "size": int(item["size"])} for item in items),
        key=lambda item: (item["dataset"], item["uploaded_at"], item["key"]),
    )


def answer_now(connection: duckdb.DuckDBPyConnection, source: Source, sql: str) -> Answer | None:
    """Answer a query from the present data."""
    refresh(connection, source)
    return answer(connection, sql)


def answer(connection: duckdb.DuckDBPyConnection, sql: str, rows: int = MOST_ROWS) -> Answer | None:
    """Run one query; None if it has no result."""
    asked = connection.sql(sql)
    if asked is None:
        return None
    # DuckDB itself writes the values as texts: its Python values of some types need more packages.
    result = asked.to_arrow_table()
    found = connection.from_arrow(result)
    texts = found.limit(rows).project("columns(*)::varchar").fetchall()
    return Answer(list(result.column_names), [str(kind) for kind in found.types], texts, result.num_rows)


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


def preview(connection: duckdb.DuckDBPyConnection, names: list[str], console: Console) -> None:
    """Print a few lines of each view that has any, then the names of all views."""
    table = Table("view", Column("rows", justify="right"), box=SIMPLE)
    for name in names:
        try:
            found = answer(connection, f"from {quoted(name)}", PREVIEW_ROWS)
        except duckdb.Error as error:
            table.add_row(Text(name), Text(in_one_line(error)))
            continue
        if found and found.rows:
            left, left_out = glance(found, console.width)
            more = f"; more columns: {', '.join(left_out)}" if left_out else ""
            console.print(table_of(left, f"{name}{more}"))
        table.add_row(Text(name), f"{found.total if found else 0:,}")
    console.print(table)


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


def converse(ask: Callable[[str], Answer | None], console: Console) -> None:
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
        except (duckdb.Error, FileNotFoundError) as error:
            console.print(in_one_line(error), markup=False)


def in_one_line(error: Exception) -> str:
    """The error message, without the excerpt of the query below it."""
    lines = takewhile(lambda line: not line.startswith("LINE "), str(error).splitlines())
    return printable(" ".join(line.strip() for line in lines if line.strip()))
