"""Access logs that come late: S3 delivers them hours after the requests, also into a bucket that was emptied meanwhile.

Amazon S3 User Guide, "Best-effort server log delivery"; aws/aws-cdk#21776.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from moto.s3.models import S3Backend

from dataops.local_aws.moto_patches.patching import replace


class LateAccessLogs:
    """The buckets that are owed a log; each gets one object before its deletion, once, when that is wanted."""

    def __init__(self) -> None:
        self.come_at_deletion = False
        self.owed: set[str] = set()
        self.came: set[str] = set()
        # Each request would put one more object into a bucket that nobody looks at.
        replace(S3Backend, "log_incoming_request", self._instead_of_writing)
        replace(S3Backend, "delete_bucket", self._delivering)

    def _instead_of_writing(self, original: Callable[..., None]) -> Callable[..., None]:
        # A function, not a bound method: only a function gets the backend as its first argument.
        def note(backend: Any, request: Any, bucket: str) -> None:
            # A request may be about a bucket that is not there.
            with suppress(Exception):
                self.owed.add(backend.get_bucket(bucket).logging["TargetBucket"])

        return note

    def _delivering(self, original: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
        def delete_bucket(backend: Any, bucket: str) -> Any:
            if self.come_at_deletion and bucket in self.owed - self.came:
                self.came.add(bucket)
                backend.put_object(bucket, "late-access-log", b"a request of an hour ago")
            return original(backend, bucket)

        return delete_bucket
