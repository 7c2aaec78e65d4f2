"""Amazon SQS: the name of a deleted queue is reserved for a minute, and the principals of a policy must exist."""

import time

from dataops.local_aws.refusals.call import Call, Rules, refuse
from dataops.local_aws.refusals.principals import unknown_principal

# SQS API Reference, CreateQueue: QueueDeletedRecently.
SECONDS = 60
_deleted: dict[tuple[str, str, str], float] = {}


def note_the_deletion(call: Call) -> None:
    """Record when a queue was deleted."""
    name = str(call.given.get("QueueUrl", "")).rpartition("/")[2]
    if name in call.held("sqs").queues:
        _deleted[_queue_key(call, name)] = time.monotonic()


def name_is_free(call: Call) -> None:
    """A deleted queue's name cannot be used again within a minute."""
    when = _deleted.get(_queue_key(call, call.given["QueueName"]))
    if when is not None and time.monotonic() - when < SECONDS:
        sentence = "You must wait 60 seconds after deleting a queue before you can create another with the same name."
        refuse("AWS.SimpleQueueService.QueueDeletedRecently", sentence)


def principals_exist(call: Call) -> None:
    """SQS developer guide, "Basic examples of Amazon SQS policies"; moto's own message for an invalid policy."""
    policy = (call.given.get("Attributes") or {}).get("Policy")
    if policy and unknown_principal(call.caller, policy):
        refuse("InvalidAttributeValue", "Invalid value for the parameter Policy.")


def _queue_key(call: Call, name: str) -> tuple[str, str, str]:
    return call.caller.account, call.caller.region, name


REFUSALS: Rules = {
    "CreateQueue": (name_is_free, principals_exist),
    "SetQueueAttributes": (principals_exist,),
    "DeleteQueue": (note_the_deletion,),
}
