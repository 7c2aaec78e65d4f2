"""Keeps the folders that Spark reads and writes as s3:// equal to the buckets of moto."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any


class Mirror:
    """One folder per bucket below `folder`; `known` is the state of each file and object when they were last equal."""

    def __init__(self, s3: Any, folder: Path) -> None:
        self.s3, self.folder = s3, folder
        self.known: dict[Path, tuple[int, int, str]] = {}

    def bring_down(self, bucket: str, keys: Iterable[str], reader: Any = None) -> None:
        """Copy the newest version of objects to the folder, as `reader` may; skip keys that are no file names."""
        s3 = reader or self.s3
        for key in keys:
            path = self._path(bucket, key)
            if not path:
                continue
            try:
                found = s3.get_object(Bucket=bucket, Key=key)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(found["Body"].read())
                self._note(path, found["ETag"])
            except (OSError, s3.exceptions.NoSuchKey):
                with suppress(OSError):
                    path.unlink()

    def bring_up(self, bucket: str, writer: Any = None) -> None:
        """Copy Spark's output to the bucket, as `writer` may; copy changes and deletions by others to the folder."""
        s3 = writer or self.s3
        root = self.folder / bucket
        there = {stored["Key"]: stored["ETag"] for stored in self._objects(bucket)}
        for key in [key for key, etag in there.items() if self._was_deleted(root / key, etag)]:
            s3.delete_object(Bucket=bucket, Key=key)
            del there[key]
        for path in sorted(path for path in root.rglob("*") if path.is_file()):
            key, (*state, etag) = path.relative_to(root).as_posix(), self.known.get(path, (0, 0, ""))
            if key.startswith("_staging/"):
                there.pop(key, None)
            elif state != [path.stat().st_mtime_ns, path.stat().st_size]:
                self._note(path, s3.put_object(Bucket=bucket, Key=key, Body=path.read_bytes())["ETag"])
                there.pop(key, None)
            elif key not in there:
                path.unlink()
            elif there[key] == etag:
                del there[key]
        self.bring_down(bucket, there)

    def _was_deleted(self, path: Path, etag: str) -> bool:
        """Whether Spark deleted a file that both had, as it does with the output of a failed run in its folder."""
        return not path.exists() and self.known.get(path, (0, 0, ""))[2] == etag

    def _note(self, path: Path, etag: str) -> None:
        self.known[path] = (path.stat().st_mtime_ns, path.stat().st_size, etag)

    def _objects(self, bucket: str) -> Iterator[dict[str, Any]]:
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            yield from page.get("Contents", [])

    def _path(self, bucket: str, key: str) -> Path | None:
        """The path of a key, if the system maps it to exactly this path below the bucket's folder."""
        root = self.folder / bucket
        is_plain = "\0" not in key and all(part not in ("", ".", "..") for part in key.split("/"))
        return root / key if is_plain and (root / key).resolve().is_relative_to(root.resolve()) else None
