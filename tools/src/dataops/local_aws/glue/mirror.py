"""Keeps the folders that Spark reads and writes as s3:// and the buckets of moto the same."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any


class Mirror:
    """One folder per bucket below `folder`; `known` says how each file and its object were when they were the same."""

    def __init__(self, s3: Any, folder: Path) -> None:
        self.s3, self.folder = s3, folder
        self.known: dict[Path, tuple[int, int, str]] = {}

    def bring_down(self, bucket: str, keys: Iterable[str], reader: Any = None) -> None:
        """Put the newest version of objects into the folder, as `reader` may; a key that names no file stays away."""
        s3 = reader or self.s3
        for key in keys:
            place = self._place(bucket, key)
            if not place:
                continue
            try:
                found = s3.get_object(Bucket=bucket, Key=key)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(found["Body"].read())
                self._note(place, found["ETag"])
            except (OSError, s3.exceptions.NoSuchKey):
                with suppress(OSError):
                    place.unlink()

    def bring_up(self, bucket: str, writer: Any = None) -> None:
        """Put what Spark wrote into the bucket, as `writer` may; what others put there, or deleted, the folder gets."""
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
        """Whether Spark took away what both places held, as it does with what a dead run left in its folder."""
        return not path.exists() and self.known.get(path, (0, 0, ""))[2] == etag

    def _note(self, path: Path, etag: str) -> None:
        self.known[path] = (path.stat().st_mtime_ns, path.stat().st_size, etag)

    def _objects(self, bucket: str) -> Iterator[dict[str, Any]]:
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            yield from page.get("Contents", [])

    def _place(self, bucket: str, key: str) -> Path | None:
        """Where a key lies, if the system takes it for exactly this path below the bucket's folder."""
        root = self.folder / bucket
        is_plain = "\0" not in key and all(part not in ("", ".", "..") for part in key.split("/"))
        return root / key if is_plain and (root / key).resolve().is_relative_to(root.resolve()) else None
