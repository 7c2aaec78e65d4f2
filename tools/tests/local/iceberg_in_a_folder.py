"""An Iceberg table in a folder, written without Spark: only what a reader of its files needs."""

import json
from pathlib import Path
from typing import Any

import duckdb

EXISTING, ADDED, DELETED = 0, 1, 2
LIST = {"type": "record", "name": "manifest_file", "fields": [{"name": "manifest_path", "type": "string"}]}
FILE = {
    "type": "record",
    "name": "r2",
    "fields": [{"name": "content", "type": "int"}, {"name": "file_path", "type": "string"}],
}
ENTRY = {
    "type": "record",
    "name": "manifest_entry",
    "fields": [{"name": "status", "type": "int"}, {"name": "data_file", "type": FILE}],
}


def write_rows(table: Path, name: str, rows: str) -> Path:
    """Write a data file that nobody sees yet; rows is a SELECT."""
    path = table / "data" / f"{name}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    duckdb.execute(f"copy ({rows}) to '{path.as_posix().replace(chr(39), chr(39) * 2)}' (format parquet)")
    return path


def publish(storage: Path, table: Path, files: list[tuple[int, int, Path]]) -> None:
    """Make (status, content, file) the entries of the table's current snapshot."""
    address = lambda path: f"s3://{path.relative_to(storage).as_posix()}"  # noqa: E731
    folder = table / "metadata"
    folder.mkdir(exist_ok=True)
    entries = [{"status": s, "data_file": {"content": c, "file_path": address(path)}} for s, c, path in files]
    (folder / "m0.avro").write_bytes(avro(ENTRY, entries))
    (folder / "snap-1.avro").write_bytes(avro(LIST, [{"manifest_path": address(folder / "m0.avro")}]))
    snapshots = [{"snapshot-id": 1, "manifest-list": address(folder / "snap-1.avro")}]
    metadata = {"current-snapshot-id": 1, "snapshots": snapshots}
    (folder / "v1.metadata.json").write_text(json.dumps(metadata))
    (folder / "version-hint.text").write_text("1")


def avro(schema: dict[str, Any], records: list[dict[str, Any]]) -> bytes:
    """Records as an Avro file."""
    head = b"Obj\1" + encoded(1) + encoded("avro.schema") + encoded(json.dumps(schema)) + encoded(0)
    block = b"".join(encoded(record) for record in records)
    return head + b"m" * 16 + encoded(len(records)) + encoded(len(block)) + block + b"m" * 16


def encoded(value: Any) -> bytes:
    """A value as Avro writes it."""
    if isinstance(value, dict):
        return b"".join(encoded(each) for each in value.values())
    if isinstance(value, str):
        return encoded(len(value.encode())) + value.encode()
    bits, written = (value << 1) ^ (value >> 63), b""
    while bits > 127:
        bits, written = bits >> 7, written + bytes([bits & 127 | 128])
    return written + bytes([bits])
