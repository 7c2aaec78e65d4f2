"""Writes the output of functions and jobs to their log groups."""

import logging
import time
from collections.abc import Iterable
from contextlib import suppress

from botocore.exceptions import ClientError

from dataops.local_aws.access.caller import Caller
from dataops.local_aws.access.identity import AccessDeniedError, require
from dataops.local_aws.server.client import LocalAws

log = logging.getLogger("logs")
MOST_PER_CALL = 10_000


def keep_log(aws: LocalAws, group: str, stream: str, lines: Iterable[str], writer: Caller | None = None) -> None:
    """Append lines to a stream, if `writer` may; a missing stream is created."""
    logs, now = aws.client("logs"), round(time.time() * 1000)
    events = [{"timestamp": now, "message": line} for line in lines if line.strip()]
    try:
        if writer:
            stream_arn = f"arn:aws:logs:{aws.region}:{aws.account}:log-group:{group}:log-stream:{stream}"
            require(writer, "logs:CreateLogStream", stream_arn)
            require(writer, "logs:PutLogEvents", stream_arn)
        with suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_stream(logGroupName=group, logStreamName=stream)
        for start in range(0, len(events), MOST_PER_CALL):
            part = events[start : start + MOST_PER_CALL]
            logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=part)
    except (AccessDeniedError, ClientError) as error:
        log.warning("the log of %s is not kept: %s", stream, error)
