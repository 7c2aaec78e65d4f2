"""An access log that comes late keeps a bucket from its deletion, as on AWS, once."""

import json

import pytest
from botocore.exceptions import ClientError
from local_aws_server import REGION, Server

HERE = {"LocationConstraint": REGION}


def test_a_bucket_that_was_logged_into_gets_one_more_object_before_it_is_deleted(server: Server) -> None:
    s3 = server.client("s3")
    for bucket in ("late-source", "late-target"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=HERE)
    logging = {"Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject"}
    policy = {"Version": "2012-10-17", "Statement": [logging | {"Resource": "arn:aws:s3:::late-target/*"}]}
    s3.put_bucket_policy(Bucket="late-target", Policy=json.dumps(policy))
    target = {"LoggingEnabled": {"TargetBucket": "late-target", "TargetPrefix": "x/"}}
    s3.put_bucket_logging(Bucket="late-source", BucketLoggingStatus=target)
    s3.list_objects_v2(Bucket="late-source")
    assert "Contents" not in s3.list_objects_v2(Bucket="late-target")
    server.ask("late-access-logs")

    with pytest.raises(ClientError, match="BucketNotEmpty"):
        s3.delete_bucket(Bucket="late-target")

    (late,) = s3.list_objects_v2(Bucket="late-target")["Contents"]
    s3.delete_object(Bucket="late-target", Key=late["Key"])
    s3.delete_bucket(Bucket="late-source")
    s3.delete_bucket(Bucket="late-target")
