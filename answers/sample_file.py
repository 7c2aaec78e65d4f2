"""Reads a sample file like the ETL job, and explains in a sentence if it cannot."""

import csv
import gzip
import io
import itertools
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from answers import sample_columnar
from answers.sample_fields import Cell, Field, JsonText, JsonValue, Nested, SampleError, fields_of

ROWS_LOOKED_AT = 10_000
HEAD_BYTES = 65_536
JSON_CHARACTERS = 64_000_000
DELIMITERS = (",", ";", "\t", "|")
GZIP = b"\x1f\x8b"
OTHER_COMPRESSIONS = {
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"BZh": "bzip2",
    b"\x28\xb5\x2f\xfd": "zstd",
}
OTHER_COMPRESSIONS |= {b"\xfd7zXZ": "xz"}
FORMAT_OF_ENDING = {"csv": "csv", "tsv": "csv", "json": "json", "jsonl": "json", "ndjson": "json"}
FORMAT_OF_ENDING |= {"parquet": "parquet", "orc": "orc"}


@dataclass(frozen=True)
class Sample:
    """The first rows of a file by column; `delimiters` are those that fit it, the likeliest first."""

    format: str
    fields: list[Field]
    rows: int
    whole: bool
    delimiters: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_sample(path: Path, delimiter: str | None = None) -> Sample:
    """Return the first 10,000 rows of a file; SampleError explains in a sentence why there are none."""
    try:
        with path.open("rb") as content:
            head = content.read(HEAD_BYTES)
            content.seek(0)
            file_format = format_of(path, head)
            if file_format in ("parquet", "orc"):
                return columnar_sample(path, file_format)
            return text_sample(content, head, path, file_format, delimiter)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise SampleError("Its gzip is damaged or cut off.") from error
    except UnicodeDecodeError as error:
        raise SampleError("It is not UTF-8, which is what the job reads. Save it as UTF-8.") from error
    except OSError as error:
        raise SampleError(f"It cannot be read: {error.strerror or error}.") from error


def format_of(path: Path, head: bytes) -> str:
    """Return the format by content if that is certain, then by name, then by the first character."""
    for magic, file_format in ((b"PAR1", "parquet"), (b"ORC", "orc")):
        if head.startswith(magic):
            return file_format
    ending = path.name.lower().removesuffix(".gz").rpartition(".")[2]
    if ending in FORMAT_OF_ENDING:
        return FORMAT_OF_ENDING[ending]
    return "json" if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") else "csv"


def columnar_sample(path: Path, file_format: str) -> Sample:
    fields, rows, total, notes = sample_columnar.fields_of_file(path, file_format, ROWS_LOOKED_AT)
    return Sample(file_format, fields, rows, rows == total, notes=tuple(notes))


def text_sample(content: BinaryIO, head: bytes, path: Path, file_format: str, delimiter: str | None) -> Sample:
    if not head:
        raise SampleError("It is empty.")
    for magic, name in OTHER_COMPRESSIONS.items():
        if head.startswith(magic):
            raise SampleError(f"It is {name}; of compressed text the job reads gzip only.")
    zipped = head.startswith(GZIP)
    if zipped != path.name.endswith(".gz"):
        what = "is gzip, but its name does not end in .gz" if zipped else "ends in .gz, but is no gzip"
        raise SampleError(f"It {what}: the job refuses such a file.")
    plain = gzip.GzipFile(fileobj=content) if zipped else content
    if zipped:
        head = plain.read(HEAD_BYTES)
        plain.seek(0)
    if b"\0" in head or head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SampleError("It is UTF-16 or binary; the job reads text in UTF-8. Save it as UTF-8.")
    text = io.TextIOWrapper(plain, encoding="utf-8-sig", newline="")
    return csv_sample(text, head, delimiter) if file_format == "csv" else json_sample(text)


def csv_sample(text: TextIO, head: bytes, delimiter: str | None) -> Sample:
    # The head may end inside a character or a record: an incomplete end does not count.
    beginning = head.decode("utf-8-sig", "ignore")
    delimiters = fitting_delimiters(beginning, cut=len(head) == HEAD_BYTES)
    records = (row for row in csv.reader(text, delimiter=delimiter or delimiters[0]) if any(map(str.strip, row)))
    try:
        header = next(records, None)
        rows = list(itertools.islice(records, ROWS_LOOKED_AT))
        whole = next(records, None) is None
    except csv.Error as error:
        raise SampleError(f"It cannot be read as CSV: {error}. Is a quotation mark left open?") from error
    if header is None:
        raise SampleError("It holds no line with a value.")
    right = [row for row in rows if len(row) == len(header)]
    columns: list[list[Cell]] = [[row[n] or None for row in right] for n in range(len(header))]
    notes = []
    if len(right) < len(rows):
        other = len(rows) - len(right)
        notes.append(f"{other:,} of {len(rows):,} rows have not the {len(header)} fields of the header: quarantine.")
    fields, further = fields_of(header, columns, has_header=True)
    return Sample("csv", fields, len(rows), whole, delimiters, (*notes, *further))


def fitting_delimiters(beginning: str, cut: bool) -> tuple[str, ...]:
    """Return the delimiters that give nearly every line the width of the header, the widest first; else a comma."""
    widths: dict[str, int] = {}
    for delimiter in DELIMITERS:
        try:
            lines = [row for row in csv.reader(io.StringIO(beginning, newline=""), delimiter=delimiter) if row]
        except csv.Error:
            continue
        lines = lines[:-1] if cut and len(lines) > 1 else lines
        width = len(lines[0]) if lines else 0
        if width > 1 and sum(len(line) == width for line in lines) >= 0.9 * len(lines):
            widths[delimiter] = width
    return tuple(sorted(widths, key=lambda delimiter: -widths[delimiter])) or (",",)


def json_sample(text: TextIO) -> Sample:
    content = text.read(JSON_CHARACTERS)
    cut = bool(text.read(1))
    is_array = content.lstrip().startswith("[")
    found = elements(content, cut) if is_array else lines(content, cut)
    records = list(itertools.islice(found, ROWS_LOOKED_AT))
    whole = not cut and next(found, None) is None
    objects = [record for record in records if isinstance(record, dict)]
    if not objects:
        raise SampleError("It holds neither JSON lines nor an array of JSON objects.")
    headers = list(dict.fromkeys(key for record in objects for key in record))
    columns = [[cell_of(record.get(header)) for record in objects] for header in headers]
    fields, notes = fields_of(headers, columns, has_header=False)
    if len(objects) < len(records):
        bad = len(records) - len(objects)
        notes = [f"{bad:,} of {len(records):,} entries are no JSON object: quarantine.", *notes]
    return Sample("json", fields, len(records), whole, notes=tuple(notes))


# Numbers are kept as they are written: 1.10 has two digits after the point, and 20 digits stay 20 digits.
DECODER = json.JSONDecoder(parse_float=JsonValue, parse_int=JsonValue, parse_constant=str)
BETWEEN_ELEMENTS = re.compile(r"[\s,]*")


def elements(content: str, cut: bool) -> Iterator[object]:
    """Return the elements of one JSON array; of truncated content, those before the cut."""
    position = content.index("[") + 1
    while True:
        position += len(BETWEEN_ELEMENTS.match(content, position)[0])  # type: ignore[index]
        if content.startswith("]", position):
            return
        try:
            element, position = DECODER.raw_decode(content, position)
        except ValueError as error:
            if cut:
                return
            line = content.count("\n", 0, position) + 1
            raise SampleError(f"Its JSON cannot be read from line {line} on.") from error
        yield element


def lines(content: str, cut: bool) -> Iterator[object]:
    """Return the values of JSON lines, None for an invalid line."""
    texts = content.split("\n")
    for text in texts[:-1] if cut else texts:
        if text.strip():
            try:
                yield DECODER.decode(text)
            except ValueError:
                yield None


def cell_of(value: object) -> Cell:
    """Return a JSON value as the job reads it: as text, null if it is null or empty."""
    if isinstance(value, bool):
        return JsonValue("true" if value else "false")
    if isinstance(value, dict | list):
        return Nested(json.dumps(value))
    if isinstance(value, JsonValue):
        return value
    return JsonText(value) if isinstance(value, str) and value else None
