"""A queue's messages reach the function that is mapped to it, and come again when it refuses them."""

import json
from typing import Any

from stand_in_server import Server, eventually

PRINTING = "import json\ndef handle(event, context):\n    print(json.dumps(event))\n"
REFUSING = """
import json

def handle(event, context):
    print(json.dumps(sorted(record["body"] for record in event["Records"])))
    refused = [record["messageId"] for record in event["Records"] if record["body"] == "bad"]
    return {"batchItemFailures": [{"itemIdentifier": each} for each in refused]}
"""


def mapped(server: Server, name: str, source: str, **settings: Any) -> str:
    """A queue that a function reads; returns the queue's address."""
    function, queue = server.function(name, source), server.queue(name)
    server.client("sqs").set_queue_attributes(QueueUrl=address(server, name), Attributes={"VisibilityTimeout": "1"})
    mapping = {"MaximumBatchingWindowInSeconds": 1, "BatchSize": 100} | settings
    server.client("lambda").create_event_source_mapping(FunctionName=function, EventSourceArn=queue, **mapping)
    return address(server, name)


def address(server: Server, name: str) -> str:
    return str(server.client("sqs").get_queue_url(QueueName=name)["QueueUrl"])


def calls(server: Server, name: str) -> list[Any]:
    """What each call printed."""
    found = [line for line in server.logged(f"/aws/lambda/{name}") if line.startswith(("{", "["))]
    return [json.loads(line) for line in found]


def left(server: Server, url: str) -> int:
    """The messages that are neither handled nor hidden for ever."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    told = server.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(count) for count in told.values())


def test_a_message_arrives_in_the_form_that_lambda_gives_it(server: Server) -> None:
    url = mapped(server, "one_message", PRINTING)
    attributes = {"kind": {"DataType": "String", "StringValue": "upload"}}
    server.client("sqs").send_message(QueueUrl=url, MessageBody="hello", MessageAttributes=attributes)

    (record,) = eventually(lambda: calls(server, "one_message"), "the call")[0]["Records"]

    assert record["body"] == "hello"
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"].endswith(":one_message")
    assert record["messageAttributes"] == {"kind": {"stringValue": "upload", "dataType": "String"}}
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    eventually(lambda: left(server, url) == 0, "the end of the message")


def test_more_messages_than_one_answer_of_the_queue_holds_make_one_batch(server: Server) -> None:
    url = mapped(server, "batch", PRINTING, BatchSize=25, MaximumBatchingWindowInSeconds=60)
    for start in range(0, 25, 5):
        entries = [{"Id": str(n), "MessageBody": str(n)} for n in range(start, start + 5)]
        server.client("sqs").send_message_batch(QueueUrl=url, Entries=entries)

    call = eventually(lambda: calls(server, "batch"), "the batch")[0]

    assert sorted(int(record["body"]) for record in call["Records"]) == list(range(25))


def test_only_the_messages_that_are_refused_come_again(server: Server) -> None:
    url = mapped(server, "refusing", REFUSING, FunctionResponseTypes=["ReportBatchItemFailures"])
    for body in ("bad", "good"):
        server.client("sqs").send_message(QueueUrl=url, MessageBody=body)

    eventually(lambda: calls(server, "refusing")[-2:] == [["bad"], ["bad"]], "the tries of the refused one alone")


def test_an_answer_that_names_a_message_that_was_not_sent_refuses_all(server: Server) -> None:
    source = REFUSING.replace("for each in refused", "for each in ['somebody-else']")
    url = mapped(server, "unknown_message", source, FunctionResponseTypes=["ReportBatchItemFailures"])
    server.client("sqs").send_message(QueueUrl=url, MessageBody="good")

    eventually(lambda: len(calls(server, "unknown_message")) >= 2, "the second try")


def test_when_a_function_fails_all_its_messages_come_again(server: Server) -> None:
    url = mapped(server, "failing_batch", PRINTING + "    raise ValueError\n")
    server.client("sqs").send_message(QueueUrl=url, MessageBody="any")

    eventually(lambda: len(calls(server, "failing_batch")) >= 2, "the second try")


def test_a_message_that_fails_too_often_goes_to_the_dead_letters_of_the_queue(server: Server) -> None:
    letters, url = server.queue("letters_of_a_queue"), mapped(server, "hopeless", PRINTING + "    raise ValueError\n")
    redrive = json.dumps({"deadLetterTargetArn": letters, "maxReceiveCount": 2})
    server.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": redrive})
    server.client("sqs").send_message(QueueUrl=url, MessageBody="hopeless")

    (letter,) = eventually(lambda: server.messages(letters), "the dead letter")

    assert letter["Body"] == "hopeless"


def test_a_mapping_that_is_disabled_takes_nothing(server: Server) -> None:
    quiet, heard = mapped(server, "quiet", PRINTING, Enabled=False), mapped(server, "heard", PRINTING)
    for url in (quiet, heard):
        server.client("sqs").send_message(QueueUrl=url, MessageBody="any")

    eventually(lambda: calls(server, "heard"), "the call of the mapping beside it")

    assert calls(server, "quiet") == []
    assert left(server, quiet) == 1
