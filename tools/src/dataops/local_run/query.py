"""Query with SQL what was published: the local AWS of an environment if it runs here, else Athena on AWS."""

import json
import os
import sys
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import click
import duckdb
import pyarrow
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from dataops.local_platform import Platform
from dataops.local_run.query_views import quoted, views
from dataops.operations import athena
from dataops.project import PROJECT
from dataops.project.running import folder_of, running_platform
from dataops.project.terraform import refuse_unknown_environment
from dataops.report.query_result import UNLIMITED, Answer, converse, glance, in_one_line, show, table_of

MOST_ROWS = 50
PREVIEW_ROWS = 3
REFUSED = (duckdb.Error, FileNotFoundError)
LEDGER = pyarrow.schema(
    [
        *((name, pyarrow.string()) for name in ("dataset", "key", "state", "reason", "run")),
        ("attempts", pyarrow.int64()),
        ("size", pyarrow.int64()),
        *((name, pyarrow.string()) for name in ("uploaded_at", "updated_at", "version_id", "file")),
    ]
)


class Source(NamedTuple):
    """The data of queries: the folder of an environment and its running DynamoDB."""

    folder: Path
    dynamodb: Any


@click.command(help=__doc__)
@click.option("--environment", required=True, help="whose data: a name from project.yaml")
@click.option("--sql", help="one query; without it you are asked for queries")
def main(environment: str, sql: str | None) -> None:
    """Answer one query, or show what there is and ask for queries."""
    refuse_unknown_environment(PROJECT, environment)
    # Piped output needs whole values, one row per line.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else UNLIMITED)
    platform = running_platform(environment)
    if platform is None:
        return athena.query(environment, sql, console)
    connection, source = database(), source_of(environment, platform)
    try:
        names = refresh(connection, source)
        if sql is not None:
            return show(answer(connection, sql), console)
    except REFUSED as error:
        sys.exit(in_one_line(error))
    preview(connection, names, console)
    converse(lambda sql: answer_now(connection, source, sql), console, REFUSED)


@click.command(help="Save the result of a query as a file: of the local AWS if it runs here, else of Athena on AWS.")
@click.option("--environment", required=True, help="whose data: a name from project.yaml")
@click.option("--sql", help="one query that returns rows")
@click.option("--to", help="the file: its name ends with .csv or .parquet")
def download(environment: str, sql: str | None, to: str | None) -> None:
    """Write one result into a new file."""
    refuse_unknown_environment(PROJECT, environment)
    if not sql or not to:
        sys.exit('Name a query and a file: make download SQL="select * from orders" TO=orders.csv')
    file = athena.new_file(to)
    platform = running_platform(environment)
    if platform is None:
        return athena.download(environment, sql, file)
    connection = database()
    try:
        refresh(connection, source_of(environment, platform))
        print(f"{copied(connection, sql, file):,} rows are in {file}.")
    except REFUSED as error:
        sys.exit(in_one_line(error))


def source_of(environment: str, platform: Platform) -> Source:
    """Return the data of the local AWS of an environment."""
    # boto3 would look for the user's own profile, which is irrelevant here.
    os.environ.pop("AWS_PROFILE", None)
    return Source(folder_of(environment), boto3.resource("dynamodb", **platform.access).meta.client)


def copied(connection: duckdb.DuckDBPyConnection, sql: str, file: Path) -> int:
    """Write the result of a query as CSV or Parquet; return the number of its rows."""
    found = connection.sql(sql)
    if found is None:
        raise duckdb.InvalidInputException("The query returns no rows, so there is nothing to save.")
    return athena.written(found, file)


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
