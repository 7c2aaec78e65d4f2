"""Each rule for the datasets of project.yaml: a setting that breaks it is refused by name, and those beside it pass."""

import json
from pathlib import Path
from typing import Any

import pytest

from dataops.project import PROJECT
from dataops.validation.project_yaml import faults_in, faults_of

SCHEMA = json.loads((PROJECT / "project.schema.json").read_text(encoding="utf-8"))
V = "datasets, orders, columns, v"
DATE_AND_DAY = [{"name": "ordered", "type": "date"}, {"name": "ordered_day", "type": "string"}]


def settings_with(*columns: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The smallest project.yaml, with columns beside `id` and other settings of its one dataset."""
    dataset = {"format": "csv", "columns": [{"name": "id", "type": "bigint"}, *columns], **changes}
    return {
        "name": "Acme",
        "slug": "acme",
        "region": "eu-west-1",
        "environments": [{"name": "dev", "account": "111111111111"}],
        "datasets": {"orders": dataset},
    }


def of(kind: str, **rules: Any) -> dict[str, Any]:
    return settings_with({"name": "v", "type": kind, **rules})


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a key of no column": (
        settings_with(primary_key=["idd"]),
        "datasets, orders, primary_key: 'idd' is not a column of the dataset. Did you mean id?",
    ),
    "a newest row by no column": (
        settings_with(newest_by="updated"),
        "datasets, orders, newest_by: 'updated' is not a column of the dataset. Its columns are id.",
    ),
    "a partition by no column": (
        settings_with(partition_by="i_d"),
        "datasets, orders, partition_by: 'i_d' is not a column of the dataset. Did you mean id?",
    ),
    "a partition's own column": (
        settings_with(*DATE_AND_DAY, partition_by="ordered"),
        "datasets, orders, columns: 'ordered_day' is also the column that partition_by: ordered adds to the published "
        "table. Rename it, or choose another partition.",
    ),
    "a misspelt setting": (
        settings_with(parttion_by="id"),
        "datasets, orders: 'parttion_by' is not one of its keys. Did you mean partition_by?",
    ),
    "a misspelt rule": (of("int", minimun=1), f"{V}: 'minimun' is not one of its keys. Did you mean minimum?"),
    "a misspelt type": (
        of("integer"),
        f"{V}, type: 'integer' does not have the right form. Did you mean int? The types are bigint, binary, boolean, "
        "date, double, float, int, smallint, string, timestamp, tinyint and decimal(12,2).",
    ),
    "a setting of CSV": (
        settings_with(format="json", header=False),
        "datasets, orders, header: False is not allowed on a dataset of format json. Use it on csv.",
    ),
    "an encoding of Parquet": (
        settings_with(format="parquet", encoding="utf-16"),
        "datasets, orders, encoding: 'utf-16' is not allowed on a dataset of format parquet. Use it on csv or json.",
    ),
    "a date format of Parquet": (
        settings_with({"name": "v", "type": "date", "format": "yyyy-MM-dd"}, format="parquet"),
        f"{V}, format: 'yyyy-MM-dd' is not allowed on a dataset of format parquet, whose dates are not text. Use it on "
        "csv or json.",
    ),
    "a minimum above the maximum": (
        of("int", minimum=5, maximum=3),
        f"{V}, minimum: 5 is more than the maximum 3. No value could pass.",
    ),
    "days above each other in the column's format": (
        of("date", format="dd/MM/yyyy", minimum="01/02/2024", maximum="31/01/2024"),
        f"{V}, minimum: '01/02/2024' is more than the maximum 31/01/2024. No value could pass.",
    ),
    "a limit beyond a tinyint": (
        of("tinyint", minimum=1000),
        f"{V}, minimum: 1000 is outside the range of the type tinyint, -128 to 127.",
    ),
    "a limit beyond a bigint": (
        of("bigint", maximum=2**63),
        f"{V}, maximum: 9223372036854775808 is outside the range of the type bigint, -9223372036854775808 to "
        "9223372036854775807.",
    ),
    "a limit beyond a decimal": (
        of("decimal(3,1)", maximum=100),
        f"{V}, maximum: 100 is outside the range of the type decimal(3,1), -99.9 to 99.9.",
    ),
    "a limit that a double rounds": (
        of("double", minimum=9007199254740993),
        f"{V}, minimum: 9007199254740993 is 9007199254740992.0 as a double. Write fewer digits, or declare a decimal.",
    ),
    "a limit that Spark could not compare": (
        of("decimal(38,0)", minimum=0.5),
        f"{V}, minimum: 0.5 has more decimals than compare exactly with the type decimal(38,0). Write at most 0.",
    ),
    "a number with digits that JSON loses": (
        of("decimal(20,2)", maximum=12345678901234567.89),
        f"{V}, maximum: 1.2345678901234568e+16 has more digits than a number of an answer keeps. Write at most 15 "
        "digits.",
    ),
    "a limit that is no number": (
        of("int", maximum="2024-01-01"),
        f"{V}, maximum: '2024-01-01' is not a number. The column is of type int.",
    ),
    "a limit that is no date": (of("date", minimum=5), f"{V}, minimum: 5 is not a date. The column is of type date."),
    "a day that does not exist": (
        of("date", minimum="2024-02-30"),
        f"{V}, minimum: '2024-02-30' is not a date. Such as 2024-01-31.",
    ),
    "a time beside a day": (
        of("date", minimum="2024-02-01 10:00:00"),
        f"{V}, minimum: '2024-02-01 10:00:00' is not a date. Such as 2024-01-31.",
    ),
    "a day with two meanings": (
        of("date", format="yyyy-dd-MM", minimum="2024-02-01"),
        f"{V}, minimum: '2024-02-01' is 02 January 2024 by the column's format yyyy-dd-MM, and 01 February 2024 by "
        "ISO.",
    ),
    "a limit of a text": (
        of("string", minimum=1),
        f"{V}, minimum: 1 is not allowed on a column of type string. Use it on numbers and dates.",
    ),
    "an allowed value that is no number": (
        of("int", one_of=["1", "two"]),
        f"{V}, one_of: 'two' is not a whole number. The column is of type int.",
    ),
    "an allowed value with a fraction": (
        of("int", one_of=["2.5"]),
        f"{V}, one_of: '2.5' is not a whole number. The column is of type int.",
    ),
    "an allowed value with too many decimals": (
        of("decimal(3,1)", one_of=["1.25"]),
        f"{V}, one_of: '1.25' has more decimals than the type decimal(3,1) holds. No value could be equal to it.",
    ),
    "an allowed value that is no day": (
        of("date", format="dd/MM/yyyy", one_of=["2024/01/31"]),
        f"{V}, one_of: '2024/01/31' is not a date. Write it in the column's format, dd/MM/yyyy, or as ISO: 2024-01-31.",
    ),
    "an allowed value that is no boolean": (
        of("boolean", one_of=["yes"]),
        f"{V}, one_of: 'yes' is not a boolean. It can be true or false.",
    ),
    "allowed values of bytes": (
        of("binary", one_of=["QQ=="]),
        f"{V}, one_of: ['QQ=='] is not allowed on a column of type binary. Use it on strings, numbers, dates and "
        "booleans.",
    ),
    "a pattern of Python": (
        of("string", pattern="(?P<x>[a-z]+)[0-9]+"),
        f"{V}, pattern: '(?P<x>[a-z]+)[0-9]+' has (?P, which Java and Python do not read in the same way. Write (…) "
        "instead of a named group.",
    ),
    "a pattern of POSIX": (
        of("string", pattern="[[:alpha:]]+"),
        f"{V}, pattern: '[[:alpha:]]+' has [:alpha:], which is neither Java's nor Python's notation. Write the "
        "characters, such as [A-Za-z].",
    ),
    "the year of a week": (
        of("date", format="YYYY-MM-dd"),
        f"{V}, format: 'YYYY-MM-dd' has the letter Y, which Spark does not read. Y is the year of a week; write y.",
    ),
    "minutes for months": (
        of("date", format="yyyy-mm-dd"),
        f"{V}, format: 'yyyy-mm-dd' has minutes (mm) but no month (MM). M is the month, m the minutes.",
    ),
    "no format at all": (
        of("timestamp", format="epoch"),
        f"{V}, format: 'epoch' has the letter e, which Spark does not read. Write the letters of a date, such as "
        "yyyy-MM-dd; seconds since 1970 are a bigint.",
    ),
}
ACCEPTED = {
    "half of an int": of("int", minimum=2.5),
    "a fraction of a decimal": of("decimal(6,3)", maximum=0.0049),
    "the ends of a type": of("bigint", minimum=-(2**63), maximum=2**63 - 1),
    "a tenth": of("double", minimum=0.1, maximum=1e300),
    "equal limits": of("int", minimum=3, maximum=3),
    "days in the column's format": of("date", format="dd/MM/yyyy", minimum="31/01/2024", maximum="01/02/2024"),
    "days as ISO beside another format": of("date", format="dd/MM/yyyy", minimum="2024-01-31"),
    "allowed days": of("date", format="dd/MM/yyyy", one_of=["01/02/2024"]),
    "allowed numbers": of("decimal(6,3)", one_of=["1.50", "-2"]),
    "allowed booleans": of("boolean", one_of=["true", "FALSE"]),
    "allowed texts": of("string", one_of=["a", "2.5", "yes"]),
    "a pattern": of("string", pattern=r"[A-Z]{2}\d{6}"),
    "a day's column of another name": settings_with(DATE_AND_DAY[0], partition_by="ordered"),
    "a day's column without a partition": settings_with(*DATE_AND_DAY),
    "missing values of Parquet": settings_with(format="parquet", missing_values=["NA"]),
    "roles": settings_with({"name": "at", "type": "timestamp"}, primary_key=["id"], newest_by="at", partition_by="at"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_broken_rule_is_one_sentence_with_dataset_column_and_what_to_write(name: str) -> None:
    settings, sentence = REFUSED[name]

    assert faults_of(settings, SCHEMA) == [sentence]


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_setting_that_the_job_can_check_is_accepted(name: str) -> None:
    assert faults_of(ACCEPTED[name], SCHEMA) == []


# By the names of the files that showed them.
CASES: dict[str, tuple[dict[str, Any], bool]] = {
    "one_of_date_fmt.csv": (of("date", format="dd/MM/yyyy", one_of=["01/02/2024"]), True),
    "one_of_int_garbage.csv": (of("int", one_of=["1", "two"]), False),
    "min_out_of_range.csv": (of("tinyint", minimum=1000), False),
    "min_half_int.csv": (of("int", minimum=2.5), True),
    "max_neg_dec.csv": (of("decimal(6,3)", maximum=0.0049), True),
    "pq_empty_string.parquet": (
        settings_with({"name": "v", "type": "string", "required": True}, format="parquet", missing_values=["NA"]),
        True,
    ),
    "ts_fmt_ns.csv": (of("timestamp", format="yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSS" + "X" * 3), True),
    "pattern_posix.csv": (of("string", pattern="[[:alpha:]]+"), False),
    "fmt_dMy.csv": (of("date", format="d/M/yyyy"), True),
    "part_day_collide.csv": (
        settings_with({"name": "order", "type": "date"}, {"name": "order_day", "type": "string"}, partition_by="order"),
        False,
    ),
    "pattern_python_named.csv": (of("string", pattern="(?P<x>[a-z]+)[0-9]+"), False),
    "fmt_YYYY.csv": (of("date", format="YYYY-MM-dd"), False),
}


@pytest.mark.parametrize("name", CASES)
def test_a_setting_of_a_known_case_is_checked_before_any_run(name: str) -> None:
    settings, is_right = CASES[name]

    assert (faults_of(settings, SCHEMA) == []) == is_right


def test_faults_of_several_datasets_come_together_although_one_has_another_shape() -> None:
    settings = of("int", minimum=5, maximum=3)
    orders = settings["datasets"]["orders"]
    settings["datasets"] = {"orders": orders, "broken": {"format": "csv", "columns": "id"}, "returns": orders}

    found = faults_of(settings, SCHEMA)

    assert [each.partition(":")[0] for each in found] == [
        "datasets, broken, columns",
        "datasets, orders, columns, v, minimum",
        "datasets, returns, columns, v, minimum",
    ]


def written(folder: Path, text: str) -> Path:
    (folder / "project.yaml").write_text(text, encoding="utf-8")
    (folder / "project.schema.json").write_bytes((PROJECT / "project.schema.json").read_bytes())
    return folder


def test_numbers_of_a_file_keep_all_their_digits(tmp_path: Path) -> None:
    one_more = json.dumps(of("decimal(20,2)", maximum=0)).replace('"maximum": 0', '"maximum": 999999999999999999.99')

    assert faults_in(written(tmp_path, one_more)) == []
    assert len(faults_in(written(tmp_path, one_more.replace("999.99", "999.999")))) == 1


def test_a_key_listed_twice_is_refused(tmp_path: Path) -> None:
    (sentence,) = faults_in(written(tmp_path, "name: A\nname: B\n"))

    assert sentence.startswith("project.yaml cannot be read: name is listed twice")


@pytest.mark.parametrize("text", ["", "[]", "datasets: 1", "a: [", "datasets: {orders: {columns: [1, {}]}}"])
def test_a_file_of_any_shape_is_refused_without_a_crash(text: str, tmp_path: Path) -> None:
    assert faults_in(written(tmp_path, text)) != []


def test_without_its_schema_the_sentence_says_how_to_restore_it(tmp_path: Path) -> None:
    (tmp_path / "project.yaml").write_text("name: Acme\n")

    (sentence,) = faults_in(tmp_path)

    assert sentence.startswith("project.schema.json cannot be read: ")
    assert sentence.endswith("Restore it: git checkout -- project.schema.json")


def test_the_generated_project_is_accepted() -> None:
    assert faults_in(PROJECT) == []
