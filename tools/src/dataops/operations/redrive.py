"""Gives dead letters back to the queue or the function that they were meant for; doing it twice changes nothing."""

import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import click
from botocore.exceptions import ClientError

from dataops.operations.destination import Destination, destinations_of
from dataops.project.deployment import Deployment, deployment_of, explained

# Long enough to hand a message over; then it shows up again, if that has failed.
SECONDS_HIDDEN = 60
# Any wait lets SQS ask all its servers: without one it may say that there is nothing.
SECONDS_WAITED = 1
Where = Callable[[dict[str, Any]], list[Destination]]


@click.command(help=__doc__)
@click.option("--environment", required=True, help="a name from project.yaml")
def main(environment: str) -> None:
    """Empty both dead-letter queues as far as it can be done."""
    deployment = deployment_of(environment)
    with explained(deployment):
        left = redrive(deployment)
    if left:
        sys.exit(f"{left} of the dead letters stay where they are; see the lines above.")


def redrive(deployment: Deployment) -> int:
    """Give every dead letter back and say what went where; how many could not be."""
    names, events = deployment.names, deployment.client("events")

    def to_the_queue(message: dict[str, Any]) -> list[Destination]:
        return [Destination("sqs", names["queue"], message["Body"])]

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
        except (ClientError, KeyError) as error:
            taken_by, why = [], _kind(error)
        if taken_by:
            sqs.delete_message(QueueUrl=address, ReceiptHandle=message["ReceiptHandle"])
            given_back += 1
            print(f"  {message['MessageId']} -> {', '.join(taken_by)}")
        else:
            left.append(message["ReceiptHandle"])
            print(f"  {message['MessageId']} stays: {why}.")
    # Hidden until now, so that none of them is taken twice; whoever looks next shall see them.
    for handle in left:
        sqs.change_message_visibility(QueueUrl=address, ReceiptHandle=handle, VisibilityTimeout=0)
    print(f"{queue}: {given_back} given back, {len(left)} left.")
    return len(left)


def _kind(error: Exception) -> str:
    if isinstance(error, ClientError):
        return f"{error.operation_name} was refused, {error.response['Error']['Code']}"
    return f"it has no {error}"


def dead_letters(sqs: Any, address: str) -> Iterator[dict[str, Any]]:
    """The messages that wait now; one that comes back while this runs is left for the next time."""
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
    """Send to the queue or call the function; the name of who has it now."""
    if destination.service == "sqs":
        address = sqs.get_queue_url(QueueName=destination.name)["QueueUrl"]
        sqs.send_message(QueueUrl=address, MessageBody=destination.text)
    else:
        functions.invoke(FunctionName=destination.name, InvocationType="Event", Payload=destination.text.encode())
    return destination.name
