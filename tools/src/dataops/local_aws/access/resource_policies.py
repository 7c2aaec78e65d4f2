"""The policies of resources: buckets, queues, topics, functions and keys."""

from typing import Any

from moto.backends import get_backend

from dataops.local_aws.access.call_resources import Scope
from dataops.local_aws.access.permission import Document


def policy_of(arn: str) -> Document:
    """The policy of an ARN's resource; None if it has none or cannot have one."""
    _, _, service, region, account, rest = arn.split(":", 5)
    if service == "s3":
        return _text(getattr(bucket_of(arn), "policy", None))
    if service == "sqs":
        return _text(getattr(Scope(account, region).backend("sqs").queues.get(rest), "policy", None))
    if service == "sns":
        return _text(getattr(Scope(account, region).backend("sns").topics.get(arn), "policy", None))
    if service == "kms":
        key = Scope(account, region).backend("kms").keys.get(rest.removeprefix("key/"))
        return _text(getattr(key, "policy", None))
    if service == "lambda" and rest.startswith("function:"):
        return _of_function(Scope(account, region).backend("lambda"), rest.split(":")[1])
    return None


def bucket_of(arn: str) -> Any | None:
    """The bucket of an S3 ARN, in whichever account it is: names are unique."""
    name = arn.split(":")[5].partition("/")[0]
    backends: Any = get_backend("s3")
    found = (accounts["aws"].buckets.get(name) for accounts in list(backends.values()) if "aws" in accounts)
    return next((bucket for bucket in found if bucket), None)


def owner_of(resource: str) -> str:
    """The account of an S3 resource, whose ARN has none; empty for other services."""
    bucket = bucket_of(resource) if resource.startswith("arn:aws:s3:::") else None
    return str(bucket.account_id) if bucket else ""


def _of_function(backend: Any, name: str) -> Document:
    try:
        policy = backend.get_function(name).policy
    except Exception:
        return None
    return {"Statement": list(policy.statements)} if policy else None


def _text(policy: Any) -> Document:
    """The text of a policy, which moto stores as bytes, text or a mapping."""
    return policy.decode() if isinstance(policy, bytes) else policy or None
