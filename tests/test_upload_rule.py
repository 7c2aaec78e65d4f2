"""The rule that a dataset's uploads go through, on a local AWS: what it lets in, and what it does not see."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from terraform_runner import of_type


@pytest.fixture
def aws(local_aws: str) -> Any:
    """A client of the local AWS by the name of its service."""
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    return lambda service: boto3.client(service, endpoint_url=local_aws, region_name="eu-west-1", **keys)


@dataclass
class Wired:
    """A queue that gets what the rule lets in of two buckets' events."""

    s3: Any
    sqs: Any
    queue: str
    bucket: str
    other: str

    def arrived(self) -> set[str]:
        """The keys of the events that have arrived."""
        keys: set[str] = set()
        while found := self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                keys.add(json.loads(message["Body"])["detail"]["object"]["key"])
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return keys


def forget(s3: Any, events: Any, buckets: tuple[str, ...], rule: str) -> None:
    """Leave the local AWS, which other tests plan against, as it was."""
    events.remove_targets(Rule=rule, Ids=["queue"])
    events.delete_rule(Name=rule)
    for bucket in buckets:
        for stored in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
            s3.delete_object(Bucket=bucket, Key=stored["Key"])
        s3.delete_bucket(Bucket=bucket)


@pytest.fixture
def wired(plan: dict[str, Any], aws: Any) -> Iterator[Wired]:
    """The planned rule of dataset orders, between buckets and a queue."""
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
    yield Wired(s3, sqs, queue, bucket, other)
    forget(s3, events, (bucket, other), planned["name"])


def test_only_uploads_below_the_datasets_prefix_make_an_event(wired: Wired) -> None:
    for key in ("orders/a b+é.csv", "orders/2026/b.csv", "orders-backup/c.csv", "orders.csv", "raw/orders/d.csv"):
        wired.s3.put_object(Bucket=wired.bucket, Key=key, Body=b"1")
    wired.s3.put_object(Bucket=wired.other, Key="orders/e.csv", Body=b"1")

    assert wired.arrived() == {"orders/a b+é.csv", "orders/2026/b.csv"}


def test_an_upload_in_parts_makes_an_event_when_it_is_finished_and_none_when_it_is_given_up(wired: Wired) -> None:
    for key in ("orders/given up.csv", "orders/finished.csv"):
        begun = wired.s3.create_multipart_upload(Bucket=wired.bucket, Key=key)
        upload = {"Bucket": wired.bucket, "Key": key, "UploadId": begun["UploadId"]}
        part = wired.s3.upload_part(**upload, PartNumber=1, Body=b"1")
        if key == "orders/finished.csv":
            parts = [{"PartNumber": 1, "ETag": part["ETag"]}]
            wired.s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
        else:
            wired.s3.abort_multipart_upload(**upload)

    assert wired.arrived() == {"orders/finished.csv"}
