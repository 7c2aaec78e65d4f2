"""Passes SNS messages to functions, as AWS does, and keeps all others from the network."""

import logging
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from moto.sns.models import Subscription

from dataops.local_aws.access.authorization import DeniedCallError, Source, require_service_call
from dataops.local_aws.moto_patches.patching import replace
from dataops.local_aws.server.account_region import AccountRegion

log = logging.getLogger("subscriptions")


def patch_moto(account_regions: dict[tuple[str, str], AccountRegion]) -> None:
    """Invoke the function of a subscription in its account and region, and call no endpoint."""

    def delivering(original: Callable[..., None]) -> Callable[..., None]:
        def publish(subscription: Any, message: str, *more: Any, **options: Any) -> None:
            if subscription.protocol == "lambda":
                if is_for(subscription, message, options.get("message_attributes") or {}):
                    _to_function(account_regions, subscription, message, options.get("subject"))
            # moto would really call an https endpoint on the network.
            elif subscription.protocol not in ("http", "https"):
                original(subscription, message, *more, **options)

        return publish

    replace(Subscription, "publish", delivering)


def is_for(subscription: Any, message: str, attributes: dict[str, Any]) -> bool:
    """Whether a message passes a subscription's filter policy, if it has one."""
    matcher = subscription._filter_policy_matcher
    return matcher is None or bool(matcher.matches(attributes, message))


def _to_function(
    account_regions: dict[tuple[str, str], AccountRegion], subscription: Any, message: str, subject: str | None
) -> None:
    arn = subscription.endpoint
    _, _, _, region, account, _, name = arn.split(":")
    source = Source(subscription.topic_arn, subscription.account_id)
    try:
        require_service_call("sns.amazonaws.com", "lambda:InvokeFunction", arn, source)
    except DeniedCallError as denied:
        log.warning("not delivered: %s", denied)
        return
    said = {"MessageId": str(uuid4()), "TopicArn": subscription.topic_arn, "Subject": subject, "Message": message}
    event = {"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": said}]}
    account_regions[account, region].invoke_later(name, event)
