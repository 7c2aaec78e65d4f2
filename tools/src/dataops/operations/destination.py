"""The destination of a dead letter, and its form there: from its attributes, or from its shape."""

import json
import re
from dataclasses import dataclass
from typing import Any

# Lambda's own dead letters name no function: the shape of the event identifies it.
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
    """A queue or a function of this environment, and the text to send."""

    service: str
    name: str
    text: str


def _detail(event: dict[str, Any]) -> dict[str, Any]:
    detail = event.get("detail")
    return detail if isinstance(detail, dict) else {}


def destinations_of(message: dict[str, Any], events: Any, prefix: str) -> list[Destination]:
    """Return the destinations of a message of the events' dead-letter queue; empty if unknown or foreign."""
    attributes: dict[str, str] = {
        name: given.get("StringValue", "") for name, given in message.get("MessageAttributes", {}).items()
    }
    try:
        event = json.loads(message["Body"])
    except ValueError:
        return []
    if not isinstance(event, dict):
        return []
    if "TARGET_ARN" in attributes:
        service, name = attributes["TARGET_ARN"].split(":")[2], attributes["TARGET_ARN"].rpartition(":")[2]
        text = _as_the_target_gets_it(
            event, attributes["RULE_ARN"].rpartition("/")[2], attributes["TARGET_ARN"], events
        )
        return [Destination(service, name, text)] if name.startswith(f"{prefix}-") else []
    fitting = [function for function, fits in FUNCTIONS.items() if fits(event)]
    return [Destination("lambda", f"{prefix}-{name.replace('_', '-')}", message["Body"]) for name in fitting]


def _as_the_target_gets_it(event: dict[str, Any], rule: str, target: str, events: Any) -> str:
    """Return an event as its rule delivers it; one that the rule has already transformed stays unchanged."""
    if "detail-type" not in event:
        return json.dumps(event)
    targets = events.list_targets_by_rule(Rule=rule)["Targets"]
    description: dict[str, Any] = next((each for each in targets if each["Arn"] == target), {})
    if "InputTransformer" in description:
        return _filled(description["InputTransformer"], event)
    return str(description.get("Input") or json.dumps(event))


def _filled(transformer: dict[str, Any], event: dict[str, Any]) -> str:
    """Return the template with each <name> replaced by the JSON of the value at its path."""
    values = {name: _at(path, event) for name, path in transformer["InputPathsMap"].items()}
    return re.sub(r"<([\w-]+)>", lambda name: json.dumps(values[name[1]]), transformer["InputTemplate"])


def _at(path: str, event: Any) -> Any:
    for name in path.removeprefix("$.").split("."):
        event = event[name]
    return event
