"""The views of a query: SQL that reads the files on this machine as the catalog's tables read them on AWS."""

from itertools import groupby
from pathlib import Path
from typing import Any

from output_layout import COMMITS

SOURCE_COLUMNS = {"_file": "string", "_line": "bigint", "_uploaded_at": "timestamp"}
# Orders rows of the same second; users do not need it.
SEQUENCER = {"_sequencer": "string"}
COMMIT = {"version": "int", "dataset": "string", "batch": "string", "run": "string", "rows": "bigint", "data": "string"}
QUARANTINED = {"file": "string", "line": "bigint", "reasons": "string[]", "record": "string"}
DUCKDB_NAMES = {"string": "varchar", "string[]": "varchar[]", "binary": "blob", "float": "real"}


def views(settings: dict[str, dict[str, Any]], storage: Path) -> dict[str, str]:
    """The SELECT of each view, in an order in which they can be created."""
    others, newest = {}, {}
    for dataset, of_dataset in settings.items():
        output, quarantine = (storage / of_dataset[f"{purpose}_bucket"] for purpose in ("output", "quarantine"))
        others[f"{dataset}_batches"] = batches_of(of_dataset, output / dataset)
        others[f"{dataset}_commits"] = commits_of(output / COMMITS / dataset)
        others[f"quarantine_{dataset}"] = quarantine_of(quarantine / dataset)
        newest[dataset] = newest_of(of_dataset)
    # A dataset may be named quarantine_orders: then the view name belongs to it.
    return {name: select for name, select in others.items() if name not in newest} | newest


def newest_of(settings: dict[str, Any]) -> str:
    """The newest row of each key, from committed batches only: as in modules/dataset/view.tf."""
    dataset = settings["dataset"]
    shown = listed([column["name"] for column in settings["columns"]] + list(SOURCE_COLUMNS))
    batches, commits = quoted(f"{dataset}_batches"), quoted(f"{dataset}_commits")
    committed = f"select {shown} from {batches} where batch_id in (select batch from {commits})"
    if not settings["primary_key"]:
        return committed
    newest_by = [f"{quoted(settings['newest_by'])} desc nulls last"] if settings["newest_by"] else []
    order = ", ".join([*newest_by, "_uploaded_at desc", "_sequencer desc nulls last", "_file desc", "_line desc"])
    return (
        f"{committed} qualify row_number() over (partition by {listed(settings['primary_key'])} order by {order}) = 1"
    )


def batches_of(settings: dict[str, Any], folder: Path) -> str:
    """Every row of every batch; a column that is only in folder names is a column like any other."""
    declared = {column["name"]: column["type"] for column in settings["columns"]}
    declared |= SOURCE_COLUMNS | SEQUENCER | {"batch_id": "string"}
    files = sorted(data_files(folder, ".parquet"), key=lambda file: folder_columns(file, folder))
    alike = [(columns, list(group)) for columns, group in groupby(files, lambda file: folder_columns(file, folder))]
    reads = [read_parquet(group, {name: declared.get(name, "date") for name in columns}) for columns, group in alike]
    # The empty table adds later columns to an old batch, and the types if there is no batch.
    rows = " union all by name ".join([empty(declared), *reads])
    casts = ", ".join(f"{quoted(name)}::{duckdb_name(kind)} as {quoted(name)}" for name, kind in declared.items())
    return f"select * replace ({casts}) from ({rows})"


def commits_of(folder: Path) -> str:
    """One row per published batch."""
    files = data_files(folder, ".json")
    return read_json(files, COMMIT) if files else empty(COMMIT)


def quarantine_of(folder: Path) -> str:
    """Every quarantined row, with its reasons and its batch."""
    files = data_files(folder, ".json")
    return read_json(files, QUARANTINED, "batch_id") if files else empty(QUARANTINED | {"batch_id": "string"})


def data_files(folder: Path, ending: str) -> list[Path]:
    """The files below a folder, without the temporary ones that a writer keeps in folders like _temporary."""
    found = sorted(file for file in folder.rglob(f"*{ending}") if file.is_file())
    return [file for file in found if not any(part.startswith(("_", ".")) for part in file.relative_to(folder).parts)]


def folder_columns(file: Path, folder: Path) -> tuple[str, ...]:
    """The columns whose values are in the names of a file's folders."""
    return tuple(part.partition("=")[0] for part in file.relative_to(folder).parts[:-1])


def read_parquet(files: list[Path], folder_types: dict[str, str]) -> str:
    """Files of one layout; columns that some files lack are null there."""
    return f"select * from read_parquet({paths(files)}, union_by_name = true, {from_folders(folder_types)})"


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
