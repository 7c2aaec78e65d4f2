"""Removes objects with all their versions, which is more than `aws s3 rm` does."""

from collections.abc import Iterator
from typing import Any

from dataops.delivery.refusal import Refusal

OBJECTS_PER_REQUEST = 1_000


def versions(s3: Any, bucket: str, prefix: str = "") -> Iterator[dict[str, Any]]:
    """Every version and delete marker below a prefix."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        yield from [*page.get("Versions", []), *page.get("DeleteMarkers", [])]


def empty_bucket(s3: Any, bucket: str, prefix: str = "") -> None:
    """Remove them all; a bucket that is not there is empty."""
    try:
        found = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in versions(s3, bucket, prefix)]
    except s3.exceptions.NoSuchBucket:
        return
    for start in range(0, len(found), OBJECTS_PER_REQUEST):
        some = {"Objects": found[start : start + OBJECTS_PER_REQUEST], "Quiet": True}
        errors = s3.delete_objects(Bucket=bucket, Delete=some).get("Errors", [])
        if errors:
            raise Refusal(f"s3://{bucket}/{prefix} cannot be emptied: {errors[0]['Code']} for {errors[0]['Key']}.")
