"""Reads the footers of Parquet and ORC files: one wrong file would otherwise fail a whole Spark job."""

import io
import re
from dataclasses import dataclass
from typing import Any

FORMATS = ("parquet", "orc")
TAIL_BYTES = 1 << 20

INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
WHOLE = ("tinyint", "smallint", "int", "bigint")
FLOATING = ("float", "double")
# Integers of which a floating number holds each.
EXACT_IN = {
    "float": ("int8", "int16", "uint8", "uint16"),
    "double": tuple(each for each in INTEGERS if "64" not in each),
}
# Old Parquet files count days and nanoseconds in 96 bits; Arrow calls them timestamps of nanoseconds too.
INT96 = "int96"
# Spark guesses the calendar of ORC's days before 1582. It would cut ORC's times to microseconds: they are read as
# text, which has all digits. Those with a time zone make Spark fail.
DAY_OF_ORC, TIME_OF_ORC = "day of ORC", "timestamp of ORC"
# Before 1970, libraries other than ORC's for Java (pyarrow's among them) split a second and its fraction in another
# way, and Spark reads most of those fractions a second too early.
SPLIT_TIME_OF_ORC = f"{TIME_OF_ORC}, not by Java"
OF_ORC = {
    "timestamp[ns]": TIME_OF_ORC,
    "timestamp[ns, tz=UTC]": "timestamp with local time zone",
    "date32[day]": DAY_OF_ORC,
}
FIRST_DAY_OF_ORC = "1582-10-15"
# Of a decimal of Spark's.
MOST_DIGITS = 38
HALF_OF_64_BITS = 1 << 32
# Moments that Spark would cut to microseconds.
NANOSECONDS = "timestamp of nanoseconds"
SPARK_TYPES = {
    **dict(zip(INTEGERS, ("tinyint", "smallint", "int", "bigint"), strict=False)),
    **{"uint8": "smallint", "uint16": "int", "uint32": "bigint", "uint64": "decimal(20,0)"},
    **dict.fromkeys(("string", "large_string", "string_view"), "string"),
    **dict.fromkeys(("binary", "large_binary", "binary_view"), "binary"),
    **{"bool": "boolean", "float": "float", "double": "double", "date32[day]": "date", DAY_OF_ORC: "date"},
    **dict.fromkeys((TIME_OF_ORC, SPLIT_TIME_OF_ORC), "string"),
}
# Which physical types, beside integers and moments, a declared type may be read from without losing anything.
FITTING = {
    "string": ("string", "large_string", "string_view"),
    "binary": ("binary", "large_binary", "binary_view"),
    "boolean": ("bool",),
    "float": ("float",),
    "double": ("float", "double"),
    "date": ("date32[day]", DAY_OF_ORC),
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

    try:
        return _parquet(s3, version, size) if file_format == "parquet" else _orc(s3, version, size)
    except (pyarrow.ArrowException, OSError) as error:
        raise UnreadableFooterError("truncated") from error
    except UnicodeDecodeError as error:
        raise UnreadableFooterError("encoding") from error


def _parquet(s3: Any, version: dict[str, str], size: int) -> Footer:
    import pyarrow
    from pyarrow import parquet

    tail = _last(s3, version, min(size, TAIL_BYTES))
    if tail[-4:] != b"PAR1":
        raise UnreadableFooterError("truncated" if _first(s3, version, 4) == b"PAR1" else "not-parquet")
    length = int.from_bytes(tail[-8:-4], "little") + 8
    tail = tail if length <= len(tail) else _last(s3, version, min(size, length))
    found = parquet.ParquetFile(pyarrow.BufferReader(tail))
    old, schema = _old_timestamps(found), found.schema_arrow
    cut = _cut_by_spark(_Object(s3, version, size), sorted(old)) if old else set()
    kinds = [
        NANOSECONDS if name in cut else INT96 if name in old else _plain(str(kind))
        for name, kind in zip(schema.names, schema.types, strict=True)
    ]
    return Footer(list(schema.names), kinds, found.metadata.num_rows)


class _Object(io.RawIOBase):
    """An object of which only those parts are fetched that are read."""

    def __init__(self, s3: Any, version: dict[str, str], size: int) -> None:
        self._s3, self._version, self._size, self._at = s3, version, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def read(self, length: int = -1) -> bytes:
        end = self._size if length < 0 else min(self._at + length, self._size)
        if end <= self._at:
            return b""
        part = self._s3.get_object(**self._version, Range=f"bytes={self._at}-{end - 1}")["Body"].read()
        self._at += len(part)
        return bytes(part)


def _cut_by_spark(file: io.RawIOBase, moments: list[str]) -> set[str]:
    """The columns in 96 bits that hold more than microseconds, to which Spark cuts them without a word."""
    import pyarrow
    from pyarrow import compute, parquet

    cut = set()
    read = [parquet.ParquetFile(pyarrow.PythonFile(file), coerce_int96_timestamp_unit=unit) for unit in ("ns", "us")]
    for number in range(read[0].metadata.num_row_groups):
        exact, coarse = (each.read_row_group(number, columns=moments) for each in read)
        for name in moments:
            # Years that do not fit nanoseconds overflow alike on both sides.
            again = compute.multiply(coarse.column(name).cast(pyarrow.int64()), 1000)
            if compute.any(compute.not_equal(exact.column(name).cast(pyarrow.int64()), again)).as_py():
                cut.add(name)
    return cut


def _orc(s3: Any, version: dict[str, str], size: int) -> Footer:
    import pyarrow
    from pyarrow import orc

    content = _last(s3, version, size)
    if not content.startswith(b"ORC"):
        raise UnreadableFooterError("not-orc")
    found = orc.ORCFile(pyarrow.BufferReader(content))
    schema = found.schema
    kinds = [OF_ORC.get(str(kind), str(kind)) for kind in schema.types]
    if not found.software_version.startswith("ORC Java"):
        kinds = [SPLIT_TIME_OF_ORC if kind == TIME_OF_ORC else kind for kind in kinds]
    return Footer(list(schema.names), kinds, found.nrows)


def _plain(kind: str) -> str:
    """The type of the values, where a file keeps each of them once and refers to it."""
    found = re.match(r"dictionary<values=(.+?), indices=", kind)
    return found[1] if found else kind


def _old_timestamps(file: Any) -> set[str]:
    """The columns of a Parquet file whose moments are kept in 96 bits."""
    columns = [file.schema.column(number) for number in range(len(file.schema))]
    return {column.path for column in columns if column.physical_type == "INT96"}


def _first(s3: Any, version: dict[str, str], length: int) -> bytes:
    return bytes(s3.get_object(**version, Range=f"bytes=0-{length - 1}")["Body"].read())


def _last(s3: Any, version: dict[str, str], length: int) -> bytes:
    return bytes(s3.get_object(**version, Range=f"bytes=-{length}")["Body"].read())


def fits(found: str, declared: str) -> bool:
    """Whether values of a physical type can be values of the declared one; those that are not are refused singly."""
    if found == "null":
        return True
    if declared == "timestamp":
        return found in (INT96, TIME_OF_ORC, SPLIT_TIME_OF_ORC) or found.startswith("timestamp[")
    if declared.startswith("decimal"):
        return found in INTEGERS or (found.startswith("decimal") and _digits(found)[0] <= MOST_DIGITS)
    return found in FITTING.get(declared, ()) or (found in INTEGERS and declared in (*WHOLE, *FLOATING))


def value(name: str, found: str, declared: str) -> tuple[str, str | None]:
    """(a column's values as the declared type, when one of them would lose something by it)."""
    column = "`" + name.replace("`", "``") + "`"
    if found == "null":
        return f"cast(null as {declared})", None
    if found.startswith("timestamp[ns") and declared == "timestamp":
        # Spark reads nanoseconds as numbers here: as timestamps it would refuse the file, or cut them.
        return f"timestamp_micros({column} div 1000)", f"{column} % 1000 <> 0"
    if found == DAY_OF_ORC:
        return column, f"{column} < date'{FIRST_DAY_OF_ORC}'"
    value = f"try_cast({column} as {declared})"
    if found in (TIME_OF_ORC, SPLIT_TIME_OF_ORC):
        is_too_old = f"{column} < '{FIRST_DAY_OF_ORC}'"
        if found == SPLIT_TIME_OF_ORC:
            is_too_old += f" or {column} < '1970' and contains({column}, '.')"
        return value, f"{value} is null and {column} is not null or {is_too_old} or {_is_cut(column)}"
    if found in INTEGERS and declared in FLOATING:
        value = f"cast({column} as {declared})"
        loss = None if found in EXACT_IN[declared] else f"{_digits_of_whole(value)} <> {column}"
    elif found in INTEGERS:
        known = str(spark_type(found))
        is_wider = known in WHOLE and declared in WHOLE and WHOLE.index(known) <= WHOLE.index(declared)
        loss = None if is_wider else f"{column} is not null and {value} is null"
    elif found.startswith("decimal") and declared.startswith("decimal") and not _holds(declared, found):
        loss = _differs(column, value, _spark(found))
    else:
        loss = None
    return (value if loss else f"cast({column} as {declared})"), loss


def spark_type(found: str) -> str | None:
    """How Spark reads a physical type; None for a column of nothing but nulls, which it need not read."""
    if found.startswith("decimal"):
        return _spark(found)
    if found.startswith("timestamp[ns"):
        return "bigint"
    if found == INT96 or found.startswith("timestamp["):
        return "timestamp"
    return SPARK_TYPES.get(found)


def _differs(column: str, value: str, exact: str) -> str:
    """Where a value is not the same any more; a try, as Spark 4 ends the job at a cast that does not fit."""
    return f"{column} is not null and not coalesce(try_cast({value} as {exact}) = cast({column} as {exact}), false)"


def _digits_of_whole(value: str) -> str:
    """A whole floating number with all its digits: by a cast, Spark gives as many as tell it from its neighbours."""
    # Never a float as a double: of an integer Spark would make the double at once, which has more digits.
    lower = f"{value} % {HALF_OF_64_BITS}F"
    upper = f"cast(({value} - {lower}) / {HALF_OF_64_BITS}F as bigint)"
    return f"cast({upper} as decimal(20,0)) * {HALF_OF_64_BITS}BD + cast({lower} as bigint)"


def _is_cut(column: str) -> str:
    """Where a time as text has more digits than microseconds."""
    return f"{column} rlike '[.][0-9]{{6}}0*[1-9]'"


def _holds(declared: str, found: str) -> bool:
    """Whether a decimal has room for all digits of another."""
    room, given = _digits(declared), _digits(found)
    return given[1] <= room[1] and given[0] - given[1] <= room[0] - room[1]


def _spark(found: str) -> str:
    return f"decimal({_digits(found)[0]},{_digits(found)[1]})"


def _digits(kind: str) -> tuple[int, int]:
    """(precision, scale) of decimal(12,2), which Arrow calls decimal128(12, 2)."""
    found = re.search(r"\((\d+), ?(\d+)\)", kind)
    return (int(found[1]), int(found[2])) if found else (0, 0)
