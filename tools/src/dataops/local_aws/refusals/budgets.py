"""AWS Budgets: the topic of a notification must exist, and its policy and key must let the service publish."""

from typing import Any

from moto.backends import get_backend

from dataops.local_aws.access.authorization import DeniedCallError, Source, require_service_call
from dataops.local_aws.refusals.call import Call, Rules, refuse

SERVICE, INVALID = "budgets.amazonaws.com", "InvalidParameterException"


def topics_take_its_messages(call: Call) -> None:
    """AWS Cost Management user guide, "Creating an Amazon SNS topic for budget notifications".

    It names the context that Budgets gives, aws:SourceAccount and an aws:SourceArn of arn:aws:budgets::<account>:*, and
    refuses topics of other accounts. SNS developer guide, "Enable compatibility between event sources from AWS services
    and encrypted topics": the service needs kms:GenerateDataKey* and kms:Decrypt.
    """
    for group in _notifications(call.given):
        topics = [each["Address"] for each in group if each.get("SubscriptionType") == "SNS"]
        if len(topics) > 1:
            # aprin-labs/archimedes#1712 shows the message.
            sentence = "one notification can only have 1 subscribers with type of SNS"
            refuse("CreationLimitExceededException", sentence)
        for arn in topics:
            if arn.split(":")[4] != call.caller.account:
                refuse(INVALID, f"The SNS topic {arn} must be in the account of the budget")
            _let_in(arn)


def _notifications(given: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """The subscribers of each notification."""
    several = given.get("NotificationsWithSubscribers") or []
    found = [each.get("Subscribers") or [] for each in [*several, given]]
    return [*found, *([given[name]] for name in ("Subscriber", "NewSubscriber") if given.get(name))]


def _let_in(arn: str) -> None:
    """Refuse unless the topic exists, and its policy and that of its key let Budgets publish for the account.

    No document shows the message, or when Budgets checks: on AWS a budget may be created and then notify nobody.
    """
    _, partition, _, region, account, _ = arn.split(":", 5)
    if arn not in get_backend("sns")[account][region].topics:
        refuse(INVALID, f"The SNS topic {arn} does not exist")
    try:
        require_service_call(SERVICE, "sns:Publish", arn, Source(f"arn:{partition}:budgets::{account}:*", account))
    except DeniedCallError as denied:
        refuse(INVALID, f"{SERVICE} cannot publish to the SNS topic {arn}: {denied}")


REFUSALS: Rules = {
    "CreateBudget": (topics_take_its_messages,),
    "CreateNotification": (topics_take_its_messages,),
    "CreateSubscriber": (topics_take_its_messages,),
    "UpdateSubscriber": (topics_take_its_messages,),
}
