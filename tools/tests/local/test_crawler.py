"""The local crawler: it reads heads and footers, infers as Glue's classifiers do, and writes the raw table."""

import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pyarrow
import pytest
from crawls.drift import drift_of
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import orc, parquet

import dataops.acceptance
from dataops.local_aws.glue.crawler import CrawlError, crawl
from dataops.local_aws.glue.crawler_schema import HEAD, RangedObject
from dataops.local_aws.glue.hive_type import combined, of_cell, of_json, written

NAME, BUCKET, DATABASE = "acme-dev-orders", "acme-dev-input", "acme_dev"
SAMPLES = Path(dataops.acceptance.__file__).with_name("samples")


class Platform:
    """A bucket, a database and a crawler as modules/dataset/crawler.tf makes it."""

    def __init__(self) -> None:
        self.s3, self.glue = (boto3.client(service, region_name="eu-west-1") for service in ("s3", "glue"))
        self.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        self.glue.create_database(DatabaseInput={"Name": DATABASE})
        self.crawler(NAME, "orders/")

    def crawler(self, name: str, prefix: str, bucket: str = BUCKET, database: str = DATABASE) -> None:
        target = {"Path": f"s3://{bucket}/{prefix}", "SampleSize": 10}
        self.glue.create_crawler(
            Name=name, Role="r", DatabaseName=database, TablePrefix="raw_", Targets={"S3Targets": [target]}
        )

    def put(self, key: str, body: bytes | str) -> None:
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=body)

    def crawl(self, name: str = NAME) -> dict[str, int]:
        return crawl(self.s3, self.glue, self.glue.get_crawler(Name=name)["Crawler"])

    def table(self, name: str = "raw_orders") -> Any:
        return self.glue.get_table(DatabaseName=DATABASE, Name=name)["Table"]

    def columns(self, name: str = "raw_orders") -> dict[str, str]:
        return {each["Name"]: each["Type"] for each in self.table(name)["StorageDescriptor"]["Columns"]}


@pytest.fixture
def platform(aws: None) -> Platform:
    return Platform()


def in_format(write: Callable[[pyarrow.Table, Any], None], **columns: Any) -> bytes:
    """A Parquet or ORC file of one row."""
    sink = io.BytesIO()
    write(pyarrow.table(columns), sink)
    return sink.getvalue()


# CSV


def test_a_csv_header_names_the_columns_and_the_rows_tell_their_types(platform: Platform) -> None:
    platform.put("orders/a.csv", "ID,Amount,day,vip,Order Note\n1,2.5,2026-03-01,true,x\n2,3,2026-03-02,FALSE,\n")

    assert platform.crawl() == {"tablesCreated": 1, "tablesUpdated": 0, "partitionsCreated": 0, "objectsRead": 1}

    assert platform.columns() == {
        "id": "bigint",
        "amount": "double",
        "day": "string",
        "vip": "boolean",
        "order note": "string",
    }


@pytest.mark.parametrize("delimiter", [",", "|", "\t", ";", "\x01"])
def test_the_delimiter_is_found(platform: Platform, delimiter: str) -> None:
    platform.put("orders/a.csv", "".join(delimiter.join(row) + "\n" for row in (["id", "text"], ["1", "a b"])))

    platform.crawl()

    assert platform.columns() == {"id": "bigint", "text": "string"}
    storage = platform.table()["StorageDescriptor"]
    assert storage["SerdeInfo"]["Parameters"] == {"field.delim": delimiter}
    assert storage["Parameters"]["delimiter"] == delimiter


def test_a_mark_before_the_header_quotes_and_line_breaks_in_them_are_read_through(platform: Platform) -> None:
    platform.put("orders/a.csv", '\ufeff"id","a, b"\r\n"1","two\r\nlines, ""quoted"""\r\n"2","x"\r\n'.encode())

    platform.crawl()

    assert platform.columns() == {"id": "bigint", "a, b": "string"}
    assert platform.table()["Parameters"]["areColumnsQuoted"] == "true"


@pytest.mark.parametrize("name", ["orders/a.csv.gz", "orders/named-otherwise.csv"])
def test_gzip_is_known_by_its_content(platform: Platform, name: str) -> None:
    platform.put(name, gzip.compress(b"id,amount\n1,2.5\n"))

    platform.crawl()

    assert platform.columns() == {"id": "bigint", "amount": "double"}
    assert platform.table()["Parameters"]["compressionType"] == "gzip"


@pytest.mark.parametrize("rows", ["1,2\n3,4\n", "id,name\nabc,def\n", "id,\x07\n1,2\n", f"{'x' * 150},id\n1,2\n"])
def test_without_a_row_that_glue_takes_for_a_header_the_columns_are_counted(platform: Platform, rows: str) -> None:
    platform.put("orders/a.csv", rows)

    platform.crawl()

    assert list(platform.columns()) == ["col0", "col1"]
    assert "skip.header.line.count" not in platform.table()["Parameters"]


def test_a_column_that_is_always_empty_is_a_string_and_numbers_among_texts_are_texts(platform: Platform) -> None:
    platform.put("orders/a.csv", "id,none,mixed,big,whole\n1,,1,99999999999999999999,1\n2,,x,1,2.0\n3,,,1,\n")

    platform.crawl()

    expected = {"id": "bigint", "none": "string", "mixed": "string", "big": "double", "whole": "double"}
    assert platform.columns() == expected


def test_the_last_name_may_be_empty_where_each_row_ends_in_a_delimiter(platform: Platform) -> None:
    platform.put("orders/a.csv", "id,amount,\n1,2.5,\n")

    platform.crawl()

    assert platform.columns() == {"id": "bigint", "amount": "double"}


# JSON


def test_json_lines_give_fields_with_nested_types(platform: Platform) -> None:
    rows: list[dict[str, Any]] = [
        {"Id": 1, "at": {"lat": 1, "tags": ["a"]}, "many": [{"x": 1}, {"y": 2.5}], "vip": True},
        {"Id": 2**40, "at": {"lat": 1.5}, "nothing": None, "any": 1},
        {"any": "x"},
    ]
    platform.put("orders/a.json", "\n".join(map(json.dumps, rows)))

    platform.crawl()

    assert platform.columns() == {
        "id": "bigint",
        "at": "struct<lat:double,tags:array<string>>",
        "many": "array<struct<x:int,y:double>>",
        "vip": "boolean",
        "nothing": "string",
        "any": "string",
    }
    assert platform.table()["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"].endswith("JsonSerDe")


@pytest.mark.parametrize("end", ["]", ""])
def test_a_file_that_is_one_array_has_one_column_as_with_glue(platform: Platform, end: str) -> None:
    platform.put("orders/a.json", '[{"id": 1},\n {"id": 2, "x": "a]{"}' + end)

    platform.crawl()

    assert platform.columns() == {"array": "array<struct<id:int,x:string>>"}


def test_a_broken_line_of_json_is_passed_over(platform: Platform) -> None:
    platform.put("orders/a.json", '{"id": 1}\n{"id": \n{"id": 2, "x": 1}\n')

    platform.crawl()

    assert platform.columns() == {"id": "int", "x": "int"}


# Parquet and ORC


@pytest.mark.parametrize(("write", "name"), [(parquet.write_table, "parquet"), (orc.write_table, "orc")])
def test_a_footer_tells_the_exact_types(platform: Platform, write: Any, name: str) -> None:
    decimals = pyarrow.array([1], pyarrow.decimal128(10, 2))
    moments = pyarrow.array([1], pyarrow.timestamp("us"))
    platform.put(
        "orders/any name",
        in_format(write, ID=[1], n=pyarrow.array([1], pyarrow.int32()), d=decimals, at=moments, t=["x"], a=[[1.5]]),
    )

    platform.crawl()

    expected = {
        "id": "bigint",
        "n": "int",
        "d": "decimal(10,2)",
        "at": "timestamp",
        "t": "string",
        "a": "array<double>",
    }
    assert platform.columns() == expected
    assert platform.table()["Parameters"]["classification"] == name
    assert platform.table()["Parameters"]["recordCount"] == "1"


@pytest.mark.parametrize(("write", "name"), [(parquet.write_table, "parquet"), (orc.write_table, "orc")])
def test_of_a_large_file_little_is_read(
    platform: Platform, write: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = in_format(write, id=list(range(2_000_000)), x=[str(n) for n in range(2_000_000)])
    platform.put(f"orders/a.{name}", body)
    read: list[int] = []
    original = RangedObject.readinto

    def counted(self: RangedObject, buffer: Any) -> int:
        read.append(original(self, buffer))
        return read[-1]

    monkeypatch.setattr(RangedObject, "readinto", counted)
    platform.crawl()

    assert platform.columns() == {"id": "bigint", "x": "string"}
    assert len(body) > 4 * HEAD and sum(read) < HEAD


def test_of_a_large_csv_the_head_is_read_and_the_rows_are_estimated(platform: Platform) -> None:
    row = "1,2.50,abcdefgh\n"
    platform.put("orders/a.csv", "id,amount,text\n" + row * 500_000)

    platform.crawl()

    assert platform.columns() == {"id": "bigint", "amount": "double", "text": "string"}
    assert abs(int(platform.table()["Parameters"]["recordCount"]) - 500_000) < 100


def test_a_json_record_that_is_longer_than_a_head_is_read_all_the_same(platform: Platform) -> None:
    platform.put("orders/a.json", json.dumps({"id": 1, "text": "x" * 2 * HEAD}))

    platform.crawl()

    assert platform.columns() == {"id": "int", "text": "string"}


# What is no data


@pytest.mark.parametrize(
    ("key", "body"),
    [
        ("orders/empty.csv", b""),
        ("orders/folder/", b""),
        ("orders/_SUCCESS", b"id,x\n1,2\n"),
        ("orders/.hidden.csv", b"id,x\n1,2\n"),
        ("orders/x_$folder$", b"id,x\n1,2\n"),
        ("orders/one-column.csv", b"id\n1\n"),
        ("orders/header-only.csv", b"id,amount\n"),
        ("orders/picture.png", b"\x89PNG\r\n\x1a\n\x00\x00"),
        ("orders/utf16.csv", "id,x\n1,2\n".encode("utf-16")),
        ("orders/broken.gz", b"\x1f\x8bnot really"),
        ("orders/no-footer.parquet", b"PAR1 and nothing else"),
        ("orders/broken.json", b"{{{"),
    ],
)
def test_what_no_classifier_knows_is_passed_over(platform: Platform, key: str, body: bytes) -> None:
    platform.put(key, body)
    assert platform.crawl()["objectsRead"] == 0

    platform.put("orders/good.csv", "id,amount\n1,2.5\n")
    assert platform.crawl()["tablesCreated"] == 1
    assert platform.columns() == {"id": "bigint", "amount": "double"}


def test_an_empty_prefix_makes_no_table(platform: Platform) -> None:
    assert platform.crawl() == {"tablesCreated": 0, "tablesUpdated": 0, "partitionsCreated": 0, "objectsRead": 0}


def test_a_file_beside_the_prefix_is_not_read(platform: Platform) -> None:
    platform.put("orders-old/a.csv", "id,amount\n1,2.5\n")

    assert platform.crawl()["objectsRead"] == 0


@pytest.mark.parametrize(
    ("bucket", "database", "message"),
    [("no-such-bucket", DATABASE, "cannot list s3://no-such-bucket/orders/: NoSuchBucket"), (BUCKET, "none", "none")],
)
def test_a_bucket_or_a_database_that_is_not_there_fails_the_crawl(
    platform: Platform, bucket: str, database: str, message: str
) -> None:
    platform.crawler("acme-dev-wrong", "orders/", bucket, database)

    with pytest.raises(CrawlError, match=message):
        platform.crawl("acme-dev-wrong")


# One table of many files


def test_the_columns_of_all_files_come_together_each_as_wide_as_the_widest(platform: Platform) -> None:
    platform.put("orders/a.csv", "id,amount\n1,2\n")
    platform.put("orders/b.csv.gz", gzip.compress(b"id,amount,note\n2,2.5,x\n"))

    platform.crawl()

    assert platform.columns() == {"id": "bigint", "amount": "double", "note": "string"}
    assert platform.table()["Parameters"]["objectCount"] == "2"


def test_the_format_of_most_files_is_that_of_the_table(platform: Platform) -> None:
    for number in range(2):
        platform.put(f"orders/{number}.json", '{"id": 1}')
    platform.put("orders/a.csv", "id,amount\n1,2\n")

    platform.crawl()

    assert platform.columns() == {"id": "int"}


def test_folders_named_for_a_value_become_partitions(platform: Platform) -> None:
    for day in ("a%20b", "2"):
        platform.put(f"orders/Day={day}/x/f.csv", "id,amount\n1,2\n")

    assert platform.crawl()["partitionsCreated"] == 2
    assert platform.crawl()["partitionsCreated"] == 0

    assert [each["Name"] for each in platform.table()["PartitionKeys"]] == ["day", "partition_1"]
    found = platform.glue.get_partitions(DatabaseName=DATABASE, TableName="raw_orders")["Partitions"]
    assert sorted(tuple(each["Values"]) for each in found) == [("2", "x"), ("a b", "x")]


def test_ten_files_of_a_folder_are_read_whatever_their_number(platform: Platform) -> None:
    for number in range(25):
        platform.put(f"orders/{number}.csv", "id,amount\n1,2\n")

    assert platform.crawl()["objectsRead"] == 10
    assert platform.table()["Parameters"]["objectCount"] == "25"


# The second crawl


def test_a_crawl_of_the_same_files_changes_nothing(platform: Platform) -> None:
    platform.put("orders/a.csv", "id,amount\n1,2\n")
    platform.crawl()

    assert platform.crawl()["tablesUpdated"] == 0


def test_new_columns_come_last_types_change_and_lost_columns_go(platform: Platform) -> None:
    platform.put("orders/a.csv", "id,amount,old\n1,2,3\n")
    platform.crawl()
    platform.put("orders/a.csv", "new,id,amount\nx,1,2.5\n")

    assert platform.crawl()["tablesUpdated"] == 1

    columns = platform.table()["StorageDescriptor"]["Columns"]
    assert columns == [
        {"Name": "id", "Type": "bigint"},
        {"Name": "amount", "Type": "double"},
        {"Name": "new", "Type": "string"},
    ]


def test_two_folders_of_one_name_have_a_table_each(platform: Platform) -> None:
    platform.crawler("acme-dev-archive", "archive/orders/")
    platform.put("orders/a.csv", "id,amount\n1,2\n")
    platform.put("archive/orders/a.csv", "x,y\n1,2\n")

    platform.crawl()
    assert platform.crawl("acme-dev-archive")["tablesCreated"] == 1
    assert platform.crawl("acme-dev-archive")["tablesUpdated"] == 0

    assert list(platform.columns()) == ["id", "amount"]
    tables = platform.glue.get_tables(DatabaseName=DATABASE)["TableList"]
    assert len(tables) == 2 and all(each["Name"].startswith("raw_orders") for each in tables)


def test_a_table_says_what_glue_says_of_it(platform: Platform) -> None:
    platform.put("orders/a.csv", "id,amount\n1,2\n3,4\n")
    platform.crawl()

    table = platform.table()
    storage = table["StorageDescriptor"]
    assert table["TableType"] == "EXTERNAL_TABLE" and storage["Location"] == f"s3://{BUCKET}/orders/"
    assert storage["InputFormat"] == "org.apache.hadoop.mapred.TextInputFormat"
    assert storage["SerdeInfo"]["SerializationLibrary"] == "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
    assert (
        table["Parameters"]
        == storage["Parameters"]
        == {
            "CrawlerSchemaDeserializerVersion": "1.0",
            "CrawlerSchemaSerializerVersion": "1.0",
            "UPDATED_BY_CRAWLER": NAME,
            "areColumnsQuoted": "false",
            "averageRecordSize": "9",
            "classification": "csv",
            "columnsOrdered": "true",
            "compressionType": "none",
            "delimiter": ",",
            "objectCount": "1",
            "recordCount": "2",
            "sizeKey": "18",
            "skip.header.line.count": "1",
            "typeOfData": "file",
        }
    )


# The project's own samples


def test_the_samples_of_a_dataset_become_its_raw_table(platform: Platform) -> None:
    platform.crawler("acme-dev-customers", "customers/")
    for path in sorted(SAMPLES.rglob("*.*")):
        platform.put(path.relative_to(SAMPLES).as_posix(), path.read_bytes())

    platform.crawl()
    platform.crawl("acme-dev-customers")

    orders, customers = platform.columns(), platform.columns("raw_customers")
    assert {"order_id", "customer_id", "ordered_at", "amount", "status", "note", "order id", "sales channel"} <= {
        *orders
    }
    assert orders["ordered_at"] == "string"
    assert customers["customer_id"] == "int" and customers["vip"] == "boolean"
    assert customers["array"].startswith("array<struct<customer_id:int,")


def test_the_drift_of_the_samples_is_found_in_the_raw_table(platform: Platform) -> None:
    platform.put("orders/a.csv", (SAMPLES / "orders" / "2026-03-01.csv").read_bytes())
    platform.crawl()
    names = ["order_id", "customer_id", "ordered_at", "amount", "status", "note"]
    kinds = ["bigint", "bigint", "timestamp", "decimal(12,2)", "string", "string"]
    columns = [{"Name": name, "Type": kind} for name, kind in zip(names, kinds, strict=True)]
    declared = {"StorageDescriptor": {"Columns": columns}}
    assert drift_of(platform.table(), declared) == []

    platform.put("orders/b.csv", (SAMPLES / "orders" / "2026-03-03 from Excel.csv").read_bytes())
    platform.crawl()

    assert drift_of(platform.table(), declared) == ["added:sales_channel"]


# Types


@given(st.lists(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text())))
def test_the_order_of_values_does_not_change_their_common_type(values: list[Any]) -> None:
    kinds = [of_json(value) for value in values]

    assert combined(kinds) == combined(reversed(kinds))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (" 7 ", "bigint"),
        ("+007", "bigint"),
        ("1e3", "double"),
        (".5", "double"),
        ("1,5", "string"),
        ("True", "boolean"),
        ("yes", "string"),
        ("NaN", "string"),
        ("2026-03-01", "string"),
        ("", None),
    ],
)
def test_a_cell_has_the_type_that_glue_sees(text: str, kind: str | None) -> None:
    assert of_cell(text) == kind
    assert written(of_cell(text)) == (kind or "string")
