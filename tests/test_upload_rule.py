"""The rule that a dataset's uploads go through, on a local AWS: what it lets in, and what it does not see."""

import json
from typing import Any

import boto3
import pytest
from terraform_runner import of_type


@pytest.fixture
def aws(local_aws: str) -> Any:
    """A client of the local AWS by the name of its service."""
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    return lambda service: boto3.client(service, endpoint_url=local_aws, region_name="eu-west-1", **keys)


def keys_in(sqs: Any, queue: str) -> set[str]:
    """The keys of the events that have arrived."""
    keys: set[str] = set()
    while found := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in found:
            keys.add(json.loads(message["Body"])["detail"]["object"]["key"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return keys


def forget(s3: Any, events: Any, buckets: tuple[str, ...], rule: str) -> None:
    """Leave the local AWS, which other tests plan against, as it was."""
    events.remove_targets(Rule=rule, Ids=["queue"])
    events.delete_rule(Name=rule)
    for bucket in buckets:
        for stored in s3.list_objects_v2(Bucket=bucket)["Contents"]:
            s3.delete_object(Bucket=bucket, Key=stored["Key"])
        s3.delete_bucket(Bucket=bucket)


def test_only_uploads_below_the_datasets_prefix_make_an_event(plan: dict[str, Any], aws: Any) -> None:
    rules = of_type(plan, "aws_cloudwatch_event_rule").values()
    planned = next(values for values in rules if values["name"] == "acme-sales-dev-orders")
    pattern = json.loads(planned["event_pattern"])
    s3, sqs, events = aws("s3"), aws("sqs"), aws("events")
    (bucket,) = pattern["detail"]["bucket"]["name"]
    other = bucket.replace("input", "output")
    for name in (bucket, other):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        s3.put_bucket_notification_configuration(
            Bucket=name, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
    queue = sqs.create_queue(QueueName="uploads-of-the-rule")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name=planned["name"], EventPattern=json.dumps(pattern))
    events.put_targets(Rule=planned["name"], Targets=[{"Id": "queue", "Arn": arn}])

    for key in ("orders/a b+é.csv", "orders/2026/b.csv", "orders-backup/c.csv", "orders.csv", "raw/orders/d.csv"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"1")
    s3.put_object(Bucket=other, Key="orders/e.csv", Body=b"1")

    arrived = keys_in(sqs, queue)
    forget(s3, events, (bucket, other), planned["name"])
    assert arrived == {"orders/a b+é.csv", "orders/2026/b.csv"}
