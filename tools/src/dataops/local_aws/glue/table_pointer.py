"""Shows Iceberg tables in the local Glue catalog: Spark's catalog on this machine is a folder, on AWS it is Glue's."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

# Glue's names of the types that have another name in Iceberg (AWS Glue Developer Guide, "Data types").
HIVE_TYPES = {"long": "bigint", "timestamptz": "timestamp"}


def metadata_file(folder: Path) -> Path | None:
    """The current metadata of a table in a folder, as Iceberg's catalog in a folder finds it."""
    with suppress(FileNotFoundError):
        version = (folder / "metadata" / "version-hint.text").read_text(encoding="ascii").strip()
        return folder / "metadata" / f"v{version}.metadata.json"
    return None


def show(glue: Any, database: str, table: str, address: str, metadata: Path) -> None:
    """Write what Iceberg writes into the catalog after each change: the address of the metadata, and the columns.

    As GlueTableOperations and IcebergToGlueConverter of Iceberg 1.10 do it.
    """
    known = json.loads(metadata.read_text(encoding="utf-8"))
    schema = next(each for each in known["schemas"] if each["schema-id"] == known["current-schema-id"])
    columns = [{"Name": field["name"], "Type": _hive_type(field["type"])} for field in schema["fields"]]
    given = {
        "Name": table,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"table_type": "ICEBERG", "metadata_location": f"{address}/metadata/{metadata.name}"},
        "StorageDescriptor": {"Columns": columns, "Location": address},
    }
    try:
        found = glue.get_table(DatabaseName=database, Name=table)["Table"]
    except glue.exceptions.EntityNotFoundException:
        glue.create_table(DatabaseName=database, TableInput=given)
        return
    if found["Parameters"] != given["Parameters"]:
        glue.update_table(DatabaseName=database, TableInput=given)


def _hive_type(kind: Any) -> str:
    if not isinstance(kind, str):
        return "string"
    return HIVE_TYPES.get(kind, kind.replace(" ", ""))
