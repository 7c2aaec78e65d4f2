"""The policies of resources: who may do something to a bucket, a queue, a topic, a function or a key."""

from typing import Any

from moto.backends import get_backend

from dataops.local_aws.access.call_resources import Place
from dataops.local_aws.access.permission import Document


def policy_of(arn: str) -> Document:
    """The policy of what an ARN names; None where it has none, or cannot have one."""
    _, _, service, region, account, rest = arn.split(":", 5)
    if service == "s3":
        return _text(getattr(bucket_of(arn), "policy", None))
    if service == "sqs":
        return _text(getattr(Place(account, region).backend("sqs").queues.get(rest), "policy", None))
    if service == "sns":
        return _text(getattr(Place(account, region).backend("sns").topics.get(arn), "policy", None))
    if service == "kms":
        key = Place(account, region).backend("kms").keys.get(rest.removeprefix("key/"))
        return _text(getattr(key, "policy", None))
    if service == "lambda" and rest.startswith("function:"):
        return _of_function(Place(account, region).backend("lambda"), rest.split(":")[1])
    return None


def bucket_of(arn: str) -> Any | None:
    """The bucket of an S3 ARN, in whichever account it is: names are unique."""
    name = arn.split(":")[5].partition("/")[0]
    backends: Any = get_backend("s3")
    found = (accounts["aws"].buckets.get(name) for accounts in list(backends.values()) if "aws" in accounts)
    return next((bucket for bucket in found if bucket), None)


def owner_of(resource: str) -> str:
    """The account of a resource of S3, whose ARN has none; nothing for others."""
    bucket = bucket_of(resource) if resource.startswith("arn:aws:s3:::") else None
    return str(bucket.account_id) if bucket else ""


def _of_function(backend: Any, name: str) -> Document:
    try:
        policy = backend.get_function(name).policy
    except Exception:
        return None
    return {"Statement": list(policy.statements)} if policy else None


def _text(policy: Any) -> Document:
    """moto keeps a policy as bytes, text or a mapping."""
    return policy.decode() if isinstance(policy, bytes) else policy or None
