"""Return messages from the dead-letter queues to their queue or function. It is safe to repeat."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import click
from botocore.exceptions import ClientError
from uploads.upload_event import message_from

from dataops.operations.destination import Destination, destinations_of
from dataops.project.deployment import Deployment, deployment_of, explained
from dataops.report.report_text import printable

# Long enough to send a message; if that failed, the message becomes visible again.
SECONDS_HIDDEN = 60
# With any wait time SQS asks all its servers: without one it may miss messages.
SECONDS_WAITED = 1
# The dead letters of the uploads, and of the rules and Lambdas.
UPLOAD, EVENT = "upload", "event"
LONGEST = 160
Where = Callable[[dict[str, Any]], list[Destination]]


@click.command(help=__doc__)
@click.option("--environment", required=True, help="a name from project.yaml")
@click.option(
    "--drop", type=click.Choice(["unreadable"]), help="first delete what can never be read: shown, then asked"
)
@click.option("--yes", is_flag=True, help="delete without asking")
def main(environment: str, drop: str | None, yes: bool) -> None:
    """Redrive both dead-letter queues as far as possible."""
    deployment = deployment_of(environment)
    with explained(deployment):
        if drop:
            drop_unreadable(deployment, is_agreed=yes)
        left = redrive(deployment)
    if left:
        sys.exit(f"{left} of the dead letters stay where they are; see the lines above.")


def drop_unreadable(deployment: Deployment, is_agreed: bool) -> None:
    """Show the messages that can never be read, ask, and delete them; the others stay for the redrive."""
    sqs, names = deployment.client("sqs"), deployment.names
    kinds = {names["dead_letter_queue"]: UPLOAD, names["event_dead_letter"]: EVENT}
    addresses = {queue: sqs.get_queue_url(QueueName=queue)["QueueUrl"] for queue in kinds}
    found = [(address, message) for address in addresses.values() for message in dead_letters(sqs, address)]
    kind_at = {addresses[queue]: kind for queue, kind in kinds.items()}
    unreadable = [(address, each) for address, each in found if not is_readable(each["Body"], kind_at[address])]
    show(unreadable)
    is_dropped = False
    try:
        is_dropped = bool(unreadable) and (is_agreed or agreed())
    finally:
        # Also if nobody can answer, or the question is interrupted: hidden messages would be missed a minute later.
        for address, message in found:
            given = {"QueueUrl": address, "ReceiptHandle": message["ReceiptHandle"]}
            if is_dropped and (address, message) in unreadable:
                sqs.delete_message(**given)
            else:
                sqs.change_message_visibility(**given, VisibilityTimeout=0)
    print(f"{len(unreadable) if is_dropped else 0} of {len(unreadable)} unreadable messages deleted.")


def show(unreadable: list[tuple[str, dict[str, Any]]]) -> None:
    """Print each message with its queue and age: a deleted one is seen for the last time."""
    for address, message in unreadable:
        sent = datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC)
        queue = address.rpartition("/")[2]
        print(f"  {message['MessageId']} in {queue}, since {sent:%Y-%m-%d %H:%M} UTC: {shown(message['Body'])}")


def agreed() -> bool:
    """Ask whether to delete the messages that are shown; without a terminal nobody can answer."""
    if not sys.stdin.isatty():
        sys.exit("These messages can never be read. Nothing was deleted: without a terminal say YES=1.")
    return input("Delete these messages for good? Only yes is accepted: ") == "yes"


def shown(body: str) -> str:
    """Return the beginning of a message on one line."""
    text = printable(body)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def is_readable(body: str, kind: str) -> bool:
    """Return whether some version of this project's code could read a dead letter of a queue."""
    try:
        if kind == UPLOAD:
            message_from(body, "1970-01-01T00:00:00Z")
            return True
        return isinstance(json.loads(body), dict)
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError):
        return False
    except ValueError:
        # Newer code can read a message of a newer version.
        return True


def redrive(deployment: Deployment) -> int:
    """Return every dead letter to its destination and print the result; return how many could not be."""
    names, events = deployment.names, deployment.client("events")

    def to_the_queue(message: dict[str, Any]) -> list[Destination]:
        return [Destination("sqs", names["queue"], message["Body"])] if is_readable(message["Body"], UPLOAD) else []

    def to_its_target(message: dict[str, Any]) -> list[Destination]:
        return destinations_of(message, events, deployment.prefix)

    queues: dict[str, Where] = {names["dead_letter_queue"]: to_the_queue, names["event_dead_letter"]: to_its_target}
    return sum(_empty(deployment, queue, where) for queue, where in queues.items())


def _empty(deployment: Deployment, queue: str, where: Where) -> int:
    sqs, functions = deployment.client("sqs"), deployment.client("lambda")
    address = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    given_back, left = 0, []
    for message in dead_letters(sqs, address):
        try:
            taken_by = [hand_over(sqs, functions, destination) for destination in where(message)]
            why = "neither it nor its form shows who it is for"
            if not is_readable(message["Body"], EVENT if queue == deployment.names["event_dead_letter"] else UPLOAD):
                why = "it can never be read. To delete it: make redrive DROP=unreadable"
        except (ClientError, KeyError) as error:
            taken_by, why = [], _kind(error)
        if taken_by:
            sqs.delete_message(QueueUrl=address, ReceiptHandle=message["ReceiptHandle"])
            given_back += 1
            print(f"  {message['MessageId']} -> {', '.join(taken_by)}")
        else:
            left.append(message["ReceiptHandle"])
            print(f"  {message['MessageId']} stays: {why}.")
    # Hidden until now, so that none of them is received twice; from here on others may see them.
    for handle in left:
        sqs.change_message_visibility(QueueUrl=address, ReceiptHandle=handle, VisibilityTimeout=0)
    print(f"{queue}: {given_back} given back, {len(left)} left.")
    return len(left)


def _kind(error: Exception) -> str:
    if isinstance(error, ClientError):
        return f"{error.operation_name} was refused, {error.response['Error']['Code']}"
    return f"it has no {error}"


def dead_letters(sqs: Any, address: str) -> Iterator[dict[str, Any]]:
    """Return the messages that wait now; one that comes back while this runs is left for the next time."""
    began = time.time() * 1000
    while found := sqs.receive_message(
        QueueUrl=address,
        MaxNumberOfMessages=10,
        AttributeNames=["SentTimestamp"],
        MessageAttributeNames=["All"],
        VisibilityTimeout=SECONDS_HIDDEN,
        WaitTimeSeconds=SECONDS_WAITED,
    ).get("Messages"):
        yield from (message for message in found if int(message["Attributes"]["SentTimestamp"]) <= began)


def hand_over(sqs: Any, functions: Any, destination: Destination) -> str:
    """Send to the queue or invoke the function; return the name of the destination."""
    if destination.service == "sqs":
        address = sqs.get_queue_url(QueueName=destination.name)["QueueUrl"]
        sqs.send_message(QueueUrl=address, MessageBody=destination.text)
    else:
        functions.invoke(FunctionName=destination.name, InvocationType="Event", Payload=destination.text.encode())
    return destination.name
