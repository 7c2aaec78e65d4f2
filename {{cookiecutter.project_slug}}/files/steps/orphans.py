"""Removes what dead runs left behind: batches that were written and never committed, and staged copies."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from output_layout import STAGING

from steps.publishing import is_committed
from steps.settings import Settings


def remove_orphans(s3: Any, settings: Settings, days: int) -> list[str]:
    """Delete orphans whose youngest object is older than some days; returns their prefixes."""
    before = datetime.now(UTC) - timedelta(days=days)
    batches = _folders(s3, settings.output_bucket, f"{settings.dataset}/batch_id=")
    uncommitted = [prefix for prefix in batches if not is_committed(s3, settings, _batch(prefix))]
    staged = list(_folders(s3, settings.output_bucket, f"{STAGING}/"))
    return [prefix for prefix in [*uncommitted, *staged] if _removed(s3, settings.output_bucket, prefix, before)]


def _batch(prefix: str) -> str:
    return prefix.rstrip("/").rpartition("batch_id=")[2]


def _folders(s3: Any, bucket: str, prefix: str) -> Iterator[str]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, Delimiter="/"):
        yield from (folder["Prefix"] for folder in page.get("CommonPrefixes", []))


def _removed(s3: Any, bucket: str, prefix: str, before: datetime) -> bool:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    objects = [stored for page in pages for stored in page.get("Contents", [])]
    # A recent object may belong to a run that still works.
    if any(stored["LastModified"] >= before for stored in objects):
        return False
    for start in range(0, len(objects), 1000):
        keys = [{"Key": stored["Key"]} for stored in objects[start : start + 1000]]
        s3.delete_objects(Bucket=bucket, Delete={"Objects": keys})
    return True
