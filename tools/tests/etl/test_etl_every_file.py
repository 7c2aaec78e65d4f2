"""Files as people and programs send them: no row is lost, changed or left without a reason, and none stops the rest."""

import gzip
import io
import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from unittest.mock import Mock

import pyarrow
import pytest
from platform_in_a_folder import Outcome, Platform, column, job_settings
from py4j.protocol import Py4JError
from pyarrow import orc, parquet
from steps import failure, reading

ID_AND_V = [column("id", "bigint"), column("v")]
K_AND_V = [column("k"), column("v")]
ID_AND_NAME = [column("id"), column("name")]


@dataclass(frozen=True)
class Case:
    """One file: what it holds, what its dataset declares, and where its rows must end."""

    content: str | bytes
    columns: list[dict[str, Any]]
    published: list[tuple[Any, ...]]
    reasons: list[list[str]] = field(default_factory=list)
    file_reason: str | None = None
    key: str = "orders/a.csv"
    changes: dict[str, Any] = field(default_factory=dict)


def json_case(content: str, columns: list[dict[str, Any]], published: Any, reasons: Any = (), **more: Any) -> Case:
    return Case(content, columns, published, list(reasons), key="orders/a.json", changes={"format": "json"}, **more)


def parquet_bytes(table: Any) -> bytes:
    written = io.BytesIO()
    parquet.write_table(pyarrow.table(table), written)
    return written.getvalue()


def parquet_case(table: Any, columns: list[dict[str, Any]], published: Any, reasons: Any = (), **changes: Any) -> Case:
    given = {"format": "parquet", **changes}
    return Case(parquet_bytes(table), columns, published, list(reasons), key="orders/a", changes=given)


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


DATED = [column("id"), column("d", "date")]
TIMED = [column("id"), column("t", "timestamp")]
LINE_MODE = {"quoted_newlines": False}
FLOATS = """{"k":"a","v":0.1234567890123456789}
{"k":"b","v":1234567.123456789123}
{"k":"c","v":"0.1234567890123456789"}
{"k":"d","v":12345678901234567890.5}
{"k":"e","v":1.10}
{"k":"f","v":12345678.9}
"""
FLOAT_TEXTS = """{"k":"a","v":1.10}
{"k":"b","v":12345678.9}
{"k":"c","v":100000000.0}
{"k":"d","v":1e2}
{"k":"e","v":12345678901234567890123}
{"k":"f","v":0.00001}
{"k":"g","v":true}
{"k":"h","v":{"x":1.10,"y":[1,2.50],"z":12345678.9}}
"""
CASES = {
    "firehose.json": json_case(
        "".join(f'{{"id":{number},"v":"x"}}' for number in range(1_000)),
        ID_AND_V,
        [(number, "x") for number in range(1_000)],
    ),
    "json_concat_oneline.json": json_case(
        '{"id":1,"v":"a"}{"id":2,"v":"b"}\n{"id":3,"v":"c"}\n', ID_AND_V, [(1, "a"), (2, "b"), (3, "c")]
    ),
    "json_array_then_lines.json": json_case(
        '[\n{"id":1,"v":"a"}\n]\n{"id":2,"v":"b"}\n', ID_AND_V, [(1, "a"), (2, "b")]
    ),
    "json_trailing_garbage.json": json_case(
        '{"id":1,"v":"a"} trailing\n{"id":2,"v":"b"},\n{"id":3,"v":"c"}\n',
        ID_AND_V,
        [(1, "a"), (2, "b"), (3, "c")],
        [["malformed"]],
    ),
    "json_extra_value_same_line.json": json_case('{"id":1,"v":"a"} {"id":2}\n', ID_AND_V, [(1, "a"), (2, None)]),
    "json_mixed_case.json": json_case(
        '{"ID":1,"v":"a"}\n{"id":2,"v":"b"}\n{"Id":3,"V":"c"}\n', ID_AND_V, [(1, "a"), (2, "b"), (3, "c")]
    ),
    "json_floats.json": json_case(
        FLOATS,
        [column("k"), column("v", "decimal(38,20)")],
        [
            ("a", "0.12345678901234567890"),
            ("b", "1234567.12345678912300000000"),
            ("c", "0.12345678901234567890"),
            ("e", "1.10000000000000000000"),
            ("f", "12345678.90000000000000000000"),
        ],
        [["type:v"]],
    ),
    "json_floats_string.json": json_case(
        FLOAT_TEXTS,
        K_AND_V,
        [
            ("a", "1.10"),
            ("b", "12345678.9"),
            ("c", "100000000.0"),
            ("d", "1e2"),
            ("e", "12345678901234567890123"),
            ("f", "0.00001"),
            ("g", "true"),
            ("h", '{"x":1.10,"y":[1,2.50],"z":12345678.9}'),
        ],
    ),
    "empty_first_row.csv": Case(",,\nid,name,city\n1,a,b\n", [*ID_AND_NAME, column("city")], [("1", "a", "b")]),
    "empty_first_row_qn_off.csv": Case(
        ",,\nid,name,city\n1,a,b\n", [*ID_AND_NAME, column("city")], [("1", "a", "b")], changes=LINE_MODE
    ),
    "lf_header_crlf_rows.csv": Case("id,name\n1,a\r\n2,b\r\n", ID_AND_NAME, [("1", "a"), ("2", "b")]),
    "lf_header_crlf_off.csv": Case("id,name\n1,a\r\n2,b\r\n", ID_AND_NAME, [("1", "a"), ("2", "b")], changes=LINE_MODE),
    "crlf_header_lf_rows.csv": Case("id,name\r\n1,a\n2,b\n", ID_AND_NAME, [("1", "a"), ("2", "b")]),
    "one_of_date_fmt.csv": Case(
        "k,v\na,01/02/2024\nb,05/02/2024\n",
        [column("k"), column("v", "date", format="dd/MM/yyyy", one_of=["01/02/2024"])],
        [("a", "2024-02-01")],
        [["one_of:v"]],
    ),
    "min_out_of_range.csv": Case(
        "k,v\na,2\nb,3\n", [column("k"), column("v", "tinyint", minimum="1000")], [], [["minimum:v"]] * 2
    ),
    "min_half_int.csv": Case(
        "k,v\na,2\nb,3\n", [column("k"), column("v", "int", minimum="2.5")], [("b", "3")], [["minimum:v"]]
    ),
    "max_neg_dec.csv": Case(
        "k,v\na,2\nb,0.005\nc,0.004\n",
        [column("k"), column("v", "decimal(6,3)", maximum="0.0049")],
        [("c", "0.004")],
        [["maximum:v"]] * 2,
    ),
    "quoted_newline_off.csv": Case(
        'id,name\n1,"a\nb"\n2,c\n', ID_AND_NAME, [("2", "c")], [["malformed"]] * 2, changes=LINE_MODE
    ),
    "qn_off_3col.csv": Case(
        'id,name,z\n1,"Rue 1\nBxl",x\n2,d,y\n',
        [*ID_AND_NAME, column("z")],
        [("2", "d", "y")],
        [["malformed"]] * 2,
        changes=LINE_MODE,
    ),
    "backslash_quote.csv": Case(
        'id,name,z\n1,"a\\"b",c\n2,"say \\"hi, you\\"",d\n3,"ends \\\\",e\n',
        [*ID_AND_NAME, column("z")],
        [("3", "ends \\\\", "e")],
        [["malformed"]] * 2,
    ),
    "backslash_nl.csv": Case('id,name\n1,"a\\\nb"\n2,d\n', ID_AND_NAME, [("1", "a\\\nb"), ("2", "d")]),
    "pq_empty_string.parquet": parquet_case(
        {"id": [1, 2, 3], "v": ["", "NA", "x"]},
        [column("id", "bigint"), column("v", required=True)],
        [(3, "x")],
        [["missing:v"]] * 2,
        missing_values=["NA"],
    ),
    "ts_fmt_ns.csv": Case(
        "id,t\n1,2024-03-01T10:00:00.123456789Z\n2,2024-03-01T10:00:00.1Z\n3,2024-03-01T10:00:00.123456000Z\n",
        [column("id"), column("t", "timestamp", format="yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSS" + "X" * 3)],
        [("2", "2024-03-01 10:00:00.1"), ("3", "2024-03-01 10:00:00.123456")],
        [["type:t"]],
    ),
    "date_0001-01-01.csv": Case(
        "id,d\n1,2024-01-01\n2,0001-01-01\n", DATED, [("1", "2024-01-01"), ("2", "0001-01-01")]
    ),
    "date_1500-06-01.csv": Case(
        "id,d\n1,2024-01-01\n2,1500-06-01\n", DATED, [("1", "2024-01-01"), ("2", "1500-06-01")]
    ),
    "date_1582-10-10.csv": Case(
        "id,d\n1,2024-01-01\n2,1582-10-10\n", DATED, [("1", "2024-01-01"), ("2", "1582-10-10")]
    ),
    "fmt_dMy.csv": Case(
        "id,d\n1,1/2/2024\n2,31/12/2024\n3,01/02/2024\n4,1/2/0024\n5,1/2/24\n",
        [column("id"), column("d", "date", format="d/M/yyyy")],
        [("1", "2024-02-01"), ("2", "2024-12-31"), ("3", "2024-02-01"), ("4", "0024-02-01")],
        [["type:d"]],
    ),
    "ts_0001.csv": Case(
        "id,t\n1,2024-01-01 00:00:00\n2,0001-01-01 00:00:00\n",
        TIMED,
        [("1", "2024-01-01 00:00:00"), ("2", "0001-01-01 00:00:00")],
    ),
    "ts_1899_12_31_23.csv": Case("id,t\n1,1899-12-31 23:59:59\n", TIMED, [("1", "1899-12-31 23:59:59")]),
    "pq_old_date.parquet": parquet_case(
        {"id": [1, 2], "d": pyarrow.array([-719162, 19723], pyarrow.date32())},
        [column("id", "bigint"), column("d", "date")],
        [(1, "0001-01-01"), (2, "2024-01-01")],
    ),
    "json_empty_array.json": json_case("[]", [column("id", "bigint")], []),
    "many_fields_line.csv": Case(
        f"id,v\n1,a\n2{',' * 25_000}\n3,c\n", [column("id"), column("v")], [("1", "a"), ("3", "c")], [["malformed"]]
    ),
    "gz_zero_pad.csv": Case(
        gzip.compress(b"id,v\n1,a\n", mtime=0) + bytes(100),
        [column("id"), column("v")],
        [("1", "a")],
        key="orders/a.csv.gz",
    ),
    "json_deep.json": json_case(
        f'{{"id":1,"v":{nested(2_000)}}}\n{{"id":2,"v":"b"}}\n', ID_AND_V, [(2, "b")], [["malformed"]]
    ),
    "header_in_another_script.csv": Case(
        "名前,値\na,1\nb,2\n", [column("u540d_u524d"), column("u5024", "int")], [("a", "1"), ("b", "2")]
    ),
    "header_of_years.csv": Case(
        "id,2019,2020\na,1,2\n",
        [column("id"), column("column_2019", "int"), column("column_2020", "int")],
        [("a", "1", "2")],
    ),
    "numeric_header_unnamed.csv": Case("id,v,3,\n1,a,b,\n", [column("id"), column("v")], [("1", "a")]),
    "pq_null_type.parquet": parquet_case({"id": [1, 2], "v": pyarrow.nulls(2)}, ID_AND_V, [(1, None), (2, None)]),
    "pq_binary.parquet": parquet_case(
        {"id": [1, 2], "v": [b"a", b"\xff"]},
        [column("id", "bigint"), column("v", "binary")],
        [(1, "61"), (2, "FF")],
    ),
    "pq_ns.parquet": parquet_case(
        {"id": [1, 2], "t": pyarrow.array([1709287200000000000, None], pyarrow.timestamp("ns"))},
        [column("id", "bigint"), column("t", "timestamp")],
        [(1, "2024-03-01 10:00:00"), (2, None)],
    ),
    "pq_int_as_double.parquet": parquet_case(
        {"id": [1, 2], "v": [1, 2]}, [column("id", "bigint"), column("v", "double")], [(1, "1.0"), (2, "2.0")]
    ),
    "pq_uint64_decimal.parquet": parquet_case(
        {"id": [1, 2], "v": pyarrow.array([1, 9223372036854775813], pyarrow.uint64())},
        [column("id", "bigint"), column("v", "decimal(20,0)")],
        [(1, "1"), (2, "9223372036854775813")],
    ),
    "wide_header.csv": Case(
        ",".join(["id", *(f"column_number_{number:05}" for number in range(4_999))]) + "\n" + ",".join("1" * 5_000),
        [column("id")],
        [("1",)],
    ),
    "latin1_header_undeclared.csv": Case("id,name,prénom\n1,a,x\n".encode("latin-1"), ID_AND_NAME, [("1", "a")]),
    "dup_undeclared_collide.csv": Case("id,% of total,# of total\n1,5,6\n", [column("id")], [("1",)]),
}


def orc_bytes(table: Any) -> bytes:
    written = io.BytesIO()
    orc.write_table(pyarrow.table(table), written)
    return written.getvalue()


def orc_case(table: Any, columns: list[dict[str, Any]], published: Any, reasons: Any = ()) -> Case:
    return Case(orc_bytes(table), columns, published, list(reasons), key="orders/a", changes={"format": "orc"})


def int96(*values: int | None) -> bytes:
    """A Parquet file as old Spark, Hive and Impala write moments; values in nanoseconds."""
    written = io.BytesIO()
    table = pyarrow.table({"t": moments("ns", *values), "v": ["x"] * len(values)})
    parquet.write_table(table, written, use_deprecated_int96_timestamps=True)
    return written.getvalue()


def no_utf8() -> Any:
    """Strings as a typed file may hold them whose writer did not look at the bytes."""
    stored = pyarrow.array([b"a", b"Zo\xeb", None], pyarrow.binary())
    return pyarrow.Array.from_buffers(pyarrow.string(), len(stored), stored.buffers())


def moments(unit: str, *values: int | None) -> Any:
    return pyarrow.array(values, pyarrow.timestamp(unit))


BIG_ID_AND_V = [column("id", "bigint"), column("v")]
YEAR_1, YEAR_1850 = -62_135_596_800_000_000, -3_786_825_600_000_000
# Longer than what is looked at for the spellings of keys.
MANY_LINES = '{"id":1,"v":"a"}\n' * 5_000
UNUSUAL_NUMBERS = (
    *("-0", "-0.0", "1E5", "1e+05", "1e400", "-1e-400", "1.50", "NaN", "Infinity", "-Infinity", "+INF"),
    *("9223372036854775808", "0.1234567890123456789", "1." + "1" * 1_200),
)
NO_NUMBERS = ("+1", ".5", "5.", "007", "0x1F", "1e", "1 2", "[1 2]", "- 1", "NaN2", "INF", "1_000", '"a"1')
BREAKING_OUT = (
    '{"id":1}],"r":[{"id":2}',
    '{"id":1}],[{"id":2}',
    '{"id":1}]]}',
    '{"id":1}],[{"id":"\ufdd0"}]]}',
    r'{"id":1}],[{"id":"\ufdd0"}]]}',
    '{"id":1}],[{"id":"x"}]],[[{"id":2}',
)
BROKEN_MEMBERS = ('"w":tru', '"w":[1 2]', '"w":{"x"}', '"w":["x"', '"v":{"x":[1 2]}', '"w":"\t"', r'"w":"\x"')
# Of the same kinds: what else people and programs send.
CASES |= {
    "an empty line of tabs between tabs": Case(
        "id\tv\n1\ta\n\t\n2\tb\n",
        [column("id"), column("v")],
        [("1", "a"), (None, None), ("2", "b")],
        changes={"delimiter": "\t", "quoted_newlines": False},
    ),
    "lines that end in CR alone": Case("id,name\r1,a\r2,b\r", ID_AND_NAME, [("1", "a"), ("2", "b")]),
    "a CR within a cell": Case("id,name\n1,a\rb\n", ID_AND_NAME, [("1", "a\rb")], changes=LINE_MODE),
    "Excel's LF within quotes and CR LF after rows": Case(
        'id,name\r\n1,"a\nb"\r\n2,c\r\n', ID_AND_NAME, [("1", "a\nb"), ("2", "c")]
    ),
    "LF within quotes of the header and CR LF after rows": Case(
        'id,"na\nme"\r\n1,a\r\n2,c\r\n', [column("id"), column("na_me")], [("1", "a"), ("2", "c")]
    ),
    "CR LF within quotes and LF after rows": Case(
        'id,name\n1,"a\r\nb"\n2,c\n', ID_AND_NAME, [("1", "a\nb"), ("2", "c")]
    ),
    "a quote that nobody closes": Case(
        'id,name\n1,"open\n2,b\n3,c\n', ID_AND_NAME, [("2", "b"), ("3", "c")], [["malformed"]]
    ),
    "quotes within quotes over two lines": Case(
        'id,name,z\n1,"the "first" of\ntwo,lines",x\n2,d,e\n',
        [*ID_AND_NAME, column("z")],
        [("2", "d", "e")],
        [["malformed"]],
    ),
    "the second half of a record has as many cells as a record": Case(
        'id,name\n1,"a\nb",x\n2,c\n', ID_AND_NAME, [("2", "c")], [["malformed"]] * 2, changes=LINE_MODE
    ),
    "inches in an unquoted cell": Case('id,name\n1,5" pipe\n', ID_AND_NAME, [("1", '5" pipe')], changes=LINE_MODE),
    "one column with a quoted empty cell": Case('v\n""\na\n\n', [column("v")], [(None,), ("a",)]),
    "a line of blanks": Case("id,name\n1,a\n  \n2,b\n", ID_AND_NAME, [("1", "a"), ("2", "b")], changes=LINE_MODE),
    "more fields on a line than Spark takes": Case(
        f"id,v\n1,a\n2{',' * 140_000}\n3,c\n", [column("id"), column("v")], [("1", "a"), ("3", "c")], [["malformed"]]
    ),
    "the end sign of DOS": Case("id,name\r\n1,a\r\n\x1a", ID_AND_NAME, [("1", "a")]),
    "a padded gzip of JSON": Case(
        gzip.compress(b'{"id":1,"v":"a"}\n', mtime=0) + bytes(10),
        BIG_ID_AND_V,
        [(1, "a")],
        key="orders/a.json.gz",
        changes={"format": "json"},
    ),
    "objects over several lines": json_case(
        json.dumps({"id": 1, "v": "a"}, indent=2) + "\n" + json.dumps({"id": 2, "v": "b"}, indent=2),
        BIG_ID_AND_V,
        [(1, "a"), (2, "b")],
    ),
    "a broken element of an array": json_case(
        '[\n{"id":1,"v":"a"},\n{"id":oops},\n{"id":3,"v":"c"}\n]', BIG_ID_AND_V, [(1, "a"), (3, "c")], [["malformed"]]
    ),
    "an array that does not end": json_case('[{"id":1,"v":"a"},\n', BIG_ID_AND_V, [(1, "a")], [["malformed"]]),
    "a line that closes what it did not open": json_case(
        '{"id":1,"v":"a"}],"x":{}}\n{"id":2,"v":"b"}\n', BIG_ID_AND_V, [(2, "b")], [["malformed"]]
    ),
    "json_key_in_another_script_found_late.json": json_case(
        MANY_LINES + '{"Id":2,"名前":"b"}\n{"id":3,"2019":"c"}\n',
        [*BIG_ID_AND_V, column("u540d_u524d"), column("column_2019")],
        [(1, "a", None, None)] * 5_000,
        [["spelt:id", "spelt:u540d_u524d"], ["spelt:column_2019"]],
    ),
    "a second spelling of a key far down": json_case(
        MANY_LINES + '{"ID":2,"v":"b"}\n', BIG_ID_AND_V, [(1, "a")] * 5_000, [["spelt:id"]]
    ),
    "two spellings of a key in one object": json_case(
        '{"id":1,"ID":2,"v":"a"}\n{"id":3,"v":"c"}\n', BIG_ID_AND_V, [(3, "c")], [["spelt:id"]]
    ),
    "a number beside a text of the same digits": json_case(
        '{"v":"1.1","w":{"v":1.10}}\n{"v":1.10,"w":{"v":7}}\n', [column("v")], [("1.1",), ("1.10",)]
    ),
    "numbers and what JSON's writers put in their place, in a column of texts": json_case(
        "".join(f'{{"v":{number}}}\n{{"v":{{"x":[{number}]}}}}\n' for number in UNUSUAL_NUMBERS),
        [column("v")],
        [(text,) for number in UNUSUAL_NUMBERS for text in (number, f'{{"x":[{number}]}}')],
    ),
    "texts that are not JSON numbers": json_case(
        "".join(f'{{"v":{text}}}\n' for text in NO_NUMBERS) + '{5:1}\n{"v":{5:1}}\n{"v":1}\n',
        [column("v")],
        [("1",)],
        [["malformed"]] * (len(NO_NUMBERS) + 2),
    ),
    "digits within strings, of either quote": json_case(
        r"""{"v":"a\", 1.10, '2'"}""" + "\n" + r"""{'v':'a\', 1.10, "2"'}""" + "\n",
        [column("v")],
        [("a\", 1.10, '2'",), ('a\', 1.10, "2"',)],
    ),
    "a number nested deeply": json_case('{"v":[[[[[[[[1.10]]]]]]]]}\n', [column("v")], [("[[[[[[[[1.10]]]]]]]]",)]),
    "numbers with an exponent as decimals": json_case(
        "".join(
            f'{{"v":{text}}}\n{{"v":"{text}"}}\n' for text in ("1E2", "12e-1", "1.23e1", "1e-4", "1e-400", "0e999")
        ),
        [column("v", "decimal(9,3)")],
        [("100.000",)] * 2 + [("1.200",)] * 2 + [("12.300",)] * 2,
        [["type:v"]] * 6,
    ),
    "escapes of half a character": json_case(
        r"""{"v":"\ud83d\ude00 \\ud800"}
{"v":"\ud800"}
{"v":"\ude00\ud83d"}
{"v":{"x":"\\\udfff"}}
{"w":"\ud800"}
""",
        [column("v")],
        [("\U0001f600 \\ud800",), (None,)],
        [["encoding:v"]] * 3,
    ),
    "half a character in a key": json_case('{"\\ud800v":1,"v":2}\n', [column("v")], [("2",)]),
    "the character with which the job marks numbers": json_case(
        '{"v":"\ufdd01"}\n{"v":"\\ufdd01"}\n{"w":"\ufdd0","v":1}\n', [column("v")], [("1",)], [["encoding:v"]] * 2
    ),
    "lines that close what the job opens around them": json_case(
        "".join(f"{line}\n" for line in BREAKING_OUT) + '{"id":3,"v":"c"}\n',
        BIG_ID_AND_V,
        [(3, "c")],
        [["malformed"]] * len(BREAKING_OUT),
    ),
    "values that break off, beside whole ones": json_case(
        "".join(f'{{"id":1,"v":"a",{rest}}}\n' for rest in BROKEN_MEMBERS) + '{"id":3,"v":"c"}\n',
        BIG_ID_AND_V,
        [(3, "c")],
        [["malformed"]] * len(BROKEN_MEMBERS),
    ),
    "blanks of which Python knows more than JSON": json_case(
        '[{"id":1}]{"id":2}\x0b\n\x0c\n', BIG_ID_AND_V, [(1, None), (2, None)]
    ),
    "what Spark would take for a variable": Case(
        "id,v\n1,${spark.app.name}\n2,etl\n",
        [column("id"), column("v", one_of=["${spark.app.name}"])],
        [("1", "${spark.app.name}")],
        [["one_of:v"]],
    ),
    "bytes that are not UTF-8 in a typed file": parquet_case(
        {"id": [1, 2, 3], "v": no_utf8()}, BIG_ID_AND_V, [(1, "a"), (3, None)], [["encoding:v"]]
    ),
    "bytes that are not UTF-8 in ORC": orc_case(
        {"id": [1, 2, 3], "v": no_utf8()}, BIG_ID_AND_V, [(1, "a"), (3, None)], [["encoding:v"]]
    ),
    "a column name that is not UTF-8": Case(
        parquet_bytes({"id": [1], "vv": ["a"]}).replace(b"vv", b"v\xff"),
        ID_AND_V,
        [],
        file_reason="encoding",
        key="orders/a",
        changes={"format": "parquet"},
    ),
    "a decimal wider than any of Spark's": Case(
        parquet_bytes({"v": pyarrow.array([Decimal("1.5")], pyarrow.decimal256(40, 2))}),
        [column("v", "decimal(38,2)")],
        [],
        file_reason="schema-type:v is decimal256(40, 2), not decimal(38,2)",
        key="orders/a",
        changes={"format": "parquet"},
    ),
    "decimals of Arrow's other widths": parquet_case(
        {
            name: pyarrow.array([Decimal("1.5")], kind)
            for name, kind in {"a": pyarrow.decimal256(38, 2), "b": pyarrow.decimal64(12, 2)}.items()
        },
        [column("a", "decimal(38,2)"), column("b", "decimal(12,2)")],
        [("1.50", "1.50")],
    ),
    "integers of 19 digits": parquet_case(
        {name: [2**63 - 1, -(2**63), 10**18] for name in "abc"},
        [column("a", "bigint"), column("b", "decimal(19,0)"), column("c", "decimal(38,19)")],
        [tuple(f"{number}{more}" for more in ("", "", "." + "0" * 19)) for number in (2**63 - 1, -(2**63), 10**18)],
    ),
    "integers of 19 digits that a floating number or a smaller decimal cannot hold": parquet_case(
        {name: [2**63 - 1, -(2**63), 10**17, 2**62 + 1, 1234567890123456800] for name in "abc"},
        [column("a", "double"), column("b", "float"), column("c", "decimal(18,0)")],
        [],
        [["type:a", "type:b", "type:c"], ["type:c"], ["type:b"], *[["type:a", "type:b", "type:c"]] * 2],
    ),
    "unsigned integers of 20 digits": parquet_case(
        {
            "a": pyarrow.array([2**64 - 1, 2**63, 2**63 + 2048, 0], pyarrow.uint64()),
            "b": pyarrow.array([2**64 - 1, 2**63, 2**63 + 2048, 0], pyarrow.uint64()),
        },
        [column("a", "decimal(20,0)"), column("b", "double")],
        [(str(2**63), "9.223372036854776E18"), (str(2**63 + 2048), "9.223372036854778E18"), ("0", "0.0")],
        [["type:b"]],
    ),
    "columns with the names of Spark's own": json_case(
        '{"value":"a","v":1.50,"f":1}\n{"value":"b","k":"x"}\n',
        [column(name) for name in ("value", "v", "f", "k", "r")],
        [("a", "1.50", "1", None, None), ("b", None, None, "x", None)],
    ),
    "a byte order mark before JSON": json_case('\ufeff{"id":1,"v":"a"}\n', BIG_ID_AND_V, [(1, "a")]),
    "old dates in JSON": json_case(
        '{"d":"0202-03-01","t":"1899-12-31 23:00:00"}\n',
        [column("d", "date"), column("t", "timestamp")],
        [("0202-03-01", "1899-12-31 23:00:00")],
    ),
    "old moments in Parquet": parquet_case(
        {"t": moments("us", YEAR_1, YEAR_1850)},
        [column("t", "timestamp")],
        [("0001-01-01 00:00:00",), ("1850-01-01 00:00:00",)],
    ),
    "days before 1582 in ORC": orc_case(
        {"d": pyarrow.array([-719_162, -150_000, 0], pyarrow.date32())},
        [column("d", "date")],
        [("1970-01-01",)],
        [["type:d"]] * 2,
    ),
    "times in ORC": orc_case(
        {"t": moments("ns", 0, None, -2_208_992_400 * 10**9, 1_709_287_200_123_456_000, 1_710_037_800 * 10**9)},
        [column("t", "timestamp")],
        [
            ("1970-01-01 00:00:00",),
            (None,),
            ("1899-12-31 23:00:00",),
            ("2024-03-01 10:00:00.123456",),
            ("2024-03-10 02:30:00",),
        ],
    ),
    "times in ORC that hold nanoseconds": orc_case(
        {"t": pyarrow.array([1, 1_000], pyarrow.timestamp("ns"))},
        [column("t", "timestamp")],
        [("1970-01-01 00:00:00.000001",)],
        [["type:t"]],
    ),
    "times in ORC before 1970, of which writers split the fraction in two ways": orc_case(
        {"t": moments("us", -1_000, -1_000_000, -1_500_000, -86_400_000_001, 1)},
        [column("t", "timestamp")],
        [("1969-12-31 23:59:59",), ("1970-01-01 00:00:00.000001",)],
        [["type:t"]] * 3,
    ),
    "times with a zone in ORC": Case(
        orc_bytes({"t": pyarrow.array([0], pyarrow.timestamp("us", "UTC"))}),
        [column("t", "timestamp")],
        [],
        file_reason="schema-type:t is timestamp with local time zone, not timestamp",
        key="orders/a",
        changes={"format": "orc"},
    ),
    "moments in 96 bits": Case(
        int96(1_709_287_200_000_001_000, None, -1_000),
        [column("t", "timestamp")],
        [("2024-03-01 10:00:00.000001",), (None,), ("1969-12-31 23:59:59.999999",)],
        key="orders/a",
        changes={"format": "parquet"},
    ),
    "nanoseconds in 96 bits": Case(
        int96(1_709_287_200_000_000_001),
        [column("t", "timestamp"), column("v")],
        [],
        file_reason="schema-type:t is timestamp of nanoseconds, not timestamp",
        key="orders/a",
        changes={"format": "parquet"},
    ),
    "nanoseconds in Parquet": parquet_case(
        {"t": moments("ns", 1_709_287_200_000_000_000, 1_709_287_200_000_000_001, -1_000)},
        [column("t", "timestamp")],
        [("2024-03-01 10:00:00",), ("1969-12-31 23:59:59.999999",)],
        [["type:t"]],
    ),
    "values that do not fit are neither missing nor beyond a limit": parquet_case(
        {
            "v": [1, 300, None],
            "w": [1.5, float("nan"), float("-inf")],
            "d": pyarrow.array([Decimal("0.0010"), Decimal("9.0005"), None], pyarrow.decimal128(12, 4)),
        },
        [
            column("v", "tinyint", required=True, one_of=["1"]),
            column("w", "double", minimum="0", maximum="2"),
            column("d", "decimal(9,3)", maximum="2"),
        ],
        [("1", "1.5", "0.001")],
        [["type:v", "type:w", "type:d"], ["missing:v", "type:w"]],
    ),
    "integers that a double or a smaller type cannot hold": parquet_case(
        {"v": [1, 2**53 + 1, 2**53], "w": [1, 300, 2]},
        [column("v", "double"), column("w", "tinyint")],
        [("1.0", "1"), ("9.007199254740992E15", "2")],
        [["type:v", "type:w"]],
    ),
    "a decimal with more digits than declared": parquet_case(
        {"v": pyarrow.array([Decimal("1.10"), Decimal("1.25"), Decimal("123.00")], pyarrow.decimal128(10, 2))},
        [column("v", "decimal(3,1)")],
        [("1.1",)],
        [["type:v"]] * 2,
    ),
    "unsigned integers": parquet_case(
        {
            "a": pyarrow.array([255], pyarrow.uint8()),
            "b": pyarrow.array([65_535], pyarrow.uint16()),
            "c": pyarrow.array([2**32 - 1], pyarrow.uint32()),
        },
        [column("a", "smallint"), column("b", "int"), column("c", "bigint")],
        [("255", "65535", str(2**32 - 1))],
    ),
    "undeclared columns of types that Spark does not know, or of names that differ in case": parquet_case(
        {
            "id": [1],
            "v": ["a"],
            "time": pyarrow.array([1], pyarrow.time64("ns")),
            "Note": ["x"],
            "note": ["y"],
        },
        BIG_ID_AND_V,
        [(1, "a")],
    ),
    "a moment without a zone, and one of milliseconds": parquet_case(
        {
            "t": moments("us", 1_709_287_200_000_000),
            "u": pyarrow.array([1_709_287_200_000], pyarrow.timestamp("ms", tz="Europe/Brussels")),
        },
        [column("t", "timestamp"), column("u", "timestamp")],
        [("2024-03-01 10:00:00",) * 2],
    ),
    "categories": parquet_case(
        {"id": [1, 2], "v": pyarrow.array(["a", "b"]).dictionary_encode()}, BIG_ID_AND_V, [(1, "a"), (2, "b")]
    ),
    "a file in Windows-1252": Case(
        "id;name\n1;Zoë €\n2;b\n".encode("windows-1252"),
        ID_AND_NAME,
        [("1", "Zoë €"), ("2", "b")],
        changes={"encoding": "windows-1252", "delimiter": ";"},
    ),
    "UTF-16 without a mark": Case(
        "id,name\r\n1,Ann\r\n2,Zoë\r\n".encode("utf-16-le"),
        ID_AND_NAME,
        [("1", "Ann"), ("2", "Zoë")],
        changes={"encoding": "utf-16"},
    ),
    "UTF-8 where UTF-16 is declared": Case(
        "id,name\n1,Zoë\n", ID_AND_NAME, [], file_reason="encoding", changes={"encoding": "utf-16"}
    ),
    "a file in UTF-16": Case(
        "id\tname\r\n1\tZoë\r\n".encode("utf-16"),
        ID_AND_NAME,
        [("1", "Zoë")],
        changes={"encoding": "utf-16", "delimiter": "\t"},
    ),
    "JSON in Latin-1": Case(
        '{"id":1,"v":"Zoë"}\n'.encode("latin-1"),
        BIG_ID_AND_V,
        [(1, "Zoë")],
        key="orders/a.json",
        changes={"format": "json", "encoding": "iso-8859-1"},
    ),
    "a file without a header": Case(
        "1,a\n2\n3,c\n", ID_AND_NAME, [("1", "a"), ("3", "c")], [["malformed"]], changes={"header": False}
    ),
    "a row of empty cells without a header": Case(
        ",\n1,a\n", ID_AND_NAME, [(None, None), ("1", "a")], changes={"header": False}
    ),
    "a byte order mark without a header": Case("\ufeff1,a\n", ID_AND_NAME, [("1", "a")], changes={"header": False}),
    "decimal commas": Case(
        "id;a;b;c\n1;1,5;1.234.567,89;1.000\n2;-0,25;12;7\n3;1.5;1;1\n4;1;1,005;1\n5;1;1;1,0\n",
        [column("id"), column("a", "double"), column("b", "decimal(12,2)"), column("c", "int")],
        [("1", "1.5", "1234567.89", "1000"), ("2", "-0.25", "12.00", "7")],
        [["type:a"], ["type:b"], ["type:c"]],
        changes={"delimiter": ";", "decimal": ","},
    ),
}


def rows_of(platform: Platform, outcome: Outcome, columns: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """The published values; what Python cannot hold or would show otherwise, such as old times, as text."""
    folder = outcome.report["output"]
    if not list(platform.folder(folder).rglob("*.parquet")):
        return []
    as_it_is = {"id"} if columns[0]["type"] == "bigint" else set()
    texts = [_shown(each, as_it_is) for each in columns]
    rows = platform.spark.read.parquet(folder).selectExpr(*texts, "_line").collect()
    return [tuple(row)[:-1] for row in sorted(rows, key=lambda row: row["_line"])]


def _shown(column: dict[str, Any], as_it_is: set[str]) -> str:
    name = column["name"]
    if name in as_it_is:
        return str(name)
    return f"hex({name})" if column["type"] == "binary" else f"cast({name} as string)"


@pytest.mark.parametrize("name", CASES)
def test_every_row_of_a_file_is_published_as_it_stands_or_refused_with_a_reason(platform: Platform, name: str) -> None:
    case = CASES[name]
    platform.upload(case.key, case.content)

    outcome = platform.run(job_settings(case.columns, **case.changes))

    assert rows_of(platform, outcome, case.columns) == case.published
    assert (outcome.reasons, outcome.report["files"][0]["file_reason"]) == (case.reasons, case.file_reason)
    assert outcome.counts == (len(case.published) + len(case.reasons), len(case.published), len(case.reasons), 0)


NOT_CHECKABLE = {
    "one_of_int_garbage.csv": [column("k"), column("v", "int", one_of=["1", "two"])],
    "pattern_posix.csv": [column("k", pattern="[[:alpha:]]+")],
    "pattern_python_named.csv": [column("k", pattern="(?P<x>[a-z]+)[0-9]+")],
    "fmt_YYYY.csv": [column("k"), column("v", "date", format="YYYY-MM-dd")],
}


@pytest.mark.parametrize("name", NOT_CHECKABLE)
def test_a_rule_that_spark_cannot_check_ends_the_run_in_one_sentence_with_its_column(
    platform: Platform, name: str
) -> None:
    columns = NOT_CHECKABLE[name]
    platform.upload("orders/a.csv", "k,v\n1,2\n")

    outcome = platform.run(job_settings(columns))

    assert outcome.published == []
    assert outcome.failure is not None
    assert outcome.failure.startswith(f"The rules of {columns[-1]['name']} cannot be checked: ")
    assert [file["lasting"] for file in outcome.report["files"]] == [True]


def test_a_declared_column_that_collides_with_the_partition_ends_the_run_in_one_sentence(platform: Platform) -> None:
    columns = [column("id"), column("order", "date"), column("order_day")]
    platform.upload("orders/a.csv", "id,order,order_day\n1,2024-01-01,Mon\n")

    outcome = platform.run(job_settings(columns, partition_by="order"))

    assert outcome.failure == "The column order_day is declared, and is also what partition_by: order adds; rename it."


def spoilt_parquet() -> tuple[bytes, bytes]:
    """A Parquet file of 2,000 rows, and the same with a whole footer that describes what is not there any more."""
    written = io.BytesIO()
    parquet.write_table(pyarrow.table({"id": list(range(2_000)), "v": ["x" * 9] * 2_000}), written, compression="gzip")
    good = written.getvalue()
    return good, good[:100] + bytes(400) + good[500:]


def test_a_file_that_fails_spark_alone_is_refused_at_once(platform: Platform) -> None:
    platform.upload("orders/spoilt", spoilt_parquet()[1])

    outcome = platform.run(job_settings(BIG_ID_AND_V, format="parquet"))

    assert (outcome.failure, outcome.report["state"], outcome.counts) == (None, "published", (0, 0, 0, 0))
    assert outcome.report["files"][0]["file_reason"].startswith("unreadable: Spark cannot read it: ")


def test_an_error_that_does_not_come_again_refuses_no_file(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    platform.upload("orders/a.csv", "id,v\n1,a\n")
    monkeypatch.setattr(reading, "tallied", Mock(side_effect=[Py4JError("Job aborted"), []]))

    with pytest.raises(Py4JError):
        platform.run(job_settings(BIG_ID_AND_V))


def test_a_file_that_fails_spark_is_found_and_the_others_are_published(platform: Platform) -> None:
    good, spoilt = spoilt_parquet()
    for number in range(5):
        platform.upload(f"orders/{number}", good)
    platform.upload("orders/spoilt", spoilt)

    outcome = platform.run(job_settings(BIG_ID_AND_V, format="parquet"))

    assert outcome.counts == (10_000, 10_000, 0, 0)
    reasons = {file["key"]: file["file_reason"] for file in outcome.report["files"]}
    assert reasons.pop("orders/spoilt").startswith("unreadable: Spark cannot read it: ")
    assert set(reasons.values()) == {None}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"id,v\n1,a\n", "not-parquet"),
        (b"PAR1 and no end", "truncated"),
        (b"", "empty"),
    ],
)
def test_a_file_of_another_format_says_so(platform: Platform, content: bytes, reason: str) -> None:
    platform.upload("orders/a", content)

    outcome = platform.run(job_settings(BIG_ID_AND_V, format="parquet"))

    assert outcome.report["files"][0]["file_reason"] == reason


@pytest.mark.parametrize(
    ("module", "text", "is_of_a_file"),
    [
        ("py4j.protocol", "Job aborted: java.lang.ArrayIndexOutOfBoundsException: 20480", True),
        ("pyspark.errors.exceptions.captured", "[CANNOT_READ_FILE_FOOTER]", True),
        ("py4j.protocol", "Job aborted: java.lang.OutOfMemoryError: Java heap space", False),
        ("py4j.protocol", "java.io.IOException: No space left on device", False),
        ("botocore.exceptions", "SlowDown", False),
        ("py4j.protocol", "software.amazon.awssdk.services.s3.model.S3Exception: Access Denied", False),
        ("py4j.protocol", "java.nio.file.AccessDeniedException: s3://x/y", False),
    ],
)
def test_a_file_is_at_fault_only_where_no_machine_or_network_is(module: str, text: str, is_of_a_file: bool) -> None:
    kind = type("Error", (Exception,), {"__module__": module})

    assert failure.is_of_a_file(kind(text)) is is_of_a_file
