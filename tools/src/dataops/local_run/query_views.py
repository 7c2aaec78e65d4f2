"""The views of a query: SQL that reads the files on this machine as the catalog's tables read them on AWS."""

from pathlib import Path
from typing import Any

from dataops.local_run.iceberg_files import current_files

# Of the table: the columns that say where a row comes from, with their names in the view; _file is Iceberg's own.
SOURCE_COLUMNS = {"_source_file": "string", "_source_line": "bigint", "_uploaded_at": "timestamp"}
OTHER_COLUMNS = {"_sequencer": "string", "_batch": "string"}
NAMES = {"_source_file": "_file", "_source_line": "_line"}
QUARANTINED = {"file": "string", "line": "bigint", "reasons": "string[]", "record": "string"}
DUCKDB_NAMES = {"string": "varchar", "string[]": "varchar[]", "binary": "blob", "float": "real"}


def views(settings: dict[str, dict[str, Any]], storage: Path) -> dict[str, str]:
    """The SELECT of each view, in an order in which they can be created."""
    others, published = {}, {}
    for dataset, of_dataset in settings.items():
        others[f"{dataset}_rows"] = rows_of(of_dataset, storage)
        others[f"quarantine_{dataset}"] = quarantine_of(storage / of_dataset["quarantine_bucket"] / dataset)
        published[dataset] = published_of(of_dataset)
    # A dataset may be named quarantine_orders: then the view name belongs to it.
    return {name: select for name, select in others.items() if name not in published} | published


def published_of(settings: dict[str, Any]) -> str:
    """What people query, as in modules/dataset/view.tf."""
    declared = listed([column["name"] for column in settings["columns"]])
    source = ", ".join(f"{quoted(name)} as {quoted(NAMES.get(name, name))}" for name in SOURCE_COLUMNS)
    return f"select {declared}, {source} from {quoted(settings['dataset'] + '_rows')}"


def rows_of(settings: dict[str, Any], storage: Path) -> str:
    """The table's rows: those of its data files that no file of deleted positions names."""
    declared = {column["name"]: column["type"] for column in settings["columns"]} | SOURCE_COLUMNS | OTHER_COLUMNS
    table = storage / settings["output_bucket"] / settings["database"] / f"{settings['dataset']}_rows"
    files = current_files(storage, table)
    casts = ", ".join(f"{quoted(name)}::{duckdb_name(kind)} as {quoted(name)}" for name, kind in declared.items())
    # The empty table has the columns that no file has yet.
    rows = " union all by name ".join([empty(declared), *([alive(storage, *files)] if files.data else [])])
    return f"select {casts} from ({rows})"


def alive(storage: Path, data: list[Path], deletes: list[Path]) -> str:
    """The rows of data files without the deleted ones, which are named by their file and position."""
    # The folders of a partition only look like columns: the files hold these too, and as they were.
    options = "union_by_name = true, hive_partitioning = false, filename = true, file_row_number = true"
    rows = f"select * from read_parquet({paths(data)}, {options})"
    if not deletes:
        return rows
    address = f"'s3://' || substr(filename, {len(storage.as_posix()) + 2})"
    deleted = f"select file_path, pos from read_parquet({paths(deletes)}, hive_partitioning = false)"
    return f"select * from ({rows}) anti join ({deleted}) on file_path = {address} and pos = file_row_number"


def quarantine_of(folder: Path) -> str:
    """Every quarantined row, with its reasons and its batch."""
    files = data_files(folder, ".json")
    return read_json(files, QUARANTINED, "batch_id") if files else empty(QUARANTINED | {"batch_id": "string"})


def data_files(folder: Path, ending: str) -> list[Path]:
    """The files below a folder, without the temporary ones that a writer keeps in folders like _temporary."""
    found = sorted(file for file in folder.rglob(f"*{ending}") if file.is_file())
    return [file for file in found if not any(part.startswith(("_", ".")) for part in file.relative_to(folder).parts)]


def read_json(files: list[Path], columns: dict[str, str], *folder_columns: str) -> str:
    """JSON lines of known columns."""
    form = f"columns = {types(columns)}, format = 'newline_delimited'"
    folders = f", {from_folders(dict.fromkeys(folder_columns, 'string'))}" if folder_columns else ""
    return f"select {listed([*columns, *folder_columns])} from read_json({paths(files)}, {form}{folders})"


def from_folders(columns: dict[str, str]) -> str:
    """The options that read columns from folder names, with given rather than inferred types."""
    return f"hive_partitioning = true, hive_types = {types(columns)}"


def empty(columns: dict[str, str]) -> str:
    """An empty result with these columns."""
    nulls = ", ".join(f"null::{duckdb_name(kind)} as {quoted(name)}" for name, kind in columns.items())
    return f"select {nulls} where false"


def types(columns: dict[str, str]) -> str:
    """Names and types in the form of a read's options."""
    return "{" + ", ".join(f"{text(name)}: {text(duckdb_name(kind))}" for name, kind in columns.items()) + "}"


def duckdb_name(kind: str) -> str:
    """DuckDB's name of a declared type."""
    return DUCKDB_NAMES.get(kind, kind)


def listed(names: list[str]) -> str:
    """Names separated by commas."""
    return ", ".join(map(quoted, names))


def quoted(name: str) -> str:
    """A quoted identifier."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def text(value: str) -> str:
    """A quoted text."""
    escaped = value.replace("'", "''")
    return f"'{escaped}'"


def paths(files: list[Path]) -> str:
    """A list of files."""
    return f"[{', '.join(text(file.as_posix()) for file in files)}]"
