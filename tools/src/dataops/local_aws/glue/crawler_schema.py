"""What one object holds, as Glue's built-in classifiers see it: its head or its footer is read, never all of it."""

import csv
import io
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow
from pyarrow import orc, parquet

from dataops.local_aws.glue.hive_type import HiveType, Struct, combined, of_arrow, of_cell, of_json

# The first megabyte tells, of CSV at most a thousand rows; JSON may need ten for its first record.
HEAD, LONGEST_HEAD, ROWS = 1 << 20, 10 << 20, 1_000
DELIMITERS = ",|\t;\x01"
LONGEST_NAME = 150
GZIP = b"\x1f\x8b"
UNCLASSIFIED = (b"\x00", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Schema:
    """The columns of one object by their names in the catalog, and how it is read."""

    classification: str
    columns: dict[str, HiveType]
    rows: int
    compression: str = "none"
    parameters: dict[str, str] = field(default_factory=dict)


class RangedObject(io.RawIOBase):
    """An object of S3 as a file: each read asks for these bytes only."""

    def __init__(self, s3: Any, bucket: str, key: str, size: int) -> None:
        self.s3, self.bucket, self.key, self.size, self.position = s3, bucket, key, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.position = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.position, io.SEEK_END: self.size}[whence]
        return self.position

    def tell(self) -> int:
        return self.position

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), self.size - self.position)
        if wanted <= 0:
            return 0
        asked = f"bytes={self.position}-{self.position + wanted - 1}"
        content = self.s3.get_object(Bucket=self.bucket, Key=self.key, Range=asked)["Body"].read()
        buffer[: len(content)] = content
        self.position += len(content)
        return len(content)


@dataclass(frozen=True)
class Head:
    """The beginning of a text, and how much of the object it is: 1.0 is all."""

    text: str
    compression: str
    share: float


def schema_of(stored: RangedObject) -> Schema | None:
    """Classify an object by its content, whatever its name says; None when no classifier knows it."""
    magic = stored.read(4)
    if magic.startswith((b"PAR1", b"ORC")):
        return _columnar(stored, "parquet" if magic == b"PAR1" else "orc")
    for limit in (HEAD, LONGEST_HEAD):
        head = _head(stored, limit)
        schema = _json(head) if head.text.lstrip()[:1] in ("{", "[") else _csv(head)
        if schema or head.share == 1.0:
            return schema
    return None


def _head(stored: RangedObject, limit: int) -> Head:
    stored.seek(0)
    content = stored.read(limit)
    compression, used = "none", len(content)
    if content.startswith(GZIP):
        unzip, compression = zlib.decompressobj(wbits=31), "gzip"
        try:
            content = unzip.decompress(content, limit)
        except zlib.error:
            content = b""
        used -= len(unzip.unconsumed_tail)
    if any(sign in content for sign in UNCLASSIFIED):
        return Head("", compression, 1.0)
    text = content.decode("utf-8-sig", "replace")
    if used == stored.size:
        return Head(text, compression, 1.0)
    # What follows the last line break may be half a row, unless all of it is one line.
    return Head(text[: text.rfind("\n") + 1] or text, compression, used / stored.size)


def _columnar(stored: RangedObject, classification: str) -> Schema | None:
    try:
        if classification == "parquet":
            file = parquet.ParquetFile(stored)
            schema, rows = file.schema_arrow, file.metadata.num_rows
        else:
            described = orc.ORCFile(stored)
            schema, rows = described.schema, described.nrows
    except (pyarrow.ArrowException, OSError):
        return None
    columns = _by_name((each.name, of_arrow(each.type)) for each in schema)
    return Schema(classification, columns, rows)


def _by_name(found: Any) -> dict[str, HiveType]:
    """Columns by their names as the catalog keeps them, in lower case; repeated ones together."""
    columns: dict[str, HiveType] = {}
    for name, kind in found:
        columns[name.lower()] = combined((columns.get(name.lower()), kind))
    return columns


def _json(head: Head) -> Schema | None:
    """Objects one after the other are rows; an array is one row with one column, `array`, as Glue takes it."""
    kinds = [of_json(value) for value in _values(head.text)]
    rows = [kind if isinstance(kind, Struct) else Struct((("array", kind),)) for kind in kinds]
    columns = _by_name(each for row in rows for each in row.fields)
    return Schema("json", columns, round(len(rows) / head.share), head.compression) if columns else None


def _values(text: str) -> Iterator[Any]:
    """The objects and arrays of a text; of an array that goes on behind the head, what is there of it."""
    decoder, position = json.JSONDecoder(), 0
    while found := re.compile(r"[{\[]").search(text, position):
        try:
            value, position = decoder.raw_decode(text, found.start())
        except ValueError:
            if found[0] == "[" and found.start() == len(text) - len(text.lstrip()):
                yield list(_values(text[found.end() :]))
                return
            # One broken object is passed over.
            position = text.find("\n", found.start()) + 1 or len(text)
            continue
        yield value


def _csv(head: Head) -> Schema | None:
    readings = [(delimiter, _rows(head.text, delimiter)) for delimiter in DELIMITERS]
    delimiter, rows = max(readings, key=lambda reading: _regularity(reading[1]))
    if len(rows) < 2 or len(rows[0]) < 2:
        return None
    first, width = rows[0], len(rows[0])
    kinds = [combined(map(of_cell, cells)) for cells in zip(*(r for r in rows[1:] if len(r) == width), strict=True)]
    has_header = _is_header(first, kinds)
    if has_header:
        columns = _by_name((name.strip(), kind) for name, kind in zip(first, kinds, strict=True) if name.strip())
    else:
        both = zip(map(of_cell, first), kinds or [None] * width, strict=True)
        columns = _by_name((f"col{position}", combined(pair)) for position, pair in enumerate(both))
    parameters = {"delimiter": delimiter, "columnsOrdered": "true", "areColumnsQuoted": str('"' in head.text).lower()}
    parameters |= {"skip.header.line.count": "1"} if has_header else {}
    lines = len(head.text.splitlines()) - has_header
    return Schema("csv", columns, round(lines / head.share), head.compression, parameters)


def _rows(text: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows += [row] if row else []
            if len(rows) > ROWS:
                break
    except csv.Error:
        pass
    return rows


def _regularity(rows: list[list[str]]) -> tuple[float, int]:
    """How many rows are as wide as the first, and how wide that is: what a wrong delimiter is bad at."""
    width = len(rows[0]) if rows else 0
    return (Counter(map(len, rows))[width] / len(rows) if width > 1 else 0.0, width)


def _is_header(row: list[str], kinds: list[HiveType]) -> bool:
    """Glue's own rule: a row of texts above at least one column that is none."""
    *most, last = row
    return (
        all(of_cell(name) == "string" and len(name) < LONGEST_NAME for name in most)
        and of_cell(last) in ("string", None)
        and all(name.isprintable() for name in row)
        and not {"boolean", "bigint", "double"}.isdisjoint(kinds)
    )
