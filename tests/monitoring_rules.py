"""What holds of everything that watches: each rule takes a plan and returns its violations."""

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from terraform_runner import of_type

PROJECT = Path(__file__).parents[1] / "{{cookiecutter.project_slug}}"
sys.path.append(str(PROJECT / "lambda"))

from runtime.metric import METRICS  # noqa: E402

Plan = dict[str, Any]
# What AWS itself measures, by namespace and dimensions; the values name resources of these types by this attribute.
AWS_METRICS: dict[tuple[str, frozenset[str]], set[str]] = {
    ("AWS/SQS", frozenset({"QueueName"})): {"ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"},
    ("AWS/Lambda", frozenset({"FunctionName"})): {"Invocations", "Errors", "Throttles", "Duration"},
    ("AWS/SNS", frozenset({"TopicName"})): {"NumberOfMessagesPublished", "NumberOfNotificationsFailed"},
    ("AWS/Logs", frozenset({"LogGroupName"})): {"IncomingBytes"},
    ("Glue", frozenset({"JobName", "JobRunId", "Type"})): {"glue.driver.jvm.heap.usage", "glue.ALL.jvm.heap.usage"},
}
NAMED = {
    "QueueName": ("aws_sqs_queue", "name"),
    "FunctionName": ("aws_lambda_function", "function_name"),
    "TopicName": ("aws_sns_topic", "name"),
    "LogGroupName": ("aws_cloudwatch_log_group", "name"),
    "JobName": ("aws_glue_job", "name"),
}


class Watched(NamedTuple):
    """One metric that an alarm or a chart looks at, and where."""

    source: str
    namespace: str
    name: str
    dimensions: dict[str, str]


def alarms(plan: Plan) -> dict[str, dict[str, Any]]:
    """The planned alarms by name."""
    return {values["alarm_name"]: values for values in of_type(plan, "aws_cloudwatch_metric_alarm").values()}


def section_of(alarm: dict[str, Any]) -> str:
    """The section of the runbook that an alarm's description leads to; empty when it leads nowhere."""
    found = re.search(r"https://\S+/docs/runbook\.md#([a-z-]+)$", alarm["alarm_description"] or "")
    return found[1] if found else ""


def sections_of_the_runbook() -> list[str]:
    """The sections about alarms, in the runbook's order."""
    text = (PROJECT / "docs/runbook.md").read_text(encoding="utf-8").partition("\n# Without an alarm")[0]
    return [title.lower().replace(" ", "-") for title in re.findall(r"^## (.+)$", text, re.MULTILINE)]


def charts(plan: Plan) -> list[dict[str, Any]]:
    """The widgets of the dashboard."""
    (dashboard,) = of_type(plan, "aws_cloudwatch_dashboard").values()
    found: list[dict[str, Any]] = json.loads(dashboard["dashboard_body"])["widgets"]
    return found


def watched(plan: Plan) -> Iterator[Watched]:
    """Every metric that somebody looks at."""
    for name, alarm in alarms(plan).items():
        for query in alarm["metric_query"]:
            for metric in query["metric"]:
                yield Watched(name, metric["namespace"], metric["metric_name"], metric["dimensions"] or {})
    for chart in charts(plan):
        for line in chart["properties"].get("metrics", []):
            if isinstance(line[0], str):
                namespace, name, *pairs = line[:-1]
                yield Watched(
                    chart["properties"]["title"], namespace, name, dict(zip(pairs[::2], pairs[1::2], strict=True))
                )


def counts_of_the_job() -> set[str]:
    """The metrics that files/steps/reporting.py sends, each for a dataset."""
    tree = ast.parse((PROJECT / "files/steps/reporting.py").read_text(encoding="utf-8"))
    sending = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "send_metrics")
    (counts,) = (node.value for node in ast.walk(sending) if isinstance(node, ast.Assign) and named(node, "counts"))
    return set(ast.literal_eval(counts))


def named(node: ast.Assign, name: str) -> bool:
    return isinstance(node.targets[0], ast.Name) and node.targets[0].id == name


def measured_by_code() -> set[str]:
    """The metrics of the table that some Lambda's code gives a value to."""
    texts = [
        path.read_text(encoding="utf-8") for path in (PROJECT / "lambda").rglob("*.py") if path.name != "metric.py"
    ]
    return {name for name in METRICS if any(f'"{name}": ' in text for text in texts)}


def has_a_source(metric: Watched, plan: Plan) -> bool:
    """Whether AWS, a Lambda, the job or a filter of logs gives the metric values with exactly these dimensions."""
    names = frozenset(metric.dimensions)
    if metric.name in AWS_METRICS.get((metric.namespace, names), set()):
        return all(is_planned(name, value, plan) for name, value in metric.dimensions.items() if name in NAMED)
    filters = [
        values["metric_transformation"][0] for values in of_type(plan, "aws_cloudwatch_log_metric_filter").values()
    ]
    if (metric.namespace, metric.name) in [(each["namespace"], each["name"]) for each in filters]:
        return not names
    if metric.name in counts_of_the_job():
        return names == {"environment", "dataset"}
    wanted = (
        {"environment", "dataset"}
        if metric.name in METRICS and METRICS[metric.name].is_per_dataset
        else {"environment"}
    )
    return metric.name in measured_by_code() and names == wanted


def is_planned(dimension: str, value: str, plan: Plan) -> bool:
    """Whether a dimension's value is the name of something that is made."""
    kind, attribute = NAMED[dimension]
    return value in {values[attribute] for values in of_type(plan, kind).values()}


def metrics_have_a_source(plan: Plan) -> list[str]:
    return [
        f"{each.source}: {each.namespace} {each.name} {each.dimensions}"
        for each in watched(plan)
        if not has_a_source(each, plan)
    ]


def alarms_lead_to_the_runbook(plan: Plan) -> list[str]:
    known = sections_of_the_runbook()
    return [name for name, alarm in alarms(plan).items() if section_of(alarm) not in known]


def a_silent_source_rings(plan: Plan) -> list[str]:
    """A dataset with a rhythm: the first of a default project has one."""
    late = [alarm for alarm in alarms(plan).values() if section_of(alarm) == "data-late"]
    return (
        ["no dataset is watched"]
        if not late
        else [alarm["alarm_name"] for alarm in late if alarm["treat_missing_data"] != "breaching"]
    )


def every_topic_that_people_read_is_watched(plan: Plan) -> list[str]:
    """A metric that the alarm's formula leaves out is not watched."""
    watched = {
        metric["dimensions"]["TopicName"]
        for alarm in alarms(plan).values()
        if section_of(alarm) == "notifications-failed"
        for formula in [" ".join(query["expression"] or "" for query in alarm["metric_query"])]
        for query in alarm["metric_query"]
        for metric in query["metric"]
        if metric["metric_name"] == "NumberOfNotificationsFailed" and re.search(rf"\b{query['id']}\b", formula)
    }
    return sorted(topics_that_people_read(plan) - watched)


def topics_that_people_read(plan: Plan) -> set[str]:
    """A subscription knows its topic only when that exists: both have the key of one target in the plan."""
    kinds = (
        "aws_sns_topic_subscription",
        "aws_chatbot_slack_channel_configuration",
        "aws_chatbot_teams_channel_configuration",
    )
    read = {
        address.partition("[")[2]
        for kind in kinds
        for address, values in of_type(plan, kind).items()
        if values.get("protocol") != "lambda"
    }
    topics = of_type(plan, "aws_sns_topic").items()
    return {values["name"] for address, values in topics if address.partition("[")[2] in read}


def a_sweep_that_has_stopped_rings(plan: Plan) -> list[str]:
    waiting = [alarm for alarm in alarms(plan).values() if section_of(alarm) == "files-waiting"]
    return [] if [alarm["treat_missing_data"] for alarm in waiting] == ["breaching"] else ["files-waiting"]


def the_dashboard_shows_every_alarm(plan: Plan) -> list[str]:
    (shown,) = (chart["properties"]["alarms"] for chart in charts(plan) if chart["type"] == "alarm")
    names = {arn.rpartition(":alarm:")[2] for arn in shown}
    return sorted(names ^ set(alarms(plan)))


def the_dashboard_shows_freshness_volume_failures_and_cost(plan: Plan) -> list[str]:
    """Freshness, volume and the job's time of each dataset; failures and what else costs of the environment."""
    titles = {chart["properties"].get("title") for chart in charts(plan)} - {None}
    shown = {(metric.name, metric.dimensions.get("dataset", "")) for metric in watched(plan) if metric.source in titles}
    tables = [values["name"] for values in of_type(plan, "aws_glue_crawler").values()]
    datasets = {name.split("-")[-1] for name in tables} - {"canary"}
    of_each = ("seconds_since_published", "rows_in", "published", "quarantined", "run_seconds")
    wanted = {(name, dataset) for name in of_each for dataset in datasets}
    wanted |= {(name, "") for name in ("runs_failed", "crawls_failing", "Errors", "Duration", "IncomingBytes")}
    return [" of ".join(each) for each in sorted(wanted - shown)]


def charts_have_room(plan: Plan) -> list[str]:
    """Each within the 24 columns, none over another."""
    taken: set[tuple[int, int]] = set()
    faults = []
    for chart in charts(plan):
        cells = {
            (x, y)
            for x in range(chart["x"], chart["x"] + chart["width"])
            for y in range(chart["y"], chart["y"] + chart["height"])
        }
        if cells & taken or chart["x"] + chart["width"] > 24:
            faults.append(str(chart["properties"].get("title", chart["type"])))
        taken |= cells
    return faults


def each_section_has_a_query_over_logs_that_exist(plan: Plan) -> list[str]:
    queries = of_type(plan, "aws_cloudwatch_query_definition").values()
    groups = {values["name"] for values in of_type(plan, "aws_cloudwatch_log_group").values()}
    about = {values["name"].rpartition("/")[2] for values in queries}
    faults = [values["name"] for values in queries if not set(values["log_group_names"]) <= groups]
    return faults + sorted({section_of(alarm) for alarm in alarms(plan).values()} - about)


RULES = [
    metrics_have_a_source,
    alarms_lead_to_the_runbook,
    a_silent_source_rings,
    every_topic_that_people_read_is_watched,
    a_sweep_that_has_stopped_rings,
    the_dashboard_shows_every_alarm,
    the_dashboard_shows_freshness_volume_failures_and_cost,
    charts_have_room,
    each_section_has_a_query_over_logs_that_exist,
]
