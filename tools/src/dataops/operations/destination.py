"""Where a dead letter was meant to go, and as what: it says so itself, or its shape does."""

import json
import re
from dataclasses import dataclass
from typing import Any

# Lambda's own dead letters name no function: the shape of the event does.
FUNCTIONS = {
    "start_crawler": lambda event: "scheduled" in event,
    "sweep": lambda event: {"dataset", "prefix", "crawl"} <= set(event),
    "start_etl_job": lambda event: "crawlerName" in _detail(event) or _detail(event).get("state") == "SUCCEEDED",
    "close_run": lambda event: "jobRunId" in _detail(event),
    "notify": lambda event: "Records" in event,
    "send_digest": lambda event: {"time", "datasets"} <= set(event),
}


@dataclass(frozen=True)
class Destination:
    """A queue or a function of this environment, and the text to hand over."""

    service: str
    name: str
    text: str


def _detail(event: dict[str, Any]) -> dict[str, Any]:
    detail = event.get("detail")
    return detail if isinstance(detail, dict) else {}


def destinations_of(message: dict[str, Any], events: Any, prefix: str) -> list[Destination]:
    """Where a message of the events' dead letters belongs; empty when nobody can say, or it is somebody else's."""
    told: dict[str, str] = {
        name: given.get("StringValue", "") for name, given in message.get("MessageAttributes", {}).items()
    }
    try:
        event = json.loads(message["Body"])
    except ValueError:
        return []
    if not isinstance(event, dict):
        return []
    if "TARGET_ARN" in told:
        service, name = told["TARGET_ARN"].split(":")[2], told["TARGET_ARN"].rpartition(":")[2]
        text = _as_the_target_gets_it(event, told["RULE_ARN"].rpartition("/")[2], told["TARGET_ARN"], events)
        return [Destination(service, name, text)] if name.startswith(f"{prefix}-") else []
    fitting = [function for function, fits in FUNCTIONS.items() if fits(event)]
    return [Destination("lambda", f"{prefix}-{name.replace('_', '-')}", message["Body"]) for name in fitting]


def _as_the_target_gets_it(event: dict[str, Any], rule: str, target: str, events: Any) -> str:
    """An event as its rule hands it over; one that the rule has already put into words stays as it is."""
    if "detail-type" not in event:
        return json.dumps(event)
    targets = events.list_targets_by_rule(Rule=rule)["Targets"]
    told: dict[str, Any] = next((each for each in targets if each["Arn"] == target), {})
    if "InputTransformer" in told:
        return _filled(told["InputTransformer"], event)
    return str(told.get("Input") or json.dumps(event))


def _filled(transformer: dict[str, Any], event: dict[str, Any]) -> str:
    """The template with each <name> replaced by the JSON of what its path leads to."""
    values = {name: _at(path, event) for name, path in transformer["InputPathsMap"].items()}
    return re.sub(r"<([\w-]+)>", lambda name: json.dumps(values[name[1]]), transformer["InputTemplate"])


def _at(path: str, event: Any) -> Any:
    for name in path.removeprefix("$.").split("."):
        event = event[name]
    return event
