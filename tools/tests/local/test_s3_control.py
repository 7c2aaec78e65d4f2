"""S3 Control, whose host begins with the account: provider 6.23 and newer read the tags of buckets there."""

import json
import uuid
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from local_aws_server import ACCOUNT, REGION, Server

from dataops.local_platform import way_to_s3_control

TAGS = [{"Key": "Project", "Value": "acme"}]


@pytest.fixture
def bucket(server: Server) -> str:
    s3, name = server.client("s3"), f"acme-tagged-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": TAGS})
    return name


def s3_control(server: Server, **credentials: str) -> Any:
    """A client that finds S3 Control as Terraform's provider does: by its own address and the local AWS as proxy."""
    way = way_to_s3_control(server.platform.address)
    access = {"aws_access_key_id": ACCOUNT, "aws_secret_access_key": "local"} | credentials
    return boto3.client(
        "s3control",
        region_name=REGION,
        endpoint_url=way["AWS_ENDPOINT_URL_S3_CONTROL"],
        config=Config(proxies={"http": way["HTTP_PROXY"]}),
        **access,
    )


def test_the_tags_of_a_bucket_are_read_through_s3_control(server: Server, bucket: str) -> None:
    answer = s3_control(server).list_tags_for_resource(AccountId=ACCOUNT, ResourceArn=f"arn:aws:s3:::{bucket}")

    assert answer["Tags"] == TAGS


def test_tags_that_are_set_through_s3_control_are_those_of_the_bucket(server: Server, bucket: str) -> None:
    control, arn = s3_control(server), f"arn:aws:s3:::{bucket}"
    control.tag_resource(AccountId=ACCOUNT, ResourceArn=arn, Tags=[{"Key": "Owner", "Value": "sales"}])
    control.untag_resource(AccountId=ACCOUNT, ResourceArn=arn, TagKeys=["Project"])

    assert server.client("s3").get_bucket_tagging(Bucket=bucket)["TagSet"] == [{"Key": "Owner", "Value": "sales"}]


def test_a_role_needs_the_right_to_read_tags_of_the_bucket(server: Server, bucket: str) -> None:
    assert read_as(server, "s3:ListTagsForResource", bucket) == TAGS
    # The provider takes this code as a reason to ask S3 itself.
    with pytest.raises(ClientError, match="AccessDenied"):
        read_as(server, "s3:GetBucketTagging", bucket)


def read_as(server: Server, action: str, bucket: str) -> Any:
    """The tags of a bucket, read by a role that may do one thing."""
    name = f"may-{action.rpartition(':')[2]}"
    role = server.role(name, ACCOUNT, action)
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    server.client("iam").update_assume_role_policy(RoleName=name, PolicyDocument=text)
    session = server.client("sts").assume_role(RoleArn=role, RoleSessionName="reader")["Credentials"]
    control = s3_control(
        server,
        aws_access_key_id=session["AccessKeyId"],
        aws_secret_access_key=session["SecretAccessKey"],
        aws_session_token=session["SessionToken"],
    )
    return control.list_tags_for_resource(AccountId=ACCOUNT, ResourceArn=f"arn:aws:s3:::{bucket}")["Tags"]
