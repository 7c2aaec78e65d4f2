"""Events reach the targets of the rules that match them, or their dead-letter queue."""

import json
import re
from typing import Any

import pytest
from local_aws_server import Server, eventually, policy_for

from dataops.local_aws.events.event_bus import input_of

EVENT: dict[str, Any] = {
    "time": "2026-03-02T12:00:00Z",
    "detail": {"object": {"key": 'orders/"a" b.csv', "size": 12}, "tags": ["x"]},
}
QUEUE_POLICY = policy_for("events.amazonaws.com", "sqs:SendMessage")


def transformed(template: str, **paths: str) -> str:
    return input_of({"InputTransformer": {"InputPathsMap": paths, "InputTemplate": template}}, EVENT)


def test_a_target_gets_the_event_as_it_is() -> None:
    assert json.loads(input_of({}, EVENT)) == EVENT


def test_a_constant_takes_the_place_of_the_event() -> None:
    assert input_of({"Input": '{"a": 1}'}, EVENT) == '{"a": 1}'


def test_a_transformer_puts_in_objects_numbers_and_texts_as_json() -> None:
    paths = {"detail": "$.detail", "size": "$.detail.object.size", "key": "$.detail.object.key"}

    text = transformed('{"detail": <detail>, "size": <size>, "key": <key>}', **paths)

    assert json.loads(text) == {"detail": EVENT["detail"], "size": 12, "key": 'orders/"a" b.csv'}


def test_a_text_between_quotes_is_not_quoted_again() -> None:
    text = transformed('"At <time> came <size> bytes"', time="$.time", size="$.detail.object.size")

    assert text == '"At 2026-03-02T12:00:00Z came 12 bytes"'


def test_a_path_that_the_event_lacks_is_an_empty_text() -> None:
    assert transformed('{"name": <name>}', name="$.detail.nothing") == '{"name": ""}'


def test_a_name_without_a_path_stays_as_it_is_written() -> None:
    assert transformed('"<nobody>"', time="$.time") == '"<nobody>"'


@pytest.fixture
def bucket(server: Server, request: pytest.FixtureRequest) -> str:
    name = re.sub("[^a-z]+", "-", request.node.name).strip("-")[-50:].strip("-")
    s3 = server.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration={"EventBridgeConfiguration": {}})
    return name


def rule(server: Server, bucket: str, suffix: str, target: str, **settings: Any) -> str:
    """A rule for the uploads of a bucket with one target; returns its ARN."""
    events, name = server.client("events"), f"{bucket}-{suffix}"[-64:]
    pattern = {"source": ["aws.s3"], "detail": {"bucket": {"name": [bucket]}}}
    state = settings.pop("State", "ENABLED")
    arn = events.put_rule(Name=name, EventPattern=json.dumps(pattern), State=state)["RuleArn"]
    events.put_targets(Rule=name, Targets=[{"Id": "it", "Arn": target, **settings}])
    return str(arn)


def upload(server: Server, bucket: str) -> None:
    server.client("s3").put_object(Bucket=bucket, Key="a.csv", Body=b"1")


def test_an_upload_reaches_a_queue_that_lets_the_rule_in(server: Server, bucket: str) -> None:
    queue = server.queue(f"{bucket}-q", QUEUE_POLICY)
    rule(server, bucket, "r", queue)

    upload(server, bucket)

    (message,) = eventually(lambda: server.messages(queue), "the event")
    assert json.loads(message["Body"])["detail"]["object"]["key"] == "a.csv"


def test_one_event_reaches_every_rule_that_is_enabled(server: Server, bucket: str) -> None:
    queues = [server.queue(f"{bucket[:50]}-{n}", QUEUE_POLICY) for n in range(3)]
    for number, state in enumerate(["ENABLED", "DISABLED", "ENABLED"]):
        rule(server, bucket, f"r{number}", queues[number], State=state)

    upload(server, bucket)

    for queue in (queues[0], queues[2]):
        eventually(lambda queue=queue: server.messages(queue), queue)
    server.settle()
    assert server.messages(queues[1]) == []


def letter_of(server: Server, bucket: str, target: str, letters: str) -> dict[str, str]:
    """The attributes of an event that could not be delivered."""
    upload(server, bucket)
    (letter,) = eventually(lambda: server.messages(letters), f"the dead letter of {target}")
    assert json.loads(letter["Body"])["detail"]["object"]["key"] == "a.csv"
    return {name: attribute["StringValue"] for name, attribute in letter["MessageAttributes"].items()}


def test_without_permission_an_event_goes_to_the_dead_letters(server: Server, bucket: str) -> None:
    letters, queue = server.queue(f"{bucket[:50]}-dead", QUEUE_POLICY), server.queue(f"{bucket[:50]}-q")
    arn = rule(server, bucket, "r", queue, DeadLetterConfig={"Arn": letters})

    letter = letter_of(server, bucket, queue, letters)

    assert (letter["RULE_ARN"], letter["TARGET_ARN"]) == (arn, queue)
    assert letter["ERROR_CODE"] == "NO_PERMISSIONS"
    assert server.messages(queue) == []


def test_a_function_without_permission_is_not_called(server: Server, bucket: str) -> None:
    letters = server.queue(f"{bucket[:50]}-dead", QUEUE_POLICY)
    function = server.function("not_permitted", "def handle(event, context):\n    return event\n")
    rule(server, bucket, "r", function, DeadLetterConfig={"Arn": letters})

    letter = letter_of(server, bucket, function, letters)

    assert "because no resource-based policy allows the lambda:InvokeFunction action" in letter["ERROR_MESSAGE"]
    server.settle()
    assert server.logged("/aws/lambda/not_permitted") == []


@pytest.mark.parametrize("missing", ["sqs", "lambda", "sns"])
def test_a_target_that_is_not_there_leads_to_the_dead_letters(server: Server, bucket: str, missing: str) -> None:
    letters = server.queue(f"{bucket[:50]}-dead-{missing}", QUEUE_POLICY)
    name = "function:nobody" if missing == "lambda" else "nobody"
    target = f"arn:aws:{missing}:eu-west-1:111111111111:{name}"
    rule(server, bucket, "r", target, DeadLetterConfig={"Arn": letters})

    letter = letter_of(server, bucket, target, letters)

    assert letter["TARGET_ARN"] == target
    assert letter["ERROR_CODE"] in ("AWS.SimpleQueueService.NonExistentQueue", "ResourceNotFoundException", "NotFound")


def test_a_permitted_function_is_called_with_the_event(server: Server, bucket: str) -> None:
    function = server.function(
        "permitted", "def handle(event, context):\n    print(event['detail']['object']['key'])\n"
    )
    arn = rule(server, bucket, "r", function)
    server.client("lambda").add_permission(
        FunctionName="permitted",
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=arn,
    )

    upload(server, bucket)

    eventually(lambda: "a.csv" in server.logged("/aws/lambda/permitted"), "the call")


def test_an_event_can_be_lost_on_purpose(server: Server, bucket: str) -> None:
    queue = server.queue(f"{bucket[:50]}-q", QUEUE_POLICY)
    rule(server, bucket, "r", queue)
    server.ask("lose", detail_type="Object Created")

    upload(server, bucket)
    server.settle()
    assert server.messages(queue) == []
    upload(server, bucket)

    assert len(eventually(lambda: server.messages(queue), "the second event")) == 1


def test_only_the_event_of_one_crawler_can_be_lost(server: Server) -> None:
    queue, kind = server.queue("crawled", QUEUE_POLICY), "Glue Crawler State Change"
    events, pattern = server.client("events"), json.dumps({"source": ["aws.glue"], "detail-type": [kind]})
    arn = events.put_rule(Name="crawled", EventPattern=pattern)["RuleArn"]
    assert arn
    events.put_targets(Rule="crawled", Targets=[{"Id": "1", "Arn": queue}])
    server.ask("lose", detail_type=kind, crawler="acme-dev-canary")

    for crawler in ("acme-dev-orders", "acme-dev-canary", "acme-dev-canary"):
        server.ask("emit", source="aws.glue", kind=kind, detail={"crawlerName": crawler, "state": "Succeeded"})
    server.settle()

    received = [json.loads(each["Body"])["detail"]["crawlerName"] for each in server.messages(queue)]
    assert sorted(received) == ["acme-dev-canary", "acme-dev-orders"]
