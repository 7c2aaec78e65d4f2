"""What a sample file says about its columns is taken where it is certain, and asked where it is not."""

import gzip
import json
import random
import sys
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import orc, parquet

from answers.inference import Inference, infer
from answers.project import project_faults, project_from
from answers.sample_columnar import declared
from answers.sample_fields import SampleError, column_name_for
from answers.sample_file import Sample, read_sample

FILES = Path(__file__).parents[1] / "{{cookiecutter.project_slug}}" / "files"


@pytest.fixture
def sample(tmp_path: Path) -> Any:
    """Write a sample file and read it: sample("a,b\\n1,2\\n", "file.csv")."""

    def written(content: str | bytes, name: str = "sample.csv", **options: Any) -> Sample:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_sample(path, **options)

    return written


def types(inference: Inference) -> dict[str, str]:
    return {column.name: column.type.type for column in inference.columns}


def choices(inference: Inference, name: str) -> list[tuple[str, str | None]]:
    (column,) = (column for column in inference.columns if column.name == name)
    return [(choice.type, choice.format) for choice in column.finding.choices]


def csv_of(name: str, *values: str) -> str:
    """A file of one column beside one that keeps empty values from being empty lines."""
    return f"row,{name}\n" + "".join(f"r{number},{value}\n" for number, value in enumerate(values))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", "-20", "300"], "bigint"),
        (["1", "2.5", "3"], "double"),
        (["1.5e3", "2"], "double"),
        (["true", "FALSE"], "boolean"),
        (["yes", "no"], "string"),
        (["2012-01-31", "2012-02-01"], "date"),
        (["2012-01-31 10:00:00", "2012-02-01T11:30:00Z"], "timestamp"),
        (["MS", "TX", "CO"], "string"),
        (["123456789012345678901", "2"], "string"),
        (["1,5", "x"], "string"),
    ],
)
def test_a_certain_type_is_taken_without_a_question(sample: Any, values: list[str], expected: str) -> None:
    inference = infer(sample(csv_of("value", *(f'"{value}"' for value in values))))

    assert types(inference)["value"] == expected
    assert inference.questions == ()


@pytest.mark.parametrize("values", [["00123", "00124"], ["007", "12"], ["0", "01"], ["+3247012", "+3247013"]])
def test_numbers_that_would_lose_a_leading_character_stay_text(sample: Any, values: list[str]) -> None:
    assert choices(infer(sample(csv_of("code", *values))), "code") == [("string", None)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["2012/01/01", "2012/12/31"], ("date", "yyyy/MM/dd")),
        (["31.12.2012", "01.02.2012"], ("date", "dd.MM.yyyy")),
        (["12/31/2012", "01/02/2012"], ("date", "MM/dd/yyyy")),
        (["1/2/2012", "31/12/2012"], ("date", "d/M/yyyy")),
        (["05-Mar-2012", "11-Dec-2012"], ("date", "dd-MMM-yyyy")),
        (["31/12/2012 9:05", "01/02/2012 23:59"], ("timestamp", "dd/MM/yyyy H:mm")),
        (["2012-01-31 10:05", "2012-02-01 11:30"], ("timestamp", "yyyy-MM-dd HH:mm")),
        (["2012/01/31 10:05+02:00", "2012/02/01 11:30Z"], ("timestamp", "yyyy/MM/dd HH:mm" + "X" * 3)),
        (["12/31/2012 09:05 PM", "01/02/2012 11:59 AM"], ("timestamp", "MM/dd/yyyy hh:mm a")),
    ],
)
def test_a_date_in_another_form_gets_its_format(sample: Any, values: list[str], expected: tuple[str, str]) -> None:
    assert choices(infer(sample(csv_of("day", *values))), "day") == [expected]


def test_day_and_month_that_the_values_do_not_tell_apart_are_asked(sample: Any) -> None:
    inference = infer(sample(csv_of("day", "01/02/2012", "03/04/2012")))

    assert choices(inference, "day") == [("date", "MM/dd/yyyy"), ("date", "dd/MM/yyyy")]
    assert [column.name for column in inference.questions] == ["day"]


@pytest.mark.parametrize("values", [["2012-02-30", "2012-01-01"], ["13/13/2012", "01/01/2012"]])
def test_a_day_that_does_not_exist_makes_no_date(sample: Any, values: list[str]) -> None:
    assert choices(infer(sample(csv_of("day", *values))), "day") == [("string", None)]


def test_eight_digits_that_can_be_days_are_asked(sample: Any) -> None:
    asked = choices(infer(sample(csv_of("day", "20120131", "20121231"))), "day")

    assert asked == [("date", "yyyyMMdd"), ("bigint", None)]


@pytest.mark.parametrize(
    ("name", "values", "proposed"),
    [
        ("value", ["19.99", "5.00"], "decimal(12,2)"),
        ("unit_price", ["19.9", "5"], "decimal(12,2)"),
        ("amount", ["10", "20"], "decimal(12,2)"),
        ("rate", ["0.12345678901234567", "1"], "decimal(21,17)"),
        ("amount", ["12345678901.25", "1.00"], "decimal(16,2)"),
    ],
)
def test_numbers_that_may_be_money_are_asked(sample: Any, name: str, values: list[str], proposed: str) -> None:
    asked = choices(infer(sample(csv_of(name, *values))), name)

    assert asked[0] == (proposed, None)
    assert len(asked) == 2


def test_numbers_under_the_name_of_a_code_are_asked(sample: Any) -> None:
    asked = choices(infer(sample(csv_of("zip_code", "90210", "10001"))), "zip_code")

    assert asked == [("string", None), ("bigint", None)]


def test_a_few_values_that_do_not_fit_are_asked_about(sample: Any) -> None:
    inference = infer(sample(csv_of("size", *map(str, range(30)), "a few")))

    assert choices(inference, "size") == [("bigint", None), ("string", None)]
    assert "'a few'" in inference.questions[0].finding.sentence


def test_a_column_without_values_is_asked(sample: Any) -> None:
    inference = infer(sample(csv_of("later", "", "")))

    assert [column.name for column in inference.questions] == ["later"]


def test_numbers_with_decimal_commas_are_text_and_that_is_said(sample: Any) -> None:
    (_, column) = infer(sample("row;price\nr1;1,50\nr2;1.250,00\n")).columns

    assert column.type.type == "string"
    assert "decimal commas" in column.finding.sentence


def test_na_among_numbers_is_proposed_as_missing(sample: Any) -> None:
    read = sample(csv_of("power", "130", "NA", "165"))

    assert infer(read).missing_values == ("NA",)
    assert types(infer(read))["power"] == "bigint"
    assert types(infer(read, missing_values=[]))["power"] == "string"


def test_na_among_texts_is_asked_and_stays_text_at_first(sample: Any) -> None:
    inference = infer(sample(csv_of("state", "MS", "NA", "TX")))

    assert inference.missing_values == ()
    assert [(each.text, each.is_proposed) for each in inference.missing_texts] == [("NA", False)]


def test_the_price_of_reading_na_as_missing_is_said(sample: Any) -> None:
    (asked,) = infer(sample("state,power\nNA,130\nTX,NA\nMS,165\n")).missing_texts

    assert asked.is_proposed
    assert "missing in state as well" in asked.sentence


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(sample: Any, delimiter: str) -> None:
    read = sample(f'id{delimiter}name\n1{delimiter}"a{delimiter}b"\n2{delimiter}c\n')

    assert read.delimiters == (delimiter,)
    assert read.fields[1].cells == [f"a{delimiter}b", "c"]


def test_a_file_that_two_delimiters_fit_can_be_read_with_either(sample: Any) -> None:
    content = "a;b,c;d\n1;2,3;4\n"

    assert sample(content).delimiters == (";", ",")
    assert [field.name for field in sample(content, delimiter=",").fields] == ["a_b", "c_d"]


def test_quotes_line_breaks_a_byte_order_mark_and_gzip_are_read(sample: Any) -> None:
    content = '\ufeffid,note\r\n1,"a, ""b""\nand c"\r\n2,d\r\n'.encode()
    plain, zipped = sample(content), sample(gzip.compress(content), "sample.csv.gz")

    assert [field.name for field in plain.fields] == ["id", "note"]
    assert plain.fields[1].cells == ['a, "b"\nand c', "d"]
    assert zipped.fields == plain.fields


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "a.csv", "empty"),
        (b"\n\n", "a.csv", "no line with a value"),
        ("id,name\n1,é\n".encode("latin-1"), "a.csv", "not UTF-8"),
        ("id,name\n1,b\n".encode("utf-16"), "a.csv", "UTF-16"),
        (gzip.compress(b"id\n1\n", mtime=0), "a.csv", "does not end in .gz"),
        (b"id\n1\n", "a.csv.gz", "is no gzip"),
        (
            gzip.compress(random.Random(7).randbytes(9000).hex().encode())[:-400],
            "a.csv.gz",
            "damaged or cut off",
        ),
        (b"PK\x03\x04....", "a.csv", "Excel workbook"),
        (b"1,2012-01-01,3\n2,2012-01-02,4\n", "a.csv", "holds values and no names"),
        (b"Name,name \n1,2\n", "a.csv", "mean the column name"),
        (b'id,note\n1,"' + b"x" * 200_000, "a.csv", "left open"),
        (b'[{"id": 1},\n {"id": }]', "a.json", "from line 2 on"),
        (b"[1, 2]", "a.json", "neither JSON lines nor an array"),
        (b"hello\n", "a.json", "neither JSON lines nor an array"),
        (b"PAR1 and nothing more", "a.parquet", "no whole parquet file"),
    ],
)
def test_a_file_that_the_job_would_refuse_is_refused_with_the_reason(
    sample: Any, content: bytes, name: str, reason: str
) -> None:
    with pytest.raises(SampleError, match=reason):
        sample(content, name)


def test_rows_of_another_width_are_counted_and_left_out(sample: Any) -> None:
    rows = "".join(f"{number},x\n" for number in range(30))
    read = sample(f"id,note\n{rows}31,y,z\n")

    assert "1 of 31 rows" in read.notes[0]
    assert len(read.fields[0].cells) == 30


def test_a_name_that_no_column_can_have_is_left_out_and_named(sample: Any) -> None:
    read = sample("id,2012,note\n1,2,a\n")

    assert [field.name for field in read.fields] == ["id", "note"]
    assert "'2012' is left out" in read.notes[0]


HEADERS = ["Miles_per_Gallon", "Name", " Order ID ", "Größe (cm)", "__id__", "a--b", "2012", "İd", "%", "x.y"]


@pytest.mark.parametrize("header", HEADERS)
def test_a_column_has_the_name_by_which_the_job_finds_it(header: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FILES))
    from steps.inspection import normalised

    assert column_name_for(header) == normalised(header)


FIRST, SECOND = (
    '{"Name": "a b", "Power": 130, "Year": "1970-01-01"}',
    '{"Name": "c", "Power": null, "Year": "1970-01-02"}',
)


@pytest.mark.parametrize("content", [f"[\n {FIRST},\n {SECOND}\n]\n", f"{FIRST}\n{SECOND}"], ids=["array", "lines"])
def test_json_arrays_and_lines_give_the_same_columns(sample: Any, content: str) -> None:
    inference = infer(sample(content, "cars.json"))

    assert types(inference) == {"name": "string", "power": "bigint", "year": "date"}
    assert inference.columns[1].missing == 1


def test_nested_and_mixed_json_values_are_text_and_that_is_said(sample: Any) -> None:
    inference = infer(sample('{"a": {"b": 1}, "c": 1}\n{"a": {"b": 2}, "c": "x"}\n', "a.json"))

    assert types(inference) == {"a": "string", "c": "string"}
    assert "objects or arrays" in inference.columns[0].finding.sentence
    assert "both texts in quotes" in inference.columns[1].finding.sentence


def test_json_numbers_in_quotes_are_asked(sample: Any) -> None:
    inference = infer(sample('{"id": "12"}\n{"id": "13"}\n', "a.json"))

    assert choices(inference, "id") == [("string", None), ("bigint", None)]


def test_a_bad_json_line_is_counted(sample: Any) -> None:
    read = sample('{"id": 1}\n{"id": \n{"id": 2}\n', "a.json")

    assert read.rows == 3
    assert "1 of 3 entries" in read.notes[0]


def test_only_the_first_ten_thousand_rows_are_looked_at(sample: Any) -> None:
    read = sample("id\n" + "1\n" * 10_000 + "a text that is not looked at\n")

    assert (read.rows, read.whole) == (10_000, False)
    assert types(infer(read)) == {"id": "bigint"}


def test_parquet_and_orc_tell_their_types_themselves(tmp_path: Path) -> None:
    table = pyarrow.table(
        {
            "Order ID": pyarrow.array([1, 2], pyarrow.int64()),
            "amount": pyarrow.array([1, None], pyarrow.decimal128(12, 2)),
            "day": pyarrow.array([1, 2], pyarrow.date32()),
            "tags": pyarrow.array([["a"], []]),
        }
    )
    parquet.write_table(table, tmp_path / "sample.parquet")
    orc.write_table(table, tmp_path / "sample.orc")

    for name in ("sample.parquet", "sample.orc"):
        read = read_sample(tmp_path / name)
        assert types(infer(read)) == {"order_id": "bigint", "amount": "decimal(12,2)", "day": "date"}
        assert "tags is left out" in read.notes[0]


KINDS = [
    pyarrow.int8(),
    pyarrow.uint16(),
    pyarrow.uint32(),
    pyarrow.float32(),
    pyarrow.string(),
    pyarrow.bool_(),
]
KINDS += [pyarrow.decimal128(9, 2), pyarrow.timestamp("us", "UTC"), pyarrow.date32(), pyarrow.large_string()]


@pytest.mark.parametrize("kind", [str(kind) for kind in KINDS])
def test_a_type_of_a_file_is_declared_so_that_the_job_reads_it(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FILES))
    from steps.columnar import fits

    assert fits(kind, str(declared(kind)))


@pytest.mark.parametrize("kind", ["timestamp[ns]", "uint64", "list<item: string>", "decimal256(50, 2)"])
def test_a_type_that_the_job_cannot_read_is_not_declared(kind: str) -> None:
    assert declared(kind) is None


def test_without_pyarrow_a_sentence_says_how_to_get_it(sample: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(SampleError, match="--with pyarrow"):
        sample(b"PAR1....PAR1", "a.parquet")


def test_key_newest_row_and_partition_are_proposed(sample: Any) -> None:
    header = "note,order_id,created_at,updated_at\n"
    rows = [f"n{n},{n},2026-01-0{1 + n % 2},2026-02-0{1 + n % 3} 10:00:0{n}\n" for n in range(6)]
    inference = infer(sample(header + "".join(rows)))

    assert inference.primary_key == ("order_id",)
    assert inference.newest_by == "updated_at"
    assert inference.partition_by == "created_at"


def test_no_key_is_proposed_where_values_repeat_or_lack(sample: Any) -> None:
    inference = infer(sample("id,code\n1,a\n1,\n2,b\n"))

    assert inference.primary_key == ()
    assert inference.newest_by is None


def test_no_partition_is_proposed_where_each_day_holds_one_row(sample: Any) -> None:
    assert infer(sample(csv_of("day", "2026-01-01", "2026-01-02"))).partition_by is None


def test_what_is_inferred_is_a_dataset_without_faults(sample: Any) -> None:
    awkward = 'iata,City,first seen,latitude,NA count\n00M,"Bay Springs, MS",2012/01/01,31.95376472,NA\n'
    inference = infer(sample(awkward + "01G,NA,2012/01/02,-42.7,4\n"))
    columns = [
        {
            "name": each.name,
            "type": each.type.type,
            **({"format": each.type.format} if each.type.format else {}),
        }
        for each in inference.columns
    ]
    answers = json.loads((Path(__file__).parents[1] / "cookiecutter.json").read_text())
    answers["datasets"] = {
        "airports": {"format": "csv", "columns": columns, "primary_key": list(inference.primary_key)}
    }

    assert project_faults(project_from(answers)) == []
    assert [each["type"] for each in columns] == ["string", "string", "date", "double", "bigint"]
