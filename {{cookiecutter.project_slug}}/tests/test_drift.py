"""Tests of drift: the crawled columns are compared with the declared ones, and each dataset sets the consequence."""

import json
from pathlib import Path
from typing import Any

import pytest
from crawls.drift import declared_columns, drift_of, fits, normalised
from event_chain import DATASET, INPUT, NAME, SUBJECT, EventChain
from steps import inspection

DECLARED = {"id": "bigint", "day": "date", "amount": "decimal(10,2)", "note": "string"}
AGREES = {"id": "bigint", "day": "string", "amount": "double", "note": "string"}
ROW = f"dataset/{DATASET}"
DATASET_MODULE = Path(__file__).parents[1] / "modules/dataset"


def table(columns: dict[str, str], keys: dict[str, str] | None = None, **parameters: str) -> dict[str, Any]:
    """Return a table in the form of GetTable."""
    described = [[{"Name": name, "Type": kind} for name, kind in given.items()] for given in (columns, keys or {})]
    location = f"s3://{INPUT}/orders/"
    storage = {"Columns": described[0], "Location": location}
    return {"StorageDescriptor": storage, "PartitionKeys": described[1], "Parameters": parameters}


def raw(columns: dict[str, str], file_format: str = "csv") -> dict[str, Any]:
    """Return the crawler's table."""
    return table(columns, classification=file_format)


def published(columns: dict[str, str] = DECLARED, **parameters: str) -> Any:
    """Return Terraform's view for project.yaml."""
    return table(columns | {"_file": "string", "_line": "bigint", "_uploaded_at": "timestamp"}, **parameters)


def crawled(chain: EventChain, columns: dict[str, str], on_drift: str = "report") -> Any:
    """Upload and crawl a file; return the answer of start_etl_job."""
    chain.glue.tables = {"raw_orders": raw(columns), "orders": published(on_drift=on_drift)}
    chain.deliver(chain.upload(f"orders/{next(chain.sequence)}.csv"))
    return chain.crawl()


def on_record(chain: EventChain) -> Any:
    return chain.rows("dataset")[ROW].get("drift")


def drift_notifications(chain: EventChain) -> list[str]:
    return [sent["Message"] for sent in chain.notifications() if "drift" in sent["Subject"]]


# Differences that are a drift


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (AGREES, []),
        (AGREES | {"web": "string"}, ["added:web"]),
        ({name: kind for name, kind in AGREES.items() if name != "day"}, ["missing:day"]),
        (AGREES | {"id": "string"}, ["retyped:id is string, not bigint"]),
        ({"day": "string", "id": "bigint", "amount": "double", "note": "string"}, ["reordered"]),
        (
            {"id": "bigint", "day": "string", "total": "double", "note": "string"},
            ["added:total", "missing:amount"],
        ),
    ],
)
def test_columns_are_added_missing_retyped_or_reordered(columns: dict[str, str], expected: list[str]) -> None:
    assert drift_of(raw(columns), published()) == expected


@pytest.mark.parametrize("file_format", ["json", "parquet", "orc"])
def test_the_order_means_something_in_csv_only(file_format: str) -> None:
    columns = {"note": "string", "id": "bigint"}
    declared = published({"id": "bigint", "note": "string"})

    assert drift_of(raw(columns, file_format), declared) == []
    assert drift_of(raw(columns, "csv"), declared) == ["reordered"]


def test_a_key_that_no_json_sample_holds_says_nothing() -> None:
    assert drift_of(raw({"id": "int"}, "json"), published()) == []
    assert drift_of(raw({"id": "bigint"}, "parquet"), published({"id": "bigint", "note": "string"})) == ["missing:note"]


def test_where_a_row_comes_from_is_no_declared_column() -> None:
    assert declared_columns(published({"id": "bigint", "_file": "string", "_line": "bigint"})) == {"id": "bigint"}


def test_names_are_compared_as_the_job_spells_them_even_when_files_differ_in_spelling() -> None:
    spelt = {"ID": "bigint", "Day": "string", "id ": "bigint", "amount": "double", "note": "string"}
    other = spelt | {"id ": "string"}

    assert drift_of(raw(spelt), published()) == []
    assert drift_of(raw(other), published()) == ["retyped:id is string, not bigint"]
    for name in ("Order ID", "\ufefforder_id", "stock.fin. total", "café", "__x__", "A-B/c", "名前", "2019"):
        assert normalised(name) == inspection.normalised(name)


def test_columns_that_a_crawler_could_only_count_have_no_names_to_compare() -> None:
    counted = {"col0": "string", "col1": "string"}

    assert drift_of(raw(counted), published()) == []
    assert drift_of(raw(AGREES | counted), published()) == []
    assert drift_of(raw(AGREES | counted), published(DECLARED | {"col1": "bigint"})) == [
        "retyped:col1 is string, not bigint"
    ]


def test_a_json_file_that_is_one_array_shows_its_fields() -> None:
    array = {"array": "array<struct<Id:int,tags:array<struct<a:int,b:int>>,amount:decimal(10,2)>>", "note": "string"}

    assert drift_of(raw(array, "json"), published()) == ["added:tags"]
    assert drift_of(raw({"array": "array<struct<id:struct<a:int>>>"}, "json"), published()) == [
        "retyped:id is struct<a:int>, not bigint"
    ]
    assert drift_of(raw(array, "parquet"), published({"note": "string"})) == ["added:array"]


def test_a_column_that_a_folder_is_named_for_is_not_missing() -> None:
    seen = raw({name: kind for name, kind in AGREES.items() if name != "day"})
    seen["PartitionKeys"] = [{"Name": "day", "Type": "string"}]

    assert drift_of(seen, published()) == []


@pytest.mark.parametrize(
    ("file_format", "declared", "seen"),
    [
        ("csv", "int", "bigint"),
        ("csv", "double", "bigint"),
        ("csv", "decimal(10,2)", "double"),
        ("csv", "decimal(38,2)", "string"),
        ("csv", "date", "string"),
        ("csv", "timestamp", "bigint"),
        ("csv", "boolean", "string"),
        ("csv", "string", "bigint"),
        ("json", "string", "array<struct<a:int>>"),
        ("json", "bigint", "string"),
        ("parquet", "bigint", "int"),
        ("parquet", "int", "bigint"),
        ("parquet", "double", "bigint"),
        ("parquet", "decimal(10,2)", "bigint"),
        ("parquet", "decimal(10,2)", "decimal(12,4)"),
        ("parquet", "smallint", "int"),
        ("orc", "double", "float"),
    ],
)
def test_a_type_fits_when_the_crawler_may_call_it_so(file_format: str, declared: str, seen: str) -> None:
    assert fits(file_format, declared, seen)


@pytest.mark.parametrize(
    ("file_format", "declared", "seen"),
    [
        ("csv", "bigint", "double"),
        ("csv", "bigint", "string"),
        ("csv", "double", "string"),
        ("csv", "boolean", "bigint"),
        ("csv", "date", "boolean"),
        ("json", "int", "string"),
        ("json", "boolean", "string"),
        ("json", "bigint", "struct<a:int>"),
        ("parquet", "int", "double"),
        ("parquet", "string", "bigint"),
        ("parquet", "date", "string"),
        ("parquet", "decimal(10,2)", "double"),
        ("orc", "timestamp", "string"),
    ],
)
def test_a_type_does_not_fit_when_values_would_be_lost_or_refused(file_format: str, declared: str, seen: str) -> None:
    assert not fits(file_format, declared, seen)


def test_texts_among_numbers_say_nothing_where_a_text_stands_for_a_missing_one() -> None:
    columns = AGREES | {"id": "string"}

    assert drift_of(raw(columns), published(missing_values='["n/a"]')) == []
    assert drift_of(raw(columns | {"id": "double"}), published(missing_values='["n/a"]')) != []


def test_without_a_header_there_are_no_names_to_compare() -> None:
    assert drift_of(raw({"col0": "bigint", "col1": "string"}), published(header="false")) == []


def test_with_decimal_commas_numbers_are_texts_to_a_crawler() -> None:
    columns = AGREES | {"id": "string"}

    assert drift_of(raw(columns), published(decimal=",")) == []
    assert drift_of(raw(columns), published()) != []


def test_terraform_writes_the_parameters_and_the_table_names_that_the_lambdas_read() -> None:
    crawler, view = ((DATASET_MODULE / name).read_text() for name in ("crawler.tf", "view.tf"))
    written = view.partition("_drift = ")[2].partition("resource")[0]

    assert "{ on_drift = var.dataset.on_drift }" in written and "{ missing_values = " in written
    assert '{ header = "false" }' in written and "{ decimal = " in written
    assert "}, local._drift)" in view and "  name               = var.name\n" in view
    assert "raw_" in crawler


# Consequences of a drift


def test_without_a_crawled_table_there_is_no_drift(chain: EventChain) -> None:
    chain.deliver(chain.upload("orders/a.csv"))

    assert chain.crawl()["run"]

    assert on_record(chain) is None and drift_notifications(chain) == []


def test_a_table_of_another_folder_of_the_same_name_is_not_ours(chain: EventChain) -> None:
    chain.deliver(chain.upload("orders/a.csv"))
    elsewhere = raw({"other": "string"})
    elsewhere["StorageDescriptor"]["Location"] = f"s3://{INPUT}/archive/orders/"
    chain.glue.tables = {"raw_orders": elsewhere, "orders": published(on_drift="stop")}

    assert chain.crawl()["run"]


def test_a_folder_is_found_under_the_name_that_glue_gives_its_table(chain: EventChain) -> None:
    chain.deliver(chain.upload("orders/a.csv"))
    chain.glue.crawler["Targets"] = {"S3Targets": [{"Path": f"s3://{INPUT}/sales/my-orders.v2/"}]}
    seen = raw(AGREES | {"web": "string"})
    seen["StorageDescriptor"]["Location"] = f"s3://{INPUT}/sales/my-orders.v2/"
    chain.glue.tables = {"raw_my_orders_v2": seen, "orders": published(on_drift="stop")}

    assert chain.crawl()["run"] is None


def test_report_lets_the_run_go_and_tells_what_differs(chain: EventChain) -> None:
    assert crawled(chain, AGREES | {"web": "string"})["run"]

    (text,) = drift_notifications(chain)
    assert text.startswith(f"{SUBJECT} drift\n\nThe columns of the files differ")
    assert "\nadded:web\nThe run continues" in text
    assert on_record(chain) == ["added:web"]


def test_report_leaves_every_row_of_the_ledger_as_a_run_without_drift_does(chain: EventChain) -> None:
    crawled(chain, AGREES | {"web": "string"})
    chain.job_ends()

    (row,) = chain.rows().values()
    assert (row["state"], row["attempts"], row.get("reason")) == ("DONE", 0, None)
    assert set(chain.published().values()) == {1}


def test_stop_starts_no_run_and_says_what_to_do(chain: EventChain) -> None:
    assert crawled(chain, AGREES | {"web": "string"}, "stop")["run"] is None
    chain.sweep()

    assert chain.states() == {"PENDING": 1} and chain.glue.job_runs == []
    (text,) = drift_notifications(chain)
    assert "all wait" in text and "project.yaml" in text and f"glue start-crawler --name {NAME}" in text
    row = chain.rows("dataset")[ROW]
    assert (row["drift"], row["on_drift"]) == (["added:web"], "stop") and row["drift_since"]


def test_stop_starts_the_run_once_project_yaml_declares_what_was_crawled(chain: EventChain) -> None:
    crawled(chain, AGREES | {"web": "string"}, "stop")
    chain.glue.tables["orders"] = published(DECLARED | {"web": "string"}, on_drift="stop")

    chain.sweep()

    assert chain.states() == {"CLAIMED": 1}
    assert not {"drift", "drift_since", "on_drift"} & set(chain.rows("dataset")[ROW])


def test_stop_starts_the_run_once_a_crawl_by_hand_finds_the_file_gone(chain: EventChain) -> None:
    crawled(chain, AGREES | {"web": "string"}, "stop")
    chain.glue.start_crawler(Name=NAME)
    chain.glue.tables["raw_orders"] = raw(AGREES)

    assert chain.crawl()["run"]


def test_another_order_of_columns_is_notified_but_stops_nothing(chain: EventChain) -> None:
    other_order = {"day": "string", "id": "bigint", "amount": "double", "note": "string"}

    assert crawled(chain, other_order, "stop")["run"]

    assert "reordered" in drift_notifications(chain)[0]


def test_a_drift_is_notified_once_however_often_the_crawler_starts(chain: EventChain) -> None:
    for _ in range(3):
        crawled(chain, AGREES | {"web": "string"}, "stop")
        chain.sweep()

    assert chain.glue.crawls == 3
    assert len(drift_notifications(chain)) == 1


def test_since_when_a_drift_holds_does_not_change_while_it_lasts(chain: EventChain) -> None:
    crawled(chain, AGREES | {"web": "string"}, "stop")
    since = chain.rows("dataset")[ROW]["drift_since"]
    chain.clock.forward(hours=1)

    crawled(chain, AGREES | {"web": "string"}, "report")

    assert chain.rows("dataset")[ROW]["drift_since"] == since


def test_another_drift_is_notified_again_and_so_is_one_that_went_and_came_back(chain: EventChain) -> None:
    drifts: tuple[dict[str, str], ...] = ({"web": "string"}, {"web": "string", "x": "string"}, {}, {"web": "string"})
    counts = []
    for added in drifts:
        crawled(chain, AGREES | added, "stop")
        counts += [len(drift_notifications(chain))]

    assert counts == [1, 1, 0, 1]


def test_a_refused_notification_of_a_drift_is_sent_by_the_sweep_and_delays_no_run(chain: EventChain) -> None:
    chain.refuse("sns", "publish", "InternalError")
    with pytest.raises(Exception, match="InternalError"):
        crawled(chain, AGREES | {"web": "string"})
    assert chain.states() == {"CLAIMED": 1}
    chain.job_ends("FAILED")

    chain.sweep()

    assert len(drift_notifications(chain)) == 1


def test_a_schedule_goes_on_starting_the_crawler_while_a_drift_stops_the_runs(chain: EventChain) -> None:
    crawled(chain, AGREES | {"web": "string"}, "stop")
    for _ in range(4):
        chain.start_crawler.handler({"dataset": DATASET, "scheduled": True}, None)
        chain.crawl()

    assert chain.glue.crawls == 5
    assert [sent["Subject"] for sent in chain.notifications()] == [f"{SUBJECT} drift, files wait [act today]"]


def test_a_drift_is_logged_with_names_and_never_with_a_value(
    chain: EventChain, capsys: pytest.CaptureFixture[str]
) -> None:
    crawled(chain, AGREES | {"web": "string"})
    chain.job_ends()
    crawled(chain, AGREES)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line for line in lines if line["event"].startswith("drift-")] == [
        {"event": "drift-found", "dataset": DATASET, "drift": ["added:web"], "on_drift": "report"},
        {"event": "drift-gone", "dataset": DATASET},
    ]
