"""Which files of an Iceberg table in a folder hold its rows now: its metadata, without Spark and without a library.

The form of the files: iceberg.apache.org/spec ("Manifests"), avro.apache.org/docs/1.11.1/specification ("Object
Container Files").
"""

import json
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from dataops.local_aws.glue.table_pointer import metadata_file

DELETED = 2
OF_DATA, OF_POSITIONS = 0, 1


class TableFiles(NamedTuple):
    """The files of a table's current rows: their data, and the positions that were deleted from it."""

    data: list[Path]
    deletes: list[Path]


def current_files(storage: Path, table: Path) -> TableFiles:
    """The files of the current snapshot; `storage` has one folder per bucket."""
    found = TableFiles([], [])
    metadata = metadata_file(table)
    known = json.loads(metadata.read_text(encoding="utf-8")) if metadata else {}
    snapshots = {each["snapshot-id"]: each for each in known.get("snapshots", [])}
    current = snapshots.get(known.get("current-snapshot-id"))
    for manifest in records(local(storage, current["manifest-list"])) if current else ():
        for entry in records(local(storage, manifest["manifest_path"])):
            file = entry["data_file"]
            if entry["status"] != DELETED:
                kept = {OF_DATA: found.data, OF_POSITIONS: found.deletes}[file["content"]]
                kept.append(local(storage, file["file_path"]))
    return found


def local(storage: Path, address: str) -> Path:
    """Where an object is on this machine."""
    return storage / address.removeprefix("s3://")


def records(path: Path) -> Iterator[dict[str, Any]]:
    """The records of an Avro file."""
    content = Content(path.read_bytes())
    content.take(4)
    header = content.value({"type": "map", "values": "bytes"})
    schema, codec, mark = json.loads(header["avro.schema"]), header.get("avro.codec", b"null"), content.take(16)
    while not content.is_at_end:
        count, block = content.long(), content.take(content.long())
        rows = Content({b"null": bytes, b"deflate": lambda packed: zlib.decompress(packed, -15)}[codec](block))
        yield from (rows.value(schema) for _ in range(count))
        if content.take(16) != mark:
            raise ValueError(f"{path} is not a whole Avro file.")


class Content:
    """Bytes of an Avro file, read from front to back."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, 0
        self._named: dict[str, Any] = {}
        self._primitives: dict[str, Callable[[], Any]] = {
            "null": lambda: None,
            "boolean": lambda: self.take(1) == b"\1",
            "int": self.long,
            "long": self.long,
            "float": lambda: struct.unpack("<f", self.take(4))[0],
            "double": lambda: struct.unpack("<d", self.take(8))[0],
            "bytes": lambda: self.take(self.long()),
            "string": lambda: self.take(self.long()).decode(),
        }

    @property
    def is_at_end(self) -> bool:
        """Whether everything was read."""
        return self._at == len(self._content)

    def take(self, length: int) -> bytes:
        """The next bytes."""
        self._at += length
        return self._content[self._at - length : self._at]

    def long(self) -> int:
        """A whole number, of which each byte holds seven bits, the smallest first; an odd one is negative."""
        bits = shift = 0
        while True:
            byte = self.take(1)[0]
            bits |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return (bits >> 1) ^ -(bits & 1)

    def value(self, schema: Any) -> Any:
        """The next value of a schema."""
        if isinstance(schema, list):
            return self.value(schema[self.long()])
        if isinstance(schema, str):
            return self._primitives[schema]() if schema in self._primitives else self.value(self._named[schema])
        kind = schema["type"]
        if "name" in schema and kind in ("record", "fixed"):
            self._named[schema["name"]] = schema
        if kind == "record":
            return {field["name"]: self.value(field["type"]) for field in schema["fields"]}
        if kind == "fixed":
            return self.take(schema["size"])
        if kind == "array":
            return list(self._items(lambda: self.value(schema["items"])))
        if kind == "map":
            return dict(self._items(lambda: (self.value("string"), self.value(schema["values"]))))
        return self.value(kind)

    def _items(self, item: Callable[[], Any]) -> Iterator[Any]:
        """The items of the blocks of a list: a block's count is negative if its bytes are counted too."""
        while count := self.long():
            if count < 0:
                self.long()
            for _ in range(abs(count)):
                yield item()
