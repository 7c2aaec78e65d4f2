"""AWS services need permission for the key that encrypts their destination: rules, dead letters, alarms."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import local_aws_server
import pytest
from local_aws_server import ACCOUNT, REGION, Server, eventually, policy_for

RULES = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/*"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:"


@pytest.fixture(scope="module")
def governed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An account in which EventBridge does not name its rule when it uses a key."""
    started = local_aws_server.start(tmp_path_factory.mktemp("governed"), "--profile", "governed")
    yield started
    started.end()


def key(server: Server, *statements: dict[str, Any]) -> str:
    """A key that its account manages, with further statements in its policy."""
    root = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [root, *statements]})
    return str(server.client("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"])


def lets(service: str, **condition: dict[str, str]) -> dict[str, Any]:
    """A statement that lets a service use a key."""
    found = {"Effect": "Allow", "Principal": {"Service": service}, "Resource": "*"}
    found |= {"Action": ["kms:Decrypt", "kms:GenerateDataKey*"]}
    return found | ({"Condition": condition} if condition else {})


def sent(server: Server, name: str, arn: str) -> tuple[str, str]:
    """The queue and dead letters of a rule whose event was sent to a queue encrypted with a key."""
    queue = server.queue(name, policy_for("events.amazonaws.com", "sqs:SendMessage"))
    letters = server.queue(f"{name}-dead", policy_for("events.amazonaws.com", "sqs:SendMessage"))
    sqs, events = server.client("sqs"), server.client("events")
    address = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=address, Attributes={"KmsMasterKeyId": arn})
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [f"test.{name}"]}))
    target = {"Id": "it", "Arn": queue, "DeadLetterConfig": {"Arn": letters}}
    events.put_targets(Rule=name, Targets=[target])
    server.ask("emit", source=f"test.{name}", kind="Test", detail={})
    return queue, letters


def test_a_rule_reaches_an_encrypted_queue_if_the_key_lets_eventbridge_use_it(server: Server) -> None:
    queue, _ = sent(server, "key-open", key(server, lets("events.amazonaws.com")))

    assert eventually(lambda: server.messages(queue))


def test_a_key_that_does_not_know_eventbridge_sends_the_event_to_the_dead_letters(server: Server) -> None:
    arn = key(server)
    _, letters = sent(server, "key-closed", arn)

    (letter,) = eventually(lambda: server.messages(letters))
    said = letter["MessageAttributes"]["ERROR_MESSAGE"]["StringValue"]
    assert f"kms:GenerateDataKey on resource: {arn} because no resource-based policy allows" in said


def test_a_key_that_asks_for_the_rule_works_only_where_eventbridge_names_it(server: Server, governed: Server) -> None:
    """R17: AWS does not document whether KMS receives the rule; the local AWS tests both."""
    named = {"ArnLike": {"aws:SourceArn": RULES}}
    queue, _ = sent(server, "key-named", key(server, lets("events.amazonaws.com", **named)))
    _, letters = sent(governed, "key-named", key(governed, lets("events.amazonaws.com", **named)))

    assert eventually(lambda: server.messages(queue))
    assert eventually(lambda: governed.messages(letters))


def alarm(server: Server, name: str, arn: str) -> Path:
    """An alarm for an encrypted topic; returns the log of the local AWS."""
    topic = server.client("sns").create_topic(Name=name, Attributes={"KmsMasterKeyId": arn})["TopicArn"]
    server.client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint=f"{name}@example.com")
    cloudwatch = server.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="Test",
        MetricName=name,
        Statistic="Sum",
        Period=3600,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[topic],
    )
    cloudwatch.put_metric_data(Namespace="Test", MetricData=[{"MetricName": name, "Value": 1}])
    return server.folder / "platform.log"


def received(server: Server, name: str) -> list[dict[str, Any]]:
    return [each for each in server.ask("status")["notifications"] if each["topic"] == TOPIC + name]


def test_an_alarm_reaches_an_encrypted_topic_if_the_key_lets_cloudwatch_use_it(server: Server) -> None:
    alarm(server, "alarm-open", key(server, lets("cloudwatch.amazonaws.com")))

    assert eventually(lambda: received(server, "alarm-open"))


def test_an_alarm_is_silent_if_the_key_does_not_know_cloudwatch(server: Server) -> None:
    log = alarm(server, "alarm-closed", key(server))

    eventually(
        lambda: "not published: alarm-closed: User: cloudwatch.amazonaws.com is not authorized" in log.read_text()
    )
    assert received(server, "alarm-closed") == []
