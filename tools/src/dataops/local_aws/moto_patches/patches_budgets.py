"""What AWS Budgets needs beyond moto: Terraform reads a budget's tags and who is told, and changes it."""

import json
from collections.abc import Callable
from typing import Any

from moto.budgets.responses import BudgetsResponse

from dataops.local_aws.moto_patches.patching import add, replace


def patch_moto() -> None:
    """Add the operations that moto lacks."""
    replace(BudgetsResponse, "create_budget", _keeping_tags)
    add(BudgetsResponse, "describe_subscribers_for_notification", _subscribers)
    add(BudgetsResponse, "update_budget", _update)
    add(BudgetsResponse, "list_tags_for_resource", _tags)
    add(BudgetsResponse, "tag_resource", _tag)
    add(BudgetsResponse, "untag_resource", _untag)


def _budget(response: Any, account: str, name: str) -> Any:
    """The budget as moto keeps it; its own error where there is none."""
    response.backend.describe_budget(account, name)
    return response.backend.budgets[account][name]


def _keeping_tags(original: Callable[[Any], str]) -> Callable[[Any], str]:
    def create_budget(response: Any) -> str:
        answer = original(response)
        budget = _budget(response, response._get_param("AccountId"), response._get_param("Budget")["BudgetName"])
        budget.tags = response._get_param("ResourceTags") or []
        return answer

    return create_budget


def _subscribers(response: Any) -> str:
    budget = _budget(response, response._get_param("AccountId"), response._get_param("BudgetName"))
    asked = response._get_param("Notification")
    found = [each.subscribers for each in budget.notifications if _is_same(each.details, asked)]
    return json.dumps({"Subscribers": found[0] if found else []})


def _is_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two notifications are one; the state of an alarm is no part of it."""
    return all(one.get(key) == other.get(key) for key in one.keys() | other.keys() if key != "NotificationState")


def _update(response: Any) -> str:
    new = response._get_param("NewBudget")
    _budget(response, response._get_param("AccountId"), new["BudgetName"]).budget.update(new)
    return json.dumps({})


def _tags(response: Any) -> str:
    return json.dumps({"ResourceTags": _named(response).tags})


def _tag(response: Any) -> str:
    budget, given = _named(response), response._get_param("ResourceTags")
    budget.tags = [tag for tag in budget.tags if tag["Key"] not in {each["Key"] for each in given}] + given
    return json.dumps({})


def _untag(response: Any) -> str:
    budget, keys = _named(response), response._get_param("ResourceTagKeys")
    budget.tags = [tag for tag in budget.tags if tag["Key"] not in keys]
    return json.dumps({})


def _named(response: Any) -> Any:
    """The budget that an ARN names: arn:aws:budgets::111111111111:budget/name."""
    arn = response._get_param("ResourceARN")
    return _budget(response, arn.split(":")[4], arn.rpartition("/")[2])
