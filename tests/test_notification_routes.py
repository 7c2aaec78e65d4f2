"""Who receives what in a plan: for every environment, kind and target the same as project.yaml says."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from aws_platform import build_archives
from conftest import settings_of
from monitoring_rules import every_topic_that_people_read_is_watched, topics_that_people_read
from terraform_runner import Terraform, of_type

from answers.schema import schema

# Said here once more, so that a slip in modules/project does not hide itself.
RUNS = {"run succeeded", "run failed", "rows quarantined", "crawl failed", "data late", "dead letters", "budget"}
DELIVERIES = {"pipeline started", "pipeline succeeded", "pipeline failed", "approval needed"}
DELIVERIES |= {"pull request opened", "pull request approved", "pull request overridden"}
UNUSUAL = {"pipeline started", "pull request approved"}
URGENT = {"run failed", "crawl failed", "data late", "dead letters", "alarm", "pipeline failed", "approval needed"}
KINDS = set(schema()["$defs"]["notification_kind"]["enum"])
TEAMS = {
    "tenant": "12345678-1234-1234-1234-123456789012",
    "team": "22345678-1234-1234-1234-123456789012",
    "channel": "19:abcdef@thread.tacv2",
}
TARGETS: list[dict[str, Any]] = [
    {"protocol": "email", "endpoint": "data-team@example.com"},
    {"protocol": "email", "endpoint": "owner@example.com", "kinds": ["run failed"], "environments": ["prod"]},
    {"protocol": "email", "endpoint": "owner@example.com", "kinds": ["run succeeded"], "environments": ["dev"]},
    {"protocol": "sms", "endpoint": "+32470123456", "environments": ["prod", "pipeline"]},
    {"protocol": "https", "endpoint": "https://alerts.example.com/in", "successes": "per run"},
    {"protocol": "slack", "workspace": "T0123ABCD", "channel": "C0123ABCD", "successes": "never"},
    {"protocol": "teams", **TEAMS, "kinds": ["approval needed", "alarm"]},
    {"protocol": "topic", "arn": "arn:aws:sns:eu-west-1:111111111111:alerts", "environments": ["dev"]},
]
# What is said by which Lambda and by which build of pipeline/.
SAID_BY_FUNCTIONS = {
    "tell-delivery": {
        "pipeline started",
        "pipeline failed",
        "alarm",
        "pull request opened",
        "pull request approved",
        "pull request overridden",
    },
    "remind-approvers": {"approval needed"},
}
SAID_BY_BUILDS = {
    "plan": "approval needed",
    "notify": "pipeline succeeded",
    "drift": "drift found",
    "apply": "pipeline failed",
}
# One plan of each environment serves all tests of this file.
Plan = dict[str, Any]
PIPELINE = "acme-sales-pipeline"


def wanted(targets: list[dict[str, Any]], environment: str) -> dict[str, set[str]]:
    """Each target's kinds in one environment, by what project.yaml says of it."""
    found: dict[str, set[str]] = {}
    for target in targets:
        if environment not in target.get("environments", [environment]):
            continue
        usual = URGENT if target["protocol"] == "sms" else KINDS - UNUSUAL
        kinds = set(target.get("kinds", usual)) - (RUNS if environment == "pipeline" else DELIVERIES)
        if "run succeeded" in kinds:
            kinds -= {"run succeeded"}
            kinds |= {"daily": {"daily digest"}, "per run": {"run succeeded"}, "never": set()}[
                target.get("successes", "daily")
            ]
        if kinds:
            found[address_of(target)] = kinds
    return found


def address_of(target: dict[str, Any]) -> str:
    return str(target.get("endpoint") or target.get("arn") or target["channel"])


def kinds_by_address(plan: Plan) -> dict[str, set[str]]:
    """Each address's kinds: from the routes of the sender, and from the recipients of each topic."""
    routes = [json.loads(variables["NOTIFICATION_ROUTES"]) for variables in environments_of(plan)]
    assert all(route == routes[0] for route in routes)
    kinds: dict[str, set[str]] = {}
    for route in routes[0]:
        for topic in route["topics"]:
            for address in readers_of(plan, topic):
                kinds.setdefault(address, set()).update(route["kinds"])
    return kinds


def environments_of(plan: Plan) -> list[dict[str, str]]:
    """The environment variables of each Lambda that sends notifications."""
    environments = [values["environment"][0]["variables"] for values in of_type(plan, "aws_lambda_function").values()]
    return [variables for variables in environments if "NOTIFICATION_ROUTES" in variables]


def readers_of(plan: Plan, topic: str) -> list[str]:
    """Who is subscribed to a topic; a topic that the plan does not make is read by its owner."""
    made = {values["name"]: address for address, values in of_type(plan, "aws_sns_topic").items()}
    address = made.get(topic.rpartition(":")[2])
    if address is None:
        return [topic]
    key = address.partition("[")[2]
    kinds = ("aws_sns_topic_subscription", "aws_chatbot_slack_channel_configuration")
    readers = [
        values.get("endpoint") or values["slack_channel_id"]
        for kind in kinds
        for resource, values in of_type(plan, kind).items()
        if key and resource.endswith(f"[{key}")
    ]
    teams = of_type(plan, "aws_chatbot_teams_channel_configuration").items()
    return readers + [values["channel_id"] for resource, values in teams if key and resource.endswith(f"[{key}")]


@pytest.fixture(scope="module")
def planned(
    bake_into: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory, terraform: Terraform
) -> Callable[[str], Plan]:
    """The plan of an environment of a project with every kind of target."""
    project = bake_into(tmp_path_factory.mktemp("routes"), notifications=TARGETS)
    path = project / "project.yaml"
    # The local AWS of these tests has one account.
    settings = settings_of(project)
    settings["environments"] = [each | {"account": "111111111111"} for each in settings["environments"]]
    path.write_text(yaml.safe_dump(settings, sort_keys=False))
    build_archives(project)
    plans = {name: terraform.plan(project / name) for name in ("dev", "prod", "pipeline")}
    return lambda environment: plans[environment]


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_every_target_receives_exactly_what_project_yaml_says(planned: Callable[[str], Plan], environment: str) -> None:
    teams = {"19%3Aabcdef%40thread.tacv2": TEAMS["channel"]}

    found = {teams.get(address, address): kinds for address, kinds in kinds_by_address(planned(environment)).items()}

    assert found == wanted(TARGETS, environment)


def test_each_target_is_notified_in_the_form_that_it_reads(planned: Callable[[str], Plan]) -> None:
    routes = json.loads(environments_of(planned("prod"))[0]["NOTIFICATION_ROUTES"])
    forms = {topic.rpartition(":")[2].split("-")[-2]: route["form"] for route in routes for topic in route["topics"]}

    assert forms == {"email": "text", "sms": "sms", "https": "json", "slack": "slack", "teams": "teams"}


def test_a_route_that_loses_a_kind_is_noticed(planned: Callable[[str], Plan]) -> None:
    plan = copy.deepcopy(planned("dev"))
    for variables in environments_of(plan):
        routes = json.loads(variables["NOTIFICATION_ROUTES"])
        routes[0]["kinds"].remove("run failed")
        variables["NOTIFICATION_ROUTES"] = json.dumps(routes)

    assert kinds_by_address(plan) != kinds_by_address(planned("dev"))


def test_a_subscription_of_somebody_else_is_noticed(planned: Callable[[str], Plan]) -> None:
    plan = copy.deepcopy(planned("dev"))
    subscriptions = of_type(plan, "aws_sns_topic_subscription").values()
    next(each for each in subscriptions if each["protocol"] == "email")["endpoint"] = "somebody@example.com"

    assert kinds_by_address(plan) != kinds_by_address(planned("dev"))


def test_an_alarm_of_the_notifier_itself_reaches_every_target_that_receives_anything(
    planned: Callable[[str], Plan],
) -> None:
    plan = planned("prod")
    routes = json.loads(environments_of(plan)[0]["NOTIFICATION_ROUTES"])
    actions = [alarm["alarm_actions"] for alarm in alarms(plan, "notify-failing")]

    # CloudWatch takes five actions of an alarm.
    assert all(len(each) <= 5 for each in actions)
    assert {topic for each in actions for topic in each} == {topic for route in routes for topic in route["topics"]}


def test_every_other_alarm_goes_to_the_notifier(planned: Callable[[str], Plan]) -> None:
    plan = planned("prod")
    others = [each for each in alarms(plan) if each not in alarms(plan, "notify-failing")]

    actions = {arn.rpartition(":")[2] for each in others for arn in each["alarm_actions"]}
    assert len(others) > 10 and actions == {"acme-sales-prod-notifications"}


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_an_alarm_rings_when_sns_cannot_deliver_to_any_of_them(
    planned: Callable[[str], Plan], environment: str
) -> None:
    plan = planned(environment)

    assert len(topics_that_people_read(plan)) == len(of_type(plan, "aws_sns_topic")) - 1 >= 5
    assert every_topic_that_people_read_is_watched(plan) == []


def alarms(plan: Plan, name: str = "") -> list[dict[str, Any]]:
    return [each for each in of_type(plan, "aws_cloudwatch_metric_alarm").values() if name in each["alarm_name"]]


def test_of_deliveries_too_every_target_receives_exactly_what_project_yaml_says(
    planned: Callable[[str], Plan],
) -> None:
    teams = {"19%3Aabcdef%40thread.tacv2": TEAMS["channel"]}

    found = {
        teams.get(address, address): kinds for address, kinds in notified_of_deliveries(planned("pipeline")).items()
    }

    assert found == wanted(TARGETS, "pipeline")


def notified_of_deliveries(plan: Plan) -> dict[str, set[str]]:
    """Each address's kinds: from the variables of Lambdas and builds, and from the actions of alarms."""
    sent = []
    for values in of_type(plan, "aws_lambda_function").values():
        kinds = SAID_BY_FUNCTIONS[values["function_name"].removeprefix(f"{PIPELINE}-")]
        routes = json.loads(values["environment"][0]["variables"]["NOTIFICATION_ROUTES"])
        sent += [(kind, topic) for route in routes for kind in kinds & set(route["kinds"]) for topic in route["topics"]]
    for values in of_type(plan, "aws_codebuild_project").values():
        kind = SAID_BY_BUILDS.get(values["name"].removeprefix(f"{PIPELINE}-").partition("-")[0], "")
        variables = {each["name"]: each["value"] for each in values["environment"][0]["environment_variable"]}
        routes = json.loads(variables.get("NOTIFICATION_ROUTES", "[]"))
        sent += [(kind, topic) for route in routes if kind in route["kinds"] for topic in route["topics"]]
    for values in of_type(plan, "aws_cloudwatch_metric_alarm").values():
        sent += [("alarm", topic) for topic in values["alarm_actions"]]
    found: dict[str, set[str]] = {}
    for kind, topic in sent:
        for address in readers_of(plan, topic):
            found.setdefault(address, set()).add(kind)
    return found
