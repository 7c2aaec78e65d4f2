"""The first rows of a sample file, as a small file of the same form for samples/ of the project."""

import csv
import gzip
import io
import itertools
from collections.abc import Iterator
from pathlib import Path

from answers.sample_file import BETWEEN_ELEMENTS, DECODER, JSON_CHARACTERS, Sample

ROWS = 100
# A file of this size is copied as it is.
SMALL = 200_000
COMPRESSED = ".gz"


def excerpt(path: Path, sample: Sample) -> tuple[str, bytes]:
    """The name and the content of a file with at most the first 100 rows, or of the whole file if it is small."""
    if path.stat().st_size <= SMALL:
        return path.name, path.read_bytes()
    if sample.format in ("parquet", "orc"):
        return path.name, first_rows_of_columns(path, sample.format)
    text = text_of(path)
    rows = first_records(text) if sample.format == "csv" else first_values(text)
    return path.name.removesuffix(COMPRESSED), rows.encode("utf-8")


def text_of(path: Path) -> str:
    with path.open("rb") as file:
        content = gzip.GzipFile(fileobj=file) if path.name.endswith(COMPRESSED) else file
        return io.TextIOWrapper(content, encoding="utf-8-sig", newline="").read(JSON_CHARACTERS)


def first_records(text: str) -> str:
    """The header and the first records of a CSV file, character for character."""
    lines = io.StringIO(text, newline="")
    taken: list[str] = []

    def counted() -> Iterator[str]:
        for line in lines:
            taken.append(line)
            yield line

    # A record may go over several lines: the reader takes as many as belong to it.
    for _ in itertools.islice(csv.reader(counted()), ROWS + 1):
        pass
    return "".join(taken)


def first_values(text: str) -> str:
    """The first values of a JSON array or of JSON lines, character for character."""
    if not text.lstrip().startswith("["):
        return "".join(itertools.islice(io.StringIO(text, newline=""), ROWS))
    start = position = text.index("[") + 1
    end = start
    for _ in range(ROWS):
        position += len(BETWEEN_ELEMENTS.match(text, position)[0])  # type: ignore[index]
        if text.startswith("]", position):
            break
        _, position = DECODER.raw_decode(text, position)
        end = position
    return f"[{text[start:end]}]\n"


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
