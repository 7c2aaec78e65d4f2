"""AWS Budgets: the topic that a budget tells must exist and let the service publish."""

from typing import Any

from moto.backends import get_backend

from local.stand_in.permission import allows
from local.stand_in.refusals.call import Call, Rules, refuse

SERVICE = "budgets.amazonaws.com"


def topics_take_its_messages(call: Call) -> None:
    """AWS Cost Management user guide, "Creating an Amazon SNS topic for budget notifications"."""
    for group in _notifications(call.given):
        topics = [each["Address"] for each in group if each.get("SubscriptionType") == "SNS"]
        if len(topics) > 1:
            # aprin-labs/archimedes#1712 shows the sentence.
            sentence = "one notification can only have 1 subscribers with type of SNS"
            refuse("CreationLimitExceededException", sentence)
        for arn in topics:
            if not _lets_in(call, arn):
                sentence = f"The SNS topic {arn} does not exist, or its policy does not allow {SERVICE} to publish"
                refuse("InvalidParameterException", sentence)


def _notifications(given: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """The subscribers of each notification."""
    several = given.get("NotificationsWithSubscribers") or []
    found = [each.get("Subscribers") or [] for each in several]
    return [*found, *([given["Subscribers"]] if given.get("Subscribers") else [])]


def _lets_in(call: Call, arn: str) -> bool:
    _, _, _, region, account, _ = arn.split(":", 5)
    topic = get_backend("sns")[account][region].topics.get(arn)
    context = {"aws:SourceAccount": call.caller.account, "aws:SourceArn": f"arn:aws:budgets::{call.caller.account}:*"}
    return topic is not None and allows(topic.policy, SERVICE, "SNS:Publish", arn, context)


REFUSALS: Rules = {
    "CreateBudget": (topics_take_its_messages,),
    "CreateNotification": (topics_take_its_messages,),
    "CreateSubscriber": (),
}
