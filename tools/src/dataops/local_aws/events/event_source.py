"""Passes the messages of queues to functions, as Lambda's event source mappings do."""

import json
import logging
import time
from collections import Counter
from threading import Event as Signal
from threading import Lock
from typing import Any

from dataops.local_aws.access.authorization import require_call
from dataops.local_aws.access.roles import as_function
from dataops.local_aws.functions.functions import Functions
from dataops.local_aws.server.client import LocalAws
from dataops.local_aws.server.workers import Workers

log = logging.getLogger("event source")
Message = dict[str, Any]
MOST_PER_CALL = 10
PAUSE_SECONDS = 0.3


class EventSource:
    """Polls every queue that a mapping names."""

    def __init__(self, aws: LocalAws, functions: Functions, stopped: Signal) -> None:
        self.aws, self.functions, self.stopped = aws, functions, stopped
        self.invocations = Workers(16, "invocation")
        self.collected: dict[str, tuple[float, list[Message]]] = {}
        self.busy, self.counting = Counter[str](), Lock()

    def poll(self) -> None:
        """Poll until the platform stops."""
        while not self.stopped.wait(PAUSE_SECONDS):
            for mapping in list(self.aws.model("lambda")._event_source_mappings.values()):
                try:
                    if mapping.enabled:
                        self._look(mapping)
                except Exception as error:
                    log.warning("%s: %s", mapping.event_source_arn, error)

    def _look(self, mapping: Any) -> None:
        """Collect messages until the batch is full or its window ends, then invoke the function."""
        limit = (mapping.scaling_config or {}).get("MaximumConcurrency", 10)
        while self.busy[mapping.uuid] < limit:
            began, messages = self.collected.get(mapping.uuid, (time.monotonic(), []))
            self._require(mapping, "ReceiveMessage", "GetQueueAttributes")
            room = int(mapping.batch_size) - len(messages)
            found = self._receive(mapping.event_source_arn, min(room, MOST_PER_CALL)) if room else []
            messages = messages + found
            self.collected[mapping.uuid] = (began, messages) if messages else (time.monotonic(), [])
            is_due = time.monotonic() - began >= float(mapping.max_batch_window or 0)
            if messages and (len(messages) >= int(mapping.batch_size) or (is_due and not found)):
                del self.collected[mapping.uuid]
                self._count(mapping, 1)
                self.invocations.submit(self._hand_over, mapping, messages)
            if not found:
                return

    def _require(self, mapping: Any, *operations: str) -> None:
        """Raise an error unless the function's role may use the queue: Lambda polls with the role's permissions."""
        function = self.aws.model("lambda").get_function(mapping.function_arn)
        session, queue = as_function(function, self.aws.region), mapping.event_source_arn.rpartition(":")[2]
        for operation in operations:
            require_call(session, "sqs", operation, {"QueueUrl": queue}, {})

    def _receive(self, arn: str, most: int) -> list[Message]:
        answer = self.aws.client("sqs").receive_message(
            QueueUrl=self.aws.queue_url(arn),
            MaxNumberOfMessages=most,
            WaitTimeSeconds=0,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        found: list[Message] = answer.get("Messages", [])
        return found

    def _count(self, mapping: Any, change: int) -> None:
        with self.counting:
            self.busy[mapping.uuid] += change

    def _hand_over(self, mapping: Any, messages: list[Message]) -> None:
        try:
            function = self.aws.model("lambda").get_function(mapping.function_arn)
            records = [_record(message, mapping.event_source_arn, self.aws.region) for message in messages]
            payload, failed, _ = self.functions.invoke(function, {"Records": records}, wait=60)
            sent = {message["MessageId"] for message in messages}
            refused = sent if failed else _refused(payload, mapping, sent)
            self._require(mapping, "DeleteMessage")
            self._delete(mapping.event_source_arn, [m for m in messages if m["MessageId"] not in refused])
        except Exception as error:
            # The messages return when their visibility timeout is over.
            log.warning("%s: %s", mapping.function_arn, error)
        finally:
            self._count(mapping, -1)

    def _delete(self, arn: str, messages: list[Message]) -> None:
        for start in range(0, len(messages), MOST_PER_CALL):
            part = messages[start : start + MOST_PER_CALL]
            entries = [{"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]} for n, message in enumerate(part)]
            self.aws.client("sqs").delete_message_batch(QueueUrl=self.aws.queue_url(arn), Entries=entries)


def _refused(payload: str, mapping: Any, sent: set[str]) -> set[str]:
    """The messages that the function reports as failed; none if it does not report single messages."""
    if "ReportBatchItemFailures" not in (mapping.function_response_types or []):
        return set()
    found = {item.get("itemIdentifier") for item in (json.loads(payload) or {}).get("batchItemFailures") or []}
    # If a response names a message that was not sent, Lambda treats the whole batch as failed.
    return found if found <= sent else sent


def _record(message: Message, arn: str, region: str) -> dict[str, Any]:
    """A message in the form that a function receives."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {
            name: {"stringValue": attribute.get("StringValue"), "dataType": attribute["DataType"]}
            for name, attribute in message.get("MessageAttributes", {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": region,
    }
