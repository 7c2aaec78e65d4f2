"""Amazon CloudWatch: alarms and their actions, formulas, and dashboards."""

import ast
import json
import re
from typing import Any

from dataops.local_aws.refusals.call import Call, Rules, refuse

INVALID = "ValidationError"
DAY, WEEK, HOUR = 86_400, 604_800, 3600
# CloudWatch API Reference, PutMetricAlarm, Metrics: "up to 10 metrics based on math expressions".
METRICS = 10
AND, OR = re.compile(r"&&|\bAND\b"), re.compile(r"\|\||\bOR\b")
# CloudWatch API Reference, "Dashboard body structure and syntax".
WIDGETS, COLUMNS, METRICS_PER_WIDGET = 500, 24, 500
NO_METRICS = ("Should have required property 'metrics'", "Should have required property 'annotations'")
NO_SOURCE = "The metric widget should have specified a region and a data source or an alarm annotation"


def actions_are_of_this_region(call: Call) -> None:
    """cds-snc/notification-terraform#128 shows the sentence."""
    region = call.caller.region
    for kind in ("AlarmActions", "OKActions", "InsufficientDataActions"):
        for arn in call.given.get(kind) or []:
            named_region = arn.split(":")[3] if arn.count(":") >= 5 else ""
            if named_region and named_region not in (region, "automate", "swf"):
                refuse(INVALID, f"Invalid region {named_region} specified. Only {region} is supported.")
            _same_partition(arn, region)


def periods_are_within_the_limits(call: Call) -> None:
    """CloudWatch API Reference, PutMetricAlarm, EvaluationPeriods: a day, or a week with periods of an hour or more."""
    periods, most = call.given.get("EvaluationPeriods") or 0, call.given.get("DatapointsToAlarm") or 0
    if most > periods:
        # hashicorp/terraform#24070
        refuse(INVALID, "DatapointsToAlarm must be less than or equal to EvaluationPeriods")
    for period in _periods(call.given):
        limit, name = (WEEK, "seven days") if period >= HOUR else (DAY, "a day")
        if period * periods > limit:
            rule = f"EvaluationPeriods * Period must be <= {limit}"
            refuse(INVALID, f"Metrics cannot be checked across more than {name} ({rule}).")


def formulas_can_be_read(call: Call) -> None:
    """CloudWatch user guide, "Using metric math": a formula parses, and names metrics of the same alarm."""
    queries = call.given.get("Metrics") or []
    names = {each["Id"] for each in queries}
    formulas = [each["Expression"] for each in queries if each.get("Expression")]
    stats = [each for each in queries if each.get("MetricStat")]
    if len(stats) > METRICS or len(names) != len(queries):
        refuse(INVALID, "Invalid metrics list")
    for formula in formulas:
        if not _can_be_read(formula, names):
            refuse(INVALID, "Invalid metrics list")


def dashboard_is_valid(call: Call) -> None:
    """aws-samples/aws-eda-slurm-cluster#116 shows the sentences for a widget without metrics."""
    body = call.given["DashboardBody"]
    try:
        widgets = json.loads(body).get("widgets", [])
    except (ValueError, AttributeError):
        refuse("InvalidParameterInput", "The field DashboardBody must be a valid JSON object")
        return
    wrong = [each for number, widget in enumerate(widgets) for each in _wrong_with(number, widget)]
    if len(widgets) > WIDGETS:
        wrong.append({"dataPath": "/widgets", "message": f"Should NOT have more than {WIDGETS} items"})
    if wrong:
        several = f"there are {len(wrong)} validation errors" if len(wrong) > 1 else "there is 1 validation error"
        refuse("InvalidParameterInput", f"The dashboard body is invalid, {several}:\n{json.dumps(wrong, indent=2)}")


def _same_partition(arn: str, region: str) -> None:
    """CloudWatch API Reference, PutMetricAlarm, AlarmActions: the ARNs of actions are of the alarm's partition."""
    partition = {"cn": "aws-cn", "us-gov": "aws-us-gov"}
    own = next((name for prefix, name in partition.items() if region.startswith(f"{prefix}-")), "aws")
    if arn.startswith("arn:") and arn.split(":")[1] != own:
        refuse(INVALID, f"Invalid arn syntax: {arn}")


def _periods(given: dict[str, Any]) -> list[int]:
    queries = given.get("Metrics") or []
    found = [given.get("Period"), *(each.get("Period") for each in queries)]
    found += [each["MetricStat"].get("Period") for each in queries if each.get("MetricStat")]
    return [int(period) for period in found if period]


def _can_be_read(formula: str, names: set[str]) -> bool:
    """Whether a formula has the grammar of metric math, which is that of Python's expressions except for AND and OR."""
    try:
        tree = ast.parse(OR.sub(" or ", AND.sub(" and ", formula)).strip(), mode="eval")
    except SyntaxError:
        return False
    functions = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in functions}
    # Words in capitals are metric math's own: AND, OR, TRUE, LINEAR …
    return {name for name in used if not name.isupper()} <= names


def _wrong_with(number: int, widget: dict[str, Any]) -> list[dict[str, str]]:
    path, properties = f"/widgets/{number}", widget.get("properties", {})
    found = []
    if widget.get("type") == "metric" and not properties.get("metrics") and not properties.get("annotations"):
        found += [
            {"dataPath": f"{path}/properties", "message": text}
            for text in (*NO_METRICS[:1], NO_SOURCE, *NO_METRICS[1:])
        ]
    if len(properties.get("metrics") or []) > METRICS_PER_WIDGET:
        text = f"Should NOT have more than {METRICS_PER_WIDGET} items"
        found.append({"dataPath": f"{path}/properties/metrics", "message": text})
    if widget.get("x", 0) + widget.get("width", 6) > COLUMNS:
        found.append({"dataPath": f"{path}/x", "message": f"Should be <= {COLUMNS - 1}"})
    return found


REFUSALS: Rules = {
    "PutMetricAlarm": (actions_are_of_this_region, periods_are_within_the_limits, formulas_can_be_read),
    "PutDashboard": (dashboard_is_valid,),
}
