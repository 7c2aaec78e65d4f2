"""Reads the footers of Parquet and ORC files: one wrong file would otherwise fail a whole Spark job."""

import re
from dataclasses import dataclass
from typing import Any

FORMATS = ("parquet", "orc")
TAIL_BYTES = 1 << 20

# Which physical types a declared type may be read from without losing anything.
FITTING = {
    "string": ("string", "large_string"),
    "boolean": ("bool",),
    "tinyint": ("int8",),
    "smallint": ("int8", "int16", "uint8"),
    "int": ("int8", "int16", "int32", "uint8", "uint16"),
    "bigint": ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32"),
    "float": ("float",),
    "double": ("float", "double"),
    "date": ("date32[day]",),
}


class UnreadableFooterError(Exception):
    """The file has no footer that can be read."""


@dataclass(frozen=True)
class Footer:
    """Column names, their physical types in Arrow's words, and the number of rows."""

    names: list[str]
    kinds: list[str]
    rows: int


def footer(s3: Any, version: dict[str, str], file_format: str, size: int) -> Footer:
    """Read a file's own description of itself from its last bytes."""
    import pyarrow
    from pyarrow import orc, parquet

    length = TAIL_BYTES
    tail = _last(s3, version, min(size, length))
    if file_format == "parquet":
        if tail[-4:] != b"PAR1":
            raise UnreadableFooterError("no PAR1 at the end")
        length = int.from_bytes(tail[-8:-4], "little") + 8
        tail = tail if length <= len(tail) else _last(s3, version, min(size, length))
    else:
        tail = _last(s3, version, size)
    try:
        if file_format == "parquet":
            found = parquet.ParquetFile(pyarrow.BufferReader(tail))
            schema, rows = found.schema_arrow, found.metadata.num_rows
        else:
            described = orc.ORCFile(pyarrow.BufferReader(tail))
            schema, rows = described.schema, described.nrows
    except (pyarrow.ArrowException, OSError) as error:
        raise UnreadableFooterError(str(error)) from error
    return Footer(list(schema.names), [str(kind) for kind in schema.types], rows)


def _last(s3: Any, version: dict[str, str], length: int) -> bytes:
    return bytes(s3.get_object(**version, Range=f"bytes=-{length}")["Body"].read())


def fits(found: str, declared: str) -> bool:
    """Whether every value of a physical type is a value of the declared type."""
    if declared == "timestamp":
        return found.startswith("timestamp[") and not found.startswith("timestamp[ns")
    if declared.startswith("decimal"):
        room, given = _digits(declared), _digits(found)
        return found.startswith("decimal") and given[1] <= room[1] and given[0] - given[1] <= room[0] - room[1]
    return found in FITTING.get(declared, ())


def _digits(kind: str) -> tuple[int, int]:
    """(precision, scale) of decimal(12,2), which Arrow calls decimal128(12, 2)."""
    found = re.search(r"\((\d+), ?(\d+)\)", kind)
    return (int(found[1]), int(found[2])) if found else (0, 0)
