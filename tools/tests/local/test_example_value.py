"""The example of a reason is the value of its column in the first quarantined row of the file."""

import io
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from dataops.report.example_value import LONGEST, examples_of, shortened, value_of

ROW = {"bucket": "in", "key": "readings/a.csv", "version_id": "v1", "dataset": "readings", "run": "b-1"}
NAME = "s3://in/readings/a.csv?versionId=v1"
CELLS = '{"meter_no":"Z1","used_kwh":"291,449","+more":"x"}'


@pytest.mark.parametrize(
    ("reason", "record", "value"),
    [
        ("type:used_kwh", CELLS, "291,449"),
        ("missing:used_kwh", '{"meter_no":"Z1","used_kwh":null}', "null"),
        ("maximum:used_kwh", '{"used_kwh":12.5}', "12.5"),
        ("malformed", CELLS, CELLS),
        ("malformed", "Z1;2;3", "Z1;2;3"),
        ("malformed", '["Z1"]', '["Z1"]'),
        ("type:gone", CELLS, CELLS),
        ("type:used_kwh", '{"cut', '{"cut'),
    ],
)
def test_a_value_is_that_of_the_column_and_otherwise_the_whole_record(reason: str, record: str, value: str) -> None:
    assert value_of(reason, record) == value


def test_a_long_value_is_cut() -> None:
    assert shortened("a" * LONGEST) == f"'{'a' * LONGEST}'"
    assert shortened("a" * (LONGEST + 1)) == f"'{'a' * (LONGEST - 1)}…'"


class Quarantine:
    """A bucket whose objects hold one quarantined row each; it counts what is read."""

    def __init__(self, *rows: dict[str, Any]) -> None:
        self.rows, self.read = rows, 0

    def get_paginator(self, _: str) -> "Quarantine":
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        return [{"Contents": [{"Key": str(number)} for number in range(len(self.rows))]}]

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 (boto3's)
        self.read += 1
        return {"Body": Lines(json.dumps(self.rows[int(Key)]).encode())}


class Lines(io.BytesIO):
    def iter_lines(self) -> list[bytes]:
        return self.readlines()


class Refusing(Quarantine):
    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 (boto3's)
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetObject")


def refused(*reasons: str, file: str = NAME, record: str = CELLS) -> dict[str, Any]:
    return {"file": file, "line": 1, "reasons": list(reasons), "record": record}


def test_each_reason_has_its_first_row_of_this_file_and_reading_stops_when_all_have_one() -> None:
    of_another = refused("type:used_kwh", file="s3://in/readings/other.csv", record='{"used_kwh":"0"}')
    quarantine = Quarantine(of_another, refused("type:used_kwh"), refused("malformed", record="1;2;3"), refused("more"))

    found = examples_of(quarantine, "bad", ROW, ["type:used_kwh", "malformed"])

    assert found == {"type:used_kwh": "'291,449'", "malformed": "'1;2;3'"}
    assert quarantine.read == 3


def test_a_file_without_reasons_reads_nothing() -> None:
    quarantine = Quarantine(refused("type:used_kwh"))

    assert (examples_of(quarantine, "bad", ROW, []), quarantine.read) == ({}, 0)


def test_a_quarantine_that_cannot_be_read_leaves_the_report_without_examples() -> None:
    assert examples_of(Refusing(refused("type:used_kwh")), "bad", ROW, ["type:used_kwh"]) == {}
