"""Lets time pass: whatever the local AWS remembers the moment of becomes older, so that nobody has to wait for it."""

import json
import logging
import re
from datetime import datetime, timedelta
from typing import Any

from moto.backends import get_backend

from dataops.local_aws.events.event_bus import event_of, input_of
from dataops.local_aws.server.account_region import AccountRegion
from dataops.local_aws.server.client import LocalAws

log = logging.getLogger("time")
# Every so many minutes, hours or days, or from some minute of each hour on every so many minutes.
OFTEN = re.compile(r"rate\(|cron\([\d*]+/\d+ \* \* \* \? \*\)")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def let_pass(account_region: AccountRegion, seconds: float) -> None:
    """Make everything older, and run what measures every few minutes, before any alarm is evaluated again."""
    with account_region.alarms.looking:
        for age in (_metrics, _messages, _objects, _glue, _ledger, _logs, _sessions, _keys):
            age(account_region.aws, timedelta(seconds=seconds))
        for rule in account_region.schedule.rules():
            if rule.state == "ENABLED" and OFTEN.match(rule.scheduled_expression):
                _call(account_region, rule)


def _call(account_region: AccountRegion, rule: Any) -> None:
    """Call the functions of a rule, one after the other; what fails there is in their metrics."""
    for target in list(rule.targets):
        try:
            function = account_region.aws.model("lambda").get_function(target["Arn"])
            event = input_of(target, event_of(account_region.aws, "aws.events", "Scheduled Event", {}))
            account_region.functions.invoke(function, json.loads(event))
        except Exception as error:
            log.info("%s: %s", rule.name, error)


def _metrics(aws: LocalAws, span: timedelta) -> None:
    model = aws.model("cloudwatch")
    for datum in list(model.metric_data):
        datum.timestamp -= span
    for alarm in list(model.alarms.values()):
        alarm.configuration_updated_timestamp -= span


def _messages(aws: LocalAws, span: timedelta) -> None:
    milliseconds = round(span.total_seconds() * 1000)
    for queue in list(aws.model("sqs").queues.values()):
        for message in list(queue._messages):
            message.sent_timestamp = int(message.sent_timestamp) - milliseconds
            message.visible_at -= milliseconds


def _objects(aws: LocalAws, span: timedelta) -> None:
    for bucket in list(get_backend("s3")[aws.account]["aws"].buckets.values()):
        for key in list(bucket.keys):
            for version in bucket.keys.getlist(key, []):
                version.last_modified -= span


def _glue(aws: LocalAws, span: timedelta) -> None:
    model = aws.model("glue")
    crawls = [crawl for crawler in list(model.crawlers.values()) for crawl in crawler.crawls]
    runs = [run for job in list(model.jobs.values()) for run in job.job_runs]
    for each in (*crawls, *runs):
        for name in ("start_time", "end_time", "started_on", "ended_on"):
            moment: datetime | None = getattr(each, name, None)
            if moment:
                setattr(each, name, moment - span)


def _ledger(aws: LocalAws, span: timedelta) -> None:
    """Every moment in the rows of every table."""
    for table in list(aws.model("dynamodb").tables.values()):
        for value in [value for row in table.all_items() for value in row.attrs.values()]:
            if value.type == "S" and MOMENT.fullmatch(value.value):
                value.value = f"{datetime.fromisoformat(value.value) - span:%Y-%m-%dT%H:%M:%S.%fZ}"


def _logs(aws: LocalAws, span: timedelta) -> None:
    milliseconds = round(span.total_seconds() * 1000)
    for group in list(aws.model("logs").groups.values()):
        for stream in list(group.streams.values()):
            for event in list(stream.events):
                event.timestamp -= milliseconds


def _sessions(aws: LocalAws, span: timedelta) -> None:
    """People and builds take roles for a time; what an AWS service works with is renewed."""
    for session in list(get_backend("sts")[aws.account]["aws"].assumed_roles):
        session.expiration -= span


def _keys(aws: LocalAws, span: timedelta) -> None:
    """A key's tags and aliases count some minutes after it was created."""
    for region in get_backend("kms")[aws.account].values():
        for key in list(region.keys.values()):
            key.creation_date -= span.total_seconds()
