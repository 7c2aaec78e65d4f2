"""Queries of the local AWS: the views over its files, and the answers of the command."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import iceberg_in_a_folder
import pytest
from iceberg_in_a_folder import ADDED, DELETED, EXISTING
from moto.server import ThreadedMotoServer
from rich.console import Console

from dataops.local_platform import Platform
from dataops.local_run import query
from dataops.local_run.query_views import quoted, text, views

OUTPUT, QUARANTINE, DATABASE = "acme-dev-output", "acme-dev-quarantine", "acme_dev"
COLUMNS = {"id": "bigint", "day": "date", "v": "string"}
Rows = list[tuple[Any, ...]]


def settings(dataset: str = "orders", columns: dict[str, str] = COLUMNS, **changes: Any) -> dict[str, Any]:
    """The settings of a dataset that the views need."""
    declared = [{"name": name, "type": kind} for name, kind in columns.items()]
    common = {"dataset": dataset, "columns": declared, "primary_key": ["id"], "newest_by": None}
    return {**common, "database": DATABASE, "output_bucket": OUTPUT, "quarantine_bucket": QUARANTINE, **changes}


def publish(storage: Path, batch: str, rows: str, visible: bool = True) -> None:
    """Write one batch of orders as the job does; rows is a SELECT."""
    table = storage / OUTPUT / DATABASE / "orders_rows"
    iceberg_in_a_folder.write_rows(table, batch, rows)
    if visible:
        data = sorted((table / "data").glob("*.parquet"))
        iceberg_in_a_folder.publish(storage, table, [(ADDED, 0, path) for path in data])


def row(id: int, v: str, file: str = "a.csv", batch: str = "b1") -> str:
    """A row of the table as a SELECT."""
    source = f"'{file}' as _source_file, 2::bigint as _source_line, timestamp '2026-03-01' as _uploaded_at"
    return (
        f"select {id}::bigint as id, date '2026-03-01' as day, {text(v)} as v, {source}, "
        f"'' as _sequencer, {text(batch)} as _batch"
    )


def ask(storage: Path, sql: str, *datasets: dict[str, Any]) -> Rows:
    """Create the views and run one query."""
    connection = query.database()
    for name, select in views({each["dataset"]: each for each in datasets or (settings(),)}, storage).items():
        connection.execute(f"create view {quoted(name)} as {select}")
    found = query.answer(connection, sql)
    return list(found.rows) if found else []


def test_the_rows_of_the_current_snapshot_are_seen_and_no_others(tmp_path: Path) -> None:
    publish(tmp_path, "b1", row(1, "published"))
    publish(tmp_path, "b2", row(2, "staged"), visible=False)

    assert ask(tmp_path, "select v, _file, _line from orders") == [("published", "a.csv", "2")]
    assert ask(tmp_path, "select _batch, v from orders_rows") == [("b1", "published")]


def test_a_deleted_row_and_a_removed_file_are_not_seen(tmp_path: Path) -> None:
    table = tmp_path / OUTPUT / DATABASE / "orders_rows"
    kept = iceberg_in_a_folder.write_rows(table, "kept", f"{row(1, 'old')} union all {row(2, 'kept')}")
    other = iceberg_in_a_folder.write_rows(table, "other", f"{row(3, 'x')} union all {row(4, 'y')}")
    removed = iceberg_in_a_folder.write_rows(table, "removed", row(5, "z"))
    place = f"s3://{kept.relative_to(tmp_path).as_posix()}"
    deletes = iceberg_in_a_folder.write_rows(table, "deletes", f"select {text(place)} as file_path, 0::bigint as pos")

    files = [(ADDED, 0, kept), (EXISTING, 0, other), (DELETED, 0, removed), (ADDED, 1, deletes)]
    iceberg_in_a_folder.publish(tmp_path, table, files)

    assert ask(tmp_path, "select v from orders order by v") == [("kept",), ("x",), ("y",)]


def test_a_dataset_without_anything_yet_has_empty_views_of_the_declared_types(tmp_path: Path) -> None:
    for view in ("orders", "orders_rows", "quarantine_orders"):
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


def test_rows_from_before_a_column_or_a_wider_type_are_read_with_the_others(tmp_path: Path) -> None:
    publish(tmp_path, "b1", row(1, "old").replace("1::bigint", "1::int"))
    publish(tmp_path, "b2", f"select *, 7::int as later from ({row(5_000_000_000, 'newer')})")
    later = settings(columns=COLUMNS | {"later": "int"})

    rows = ask(tmp_path, "select id, v, later from orders order by id", later)
    assert rows == [("1", "old", None), ("5000000000", "newer", "7")]


def test_times_are_shown_in_utc_wherever_the_machine_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    publish(tmp_path, "b1", row(1, "x"))

    assert ask(tmp_path, "select _uploaded_at from orders") == [("2026-03-01 00:00:00",)]
    assert ask(tmp_path, "select current_setting('TimeZone')") == [("UTC",)]


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
    query.converse(lambda sql: query.answer(connection, sql), Console(file=written, width=200))
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
        if (platform / "storage" / OUTPUT / DATABASE / "orders_rows" / "data" / "b2.parquet").exists():
            raise EOFError
        publish(platform / "storage", "b2", row(2, "meanwhile"))
        return "select v from orders"

    monkeypatch.setattr("builtins.input", typed)
    query.main(["--environment", "dev"], standalone_mode=False)

    out = capsys.readouterr().out
    assert " first " in out and "in/orders/a.csv@v1" in out
    for view in ("ledger", "orders", "orders_rows", "quarantine_orders"):
        assert f"\n  {view} " in out
    assert "meanwhile" in out


def test_a_platform_that_does_not_run_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "refuse_unknown_environment", lambda *_: None)
    monkeypatch.setattr(query, "running_platform", lambda _: None)

    with pytest.raises(SystemExit) as ended:
        query.main(["--environment", "dev"])

    assert ended.value.code == "The local AWS of dev is not running: start it with `make local ENV=dev`."


def test_a_platform_that_has_no_datasets_yet_is_one_sentence(platform: Path) -> None:
    (platform / "job_settings.json").unlink()

    with pytest.raises(SystemExit) as ended:
        query.main(["--environment", "dev", "--sql", "select 1"])

    assert ended.value.code == "The local AWS has no datasets yet: wait until `make local` has created them."


def test_a_profile_of_the_users_own_is_not_looked_for(platform: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "a-profile-that-does-not-exist")

    query.main(["--environment", "dev", "--sql", "select 1"], standalone_mode=False)
