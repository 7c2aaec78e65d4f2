"""The first rows of a sample file, as a small file of the same form for samples/ of the project."""

import gzip
import io
import itertools
from pathlib import Path

from dataops.inference.sample_csv import Records
from dataops.inference.sample_encoding import codec_of
from dataops.inference.sample_file import JSON_CHARACTERS, Sample
from dataops.inference.sample_json import Values

ROWS = 100
# A file of at most so many rows and bytes is copied as it is.
SMALL = 200_000
COMPRESSED = ".gz"


def excerpt(path: Path, sample: Sample) -> tuple[str, bytes]:
    """The name and the content of a file with at most the first 100 rows; a file that has no more keeps its bytes."""
    if sample.whole and sample.rows <= ROWS and path.stat().st_size <= SMALL:
        return path.name, path.read_bytes()
    if sample.format in ("parquet", "orc"):
        return path.name, first_rows_of_columns(path, sample.format)
    text = text_of(path, sample.encoding)
    rows = first_records(text, sample.delimiter) if sample.format == "csv" else first_values(text)
    return path.name.removesuffix(COMPRESSED), rows.encode(sample.encoding, errors_of(sample.encoding))


def text_of(path: Path, encoding: str) -> str:
    with path.open("rb") as file:
        content = gzip.GzipFile(fileobj=file) if path.name.endswith(COMPRESSED) else file
        codec = codec_of(encoding, content.read(2))
        content.seek(0)
        text = io.TextIOWrapper(content, encoding=codec, errors=errors_of(encoding), newline="")
        return text.read(JSON_CHARACTERS)


def errors_of(encoding: str) -> str:
    """Return how bytes that are not of an encoding are kept; UTF-16 has no way to keep them."""
    return "replace" if encoding == "utf-16" else "surrogateescape"


def first_records(text: str, delimiter: str) -> str:
    """The header and the first records of a CSV file, character for character."""
    records = Records(io.StringIO(text, newline=""), delimiter)
    taken: list[str] = []
    for _ in itertools.islice(records, ROWS + 1):
        taken += records.taken
    return "".join(taken)


def first_values(text: str) -> str:
    """The first values of a JSON file, character for character: of one array, or as lines."""
    values, taken, start = Values(text, is_cut=len(text) == JSON_CHARACTERS), [], None
    for _ in itertools.islice(values, ROWS):
        start = values.start if start is None else start
        taken.append(text[values.start : values.end])
    if values.are_lines:
        return "".join(taken)
    if values.arrays == 1 and not values.is_mixed:
        return f"[{text[start : values.end]}]\n"
    return "".join(f"{value.strip()}\n" for value in taken)


def first_rows_of_columns(path: Path, file_format: str) -> bytes:
    import pyarrow as pa
    from pyarrow import orc, parquet

    written = io.BytesIO()
    if file_format == "parquet":
        batch = next(parquet.ParquetFile(path).iter_batches(ROWS))
        parquet.write_table(pa.Table.from_batches([batch]), written)
    else:
        orc.write_table(orc.ORCFile(path).read().slice(0, ROWS), written)
    return written.getvalue()
