"""Reads the columns of Parquet and ORC files, which have types."""

import importlib
import re
from pathlib import Path
from typing import Any

from dataops.inference.sample_fields import Field, SampleError, column_name_for, fields_of

HOW_TO_GET_PYARROW = (
    "start again with: uvx --with questionary --with pyarrow cookiecutter …, or type the columns by hand"
)
# The types to declare so that files/steps/columnar.py of the project reads every value unchanged.
DECLARED = {
    "bool": "boolean",
    "int8": "tinyint",
    "int16": "smallint",
    "uint8": "smallint",
    "int32": "int",
    "uint16": "int",
    "int64": "bigint",
    "uint32": "bigint",
    "float": "float",
    "double": "double",
    "string": "string",
    "large_string": "string",
    "date32[day]": "date",
}


def fields_of_file(path: Path, file_format: str, most: int) -> tuple[list[Field], int, int, list[str]]:
    """Return the fields, the number of rows read and of all rows, and the reasons why some cannot be declared."""
    table, total = first_rows(path, file_format, most)
    headers = list(table.column_names)
    columns = [[None if v is None else str(v) for v in column.to_pylist()] for column in table.columns]
    fields, notes = fields_of(headers, columns)
    kinds = {column_name_for(name): str(kind) for name, kind in zip(headers, table.schema.types, strict=True)}
    typed = [Field(each.name, each.header, each.cells, declared(kinds[each.name])) for each in fields]
    known = [field for field in typed if field.type]
    if not known:
        raise SampleError("It holds no column of a type that the job reads.")
    notes += [f"{each.header} is left out: the job cannot read {kinds[each.name]}." for each in typed if not each.type]
    return known, table.num_rows, total, notes


def first_rows(path: Path, file_format: str, most: int) -> tuple[Any, int]:
    """Return the first rows as a table of pyarrow, and the number of rows."""
    try:
        pyarrow = importlib.import_module("pyarrow")
        reader = importlib.import_module(f"pyarrow.{file_format}")
    except ImportError as error:
        raise SampleError(f"Reading {file_format} needs pyarrow: {HOW_TO_GET_PYARROW}.") from error
    try:
        if file_format == "orc":
            file = reader.ORCFile(path)
            return file.read().slice(0, most), file.nrows
        file = reader.ParquetFile(path)
        batches = file.iter_batches(batch_size=most)
        first = next(batches, None)
        table = pyarrow.Table.from_batches([] if first is None else [first], schema=file.schema_arrow)
        return table, file.metadata.num_rows
    except (pyarrow.ArrowException, OSError) as error:
        raise SampleError(f"It is not a complete {file_format} file.") from error


def declared(kind: str) -> str | None:
    """Return the type to declare for an Arrow type; None if the job reads none of its values."""
    digits = re.fullmatch(r"decimal128\((\d+), (\d+)\)", kind)
    if digits:
        return f"decimal({digits[1]},{digits[2]})"
    if kind.startswith("timestamp["):
        return None if kind.startswith("timestamp[ns") else "timestamp"
    return DECLARED.get(kind)
