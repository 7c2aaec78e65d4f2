"""Behaviour of S3 and SQS that moto lacks."""

import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from moto.core.responses import ActionResult
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3 import notifications
from moto.s3.models import FakeBucket, FakeDeleteMarker
from moto.s3.responses import S3Response
from moto.sqs.models import Queue

from dataops.local_aws.moto_patches.patching import add, replace

Event = dict[str, Any]
REASONS = {"Put": "PutObject", "Post": "POST Object", "Copy": "CopyObject"}
sequence = itertools.count(1)


def patch_moto(emit: Callable[[Event], None]) -> None:
    """Make buckets report uploads to `emit` as S3 does, and store what Terraform writes unchanged."""
    replace(notifications, "_send_event_bridge_message", lambda _: _teller(emit))
    replace(S3Response, "get_bucket_notification", _with_event_bridge)
    replace(FakeBucket, "get_permission", lambda _: _permission)
    add(FakeDeleteMarker, "dispose", lambda marker, garbage=False: None)
    replace(Queue, "_set_attributes", _keeping_policy)
    replace(Queue, "attributes", _with_compact_redrive)
    # moto would invoke a function for each message; event_source.py polls as Lambda does.
    add(Queue, "lambda_event_source_mappings", property(lambda queue: {}, lambda queue, mappings: None))


def _teller(emit: Callable[[Event], None]) -> Callable[..., None]:
    def announce(account: str, bucket: Any, name: str, key: Any) -> None:
        kind = str(getattr(name, "value", name)).split(":")
        if kind[1] == "ObjectCreated":
            emit(_created(account, bucket, key, REASONS.get(kind[2], kind[2])))

    return announce


def _created(account: str, bucket: Any, key: Any, reason: str) -> Event:
    """An event as S3 sends it to EventBridge; moto's own lacks the sequencer and the real names."""
    stored = {
        "key": key.name,
        "size": key.size,
        "etag": key.etag.strip('"'),
        "version-id": key.version_id,
        "sequencer": f"{next(sequence):016X}",
    }
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": account,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": bucket.region_name,
        "resources": [bucket.arn],
        "detail": {
            "version": "0",
            "bucket": {"name": bucket.name},
            "object": stored if bucket.is_versioned else {k: v for k, v in stored.items() if k != "version-id"},
            "request-id": uuid4().hex[:16].upper(),
            "requester": account,
            "source-ip-address": "127.0.0.1",
            "reason": reason,
        },
    }


def _with_event_bridge(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def get_bucket_notification(response: Any) -> Any:
        configuration = response.backend.get_bucket_notification_configuration(response.bucket_name)
        if not configuration or configuration.event_bridge is None:
            return original(response)
        response.data["Action"] = "GetBucketNotificationConfiguration"
        return response.serialized(ActionResult({"EventBridgeConfiguration": {}}))

    return get_bucket_notification


def _permission(bucket: Any, action: str, resource: str) -> Any:
    """Evaluate a request as if it used TLS: loopback traffic cannot be intercepted."""
    if bucket.policy is None:
        return PermissionResult.NEUTRAL
    policy = json.loads(bucket.policy)
    policy["Statement"] = [statement for statement in policy["Statement"] if not _asks_for_tls(statement)]
    return IAMPolicy(json.dumps(policy)).is_action_permitted(action, resource)


def _asks_for_tls(statement: dict[str, Any]) -> bool:
    return bool(statement.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport") in ("false", ["false"]))


def _keeping_policy(original: Callable[..., None]) -> Callable[..., None]:
    def set_attributes(queue: Any, attributes: dict[str, Any], now: float | None = None) -> None:
        # moto loses the policy of a queue when any other attribute changes.
        original(queue, {"Policy": getattr(queue, "policy", None)} | attributes, now)

    return set_attributes


def _with_compact_redrive(original: property) -> property:
    def attributes(queue: Any) -> dict[str, Any]:
        assert original.fget
        found: dict[str, Any] = original.fget(queue)
        if queue.redrive_policy:
            # Terraform compares the text: without spaces, as SQS returns it.
            found["RedrivePolicy"] = json.dumps(queue.redrive_policy, separators=(",", ":"))
        return found

    return property(attributes)
