"""What a request asks for, in the words of IAM: an action, and the resource where the request names one."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from moto.core.request import Request
from moto.core.routing import NotFound, get_service_router

from local.stand_in.caller import Caller

# Where a service signs, or names an operation, by another word than IAM does.
PREFIXES = {"monitoring": "cloudwatch"}
ACTIONS = {
    "s3:CopyObject": "s3:PutObject",
    "s3:CompleteMultipartUpload": "s3:PutObject",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:UploadPart": "s3:PutObject",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:DeleteBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:DeleteBucketLifecycle": "s3:PutLifecycleConfiguration",
    "s3:DeleteBucketOwnershipControls": "s3:PutBucketOwnershipControls",
    "s3:DeletePublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:GetBucketAccelerateConfiguration": "s3:GetAccelerateConfiguration",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:PutBucketNotificationConfiguration": "s3:PutBucketNotification",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "lambda:Invoke": "lambda:InvokeFunction",
}
OF_A_VERSION = ("s3:GetObject", "s3:DeleteObject", "s3:GetObjectTagging")
Given = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """An action; its resource is unknown where only the service itself can tell it."""

    action: str
    resource: str | None = None
    given: Given = field(default_factory=dict)


def call_of(caller: Caller, service: str, environ: dict[str, Any], body: Callable[[], bytes]) -> Call | None:
    """The call of a request; None where it is none that we can read."""
    operation, given = _operation(service, environ, body)
    if not operation:
        return None
    action = f"{PREFIXES.get(service, service)}:{operation}"
    action = ACTIONS.get(action, action)
    if action in OF_A_VERSION and "versionId" in parse_qs(environ.get("QUERY_STRING", "")):
        action = action.replace("Object", "ObjectVersion", 1)
    # DeleteObjects names its objects in its body, and AWS judges each: here the action alone is.
    resource = None if operation == "DeleteObjects" else _resource(caller, service, given)
    return Call(action, resource, given)


def _operation(service: str, environ: dict[str, Any], body: Callable[[], bytes]) -> tuple[str, Given]:
    """The operation and what it is given: by a header, by a form, by the path."""
    target = str(environ.get("HTTP_X_AMZ_TARGET", ""))
    if target:
        return target.rpartition(".")[2], _json(body())
    if str(environ.get("CONTENT_TYPE", "")).startswith("application/x-www-form-urlencoded"):
        form = {name: values[0] for name, values in parse_qs(body().decode(errors="replace")).items()}
        return str(form.get("Action", "")), form
    named = re.search(r"/operation/(\w+)$", environ.get("PATH_INFO", ""))
    if named:
        return named[1], {}
    try:
        operation, given = get_service_router(service).match(Request(environ))
    except (NotFound, RuntimeError, ValueError):
        return "", {}
    return str(operation.name), dict(given)


def _json(body: bytes) -> Given:
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _resource(caller: Caller, service: str, given: Given) -> str | None:
    """The ARN that a request names; only of services where one name is the whole of it."""
    place = f"{caller.region}:{caller.account}"
    if service == "s3":
        return f"arn:aws:s3:::{given['Bucket']}{'/' + given['Key'] if 'Key' in given else ''}" if given else "*"
    named = {
        "sns": given.get("TopicArn"),
        "sqs": _arn(
            f"arn:aws:sqs:{place}:", str(given.get("QueueUrl", "")).rpartition("/")[2] or given.get("QueueName")
        ),
        "dynamodb": _arn(f"arn:aws:dynamodb:{place}:table/", given.get("TableName")),
        "lambda": _arn(f"arn:aws:lambda:{place}:function:", given.get("FunctionName")),
        "sts": given.get("RoleArn"),
    }
    return named.get(service)


def _arn(begin: str, name: Any) -> str | None:
    if not name:
        return None
    return str(name) if str(name).startswith("arn:") else f"{begin}{name}"
