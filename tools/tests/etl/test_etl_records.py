"""What a record of a text file is, in the bytes alone: what the job counts without Spark, and what it writes again."""

import csv
import gzip
import io
import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from steps import csv_records, json_records
from steps.csv_records import Grammar
from steps.failure import RejectedFileError
from steps.settings import ManifestFile
from steps.storage import Content

QUOTED = Grammar(b",", quoted_newlines=True)
BY_LINE = Grammar(b",", quoted_newlines=False)


def in_blocks(text: str | bytes, size: int = 7) -> list[bytes]:
    whole = text.encode() if isinstance(text, str) else text
    return [whole[start : start + size] for start in range(0, len(whole), size)]


def texts(content: str, grammar: Grammar = QUOTED) -> list[Any]:
    """Each record's cells, or the text of a malformed one."""
    found = csv_records.records(in_blocks(content), grammar)
    return [record.decode() if cells is None else [cell.decode() for cell in cells] for record, cells in found]


@pytest.mark.parametrize("grammar", [QUOTED, BY_LINE], ids=["quoted line breaks", "lines"])
@pytest.mark.parametrize("seed", range(300))
def test_a_file_that_spark_reads_in_place_holds_as_many_records_as_it_has_when_rewritten(
    seed: int, grammar: Grammar
) -> None:
    dice = random.Random(seed)
    pieces = ["a", "b", ",", '"', "\n", "\n", "\r\n", "\r", '""', " ", '"x"', ',"y"\n', "\t", "é"]
    content = "".join(dice.choice(pieces) for _ in range(dice.randint(0, 60))).encode()

    whole, cut = csv_records.survey([content], grammar), csv_records.survey(in_blocks(content), grammar)
    records = list(csv_records.records([content], grammar))

    assert records == list(csv_records.records(in_blocks(content), grammar))
    assert whole.is_plain == cut.is_plain
    if whole.is_plain:
        assert whole.records == cut.records == len(records)


@pytest.mark.parametrize("seed", range(100))
def test_well_formed_records_have_the_cells_that_were_written(seed: int) -> None:
    dice = random.Random(seed)
    letters = ["a", "é", ",", '"', "\n", " ", "", "\\", "'"]
    rows = [["".join(dice.choice(letters) for _ in range(dice.randint(0, 6))) for _ in range(3)] for _ in range(20)]
    written = io.StringIO()
    csv.writer(written, lineterminator=dice.choice(["\n", "\r\n"]), quoting=csv.QUOTE_ALL).writerows(rows)

    assert texts(written.getvalue()) == rows


@pytest.mark.parametrize(
    ("content", "found"),
    [
        # A quote inside of an unquoted cell is a letter like any other.
        ('1,5" pipe,6" x\n', [["1", '5" pipe', '6" x']]),
        # A quoted cell that goes on after its end is malformed, and so is the line with its other half.
        ('1,"a\\"b",c\n2,d,e\n', ['1,"a\\"b",c', ["2", "d", "e"]]),
        ('1,"the "first" of\ntwo lines",x\n2,d,e\n', ['1,"the "first" of\ntwo lines",x', ["2", "d", "e"]]),
        # A quote that nobody closes takes its own line only.
        ('1,"open\n2,b\n3,"c"\n', ['1,"open', ["2", "b"], ["3", "c"]]),
        ('1,a\n2,"open', [["1", "a"], '2,"open']),
        # Lines end with the file's LF, however many CR stand before it; a lone CR is a letter.
        ("1,a\r\n2,b\n3,c\rd\n", [["1", "a"], ["2", "b"], ["3", "c\rd"]]),
        ("1,a\r2,b\r", [["1", "a"], ["2", "b"]]),
        # What holds nothing but blanks is no record.
        ("1,a\n\n \t\n\x1a\n2,b\n", [["1", "a"], ["2", "b"]]),
        (",\n", [["", ""]]),
        ("1,", [["1", ""]]),
        ('1,""', [["1", ""]]),
    ],
)
def test_a_record_ends_where_the_documentation_says(content: str, found: list[Any]) -> None:
    assert texts(content) == found


def test_without_quoted_line_breaks_both_halves_of_a_record_are_malformed() -> None:
    # The second half has as many cells as a record, and must not pass for one.
    assert texts('1,"a\nb",x\n2,c\n', BY_LINE) == ['1,"a', 'b",x', ["2", "c"]]


def test_with_a_tab_between_cells_a_line_of_tabs_is_a_record() -> None:
    grammar = Grammar(b"\t", quoted_newlines=True)

    assert not csv_records.survey([b"a\tb\n\t\n"], grammar).is_plain
    assert [cells for _, cells in csv_records.records([b"a\tb\n\t\n"], grammar)] == [[b"a", b"b"], [b"", b""]]


@pytest.mark.parametrize(
    "lines", ["id,v\n1,a\r\n", "id,v\r\n1,a\n", 'id,v\r\n1,"a\rb"\r\n', "id,v\n1,a\rb\n", "id\r1\r"]
)
def test_a_file_whose_lines_end_in_several_ways_is_rewritten(lines: str) -> None:
    assert not csv_records.survey(in_blocks(lines), QUOTED).is_plain


@pytest.mark.parametrize("lines", ["id,v\n1,a\n", "id,v\r\n1,a\r\n", 'id,v\r\n1,"a\nb"\r\n', 'id,v\n1,"a\n\n,b"', ""])
def test_a_file_whose_lines_end_alike_is_read_in_place(lines: str) -> None:
    assert csv_records.survey(in_blocks(lines), QUOTED).is_plain


def test_a_line_of_more_fields_than_spark_can_take_is_rewritten_as_malformed() -> None:
    content = b"id,v\n1,a\n2" + b"," * csv_records.MAXIMUM_FIELDS + b"\n3,c\n"

    assert not csv_records.survey([content], QUOTED).is_plain
    again = list(csv_records.rewritten([content], QUOTED, 2, has_header=True))
    assert [line[:6] for line in again] == [b'"","1"', b'"2,,,,', b'"","3"']


def test_a_rewritten_record_stands_beside_the_text_of_a_malformed_one() -> None:
    content = b'\n,\nid,v\n1,"say ""a"""\n2\n'

    assert b"".join(csv_records.rewritten(in_blocks(content), QUOTED, 2, has_header=True)) == (
        b'"","1","say ""a"""\n"2","",""\n'
    )


def values(content: str) -> list[str]:
    return [line.decode().rstrip("\n") for line in json_records.rewritten(in_blocks(content))]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ('{"id":1}{"id":2}\n{"id":3}', ['{"id":1}', '{"id":2}', '{"id":3}']),
        ('[{"id":1.10},\n {"id":2}]\n{"id":3}', ['{"id":1.10}', '{"id":2}', '{"id":3}']),
        ('{\n "id": 1,\n "v": "é"\n}\n{"id": 2}', ['{  "id": 1,  "v": "é" }', '{"id": 2}']),
        ("[]", []),
        ("[[]]\n\n", []),
        ('{"id":1},\n{"id":2},\n', ['{"id":1}', '{"id":2}']),
        # Numbers and texts of their own are records too: malformed ones.
        ('12 "text" {"id":1}', ["12", '"text"', '{"id":1}']),
        ('{"id":1} trailing\n{"id":2}', ['{"id":1}', "trailing", '{"id":2}']),
        ('{"id":1,"v":\n{"id":2}\n{"id":3}\n', ['{"id":1,"v":', '{"id":2}', '{"id":3}']),
        ('{broken\n{"id":2}{"id":3}\n', ["{broken", '{"id":2}', '{"id":3}']),
        # What belongs to a broken value over several lines must not pass for a record.
        ('{\n "a": [\n  {"id":1}\n ],\n oops\n}\n{"id":2}\n', ['{ "a": [ {"id":1} oops }', '{"id":2}']),
        ('[\n{"id":1},\n{"id": oops\n},\n{"id":3}\n]', ['{"id":1}', '{"id": oops },', '{"id":3}']),
        ('[\n{"id":1},\n{"a":\n{"id":9},\noops\n},\n{"id":3}\n]', ['{"id":1}', '{"a": {"id":9}, oops }, {"id":3} ]']),
        ("{broken\n{also broken\n", ["{broken", "{also broken"]),
        # An array that does not end has lost something.
        ('[{"id":1},{"id":2}', ['{"id":1}', '{"id":2}', "["]),
        ('{"id":1}]', ['{"id":1}', "]"]),
    ],
)
def test_each_value_of_a_json_file_becomes_a_line(content: str, found: list[str]) -> None:
    assert values(content) == found


@pytest.mark.parametrize("size", [1, 3, 64, 1 << 20])
def test_values_are_found_whatever_the_blocks_are(size: int) -> None:
    written = [json.dumps({"id": number, "v": "é" * (number % 50), "w": [1.5, {"x": None}]}) for number in range(200)]

    assert list(json_records.values(in_blocks("".join(written), size))) == written


@pytest.mark.parametrize(
    ("content", "is_plain"),
    [
        ('{"id":1}\n\n{"id":2}\n', True),
        ('{"id":1}\r\n{"id":2}', True),
        ('{"v":[{"a":1},{"a":2}, {"a":3}]}\n', True),
        ('{"v":"}{"}\n', True),
        ('{broken}\n{"id":1}\n', True),
        ('{"id":1}{"id":2}\n', False),
        ('{"id":1} {"id":2}\n', False),
        ('{"id":1},{"id":2}\n', False),
        ('[{"id":1}]\n', False),
        ('{"id":\n1}\n', False),
        ('{"id":1} x\n', False),
    ],
)
def test_json_is_read_in_place_where_each_line_holds_one_object(content: str, is_plain: bool) -> None:
    assert json_records.survey(in_blocks(content)).is_plain is is_plain


def test_a_value_nested_deeper_than_python_reads_is_left_to_spark() -> None:
    deep = '{"v":' + "[" * 200_000 + "]" * 200_000 + "}"

    assert json_records.survey([f"{deep}\n{deep}\n".encode()]).records == 2
    assert [len(value) for value in json_records.values([f"{deep}\n".encode()])] == [len(deep)]


class Bucket:
    """S3 as far as one object goes; gives its bytes in small pieces."""

    def __init__(self, stored: bytes, size: int) -> None:
        self.stored, self.size = stored, size

    def get_object(self, **_: Any) -> dict[str, Any]:
        body = io.BytesIO(self.stored)
        return {"Body": type("Body", (), {"read": lambda _, length: body.read(min(length, self.size))})()}


def read(stored: bytes, key: str = "a.csv", encoding: str = "utf-8", size: int = 5) -> tuple[bytes, Content]:
    file = ManifestFile("bucket", key, "1", "e", len(stored), "2026-03-01T00:00:00Z")
    content = Content(Bucket(stored, size), {}, file, encoding)
    return b"".join(content.blocks()), content


TEXT = "id,v\n1,é\n" * 20


@pytest.mark.parametrize("size", [1, 5, 1 << 20])
def test_a_gzip_is_read_with_all_its_members_and_padding_is_passed_over(size: int) -> None:
    halves = [gzip.compress(TEXT.encode(), mtime=0), gzip.compress(b"2,b\n", mtime=0)]

    plain, unpadded = read(b"".join(halves), "a.csv.gz", size=size)
    again, padded = read(b"".join(halves) + bytes(100), "a.csv.gz", size=size)

    assert plain == again == TEXT.encode() + b"2,b\n"
    assert (unpadded.must_be_copied, padded.must_be_copied) == (False, True)


@pytest.mark.parametrize(
    "spoilt",
    [lambda packed: packed[:-4], lambda packed: packed[:20], lambda packed: packed + b"x" * 30,
     lambda packed: packed[:-8] + bytes([packed[-8] ^ 1]) + packed[-7:]],
    ids=["cut at its end", "cut in its middle", "garbage after it", "flipped"],
)  # fmt: skip
def test_a_broken_gzip_is_truncated(spoilt: Callable[[bytes], bytes]) -> None:
    with pytest.raises(RejectedFileError, match="truncated"):
        read(spoilt(gzip.compress(TEXT.encode(), mtime=0)), "a.csv.gz")


@pytest.mark.parametrize("size", [1, 5, 1 << 20])
@pytest.mark.parametrize("encoding", ["windows-1252", "iso-8859-1", "utf-16"])
def test_a_text_in_another_encoding_is_read_as_utf_8(encoding: str, size: int) -> None:
    content, read_content = read(TEXT.encode(encoding), encoding=encoding, size=size)

    assert content.decode() == TEXT
    assert read_content.must_be_copied


def test_a_text_of_ascii_needs_no_copy_in_an_encoding_that_holds_it() -> None:
    assert not read(b"id,v\n1,a\n", encoding="windows-1252")[1].must_be_copied


def test_bytes_that_an_encoding_does_not_know_are_marked() -> None:
    assert read(b"id,v\n1,\x81\n", encoding="windows-1252")[0] == "id,v\n1,\ufffd\n".encode()


@pytest.mark.parametrize("size", [1, 5])
def test_a_byte_order_mark_is_no_part_of_the_text(size: int) -> None:
    content, read_content = read(b"\xef\xbb\xbfid\n1\n", size=size)

    assert (content, read_content.has_mark) == (b"id\n1\n", True)
