"""Ask Athena on AWS: a query in a workgroup of an environment, its rows, and its result as a file."""

import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
from botocore.exceptions import ClientError
from rich.console import Console
from rich.table import Table

from dataops.project.deployment import Deployment, explained, on_aws
from dataops.report.query_result import Answer, converse, show

MOST_ROWS = 50
FIRST_WAIT, LONGEST_WAIT = 0.3, 2.0
FINAL = ("SUCCEEDED", "FAILED", "CANCELLED")
FORMATS = {".csv": "csv", ".parquet": "parquet"}
# Athena's names of types where DuckDB's differ; what is not here and no name of DuckDB stays text.
SAME = ("bigint", "smallint", "tinyint", "integer", "double", "boolean", "date", "timestamp")
OTHER = {"float": "real"}
DENIED = re.compile(r"access ?denied|not authorized|insufficient (lake formation )?permission", re.IGNORECASE)
LIMIT = re.compile(r"bytes scanned limit", re.IGNORECASE)
UNITS = ("bytes", "KB", "MB", "GB", "TB")
STEP = 1024


class RefusedQueryError(Exception):
    """A query that has no result, and why, in a sentence."""


class Ended(NamedTuple):
    """A query that succeeded: where its result is, what it scanned, in how many seconds."""

    id: str
    location: str
    returns_rows: bool
    scanned: int
    seconds: float


def query(environment: str, sql: str | None, console: Console) -> None:
    """Answer one query, or show the saved ones and ask for queries."""
    with asking(environment) as asked:
        if sql is not None:
            return show(asked.answer(sql), console)
        console.print(saved_queries(asked.athena, asked.workgroup))
        converse(asked.answer, console, (RefusedQueryError,))


def download(environment: str, sql: str, file: Path) -> None:
    """Write the whole result of one query into a new file."""
    with asking(environment) as asked, tempfile.TemporaryDirectory() as folder:
        ended = asked.run(sql)
        if not ended.returns_rows:
            raise RefusedQueryError("The query returns no rows, so there is nothing to save.")
        result = Path(folder) / "result.csv"
        bucket, _, key = ended.location.removeprefix("s3://").partition("/")
        asked.deployment.client("s3").download_file(bucket, key, str(result))
        types = types_of(asked.athena.get_query_results(QueryExecutionId=ended.id, MaxResults=1))
        print(f"{written(read(duckdb.connect(), result, types), file):,} rows are in {file}.")


@contextmanager
def asking(environment: str) -> Iterator["Asked"]:
    """Ask an environment on AWS; what goes wrong is reported in one sentence."""
    # What is asked is for people: the output of a query may go into a program.
    with redirect_stdout(sys.stderr):
        print(f"The local AWS of {environment} does not run (make local ENV={environment} starts it), so AWS is asked.")
        deployment = on_aws(environment)
    with explained(deployment):
        try:
            yield Asked(deployment, deployment.client("athena"), workgroup_of(deployment))
        except RefusedQueryError as refused:
            sys.exit(str(refused))
        except ClientError as error:
            message = error.response["Error"].get("Message", "")
            if "is not found" not in message:
                raise
            sys.exit(f"{message} Deploy this version of the project to {environment} first: docs/delivery.md.")


def workgroup_of(deployment: Deployment) -> str:
    """Return the workgroup of the caller's role; the team's own for everybody who is no reader."""
    groups = deployment.settings["queries"]["workgroups"]
    caller = deployment.client("sts").get_caller_identity()["Arn"]
    found = re.search(r":assumed-role/([^/]+)/", caller)
    role = found[1] if found else ""
    own = [each["name"] for each in groups.values() if role in [arn.rpartition("/")[2] for arn in each["roles"]]]
    return str(own[0] if own else groups["team"]["name"])


class Asked(NamedTuple):
    """An environment whose Athena answers queries in one workgroup."""

    deployment: Deployment
    athena: Any
    workgroup: str

    def answer(self, sql: str) -> Answer | None:
        """Run one query and return its first rows; None if it returns none."""
        ended = self.run(sql)
        page = self.athena.get_query_results(QueryExecutionId=ended.id, MaxResults=MOST_ROWS + 1)
        rows = [tuple(cell.get("VarCharValue") for cell in row["Data"]) for row in page["ResultSet"]["Rows"]]
        columns = page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
        if not columns:
            return None
        # Of a SELECT, the first row is the names of the columns.
        rows = rows[1:] if ended.returns_rows else rows[:MOST_ROWS]
        if page.get("NextToken"):
            print(f"These are the first {len(rows)} rows; make download saves all of them.", file=sys.stderr)
        names, types = [each["Name"] for each in columns], [each["Type"].upper() for each in columns]
        return Answer(names, types, rows, len(rows))

    def run(self, sql: str) -> Ended:
        """Run a query until it has ended; one that is interrupted is stopped."""
        database = self.deployment.names["database"]
        given = {"QueryString": sql, "WorkGroup": self.workgroup, "QueryExecutionContext": {"Database": database}}
        started = str(self.athena.start_query_execution(**given)["QueryExecutionId"])
        try:
            execution = ended_of(self.athena, started)
        except KeyboardInterrupt:
            self.athena.stop_query_execution(QueryExecutionId=started)
            raise RefusedQueryError("The query is stopped.") from None
        return self.checked(started, execution)

    def checked(self, started: str, execution: dict[str, Any]) -> Ended:
        """Print what a query scanned; raise RefusedQueryError unless it succeeded."""
        numbers = execution.get("Statistics", {})
        scanned, seconds = numbers.get("DataScannedInBytes", 0), numbers.get("TotalExecutionTimeInMillis", 0) / 1000
        print(f"Scanned {size(scanned)} in {seconds:.1f} s, workgroup {self.workgroup}.", file=sys.stderr)
        status = execution["Status"]
        if status["State"] != "SUCCEEDED":
            limit = self.deployment.settings["queries"]["most_scanned"]
            raise RefusedQueryError(reason(status.get("StateChangeReason", ""), status["State"], limit))
        location = execution["ResultConfiguration"]["OutputLocation"]
        return Ended(started, location, execution.get("StatementType") == "DML", scanned, seconds)


def ended_of(athena: Any, started: str) -> dict[str, Any]:
    """Return a query's execution, as soon as it has ended."""
    wait = FIRST_WAIT
    while True:
        execution: dict[str, Any] = athena.get_query_execution(QueryExecutionId=started)["QueryExecution"]
        if execution["Status"]["State"] in FINAL:
            return execution
        time.sleep(wait)
        wait = min(wait * 1.5, LONGEST_WAIT)


def reason(said: str, state: str, limit: int) -> str:
    """Return why a query has no result, and what to do where that is known."""
    words = " ".join(said.split()) or f"The query ended as {state}."
    if LIMIT.search(words):
        return (
            f"The query would scan more than {size(limit)} and was cancelled. Name fewer columns, or filter by the "
            "column of `partition_by`; `queries: most_scanned` in project.yaml is the limit."
        )
    if DENIED.search(words):
        return f"{words} Your role may query what `readers` in project.yaml grants it: docs/using.md."
    return words


def saved_queries(athena: Any, workgroup: str) -> Table:
    """Return the saved queries of a workgroup, as a table."""
    pages = athena.get_paginator("list_named_queries").paginate(WorkGroup=workgroup)
    table = Table("saved query", "SQL", box=None)
    found = [athena.get_named_query(NamedQueryId=id)["NamedQuery"] for page in pages for id in page["NamedQueryIds"]]
    for each in sorted(found, key=lambda each: each["Name"]):
        table.add_row(each["Name"], each["QueryString"])
    return table


def size(count: float) -> str:
    """Return a number of bytes for people: 1.2 GB."""
    for unit in UNITS[:-1]:
        if count < STEP:
            return f"{count:.0f} {unit}" if unit == UNITS[0] else f"{count:.3g} {unit}"
        count /= STEP
    return f"{count:.3g} {UNITS[-1]}"


def new_file(to: str) -> Path:
    """Return the file that a result is saved in; a name that cannot be used ends the command."""
    file = Path(to)
    if file.suffix not in FORMATS:
        sys.exit(f"TO={to}: the name must end with .csv or .parquet.")
    if file.exists():
        sys.exit(f"TO={to}: this file exists; choose another name.")
    if not file.absolute().parent.is_dir():
        sys.exit(f"TO={to}: there is no folder {file.parent}.")
    return file


def types_of(page: dict[str, Any]) -> dict[str, str]:
    """Return the columns of a result with the types that DuckDB has for them."""
    columns = page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    return {each["Name"]: type_of(each) for each in columns}


def type_of(column: dict[str, Any]) -> str:
    """Return DuckDB's name of a column's type; times with a zone, arrays and the like stay text."""
    name = column["Type"]
    if name == "decimal":
        return f"decimal({column['Precision']},{column['Scale']})"
    return OTHER.get(name, name if name in SAME else "varchar")


def read(connection: duckdb.DuckDBPyConnection, result: Path, types: dict[str, str]) -> duckdb.DuckDBPyRelation:
    """Read a result as Athena writes it: every value in quotes, and a missing one without."""
    form = "header = true, all_varchar = true, quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false"
    quoted = {f'"{name.replace(chr(34), chr(34) * 2)}"': kind for name, kind in types.items()}
    casts = ", ".join(f"{name}::{kind} as {name}" for name, kind in quoted.items())
    source = result.as_posix().replace("'", "''")
    return connection.query(f"select {casts} from read_csv('{source}', {form})")


def written(found: duckdb.DuckDBPyRelation, file: Path) -> int:
    """Write rows as CSV or Parquet, complete or not at all; return their number."""
    part = file.with_name(f".{file.name}.part")
    try:
        if FORMATS[file.suffix] == "csv":
            found.write_csv(str(part), header=True)
        else:
            found.write_parquet(str(part))
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return int(found.aggregate("count(*)").fetchall()[0][0])
