"""`dataops query` and `dataops download` on AWS: an Athena that answers in the forms of its API Reference."""

import io
from pathlib import Path
from typing import Any

import duckdb
import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from dataops.operations import athena
from dataops.project.deployment import Deployment

LOCATION = "s3://acme-dev-query-result/acme-dev-readers/1.csv"
ROLE = "arn:aws:iam::111111111111:role/team/Analysts"
SETTINGS: dict[str, Any] = {
    "names": {"database": "acme_dev"},
    "queries": {
        "most_scanned": 100 * 1024**3,
        "workgroups": {
            "team": {"name": "acme-dev", "roles": []},
            "readers": {"name": "acme-dev-readers", "roles": [ROLE]},
        },
    },
}
COLUMNS = [
    {"Name": "id", "Type": "bigint", "Precision": 19, "Scale": 0},
    {"Name": "amount", "Type": "decimal", "Precision": 12, "Scale": 2},
    {"Name": "seen_at", "Type": "timestamp", "Precision": 3, "Scale": 0},
    {"Name": "tags", "Type": "array", "Precision": 0, "Scale": 0},
    {"Name": 'a "note"', "Type": "varchar", "Precision": 0, "Scale": 0},
]
# As Athena writes a result: every value in quotes, a missing one as nothing.
CSV = """"id","amount","seen_at","tags","a ""note\"\""
"1","1.50","2026-03-01 12:00:00.000","[a, b]","it's ""quoted"", and
two lines"
"2",,,,""
"""


class Athena:
    """Athena, STS and S3 of one account; every query ends as it is given."""

    def __init__(self, state: str = "SUCCEEDED", said: str = "", caller: str = "assumed-role/Analysts/ann") -> None:
        self.states = ["QUEUED", "RUNNING", state]
        self.said, self.caller, self.rows, self.kind = said, caller, [["1", None]], "DML"
        self.started: list[dict[str, Any]] = []
        self.stopped: list[str] = []

    def get_caller_identity(self) -> dict[str, str]:
        return {"Arn": f"arn:aws:sts::111111111111:{self.caller}", "Account": "111111111111"}

    def start_query_execution(self, **given: Any) -> dict[str, str]:
        self.started.append(given)
        return {"QueryExecutionId": "1"}

    def get_query_execution(self, **_: Any) -> dict[str, Any]:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return {
            "QueryExecution": {
                "Status": {"State": state, "StateChangeReason": self.said},
                "StatementType": self.kind,
                "Statistics": {"DataScannedInBytes": 1536 * 1024, "TotalExecutionTimeInMillis": 2500},
                "ResultConfiguration": {"OutputLocation": LOCATION},
            }
        }

    def get_query_results(self, **given: Any) -> dict[str, Any]:
        head = [[each["Name"] for each in COLUMNS]] if self.kind == "DML" else []
        rows = [
            {"Data": [{"VarCharValue": cell} if cell is not None else {} for cell in row]} for row in head + self.rows
        ]
        found = {"ResultSet": {"Rows": rows[: given["MaxResults"]], "ResultSetMetadata": {"ColumnInfo": COLUMNS}}}
        return found | ({"NextToken": "more"} if len(rows) > given["MaxResults"] else {})

    def stop_query_execution(self, **given: str) -> None:
        self.stopped.append(given["QueryExecutionId"])

    def download_file(self, bucket: str, key: str, path: str) -> None:
        assert f"s3://{bucket}/{key}" == LOCATION
        Path(path).write_text(CSV, encoding="utf-8")

    def get_paginator(self, operation: str) -> Any:
        assert operation == "list_named_queries"
        return self

    def paginate(self, **given: str) -> list[dict[str, Any]]:
        return [{"NamedQueryIds": [given["WorkGroup"]]}]

    def get_named_query(self, **given: str) -> dict[str, Any]:
        return {"NamedQuery": {"Name": "orders/head", "QueryString": f"select 1 -- {given['NamedQueryId']}"}}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(athena.time, "sleep", lambda _: None)


def ask(monkeypatch: pytest.MonkeyPatch, aws: Athena, sql: str | None = "select * from orders") -> str:
    """What is printed as the answer to a query."""
    written = io.StringIO()
    deploy(monkeypatch, aws)
    athena.query("dev", sql, Console(file=written, width=200))
    return written.getvalue()


def deploy(monkeypatch: pytest.MonkeyPatch, aws: Athena) -> None:
    monkeypatch.setattr(Deployment, "client", lambda *_: aws)
    monkeypatch.setattr(athena, "on_aws", lambda name: Deployment(name, SETTINGS, {}))


def test_the_rows_are_the_output_and_what_was_scanned_is_printed_beside_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    aws = Athena()
    aws.rows = [["1", "1.50", "2026-03-01", "[a]", None]]

    out = ask(monkeypatch, aws)

    assert [line.split() for line in out.splitlines() if "1.50" in line] == [["1", "1.50", "2026-03-01", "[a]", "null"]]
    assert out.count("amount") == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "make local ENV=dev" in printed.err
    assert "Scanned 1.5 MB in 2.5 s, workgroup acme-dev-readers." in printed.err
    assert aws.started[0]["QueryExecutionContext"] == {"Database": "acme_dev"}


@pytest.mark.parametrize(
    ("caller", "workgroup"),
    [
        ("assumed-role/Analysts/ann", "acme-dev-readers"),
        ("assumed-role/Admin/ann", "acme-dev"),
        ("user/ann", "acme-dev"),
    ],
)
def test_a_reader_asks_in_the_workgroup_of_its_role_and_everybody_else_in_the_teams(
    monkeypatch: pytest.MonkeyPatch, caller: str, workgroup: str
) -> None:
    aws = Athena(caller=caller)

    ask(monkeypatch, aws)

    assert aws.started[0]["WorkGroup"] == workgroup


def test_a_long_result_shows_its_first_rows_and_how_to_get_all(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    aws = Athena()
    aws.rows = [[f"row-{number}", "", "", "", ""] for number in range(60)]

    assert ask(monkeypatch, aws).count("row-") == 50
    assert "These are the first 50 rows; make download saves all of them." in capsys.readouterr().err


def test_what_is_no_select_has_no_header_row(monkeypatch: pytest.MonkeyPatch) -> None:
    aws = Athena()
    aws.kind, aws.rows = "UTILITY", [["first", "", "", "", ""]]

    assert "first" in ask(monkeypatch, aws, "show tables")


@pytest.mark.parametrize(
    ("state", "said", "sentence"),
    [
        (
            "FAILED",
            "SYNTAX_ERROR: line 1:8: Column 'x' cannot be resolved",
            "SYNTAX_ERROR: line 1:8: Column 'x' cannot be",
        ),
        ("CANCELLED", "Query cancelled! : Bytes scanned limit was exceeded", "more than 100 GB and was cancelled."),
        ("FAILED", "Access Denied (Service: Amazon S3; Status Code: 403)", "`readers` in project.yaml"),
        ("FAILED", "User is not authorized to perform: glue:GetTable", "`readers` in project.yaml"),
        ("CANCELLED", "", "The query ended as CANCELLED."),
    ],
)
def test_a_query_without_a_result_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, state: str, said: str, sentence: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        ask(monkeypatch, Athena(state, said))

    assert sentence in str(ended.value.code)
    assert "\n" not in str(ended.value.code)


def test_an_interrupted_query_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    aws = Athena("RUNNING")

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(athena.time, "sleep", interrupted)
    with pytest.raises(SystemExit) as ended:
        ask(monkeypatch, aws)

    assert (ended.value.code, aws.stopped) == ("The query is stopped.", ["1"])


@pytest.mark.parametrize(
    ("code", "message", "sentence"),
    [
        (
            "InvalidRequestException",
            "WorkGroup acme-dev is not found.",
            "Deploy this version of the project to dev first",
        ),
        ("AccessDeniedException", "not authorized", "Your AWS credentials do not allow StartQueryExecution"),
    ],
)
def test_a_refused_call_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, code: str, message: str, sentence: str
) -> None:
    aws = Athena()

    def refused(**_: Any) -> dict[str, str]:
        raise ClientError({"Error": {"Code": code, "Message": message}}, "StartQueryExecution")

    monkeypatch.setattr(aws, "start_query_execution", refused)
    with pytest.raises(SystemExit) as ended:
        ask(monkeypatch, aws)

    assert sentence in str(ended.value.code)


def test_without_a_query_the_saved_ones_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", ended)

    assert "orders/head" in ask(monkeypatch, Athena(), None)


@pytest.mark.parametrize("name", ["result.csv", "result.parquet"])
def test_a_result_is_saved_with_its_types_and_missing_values_stay_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    deploy(monkeypatch, Athena())

    athena.download("dev", "select * from orders", tmp_path / name)

    found = duckdb.connect().query(f"from '{tmp_path / name}'")
    assert found.columns == ["id", "amount", "seen_at", "tags", 'a "note"']
    assert [str(row[0]) for row in found.fetchall()] == ["1", "2"]
    assert found.fetchall()[0][4] == 'it\'s "quoted", and\ntwo lines'
    assert found.fetchall()[1][1:4] == (None, None, None)
    if name == "result.parquet":
        assert [str(kind) for kind in found.types] == ["BIGINT", "DECIMAL(12,2)", "TIMESTAMP", "VARCHAR", "VARCHAR"]
        assert found.fetchall()[1][4] == ""


def test_what_returns_no_rows_is_not_saved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    aws = Athena()
    aws.kind = "DDL"
    deploy(monkeypatch, aws)

    with pytest.raises(SystemExit) as ended:
        athena.download("dev", "drop table x", tmp_path / "a.csv")

    assert "returns no rows" in str(ended.value.code)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (1536, "1.5 KB"), (100 * 1024**3, "100 GB"), (1024**4, "1 TB")],
)
def test_a_size_is_in_a_unit_that_people_read(count: int, words: str) -> None:
    assert athena.size(count) == words
