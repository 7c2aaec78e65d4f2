"""Checks of deployed resources. Before the first apply they find nothing, and report that."""

import time
from typing import Any

from dataops.operations.doctor.check import Check, known_in, read_each, reasons_in
from dataops.operations.doctor.finding import Finding, fails, fine, look
from dataops.operations.doctor.identity import partition_of
from dataops.operations.doctor.needs import Needs
from dataops.operations.doctor.quotas import in_an_environment
from dataops.operations.doctor.reading import Reader, UnreadError

NOT_YET = "nothing is deployed yet"
PENDING = "PendingConfirmation"
# The query only has to be parsed, so it covers one minute.
LOOKS_BACK_SECONDS = 60
MALFORMED = "MalformedQueryException"


def read_subscriptions(needs: Needs, reader: Reader) -> list[dict[str, str]] | None:
    """Read the subscriptions of every target's topic, or None if the topic does not exist yet."""
    start = f"arn:{partition_of(needs.region)}:sns:{needs.region}:{needs.account}:"
    found = [
        reader.ask(
            "sns", "ListSubscriptionsByTopic", ("NotFound", "NotFoundException"), TopicArn=start + target["topic"]
        )
        for target in needs.targets
        if target["protocol"] != "topic"
    ]
    there = [answer["Subscriptions"] for answer in found if answer]
    return [subscription for each in there for subscription in each] if there else None


def check_subscriptions(needs: Needs, found: list[dict[str, str]] | None) -> list[Finding]:
    """Check confirmations: SNS sends nothing to an address that has not confirmed."""
    if found is None:
        return [fine(f"{NOT_YET}; AWS asks every new e-mail address to confirm")]
    pending = sorted({each["Endpoint"] for each in found if each["SubscriptionArn"] == PENDING})
    if not pending:
        return [fine("every subscription is confirmed")]
    advice = "Open the mail from AWS Notifications and confirm; the link holds for two days, then subscribe again."
    return [look(f"{', '.join(pending)} has not confirmed, and receives nothing.", advice)]


def read_flow_logs(needs: Needs, reader: Reader) -> list[dict[str, Any]]:
    """Read the flow logs of this deployment."""
    own = [{"Name": "tag:Deployment", "Values": [needs.tags["Deployment"]]}]
    return reader.ask_all("ec2", "DescribeFlowLogs", "FlowLogs", Filter=own)


def check_flow_logs(needs: Needs, found: list[dict[str, Any]]) -> list[Finding]:
    """Check flow logs: one whose role may not write fails silently."""
    failed = [log for log in found if log.get("DeliverLogsStatus") == "FAILED"]
    if failed:
        why = failed[0].get("DeliverLogsErrorMessage", "no reason given")
        advice = "Look at the role's rights on the log group: modules/environment/role_flow_log.tf."
        return [fails(f"The flow log {failed[0]['FlowLogId']} cannot write: {why}.", advice)]
    return [fine("the flow log writes" if found else NOT_YET)]


def read_queries(needs: Needs, reader: Reader) -> dict[str, Any]:
    """Read for each saved query None if CloudWatch can parse it, else the error."""
    definitions = reader.ask_all(
        "logs", "DescribeQueryDefinitions", "queryDefinitions", queryDefinitionNamePrefix=f"{needs.prefix}/"
    )
    by_name = {each["name"]: each for each in definitions}
    return read_each(by_name, lambda name: complaint_about(by_name[name], reader))


def complaint_about(definition: dict[str, Any], reader: Reader) -> str | None:
    """Return CloudWatch's error, which it reports when a query runs, not when it is saved."""
    now = int(time.time())
    given = {"logGroupNames": definition.get("logGroupNames", []), "queryString": definition["queryString"]}
    try:
        reader.ask("logs", "StartQuery", startTime=now - LOOKS_BACK_SECONDS, endTime=now, **given)
    except UnreadError as refused:
        if refused.code == MALFORMED:
            return str(refused)
        raise
    return None


def check_queries(needs: Needs, found: dict[str, Any]) -> list[Finding]:
    """Check saved queries: an invalid one would fail when an alarm is active and it is needed."""
    findings = [
        fails(f"The saved query {name} is refused: {why}", "Correct it in modules/environment/saved_query.tf.")
        for name, why in known_in(found)
        if why
    ]
    findings += reasons_in(found)
    return findings or [fine(f"CloudWatch understands all {len(found)}" if found else NOT_YET)]


CHECKS = [
    Check("subscriptions", read_subscriptions, check_subscriptions, lambda needs: bool(needs.targets)),
    Check("flow log", read_flow_logs, check_flow_logs, lambda needs: needs.own_network),
    Check("saved queries", read_queries, check_queries, in_an_environment),
]
