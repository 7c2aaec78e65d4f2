"""Delivers events to the targets of the rules that match them, as EventBridge does."""

import json
import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError
from jsonpath_ng import parse as json_path

from dataops.local_aws.access.authorization import DeniedCallError, Source, require_service_call
from dataops.local_aws.access.identity import AccessDeniedError, require
from dataops.local_aws.access.roles import as_service
from dataops.local_aws.account import account_profile
from dataops.local_aws.server.client import LocalAws
from dataops.local_aws.server.workers import Workers

log = logging.getLogger("events")
Event = dict[str, Any]
DOORS = {"sqs": "sqs:SendMessage", "sns": "sns:Publish", "lambda": "lambda:InvokeFunction"}
STARTED = {"codepipeline": "codepipeline:StartPipelineExecution", "codebuild": "codebuild:StartBuild"}


class EventBus:
    """The default bus; deliveries are independent, so that no target waits for another."""

    def __init__(self, aws: LocalAws) -> None:
        self.aws = aws
        self.deliveries = Workers(8, "delivery")
        # The kinds of events to lose, each with the crawler that it must be about, or none.
        self.lost: list[tuple[str, str]] = []
        self.start: Callable[[str, str, str], None] = lambda rule, arn, message: None

    @property
    def is_busy(self) -> bool:
        """Whether a delivery is in progress."""
        return self.deliveries.unfinished > 0

    def lose(self, detail_type: str, crawler: str = "") -> None:
        """Lose the next event of a kind, as AWS may lose Glue's events; or the next one about a crawler."""
        self.lost.append((detail_type, crawler))

    def emit(self, event: Event) -> None:
        """Send an event to every enabled rule that matches it."""
        kind, crawler = event["detail-type"], event["detail"].get("crawlerName", "")
        for planned in [(kind, ""), (kind, crawler)]:
            if planned in self.lost:
                self.lost.remove(planned)
                log.warning("lost on purpose: %s %s", kind, crawler)
                return
        rules = list(self.aws.model("events").event_buses["default"].rules.values())
        # In moto a rule without a pattern (a scheduled rule) matches every event.
        for rule in [rule for rule in rules if rule.event_pattern.get_pattern() and rule.state == "ENABLED"]:
            if rule.event_pattern.matches_event(event):
                self.fire(rule, event)

    def announce_glue_event(self, detail_type: str, detail: dict[str, Any]) -> None:
        """Emit one of Glue's own events."""
        self.emit(event_of(self.aws, "aws.glue", detail_type, detail))

    def fire(self, rule: Any, event: Event) -> None:
        """Send an event to all targets of one rule."""
        for target in list(rule.targets):
            self.deliveries.submit(self._deliver, rule, target, event)

    def _deliver(self, rule: Any, target: dict[str, Any], event: Event) -> None:
        message = input_of(target, event)
        try:
            if target["Arn"].split(":")[2] in STARTED:
                self._start(rule, target, message)
            else:
                self._send(rule, target["Arn"], message)
        except Exception as error:
            log.warning("not delivered: %s to %s: %s", rule.name, target["Arn"], error)
            try:
                self._give_up(rule, target, message, error)
            except DeniedCallError as denied:
                # As on AWS: the event is lost, and only a metric of the rule shows it.
                log.warning("lost: %s to %s: %s", rule.name, target["Arn"], denied)

    def _start(self, rule: Any, target: dict[str, Any], message: str) -> None:
        """Start a pipeline or a build, in the role that the target names."""
        arn = target["Arn"]
        role = as_service("events", target["RoleArn"], rule.arn, self.aws.region)
        require(role, STARTED[arn.split(":")[2]], arn)
        self.start(rule.arn, arn, message)

    def _send(self, rule: Any, arn: str, message: str) -> None:
        service, name = arn.split(":")[2], arn.split(":")[-1]
        if service not in DOORS:
            raise ValueError(f"the local AWS delivers to SQS, SNS, Lambda, pipelines and builds, not to {service}")
        self._require_there(service, arn, name)
        require_service_call("events.amazonaws.com", DOORS[service], arn, self._source(rule))
        if service == "sqs":
            self.aws.send(arn, message, {})
        elif service == "sns":
            self.aws.client("sns").publish(TopicArn=arn, Message=message)
        else:
            self.aws.client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=message)

    def _require_there(self, service: str, arn: str, name: str) -> None:
        """Raise an error of AWS if the target does not exist."""
        if service == "sqs":
            self.aws.queue_url(arn)
        elif service == "sns":
            self.aws.client("sns").get_topic_attributes(TopicArn=arn)
        else:
            self.aws.client("lambda").get_function(FunctionName=name)

    def _source(self, rule: Any) -> Source:
        """The rule that EventBridge delivers for; the account's profile decides whether KMS receives it."""
        return Source(rule.arn, self.aws.account, account_profile.current().eventbridge_names_its_rule)

    def _give_up(self, rule: Any, target: dict[str, Any], message: str, error: Exception) -> None:
        dead_letters = target.get("DeadLetterConfig", {}).get("Arn")
        if dead_letters:
            require_service_call("events.amazonaws.com", "sqs:SendMessage", dead_letters, self._source(rule))
            code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
            # EventBridge user guide, "Using dead-letter queues": the code if a target's policy does not allow it.
            code = "NO_PERMISSIONS" if isinstance(error, (AccessDeniedError, DeniedCallError)) else code
            attributes = {
                "RULE_ARN": rule.arn,
                "TARGET_ARN": target["Arn"],
                "ERROR_CODE": code,
                "ERROR_MESSAGE": str(error),
            }
            self.aws.send(dead_letters, message, attributes)


def event_of(aws: LocalAws, source: str, detail_type: str, detail: dict[str, Any]) -> Event:
    """An event in the form that AWS's own services send."""
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": aws.account,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": aws.region,
        "resources": [],
        "detail": detail,
    }


def input_of(target: dict[str, Any], event: Event) -> str:
    """The input of a target: the event, a constant, or the output of its transformer."""
    if "Input" in target:
        return str(target["Input"])
    if "InputTransformer" not in target:
        return json.dumps(event)
    transformer = target["InputTransformer"]
    found = {name: json_path(path).find(event) for name, path in transformer.get("InputPathsMap", {}).items()}
    # EventBridge quotes each value as JSON, except a text that is already between quotes.
    values = {name: json.dumps(matches[0].value) if matches else '""' for name, matches in found.items()}
    return re.sub(
        r'"([^"]*)"|<([^<>]+)>',
        lambda match: _filled(match, values),
        str(transformer["InputTemplate"]),
    )


def _filled(match: re.Match[str], values: dict[str, str]) -> str:
    if match[2] is not None:
        return values.get(match[2], match[0])
    inside = re.sub(r"<([^<>]+)>", lambda name: values[name[1]].strip('"') if name[1] in values else name[0], match[1])
    return f'"{inside}"'
