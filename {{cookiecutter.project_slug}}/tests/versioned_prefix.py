"""ListObjectVersions over a prefix with very many versions: pages as S3 gives them, made up when they are asked for."""

from datetime import datetime
from typing import Any

VERSIONS_PER_PAGE = 1_000


class VersionedPrefix:
    """Keys in order with one version each; those of some numbers are new."""

    def __init__(self, versions: int, long_ago: datetime, new: dict[int, datetime]) -> None:
        self.versions, self.long_ago, self.new = versions, long_ago, new
        self.pages = 0

    def list_object_versions(self, *, Bucket: str, Prefix: str, **markers: str) -> dict[str, Any]:  # noqa: N803
        """One page: what comes after the markers."""
        # S3 refuses a version marker without its key marker, and an empty one.
        assert Bucket and set(markers) in (set(), {"KeyMarker", "VersionIdMarker"}) and all(markers.values())
        begin = int(markers["VersionIdMarker"]) + 1 if markers else 0
        end = min(begin + VERSIONS_PER_PAGE, self.versions)
        self.pages += 1
        page: dict[str, Any] = {"Versions": [self._version(Prefix, number) for number in range(begin, end)]}
        if end == self.versions:
            return page | {"IsTruncated": False}
        last = page["Versions"][-1]
        return page | {"IsTruncated": True, "NextKeyMarker": last["Key"], "NextVersionIdMarker": last["VersionId"]}

    def _version(self, prefix: str, number: int) -> dict[str, Any]:
        return {
            "Key": f"{prefix}{number:09}.csv",
            "VersionId": str(number),
            "ETag": '"0"',
            "Size": 1,
            "LastModified": self.new.get(number, self.long_ago),
        }
