"""What keeps a month's bill in bounds: a budget that notifies, and jobs that cannot run away."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_platform import build_archives
from iam_evaluation import iam
from terraform_runner import Terraform, of_type

COLUMNS = [{"name": "id", "type": "bigint"}]
GUARDED = {
    "environments": [
        {"name": "dev", "account": "111111111111", "workers": 6, "flex": True, "monthly_budget": 200},
    ],
    "datasets": {
        "orders": {"format": "csv", "columns": COLUMNS, "timeout": "45 minutes"},
        "customers": {"format": "csv", "columns": COLUMNS},
    },
}

# One plan serves all tests of this file.


@pytest.fixture(scope="module")
def guarded_plan(
    bake_into: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory, terraform: Terraform
) -> dict[str, Any]:
    """The plan of an environment with a budget, spare capacity and a timeout of its own."""
    project = bake_into(tmp_path_factory.mktemp("guarded"), **GUARDED)
    build_archives(project)
    return terraform.plan(project / "dev")


def jobs(plan: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The planned jobs by name."""
    return {values["name"]: values for values in of_type(plan, "aws_glue_job").values()}


def test_a_budget_has_the_amount_and_counts_this_environment_alone(guarded_plan: dict[str, Any]) -> None:
    (budget,) = of_type(guarded_plan, "aws_budgets_budget").values()

    assert (budget["limit_amount"], budget["limit_unit"], budget["time_unit"]) == ("200", "USD", "MONTHLY")
    assert budget["cost_filter"] == [{"name": "TagKeyValue", "values": ["user:Deployment$acme-sales-dev"]}]
    assert budget["tags_all"]["Deployment"] == "acme-sales-dev"


def test_people_are_notified_when_the_amount_is_spent_and_when_it_will_be(
    guarded_plan: dict[str, Any],
) -> None:
    (budget,) = of_type(guarded_plan, "aws_budgets_budget").values()
    notifications = {each["notification_type"]: each for each in budget["notification"]}

    assert set(notifications) == {"ACTUAL", "FORECASTED"}
    assert {each["threshold"] for each in notifications.values()} == {100}
    assert all(
        topic.endswith(":acme-sales-dev-notifications")
        for each in notifications.values()
        for topic in each["subscriber_sns_topic_arns"]
    )


SERVICE = "budgets.amazonaws.com"
# What Budgets gives a topic and its key, as AWS documents it.
CONTEXT = {"aws:SourceAccount": "111111111111", "aws:SourceArn": "arn:aws:budgets::111111111111:*"}
OF_BUDGETS = {
    "aws_sns_topic_policy": ["sns:Publish"],
    "aws_kms_key": ["kms:Decrypt", "kms:GenerateDataKey"],
}


def policy_of(plan: dict[str, Any], kind: str) -> str:
    """The planned policy that lets Budgets in."""
    (found,) = {each["policy"] for each in of_type(plan, kind).values() if SERVICE in each["policy"]}
    return str(found)


def lets_budgets_in(kind: str, policy: str, **other: str) -> bool:
    """Whether a policy lets Budgets do all that it needs."""
    topic = "arn:aws:sns:eu-west-1:111111111111:acme-sales-dev-notifications"
    context = CONTEXT | {key.replace("_", ":"): value for key, value in other.items()}
    resource = topic if kind == "aws_sns_topic_policy" else "*"
    return all(iam.allows(policy, SERVICE, action, resource, context) for action in OF_BUDGETS[kind])


@pytest.mark.parametrize("kind", OF_BUDGETS)
def test_budgets_of_this_account_may_publish_to_the_encrypted_topic(kind: str, guarded_plan: dict[str, Any]) -> None:
    policy = policy_of(guarded_plan, kind)

    assert lets_budgets_in(kind, policy)
    assert not lets_budgets_in(kind, policy, aws_SourceAccount="999999999999")
    assert not lets_budgets_in(kind, policy, aws_SourceArn="arn:aws:budgets::999999999999:*")


@pytest.mark.parametrize("kind", OF_BUDGETS)
@pytest.mark.parametrize(
    ("part", "other"),
    [
        (SERVICE, "billing.amazonaws.com"),
        ("arn:aws:budgets::111111111111:*", "arn:aws:budgets::111111111111:budget/acme-sales-dev"),
        ("aws:SourceAccount", "aws:ResourceAccount"),
    ],
    ids=["principal", "source", "key of the condition"],
)
def test_a_policy_that_differs_in_one_part_keeps_budgets_out(
    kind: str, part: str, other: str, guarded_plan: dict[str, Any]
) -> None:
    assert not lets_budgets_in(kind, policy_of(guarded_plan, kind).replace(part, other))


def test_no_amount_is_guessed_where_none_is_given(plan: dict[str, Any]) -> None:
    assert of_type(plan, "aws_budgets_budget") == {}


def test_a_run_ends_at_its_timeout(guarded_plan: dict[str, Any]) -> None:
    timeouts = {name: job["timeout"] for name, job in jobs(guarded_plan).items()}

    assert timeouts["acme-sales-dev-orders"] == 45
    assert timeouts["acme-sales-dev-customers"] == 120


def test_a_job_grows_to_its_workers_and_no_further_and_runs_once_at_a_time(guarded_plan: dict[str, Any]) -> None:
    for job in jobs(guarded_plan).values():
        assert job["number_of_workers"] == 6
        assert job["default_arguments"]["--enable-auto-scaling"] == "true"
        assert job["execution_property"] == [{"max_concurrent_runs": 1}]
        assert job["max_retries"] == 0


def test_spare_capacity_is_used_where_it_is_asked_for(plan: dict[str, Any], guarded_plan: dict[str, Any]) -> None:
    assert {job["execution_class"] for job in jobs(guarded_plan).values()} == {"FLEX"}
    assert {job["execution_class"] for job in jobs(plan).values()} == {"STANDARD"}
