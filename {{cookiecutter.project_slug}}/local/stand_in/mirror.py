"""Keeps the folders that Spark reads and writes as s3:// and the buckets of moto the same."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any


class Mirror:
    """One folder per bucket below `folder`."""

    def __init__(self, s3: Any, folder: Path) -> None:
        self.s3, self.folder = s3, folder
        self.known: dict[Path, tuple[int, int]] = {}

    def bring_down(self, bucket: str, keys: Iterable[str]) -> None:
        """Put the newest version of objects into the folder; a key that no file can be called after stays away."""
        for key in keys:
            place = self._place(bucket, key)
            if not place:
                continue
            try:
                body = self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(body)
            except (OSError, self.s3.exceptions.NoSuchKey):
                place.unlink(missing_ok=True) if place.is_file() else None

    def bring_up(self, bucket: str) -> None:
        """Put what Spark wrote into the bucket, and what others put into the bucket beside it."""
        root = self.folder / bucket
        there = {stored["Key"]: stored["Size"] for stored in self._objects(bucket)}
        for path in sorted(path for path in root.rglob("*") if path.is_file()):
            key, state = path.relative_to(root).as_posix(), (path.stat().st_mtime_ns, path.stat().st_size)
            if self.known.get(path) != state and not key.startswith("_staging/"):
                with path.open("rb") as body:
                    self.s3.put_object(Bucket=bucket, Key=key, Body=body)
                self.known[path] = state
            there.pop(key, None)
        self.bring_down(bucket, there)
        for key in there:
            place = root / key
            if place.is_file():
                self.known[place] = (place.stat().st_mtime_ns, place.stat().st_size)

    def _objects(self, bucket: str) -> list[dict[str, Any]]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        return [stored for page in pages for stored in page.get("Contents", [])]

    def _place(self, bucket: str, key: str) -> Path | None:
        root = (self.folder / bucket).resolve()
        place = (root / key).resolve() if "\0" not in key else root
        return place if place != root and place.is_relative_to(root) and not key.endswith("/") else None
