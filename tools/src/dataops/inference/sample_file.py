"""Reads a sample file like the ETL job, and explains in a sentence if it cannot."""

import gzip
import io
import itertools
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from dataops.inference import sample_columnar
from dataops.inference.sample_csv import ROWS_LOOKED_AT, CsvContent, fitting_delimiters
from dataops.inference.sample_encoding import agreed_encoding, codec_of, note_on_encoding
from dataops.inference.sample_fields import Field, SampleError
from dataops.inference.sample_json import Values, fields_of_json

HEAD_BYTES = 65_536
# So much of a file shows how its letters are written: as much as the rows that are read hold in most files.
ENCODING_BYTES = 4_000_000
JSON_CHARACTERS = 64_000_000
GZIP = b"\x1f\x8b"
OTHER_COMPRESSIONS = {
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"BZh": "bzip2",
    b"\x28\xb5\x2f\xfd": "zstd",
}
OTHER_COMPRESSIONS |= {b"\xfd7zXZ": "xz"}
FORMAT_OF_ENDING = {"csv": "csv", "tsv": "csv", "json": "json", "jsonl": "json", "ndjson": "json"}
FORMAT_OF_ENDING |= {"parquet": "parquet", "orc": "orc"}


class Reading(NamedTuple):
    """How a person wants a text file to be read; None is what the file itself suggests."""

    delimiter: str | None = None
    encoding: str | None = None
    has_header: bool | None = None


@dataclass(frozen=True)
class Sample:
    """The first rows of a file by column; `delimiters` are those that fit it, the likeliest first."""

    format: str
    fields: list[Field]
    rows: int
    whole: bool
    delimiters: tuple[str, ...] = ()
    delimiter: str = ","
    notes: tuple[str, ...] = ()
    encoding: str = "utf-8"
    has_header: bool = True
    # How many rows the file has; estimated from its size if it was not read to its end.
    estimated_rows: int = 0

    @property
    def rows_read(self) -> str:
        """Return which rows were read, in words."""
        return f"all {self.rows:,} rows" if self.whole else f"the first {self.rows:,} rows"


def read_sample(path: Path, reading: Reading = Reading()) -> Sample:  # noqa: B008 (a tuple does not change)
    """Return the first 10,000 rows of a file; SampleError explains in a sentence why there are none."""
    try:
        with path.open("rb") as content:
            head = content.read(HEAD_BYTES)
            content.seek(0)
            file_format = format_of(path, head)
            if file_format in ("parquet", "orc"):
                return columnar_sample(path, file_format)
            return text_sample(content, head, path, file_format, reading)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise SampleError("Its gzip data is damaged or incomplete.") from error
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
    return Sample(file_format, fields, rows, rows == total, notes=tuple(notes), estimated_rows=total)


def text_sample(content: BinaryIO, head: bytes, path: Path, file_format: str, reading: Reading) -> Sample:
    if not head:
        raise SampleError("It is empty.")
    for magic, name in OTHER_COMPRESSIONS.items():
        if head.startswith(magic):
            raise SampleError(f"It is {name}; the only compression of text that the job reads is gzip.")
    zipped = head.startswith(GZIP)
    if zipped != path.name.endswith(".gz"):
        what = "is gzip, but its name does not end in .gz" if zipped else "ends in .gz, but is not gzip"
        raise SampleError(f"It {what}: the job refuses such a file.")
    plain = gzip.GzipFile(fileobj=content) if zipped else content
    beginning = plain.read(ENCODING_BYTES)
    plain.seek(0)
    encoding = agreed_encoding(beginning, reading.encoding)
    codec = codec_of(encoding, beginning)
    # A byte that is not of the encoding costs its own row only, as in the job.
    text = io.TextIOWrapper(plain, encoding=codec, errors="replace", newline="")
    found = csv_sample(text, beginning, codec, reading) if file_format == "csv" else json_sample(text)
    notes = [note_on_encoding(beginning, encoding), note_on_broken_rows(found, encoding), *found.notes]
    size, read = path.stat().st_size, max(1, content.tell())
    rows = found.rows if found.whole else max(found.rows + 1, round(found.estimated_rows * size / read))
    more = {"notes": tuple(filter(None, notes)), "encoding": encoding, "estimated_rows": rows}
    return Sample(**{**vars(found), **more})


def note_on_broken_rows(sample: Sample, encoding: str) -> str:
    """Return how many rows hold the sign for bytes that cannot be decoded."""
    rows = {n for each in sample.fields for n, cell in enumerate(each.cells) if cell and "\ufffd" in cell}
    what = f"{len(rows):,} of {sample.rows:,} rows"
    return f"{what} go to quarantine: they have bytes that are not {encoding}." if rows else ""


def csv_sample(text: io.TextIOWrapper, beginning: bytes, codec: str, reading: Reading) -> Sample:
    # The head may end inside a character or a record: an incomplete end does not count.
    head = beginning[:HEAD_BYTES].decode(codec, "ignore")
    delimiters = fitting_delimiters(head, cut=len(beginning) > HEAD_BYTES)
    delimiter = reading.delimiter or delimiters[0]
    found = CsvContent(text, delimiter, reading.has_header)
    return Sample(
        "csv", found.fields, found.rows, found.whole, delimiters, delimiter, tuple(found.notes),
        has_header=found.has_header, estimated_rows=found.rows,
    )  # fmt: skip


def json_sample(text: io.TextIOWrapper) -> Sample:
    content = text.read(JSON_CHARACTERS)
    values = Values(content, is_cut=bool(text.read(1)))
    found = iter(values)
    records = list(itertools.islice(found, ROWS_LOOKED_AT))
    share = max(1, values.end) / max(1, len(content))
    # A generator at its end goes on to nothing.
    whole = not values.is_cut and next(found, values) is values
    fields, notes = fields_of_json(records, values)
    return Sample("json", fields, len(records), whole, notes=tuple(notes), estimated_rows=round(len(records) / share))
