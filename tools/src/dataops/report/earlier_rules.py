"""Counts the files that were published under other settings, or another transform, than those of today.

The keys of the job's settings and of its code contain their digest. S3 keeps earlier ones, so that the version in force
at the start of a run is known.
"""

import io
import zipfile
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

Row = dict[str, Any]
ARCHIVE = "/transforms.zip"
WHAT_TO_DO = "Upload them again to apply today's; here, make local-down and make local read all files again."


class Stored(NamedTuple):
    """One version of an object, and when it was written."""

    at: datetime
    key: str
    version: str


class EarlierRules:
    """The settings and transforms of an environment's jobs, with the earlier ones."""

    def __init__(self, s3: Any, bucket: str) -> None:
        self.s3, self.bucket = s3, bucket
        self.archives = [each for each in self._stored("etl/") if each.key.endswith(ARCHIVE)]
        self.transform_of = lru_cache(maxsize=None)(self._transform_of)

    def sentence(self, dataset: str, starts: Iterable[str]) -> str:
        """Say how many files were published under earlier rules, by the starts of their runs; empty for none."""
        settings = self._stored(f"settings/{dataset}/")
        changed = [self._changed(dataset, settings, datetime.fromisoformat(start)) for start in starts]
        files = sum(map(bool, changed))
        if not files:
            return ""
        what = " and ".join(name for name in ("rules", "transform") if any(name in each for each in changed))
        count = "1 file was" if files == 1 else f"{files:,} files were"
        return f"{what} changed since {count} published. {WHAT_TO_DO}"

    def _changed(self, dataset: str, settings: list[Stored], start: datetime) -> set[str]:
        """What has changed for a dataset since a run started; nothing where S3 no longer has what was in force."""
        found = set()
        before = in_force(settings, start)
        if before and before.key != settings[-1].key:
            found.add("rules")
        before = in_force(self.archives, start)
        if before and before.key != self.archives[-1].key:
            now = self.archives[-1]
            if self.transform_of(dataset, before) != self.transform_of(dataset, now):
                found.add("transform")
        return found

    def _stored(self, prefix: str) -> list[Stored]:
        """Every version of the objects below a prefix, the oldest first."""
        pages = self.s3.get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=prefix)
        return sorted(
            Stored(each["LastModified"], each["Key"], each["VersionId"])
            for page in pages
            for each in page.get("Versions", [])
        )

    def _transform_of(self, dataset: str, archive: Stored) -> bytes:
        """The transform of a dataset in an archive; empty if it has none."""
        stored = self.s3.get_object(Bucket=self.bucket, Key=archive.key, VersionId=archive.version)["Body"].read()
        with zipfile.ZipFile(io.BytesIO(stored)) as content:
            name = f"transforms/{dataset}.py"
            return content.read(name) if name in content.namelist() else b""


def in_force(stored: list[Stored], moment: datetime) -> Stored | None:
    """The newest that was there at a moment; None if S3 no longer has it."""
    return next((each for each in reversed(stored) if each.at <= moment), None)


def sentences(s3: Any, bucket: str | None, starts: dict[str, list[str]]) -> dict[str, str]:
    """A sentence for each dataset with files of earlier rules; none where the versions cannot be read."""
    if not bucket:
        return {}
    try:
        rules = EarlierRules(s3, bucket)
        found = {dataset: rules.sentence(dataset, those) for dataset, those in starts.items() if those}
    except (ClientError, zipfile.BadZipFile):
        return {}
    return {dataset: sentence for dataset, sentence in found.items() if sentence}
