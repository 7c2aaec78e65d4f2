"""Queries of the local AWS: the views over its files, and the answers of the command."""

import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import boto3
import duckdb
import pytest
from moto.server import ThreadedMotoServer
from rich.console import Console

from dataops.local_platform import Platform
from dataops.local_run import query
from dataops.local_run.query_views import quoted, text, views

OUTPUT, QUARANTINE = "acme-dev-output", "acme-dev-quarantine"
COLUMNS = {"id": "bigint", "day": "date", "v": "string"}
Rows = list[tuple[Any, ...]]


def settings(dataset: str = "orders", columns: dict[str, str] = COLUMNS, **changes: Any) -> dict[str, Any]:
    """The settings of a dataset that the views need."""
    declared = [{"name": name, "type": kind} for name, kind in columns.items()]
    common = {"dataset": dataset, "columns": declared, "primary_key": ["id"], "newest_by": None}
    return {**common, "output_bucket": OUTPUT, "quarantine_bucket": QUARANTINE, **changes}


def publish(storage: Path, batch: str, rows: str, folders: str = "", commit: bool = True) -> None:
    """Write one batch of orders as the job does; rows is a SELECT."""
    folder = storage / OUTPUT / "orders" / f"batch_id={batch}" / folders
    folder.mkdir(parents=True, exist_ok=True)
    duckdb.execute(f"copy ({rows}) to {text((folder / 'part-0.parquet').as_posix())} (format parquet)")
    if commit:
        path = storage / OUTPUT / "_commits" / "orders" / f"{batch}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        content = {"version": 1, "dataset": "orders", "batch": batch, "run": f"{batch}-1", "rows": 1, "data": "s3://"}
        path.write_text(json.dumps(content))


def row(id: int, v: str, uploaded: str = "2026-03-01", file: str = "a.csv", line: int = 2, order: str = "") -> str:
    """A published row as a SELECT."""
    source = f"'{file}' as _file, {line}::bigint as _line, timestamptz '{uploaded} 00:00:00+00' as _uploaded_at"
    source += f", '{order}' as _sequencer" if order else ""
    return f"select {id}::bigint as id, date '2026-03-01' as day, {text(v)} as v, {source}"


def ask(storage: Path, sql: str, *datasets: dict[str, Any]) -> Rows:
    """Create the views and run one query."""
    connection = query.database()
    for name, select in views({each["dataset"]: each for each in datasets or (settings(),)}, storage).items():
        connection.execute(f"create view {quoted(name)} as {select}")
    found = query.answer(connection, sql)
    return list(found.rows) if found else []


def test_only_committed_batches_are_seen_and_every_batch_is_in_batches(tmp_path: Path) -> None:
    publish(tmp_path, "b1", row(1, "committed"))
    publish(tmp_path, "b2", row(2, "not yet"), commit=False)

    assert ask(tmp_path, "select v from orders") == [("committed",)]
    assert ask(tmp_path, "select batch_id, v from orders_batches order by 1") == [
        ("b1", "committed"),
        ("b2", "not yet"),
    ]
    assert ask(tmp_path, "select batch, run, rows from orders_commits") == [("b1", "b1-1", "1")]


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (row(1, "older", uploaded="2026-03-01"), row(1, "newer", uploaded="2026-03-02")),
        (row(1, "older", file="b.csv", order="0A"), row(1, "newer", file="a.csv", order="0F")),
        (row(1, "from before this column", file="b.csv"), row(1, "newer", file="a.csv", order="0F")),
        (row(1, "older", file="a.csv"), row(1, "newer", file="b.csv")),
        (row(1, "older", line=2), row(1, "newer", line=3)),
    ],
)
def test_of_each_key_the_row_of_the_latest_upload_version_file_and_line_is_the_newest(
    tmp_path: Path, older: str, newer: str
) -> None:
    publish(tmp_path, "b1", newer)
    publish(tmp_path, "b2", older)

    assert ask(tmp_path, "select v from orders") == [("newer",)]


def test_newest_by_comes_before_the_upload_and_a_missing_value_is_the_oldest(tmp_path: Path) -> None:
    publish(tmp_path, "b1", row(1, "z", uploaded="2026-03-01"))
    publish(tmp_path, "b2", row(1, "a", uploaded="2026-03-02"))
    publish(tmp_path, "b3", row(1, "", uploaded="2026-03-03").replace("'' as v", "null::varchar as v"))

    assert ask(tmp_path, "select v from orders", settings(newest_by="v")) == [("z",)]


def test_without_a_key_every_row_is_shown(tmp_path: Path) -> None:
    publish(tmp_path, "b1", row(1, "one"))
    publish(tmp_path, "b2", row(1, "two"))

    assert ask(tmp_path, "select v from orders order by v", settings(primary_key=[])) == [("one",), ("two",)]


def test_a_dataset_without_anything_yet_has_empty_views_of_the_declared_types(tmp_path: Path) -> None:
    for view in ("orders", "orders_batches", "orders_commits", "quarantine_orders"):
        assert ask(tmp_path, f"from {view}") == []

    declared = ask(tmp_path, "select column_name, column_type from (describe orders)")
    assert dict(declared) == {
        "id": "BIGINT",
        "day": "DATE",
        "v": "VARCHAR",
        "_file": "VARCHAR",
        "_line": "BIGINT",
        "_uploaded_at": "TIMESTAMP",
    }


def test_every_type_that_a_column_can_have_is_a_type_of_a_view(tmp_path: Path) -> None:
    whole, others = ("bigint", "int", "smallint", "tinyint"), ("binary", "boolean", "date", "string", "timestamp")
    kinds = (*whole, *others, "double", "float", "decimal(38,9)")
    declared = settings(columns={f"c{n}": kind for n, kind in enumerate(kinds)}, primary_key=[])

    assert ask(tmp_path, "select c0, c11 from orders", declared) == []


def test_a_partition_column_has_its_value_from_the_folder_with_its_declared_type(tmp_path: Path) -> None:
    moved = row(1, "x").replace("'x' as v, ", "")
    publish(tmp_path, "007", moved, folders="v=a%2Fb%3A 100%25 é%3Dx")
    publish(tmp_path, "008", moved.replace("1::bigint", "2::bigint"), folders="v=01")

    assert ask(tmp_path, "select v from orders order by id") == [("a/b: 100% é=x",), ("01",)]
    assert ask(tmp_path, "select batch_id from orders_batches order by id") == [("007",), ("008",)]


def test_a_batch_from_before_another_partition_or_column_is_read_with_the_others(tmp_path: Path) -> None:
    publish(tmp_path, "b1", row(1, "old"))
    publish(tmp_path, "b2", row(2, "new"), folders="day_day=2026-03-01")
    publish(tmp_path, "b3", f"select *, 7::int as later from ({row(3, 'newer')})")
    later = settings(columns=COLUMNS | {"later": "int"})

    rows = ask(tmp_path, "select v, later from orders order by id", later)
    assert rows == [("old", None), ("new", None), ("newer", "7")]
    batches = ask(tmp_path, "select typeof(day_day), day_day from orders_batches order by id", later)
    assert batches == [("DATE", None), ("DATE", "2026-03-01"), ("DATE", None)]


def test_times_are_shown_in_utc_wherever_the_machine_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    publish(tmp_path, "b1", row(1, "x"))

    assert ask(tmp_path, "select _uploaded_at from orders") == [("2026-03-01 00:00:00",)]
    assert ask(tmp_path, "select current_setting('TimeZone')") == [("UTC",)]


def test_what_a_writer_at_work_has_not_finished_is_not_read(tmp_path: Path) -> None:
    publish(tmp_path, "b1", row(1, "done"))
    half = tmp_path / OUTPUT / "orders" / "batch_id=b2" / "_temporary" / "0" / "part-0.parquet"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"PAR1")

    assert ask(tmp_path, "select v from orders_batches") == [("done",)]


def test_names_and_folders_may_hold_anything(tmp_path: Path) -> None:
    storage = tmp_path / """it's [a-z]* "quoted" {x}"""
    publish(storage, "b1", row(1, "here"))
    odd = settings(columns={"id": "bigint", 'se"lect': "string", "group": "string"})

    assert ask(storage, 'select id, "se""lect", "group" from orders', odd) == [("1", None, None)]


def test_a_quarantine_without_a_published_row_is_readable_even_with_an_empty_file_in_it(tmp_path: Path) -> None:
    folder = tmp_path / QUARANTINE / "orders" / "batch_id=0012"
    folder.mkdir(parents=True)
    refused = {"file": "s3://in/a.csv", "line": 3, "reasons": ["type:id", "required:v"], "record": '{"id": "x"}'}
    (folder / "part-0.json").write_text(json.dumps(refused) + "\n")
    (folder / "part-1.json").write_text("")

    found = ask(tmp_path, "select file, line, reasons[1], record->>'id', batch_id from quarantine_orders")

    assert found == [("s3://in/a.csv", "3", "type:id", "x", "0012")]


def test_a_dataset_keeps_its_name_when_another_view_would_have_it_too(tmp_path: Path) -> None:
    publish(tmp_path, "b1", row(1, "mine"))
    other = settings("quarantine_orders")

    assert ask(tmp_path, "select id, v from quarantine_orders", settings(), other) == []
    assert ask(tmp_path, "select v from orders", settings(), other) == [("mine",)]


def printed(sql: str, width: int = 1000) -> str:
    """The printed answer to a query."""
    written = io.StringIO()
    query.show(query.answer(query.database(), sql), Console(file=written, width=width))
    return written.getvalue()


def test_fifty_rows_are_shown_and_the_others_counted() -> None:
    assert "and " not in printed("from range(50)")
    text = printed("from range(1050)")
    assert " 49 " in text and " 50 " not in text
    assert text.endswith("and 1,000 more\n")


def test_values_are_shown_as_they_are_and_nothing_acts_on_the_terminal() -> None:
    text = printed("""select '[red]x[/red][/]', e'a\\nb\\x1b[31m', null, 1.50::decimal(4,2) as "[bold]d", now()""")

    assert "[red]x[/red][/]" in text and "a\\nb\\x1b[31m" in text and "null" in text and "1.50" in text
    assert "[bold]d" in text and "\x1b" not in text


def test_columns_that_do_not_fit_side_by_side_are_shown_below_each_other_and_none_is_lost() -> None:
    columns = ", ".join(f"{n} as column_{n}" for n in range(30))

    text = printed(f"select {columns} from range(2)", width=80)

    assert [line.split() for line in text.splitlines()] == [[f"column_{n}", f"{n}"] for n in range(30)] + [[]] + [
        [f"column_{n}", f"{n}"] for n in range(30)
    ] + [[]]


def test_a_long_value_is_folded_and_not_cut() -> None:
    assert printed("select repeat('x', 300) as v, 1 as n", width=80).count("x") == 300


@pytest.mark.parametrize("width", [3, 20, 59, 60, 200])
def test_a_glance_shows_the_columns_that_fit_and_names_the_others(width: int) -> None:
    found = query.answer(query.database(), "select repeat('x', 99) as long, null as none, 1 as last")
    assert found is not None

    left, left_out = query.glance(found, width)

    written = io.StringIO()
    Console(file=written, width=1000).print(query.table_of(left))
    assert [*left.columns, *left_out] == ["long", "none", "last"]
    assert max(map(len, written.getvalue().rstrip().splitlines()), default=0) <= width
    assert bool(left_out) == (width < 45)


@pytest.mark.parametrize("sql", ["", ";", "-- nothing", "begin", "create table t as select 1 as a; drop table t"])
def test_a_statement_without_rows_is_no_error(sql: str) -> None:
    printed(sql)


def test_a_statement_that_changes_something_is_run_once() -> None:
    connection = query.database()
    connection.execute("create table t (a int)")

    query.answer(connection, "insert into t values (1) returning a")

    assert query.answer(connection, "from t") == query.Answer(["a"], ["INTEGER"], [("1",)], 1)


def conversation(monkeypatch: pytest.MonkeyPatch, *said: str | type[BaseException]) -> str:
    """The printed output while someone types; an exception stands for Ctrl-C or Ctrl-D."""
    lines, written, connection = iter(said), io.StringIO(), query.database()

    def typed(_: str) -> str:
        line = next(lines)
        if isinstance(line, str):
            return line
        raise line

    monkeypatch.setattr("builtins.input", typed)
    query.converse(lambda sql: query.answer(connection, sql), Console(file=written, width=200), query.REFUSED)
    assert list(lines) == []
    return written.getvalue()


@pytest.mark.parametrize("end", ["exit", " EXIT; ", "quit", EOFError])
def test_the_conversation_goes_on_after_errors_until_its_end(
    monkeypatch: pytest.MonkeyPatch, end: str | type[BaseException]
) -> None:
    text = conversation(monkeypatch, "selec 1", "from nowhere", "", KeyboardInterrupt, "select 'still ' || 'here'", end)

    assert 'Parser Error: syntax error at or near "selec"\n' in text
    assert "Catalog Error: Table with name nowhere does not exist!" in text
    assert "LINE 1" not in text and "Traceback" not in text
    assert "still here" in text


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A running platform: its folder, its DynamoDB with a ledger, and its settings."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    running = Platform("dev", f"http://{host}:{port}", 1, "111111111111", "eu-west-1")
    monkeypatch.setattr(query, "refuse_unknown_environment", lambda *_: None)
    monkeypatch.setattr(query, "running_platform", {"dev": running}.get)
    monkeypatch.setattr(query, "folder_of", lambda _: tmp_path)
    dynamodb = boto3.resource("dynamodb", **running.access).meta.client
    dynamodb.create_table(
        TableName="acme-dev-ledger",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "file", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "file", "AttributeType": "S"}],
    )
    file = {"file": "in/orders/a.csv@v1", "dataset": "orders", "key": "orders/a.csv", "state": "DONE", "run": "b1-1"}
    file |= {"attempts": 0, "size": 12, "uploaded_at": "2026-03-01T00:00:00Z"}  # type: ignore[dict-item]
    for item in (file, {"file": "run/b1-1", "dataset": "orders", "state": "PUBLISHED"}, {"file": "dataset/orders"}):
        dynamodb.put_item(TableName="acme-dev-ledger", Item=item)
    (tmp_path / "job_settings.json").write_text(json.dumps({"orders": settings()}))
    yield tmp_path
    dynamodb.delete_table(TableName="acme-dev-ledger")
    server.stop()


def test_one_query_is_answered_and_nothing_else_printed(platform: Path, capsys: pytest.CaptureFixture[str]) -> None:
    publish(platform / "storage", "b1", row(1, "x" * 300))

    sql = "select v, state, attempts, size from orders, ledger"
    query.main(["--environment", "dev", "--sql", sql], standalone_mode=False)

    lines = [line.split() for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert [lines[0], *lines[2:]] == [["v", "state", "attempts", "size"], ["x" * 300, "DONE", "0", "12"]]


def test_the_ledger_holds_files_only(platform: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query.main(["--environment", "dev", "--sql", "select file from ledger"], standalone_mode=False)

    out = capsys.readouterr().out
    assert "in/orders/a.csv@v1" in out and "run/" not in out and "dataset/" not in out


def test_a_query_that_fails_ends_with_one_line(platform: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        query.main(["--environment", "dev", "--sql", "select amuont from orders"])

    assert str(ended.value.code).startswith('Binder Error: Referenced column "amuont" not found in FROM clause!')
    assert "\n" not in str(ended.value.code)


def test_without_a_query_the_views_are_shown_and_what_is_published_meanwhile_is_seen(
    platform: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(platform / "storage", "b1", row(1, "first"))

    def typed(_: str) -> str:
        if (platform / "storage" / OUTPUT / "orders" / "batch_id=b2").exists():
            raise EOFError
        publish(platform / "storage", "b2", row(2, "meanwhile"))
        return "select v from orders"

    monkeypatch.setattr("builtins.input", typed)
    query.main(["--environment", "dev"], standalone_mode=False)

    out = capsys.readouterr().out
    assert " first " in out and "in/orders/a.csv@v1" in out
    for view in ("ledger", "orders", "orders_batches", "orders_commits", "quarantine_orders"):
        assert f"\n  {view} " in out
    assert "meanwhile" in out


def test_aws_is_asked_where_no_local_aws_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(query, "refuse_unknown_environment", lambda *_: None)
    monkeypatch.setattr(query, "running_platform", lambda _: None)
    monkeypatch.setattr(query.athena, "query", lambda *given: asked.append(given[:2]))
    monkeypatch.setattr(query.athena, "download", lambda *given: asked.append(given))
    file = tmp_path / "a.csv"

    query.main(["--environment", "dev", "--sql", "select 1"], standalone_mode=False)
    query.download(["--environment", "dev", "--sql", "select 2", "--to", str(file)], standalone_mode=False)

    assert asked == [("dev", "select 1"), ("dev", "select 2", file)]


@pytest.mark.parametrize("name", ["orders.csv", "orders.parquet"])
def test_a_result_is_saved_whole_with_its_types(
    platform: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / name
    publish(platform / "storage", "b1", row(1, 'it\'s, "quoted"'))

    sql = "select id, day, v, null::varchar as nothing from orders"
    query.download(["--environment", "dev", "--sql", sql, "--to", str(file)], standalone_mode=False)

    found = duckdb.connect().query(f"from {text(file.as_posix())}")
    assert found.fetchall() == [(1, date(2026, 3, 1), 'it\'s, "quoted"', None)]
    assert capsys.readouterr().out == f"1 rows are in {file}.\n"
    assert list(tmp_path.glob(".*")) == []


@pytest.mark.parametrize(
    ("sql", "to", "said"),
    [
        ("select 1", "", "Name a query and a file"),
        ("select 1", "a.txt", "must end with .csv or .parquet"),
        ("select 1", "job_settings.csv", "this file exists"),
        ("select 1", "nowhere/a.csv", "there is no folder"),
        ("selec 1", "a.csv", "Parser Error"),
        ("-- nothing", "a.csv", "returns no rows"),
    ],
)
def test_what_cannot_be_saved_is_one_sentence_and_leaves_no_file(
    platform: Path, monkeypatch: pytest.MonkeyPatch, sql: str, to: str, said: str
) -> None:
    monkeypatch.chdir(platform)
    (platform / "job_settings.csv").touch()

    with pytest.raises(SystemExit) as ended:
        query.download(["--environment", "dev", "--sql", sql, "--to", to], standalone_mode=False)

    assert said in str(ended.value.code)
    assert sorted(path.name for path in platform.iterdir() if "csv" in path.name) == ["job_settings.csv"]


def test_a_platform_that_has_no_datasets_yet_is_one_sentence(platform: Path) -> None:
    (platform / "job_settings.json").unlink()

    with pytest.raises(SystemExit) as ended:
        query.main(["--environment", "dev", "--sql", "select 1"])

    assert ended.value.code == "The local AWS has no datasets yet: wait until `make local` has created them."


def test_a_profile_of_the_users_own_is_not_looked_for(platform: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "a-profile-that-does-not-exist")

    query.main(["--environment", "dev", "--sql", "select 1"], standalone_mode=False)
