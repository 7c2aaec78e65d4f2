"""What a sample file says about its columns is taken where it is certain, and asked where it is not."""

import gzip
import json
import random
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from dataops.inference.fit import test_of as fit_test
from dataops.inference.proposal import Inference, infer, partitions_of
from dataops.inference.sample_columnar import declared
from dataops.inference.sample_fields import SampleError, column_name_for
from dataops.inference.sample_file import Reading, Sample, read_sample
from pyarrow import orc, parquet

from answers.project import project_faults, project_from

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
        ("price", ["1234567890123456.789", "1234567890123456.788"], "decimal(22,3)"),
        ("ticks", ["0.123456789012345678", "0.123456789012345679"], "decimal(22,18)"),
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


def test_numbers_with_decimal_commas_are_read_with_them(sample: Any) -> None:
    inference = infer(sample("row;price;weight;boxes\nr1;1,50;0,123;1.000\nr2;1.250,00;2;12\n"))

    assert inference.decimal == ","
    assert types(inference) == {"row": "string", "price": "decimal(12,2)", "weight": "double", "boxes": "bigint"}


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (["1,234", "12,345"], "thousands separators"),
        (["1,234.50", "12,345.00"], "thousands separators"),
        (["1,5", "about 2"], "others are not"),
    ],
)
def test_commas_that_may_separate_thousands_do_not_make_decimals(sample: Any, values: list[str], why: str) -> None:
    inference = infer(sample(csv_of("value", *(f'"{value}"' for value in values))))

    assert (inference.decimal, types(inference)["value"]) == (".", "string")
    assert why in inference.columns[1].finding.sentence or len(values[0]) == 3


def test_a_column_with_decimal_points_beside_one_with_decimal_commas_is_text_and_that_is_said(sample: Any) -> None:
    inference = infer(sample("id;price;weight\na;1,50;1.5\nb;2,50;2.25\n"))

    assert types(inference) == {"id": "string", "price": "decimal(12,2)", "weight": "string"}
    assert "decimal points" in inference.columns[2].finding.sentence


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
    assert [field.name for field in sample(content, reading=Reading(",")).fields] == ["a_b", "c_d"]


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
        (b"id,name\n1,\x00\x01\x02\n", "a.csv", "a binary file"),
        (gzip.compress(b"id\n1\n", mtime=0), "a.csv", "does not end in .gz"),
        (b"id\n1\n", "a.csv.gz", "is not gzip"),
        (
            gzip.compress(random.Random(7).randbytes(9000).hex().encode())[:-400],
            "a.csv.gz",
            "damaged or incomplete",
        ),
        (b"PK\x03\x04....", "a.csv", "Excel workbook"),
        (b"Name,name \n1,2\n", "a.csv", "mean the column name"),
        (b'id,note\n1,"' + b"x" * 200_000, "a.csv", "never closed"),
        (b'id,"no" te\n1,a\n', "a.csv", "quotation marks in its first line do not separate fields"),
        (b"price\na,1\nb,2\n", "a.csv", "R writes such files: the column of row names has no header"),
        (b"[1, 2]", "a.json", "neither JSON lines nor an array"),
        (b"hello\n", "a.json", "neither JSON lines nor an array"),
        (b"PAR1 and nothing more", "a.parquet", "not a complete parquet file"),
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


HEADERS = ["Miles_per_Gallon", "Name", " Order ID ", "Größe (cm)", "__id__", "a--b", "2012", "İd", "%", "x.y"]
HEADERS += ["名前", "値 2", "é", "État", "3. Quartal", "Ключ", "١٢", "½", ""]


@pytest.mark.parametrize("header", HEADERS)
def test_a_column_has_the_name_by_which_the_job_finds_it(header: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FILES))
    from column_name import normalised

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
    assert "values in quotes and values without" in inference.columns[1].finding.sentence


def test_json_numbers_in_quotes_are_asked(sample: Any) -> None:
    inference = infer(sample('{"id": "12"}\n{"id": "13"}\n', "a.json"))

    assert choices(inference, "id") == [("string", None), ("bigint", None)]


def test_a_bad_json_line_is_counted(sample: Any) -> None:
    read = sample('{"id": 1}\n{"id": \n{"id": 2}\n', "a.json")

    assert read.rows == 3
    assert "1 of 3 entries" in read.notes[0]


def test_an_array_is_read_past_an_element_that_is_broken_on_one_line(sample: Any) -> None:
    read = sample('[{"id": 1},\n {"id": },\n {"id": 3}]', "a.json")

    assert (read.rows, read.fields[0].cells) == (3, ["1", "3"])
    assert "1 of 3 entries" in read.notes[0]


def test_an_array_whose_element_breaks_on_a_later_line_is_read_up_to_there_and_that_is_said(sample: Any) -> None:
    read = sample('[{"id": 1},\n {"id": 2,\n "n": oops},\n {"id": 3}]', "a.json")

    assert read.fields[0].cells == ["1"]
    assert "From line 3 on" in read.notes[1]


ONE, TWO = '{"id": 1, "v": "a"}', '{"ID": 2, "v": "b"}'


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (f"{ONE}{TWO}", None),
        (f"{ONE} {TWO}\n", None),
        (f"[{ONE}]\n[{TWO}]", "2 arrays"),
        (f"[{ONE}][{TWO}]", "2 arrays"),
        (f"[{ONE}]\n{TWO}\n", "an array and values outside of it"),
        (f"{ONE}\n[{TWO}]\n", "an array and values outside of it"),
        (ONE.replace(",", ",\n") + "\n" + TWO.replace(",", ",\n"), None),
    ],
)
def test_every_object_of_a_json_file_is_a_row_whatever_stands_around_it(
    sample: Any, content: str, note: str | None
) -> None:
    read = sample(content, "a.json")

    assert (read.rows, read.whole) == (2, True)
    assert [field.cells for field in read.fields] == [["1", "2"], ["a", "b"]]
    assert [note in said for said in read.notes] == [True] if note else read.notes == ()


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


def days(number: int, rows: int) -> list[str]:
    """Days in turn, so that the first rows show all of them."""
    return [str(date(2020, 1, 1) + timedelta(days=row % number)) for row in range(rows)]


@pytest.mark.parametrize(
    ("number", "rows", "proposed"),
    [(3_270, 9_000, None), (30, 9_000, None), (5, 9_000, "day"), (1, 100, "day"), (9, 90, "day"), (50, 100, None)],
)
def test_partitions_are_proposed_where_a_run_writes_few_files(
    sample: Any, number: int, rows: int, proposed: str | None
) -> None:
    assert infer(sample(csv_of("day", *days(number, rows)))).partition_by == proposed


@pytest.mark.parametrize("is_sorted", [True, False], ids=["sorted by day", "each day again and again"])
def test_the_partitions_of_the_rows_that_were_not_read_are_estimated(sample: Any, is_sorted: bool) -> None:
    # As many rows again as are read, of 4,000 days or of 20.
    values = sorted(days(4_000, 20_000)) if is_sorted else days(20, 20_000)
    (_, column) = infer(sample(csv_of("day", *values))).columns
    estimate = partitions_of(column)

    assert not estimate.is_exact
    assert estimate.rows == pytest.approx(20_000, rel=0.05)
    assert estimate.files == pytest.approx(4_000 if is_sorted else 20, rel=0.05)


def test_the_estimate_is_said_in_files_and_rows(sample: Any) -> None:
    (_, column) = infer(sample(csv_of("day", *days(3_270, 12_154 - 2_154)))).columns

    assert partitions_of(column).sentence == "3,270 files of about 3 rows"


def test_times_of_one_day_make_one_partition_however_they_are_written(sample: Any) -> None:
    for first, second in (("1/2/2012 9:05", "1/2/2012 10:05"), ("05-Mar-2012 09:05", "05-Mar-2012 10:05")):
        (_, column) = infer(sample(csv_of("at", first, second))).columns

        assert partitions_of(column).files == 1


def test_a_date_that_rows_lack_is_not_proposed_for_partitions_which_would_refuse_them(sample: Any) -> None:
    assert infer(sample(csv_of("day", "2026-01-01", "2026-01-01", "", "2026-01-01"))).partition_by is None


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


SAMPLES = Path(__file__).parent / "samples"


def of_case(name: str) -> tuple[Sample, Inference]:
    read = read_sample(SAMPLES / name)
    return read, infer(read)


def test_pandas_series_the_unnamed_index_is_left_out_and_that_is_said() -> None:
    read, inference = of_case("pandas_series.csv")

    assert types(inference) == {"price": "double"} or types(inference) == {"price": "decimal(12,2)"}
    assert "Field 1 has no name" in read.notes[0] and "row numbers" in read.notes[0]
    assert inference.primary_key == ()


def test_lat_what_a_double_keeps_is_a_double() -> None:
    assert types(of_case("lat.csv")[1]) == {"id": "bigint", "lat": "double", "lon": "double"}


def test_all_na_is_proposed_as_missing_and_that_every_value_is_na_is_said() -> None:
    _, inference = of_case("all_na.csv")

    assert inference.missing_values == ("NA",)
    assert inference.columns[1].finding.sentence.startswith("every value is 'NA'")


def test_pg_ts_and_dotnet_ts_are_times_with_the_format_that_reads_them() -> None:
    assert choices(of_case("pg_ts.csv")[1], "v") == [("timestamp", "yyyy-MM-dd HH:mm:ssX")]
    _, inference = of_case("dotnet_ts.csv")
    finding = inference.columns[1].finding

    assert choices(inference, "v") == [("timestamp", "yyyy-MM-dd'T'HH:mm:ss.SSSSSSS" + "X" * 3), ("string", None)]
    assert finding.must_be_asked
    assert "in 2 of 2 values the seventh digit" in finding.sentence
    assert "quarantine" in finding.choices[0].label()


def test_j_two_arrays_both_are_read_and_that_is_said() -> None:
    read, _ = of_case("j_two_arrays.json")

    assert read.rows == 2
    assert "It holds 2 arrays" in read.notes[0]


def test_nonlatin_names_are_columns_and_which_is_said() -> None:
    read, inference = of_case("nonlatin.csv")

    assert types(inference) == {"u540d_u524d": "string", "u5024": "bigint"}
    assert read.notes == ("'名前' becomes the column u540d_u524d.", "'値' becomes the column u5024.")


def test_open_quote_costs_its_own_line_and_that_is_said() -> None:
    read, _ = of_case("open_quote.csv")

    assert read.fields[1].cells == ["b", "c"]
    assert read.notes == ("A quotation mark in line 2 is never closed: that line goes to quarantine.",)


def test_every_sample_of_the_index_has_a_test() -> None:
    tests = " ".join(name for name in globals() if name.startswith("test_"))

    assert [path.name for path in SAMPLES.iterdir() if path.stem not in tests] == []


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("id,2012,note\n1,2,a\n", ["id", "column_2012", "note"]),
        ("country,2019,2020\nBE,100,200\nNL,300,400\n", ["country", "column_2019", "column_2020"]),
        ("2019,2020\n1.5,2.5\n", ["column_2019", "column_2020"]),
        ("id,1,2\n7,5,6\n", ["id", "column_1", "column_2"]),
        ("名前,値\na,b\n", ["u540d_u524d", "u5024"]),
        ("Ключ,Имя\n1,b\n", ["u43a_u43b_u44e_u447", "u438_u43c_u44f"]),
        (",,price\n0,a,1\n1,b,2\n", ["price"]),
        ("only one line\n", ["only_one_line"]),
    ],
)
def test_a_first_line_of_names_is_a_header_in_any_script_and_of_any_shape(
    sample: Any, content: str, names: list[str]
) -> None:
    read = sample(content)

    assert [field.name for field in read.fields] == names
    assert read.has_header


@pytest.mark.parametrize(
    "content",
    [
        "1,2012-01-01,3\n2,2012-01-02,4\n",
        "anna,30\nbob,25\n",
        "BE,2019,2020\nNL,2019,2020\n",
        "00123,00124\n00125,00126\n",
        "a,1,\nb,2,\n",
    ],
)
def test_a_first_line_of_values_is_a_row_and_the_columns_are_known_by_their_place(sample: Any, content: str) -> None:
    read = sample(content)

    assert not read.has_header
    assert [field.name for field in read.fields] == [
        f"column_{n}" for n in range(1, content.split("\n")[0].count(",") + 2)
    ]
    assert len(read.fields[0].cells) == read.rows == 2
    assert "has values, not names" in read.notes[0]


def test_a_person_decides_whether_the_first_line_names_the_columns(sample: Any) -> None:
    read = sample("a,b\nc,d\n", reading=Reading(has_header=False))

    assert [field.cells for field in read.fields] == [["a", "c"], ["b", "d"]]


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        ("id,city\n1,Gent\n2,Liège\n", "utf-8", "utf-8"),
        ("id,city\n1,Gent\n2,Liège\n", "latin-1", "windows-1252"),
        ("id,price\n1,5 €\n", "windows-1252", "windows-1252"),
        ("id,note\n1,a\x81b\n", "latin-1", "iso-8859-1"),
        ("id,city\n1,Liège\n", "utf-16", "utf-16"),
        ("id,city\n1,Gent\n", "utf-16-le", "utf-16"),
    ],
)
def test_the_encoding_is_found_and_said_where_it_is_not_utf_8(
    sample: Any, text: str, encoding: str, found: str
) -> None:
    read = sample(text.encode(encoding))

    assert read.encoding == found
    assert read.fields[1].cells == [line.split(",")[1] for line in text.splitlines()[1:]]
    assert [f"encoding: {found}" in note for note in read.notes] == ([] if found == "utf-8" else [True])
    assert sample(gzip.compress(text.encode(encoding)), "a.csv.gz").fields == read.fields


def test_a_few_broken_letters_in_utf_8_are_rows_for_quarantine_and_no_other_encoding(sample: Any) -> None:
    read = sample("id,city\n1,Liège\n2,Köln\n3,".encode() + b"\xe9\n")

    assert read.encoding == "utf-8"
    assert read.notes == ("1 of 3 rows go to quarantine: they have bytes that are not utf-8.",)


TIMES = [
    ("Postgres", ["2024-01-01 10:00:00+00", "2024-01-01 10:00:00-05"], "yyyy-MM-dd HH:mm:ssX"),
    ("Postgres", ["2024-01-01 10:00:00.12+00", "2024-01-01 10:00:00.123456+00"], "yyyy-MM-dd HH:mm:ss.SSSSSSX"),
    ("Postgres", ["2024-01-01 10:00:00.5+00", "2024-01-01 10:00:00+00"], "yyyy-MM-dd HH:mm:ss[.S]X"),
    (
        "Jira",
        ["2024-01-01T10:00:00.000+0000", "2024-01-02T10:00:00.120-0530"],
        "yyyy-MM-dd'T'HH:mm:ss.SSSXX"[:-2] + "X" * 2,
    ),
    ("Jira", ["01/Jan/24 9:05 AM", "28/Feb/24 10:15 PM"], "dd/MMM/yy h:mm a"),
    ("BigQuery", ["2024-01-01 10:00:00 UTC", "2024-01-01 10:00:00.123456 UTC"], "yyyy-MM-dd HH:mm:ss[.SSSSSS] 'UTC'"),
    (
        "Snowflake",
        ["2024-01-01 10:00:00.000 +0000", "2024-01-01 10:00:00.500 -0800"],
        "yyyy-MM-dd HH:mm:ss.SSS " + "X" * 2,
    ),
    ("SQL Server", ["2024-01-01 10:00:00.1234560 +00:00"] * 2, "yyyy-MM-dd HH:mm:ss.SSSSSSS " + "X" * 3),
    ("Python", ["2024-01-01 10:00:00,123", "2024-01-01 10:00:01,456"], "yyyy-MM-dd HH:mm:ss,SSS"),
    ("Apache", ["01/Jan/2024:10:00:00 +0000", "02/Feb/2024:11:00:00 +0100"], "dd/MMM/yyyy:HH:mm:ss " + "X" * 2),
    ("compact", ["20240101T100000Z", "20240102T110000Z"], "yyyyMMdd'T'HHmmss" + "X" * 3),
    ("Oracle", ["01-JAN-2024 10:00:00", "02-FEB-2024 11:00:00"], "dd-MMM-yyyy HH:mm:ss"),
    ("English", ["Jan 31, 2024 9:05 AM", "Feb 1, 2024 10:05 PM"], "MMM d, yyyy h:mm a"),
]


@pytest.mark.parametrize(("program", "values", "form"), TIMES, ids=[f"{program} {form}" for program, _, form in TIMES])
def test_times_are_recognised_as_programs_write_them(sample: Any, program: str, values: list[str], form: str) -> None:
    found = choices(infer(sample(csv_of("v", *(f'"{value}"' for value in values)))), "v")[0]

    assert found == ("timestamp", form)
    is_moment = fit_test("timestamp", form)
    assert is_moment is not None and all(map(is_moment, values))
    assert not is_moment("2024-13-01 10:00:00+00")


def test_a_year_of_two_digits_that_is_hardly_of_this_century_stays_text(sample: Any) -> None:
    (_, column) = infer(sample(csv_of("v", "01/Jan/97 9:05 AM", "28/Feb/98 10:15 PM"))).columns

    assert column.type.type == "string"
    assert "2000 to 2099" in column.finding.sentence


def test_digits_beyond_microseconds_that_are_all_zero_cost_nothing(sample: Any) -> None:
    (_, column) = infer(sample(csv_of("v", "2024-01-01T10:00:00.1234560Z", "2024-01-02T10:00:00.1234500Z"))).columns

    assert column.type.type == "timestamp"
    assert not column.finding.must_be_asked
    assert "every further digit is 0" in column.finding.sentence


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("lat", ["61.99", "-65.81"], "double"),
        ("wind_speed", ["3.20", "4.75"], "double"),
        ("value", [repr(0.1 + 0.2), "0.5", "12"], "double"),
        ("value", [f"{0.1:.18f}", f"{2 / 3:.18f}"], "double"),
        ("value", [f"{0.1:.18e}", f"{2 / 3:.18e}"], "double"),
        ("rate", ["0.12345678901234567891", "1"], "double"),
        ("unit_price", ["12.5", "3.25"], "decimal(12,2)"),
        ("betrag", ["12.5", "3.25"], "decimal(12,2)"),
    ],
)
def test_decimal_is_for_what_digits_or_the_name_show_to_be_money(
    sample: Any, name: str, values: list[str], expected: str
) -> None:
    assert types(infer(sample(csv_of(name, *values))))[name] == expected


def test_what_a_double_rounds_is_said(sample: Any) -> None:
    (_, column) = infer(sample(csv_of("rate", "0.12345678901234567891", "1"))).columns

    assert "a double rounds 1 of 2 values ('0.12345678901234567891')" in column.finding.sentence


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (["00123", "00124"], "begin with 0 or +"),
        (["yes", "no", "yes"], "only true and false"),
        (["12", "14a", "3", "7b"], "2 of 4 values are numbers, others are not ('14a', '7b')"),
        (["2012-02-30", "2012-01-01"], "1 of 2 values are dates, others are not ('2012-02-30')"),
        (["2012-01-31", "31/12/2012"], "written in different ways"),
        (["31/12/12", "01/02/12"], "two digits"),
        (["45 %", "3 %"], "a sign or a unit"),
        (["€ 12.50", "€ 3"], "a sign or a unit"),
        (["12 kg", "3 kg"], "a sign or a unit"),
        ([" 12", " 3"], "spaces before or after"),
        (["123456789012345678901", "2"], "more digits than bigint holds"),
    ],
)
def test_a_column_that_became_text_says_why(sample: Any, values: list[str], why: str) -> None:
    (_, column) = infer(sample(csv_of("value", *(f'"{value}"' for value in values)))).columns

    assert column.type.type == "string"
    assert why in column.finding.sentence


def test_an_ordinary_text_needs_no_reason(sample: Any) -> None:
    (_, column) = infer(sample(csv_of("value", "Gent", "Brussel", "12 Monkeys"))).columns

    assert column.finding.sentence == ""


@pytest.mark.parametrize("text", ["n.a.", "<NA>", "NaT", "(null)", "#DIV/0!", "."])
def test_texts_that_programs_write_for_nothing_are_proposed_as_missing(sample: Any, text: str) -> None:
    assert infer(sample(csv_of("power", "130", text, "165"))).missing_values == (text,)


def test_numbers_that_are_equal_make_no_key(sample: Any) -> None:
    assert infer(sample("price_id\n1.50\n1.5\n")).primary_key == ()


FITS = [
    ("bigint", None, ".", "12 -3 +4 9223372036854775807", "1.0 x 9223372036854775808 1,000"),
    ("tinyint", None, ".", "127 -128", "128 -129"),
    ("decimal(3,1)", None, ".", "12.3 1.20 -0.5 .5 007.1", "1.25 123.4 x . 1e2"),
    ("double", None, ".", "1.5 1e3 .5 5. -2", "NaN Infinity 1e999 1,5"),
    ("double", None, ",", "1,5 1.234,5 12 1.234", "1.5 1,234,5 ,"),
    ("boolean", None, ".", "true FALSE", "yes 1"),
    ("date", None, ".", "2024-02-29", "2023-02-29 24-01-01 2024-1-1"),
    ("date", "d/M/yyyy", ".", "1/2/2024 31/12/2024", "31/13/2024 2024-01-01"),
    (
        "timestamp",
        None,
        ".",
        "2024-01-01T10:00:00Z 2024-01-01T10:00:00.123456+02:00",
        "2024-01-01 2024-01-01T10:00:00.1234567Z",
    ),
    ("string", None, ".", "a 1", ""),
    ("binary", None, ".", "YQ== YWI=", "a"),
]


@pytest.mark.parametrize(("column_type", "form", "decimal", "good", "bad"), FITS)
def test_a_value_fits_a_type_as_the_job_checks_it(
    column_type: str, form: str | None, decimal: str, good: str, bad: str
) -> None:
    fits = fit_test(column_type, form, decimal)

    assert fits is not None
    assert [text for text in good.split() if not fits(text)] == []
    assert [text for text in bad.split() if fits(text)] == []


def test_a_format_that_only_spark_knows_is_not_checked() -> None:
    assert fit_test("date", "yyyy-DDD") is None
