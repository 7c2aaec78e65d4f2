"""A budget is stored as Terraform writes it: its subscribers, its tags, its amount."""

import json
from typing import Any

import pytest
from local_aws_server import ACCOUNT, Server, policy_for

NAME = "acme-sales-dev"
ARN = f"arn:aws:budgets::{ACCOUNT}:budget/{NAME}"
TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT}:acme-sales-dev-notifications"
SPENT: dict[str, Any] = {
    "NotificationType": "ACTUAL",
    "ComparisonOperator": "GREATER_THAN",
    "Threshold": 100.0,
    "ThresholdType": "PERCENTAGE",
}
FORESEEN = SPENT | {"NotificationType": "FORECASTED"}


def limited_to(amount: str) -> dict[str, Any]:
    return {
        "BudgetName": NAME,
        "BudgetType": "COST",
        "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": amount, "Unit": "USD"},
    }


@pytest.fixture(scope="module")
def budgets(server: Server) -> Any:
    """A client of a server with one budget."""
    client = server.client("budgets")
    policy = json.dumps(policy_for("budgets.amazonaws.com", "SNS:Publish", TOPIC))
    server.client("sns").create_topic(Name=TOPIC.rpartition(":")[2], Attributes={"Policy": policy})
    client.create_budget(
        AccountId=ACCOUNT,
        Budget=limited_to("200"),
        NotificationsWithSubscribers=[
            {"Notification": SPENT, "Subscribers": [{"SubscriptionType": "SNS", "Address": TOPIC}]}
        ],
        ResourceTags=[{"Key": "Project", "Value": "acme-sales"}],
    )
    return client


def test_a_notification_names_its_subscribers(budgets: Any) -> None:
    answer = budgets.describe_subscribers_for_notification(AccountId=ACCOUNT, BudgetName=NAME, Notification=SPENT)
    nobody = budgets.describe_subscribers_for_notification(AccountId=ACCOUNT, BudgetName=NAME, Notification=FORESEEN)

    assert answer["Subscribers"] == [{"SubscriptionType": "SNS", "Address": TOPIC}]
    assert nobody["Subscribers"] == []


def test_the_amount_can_be_changed(budgets: Any) -> None:
    budgets.update_budget(AccountId=ACCOUNT, NewBudget=limited_to("300"))

    assert budgets.describe_budget(AccountId=ACCOUNT, BudgetName=NAME)["Budget"]["BudgetLimit"]["Amount"] == "300"


def test_tags_are_those_of_its_making_then_added_changed_and_taken_away(budgets: Any) -> None:
    def tags() -> dict[str, str]:
        listed = budgets.list_tags_for_resource(ResourceARN=ARN)["ResourceTags"]
        return {tag["Key"]: tag["Value"] for tag in listed}

    assert tags() == {"Project": "acme-sales"}
    budgets.tag_resource(ResourceARN=ARN, ResourceTags=[{"Key": "Project", "Value": "a"}, {"Key": "b", "Value": "c"}])
    assert tags() == {"Project": "a", "b": "c"}
    budgets.untag_resource(ResourceARN=ARN, ResourceTagKeys=["b"])
    assert tags() == {"Project": "a"}
