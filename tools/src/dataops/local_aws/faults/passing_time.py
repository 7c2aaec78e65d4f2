"""Moves the clock forward: stored times become older, all of them or those of some names, so that nobody waits."""

import json
import logging
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from moto.backends import get_backend

from dataops.local_aws.events.event_bus import event_of, input_of
from dataops.local_aws.server.account_region import AccountRegion
from dataops.local_aws.server.client import LocalAws

log = logging.getLogger("time")
# A rate in minutes, hours or days, or a cron expression with a start minute and an interval in minutes.
OFTEN = re.compile(r"rate\(|cron\([\d*]+/\d+ \* \* \* \? \*\)")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


class Names:
    """The names of what something is about: datasets, crawlers, jobs, functions, metrics, rules; None is everything."""

    def __init__(self, names: Iterable[str] | None) -> None:
        self.names = None if names is None else frozenset(names)

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return self.names is None

    def include(self, *found: str) -> bool:
        """Whether something with these names is meant."""
        return self.names is None or not self.names.isdisjoint(found)

    def include_metric(self, datum: Any) -> bool:
        """Whether a metric is meant, by its name or a value of its dimensions."""
        return self.include(datum.name, *(each.value for each in datum.dimensions))


def let_pass(account_region: AccountRegion, seconds: float, names: Names) -> None:
    """Make stored times older, and run the periodic measurements before any alarm is evaluated again."""
    aws, span = account_region.aws, timedelta(seconds=seconds)
    with account_region.alarms.looking:
        for age_named in (_metrics, _messages, _objects, _glue, _ledger):
            age_named(aws, span, names)
        if names.is_everything:
            for age in (_alarms, _logs, _sessions, _keys):
                age(aws, span)
        for rule in account_region.schedule.rules():
            if rule.state == "ENABLED" and OFTEN.match(rule.scheduled_expression) and names.include(rule.name):
                _call(account_region, rule)


def forget(account_region: AccountRegion, names: Names) -> None:
    """Remove the metrics of some names."""
    with account_region.alarms.looking:
        kept = account_region.aws.model("cloudwatch").metric_data
        kept[:] = [datum for datum in kept if not names.include_metric(datum)]


def _call(account_region: AccountRegion, rule: Any) -> None:
    """Call the functions of a rule, one after the other; their metrics show failures."""
    for target in list(rule.targets):
        try:
            function = account_region.aws.model("lambda").get_function(target["Arn"])
            event = input_of(target, event_of(account_region.aws, "aws.events", "Scheduled Event", {}))
            account_region.functions.invoke(function, json.loads(event))
        except Exception as error:
            log.info("%s: %s", rule.name, error)


def _metrics(aws: LocalAws, span: timedelta, names: Names) -> None:
    for datum in list(aws.model("cloudwatch").metric_data):
        if names.include_metric(datum):
            datum.timestamp -= span


def _alarms(aws: LocalAws, span: timedelta) -> None:
    for alarm in list(aws.model("cloudwatch").alarms.values()):
        alarm.configuration_updated_timestamp -= span


def _messages(aws: LocalAws, span: timedelta, names: Names) -> None:
    milliseconds = round(span.total_seconds() * 1000)
    for queue in list(aws.model("sqs").queues.values()):
        for message in [each for each in list(queue._messages) if names.include(_dataset_in(each.body))]:
            message.sent_timestamp = int(message.sent_timestamp) - milliseconds
            message.visible_at -= milliseconds


def _dataset_in(body: str) -> str:
    """The dataset that a message is about, if it is about one."""
    try:
        said = json.loads(body)
    except ValueError:
        return ""
    return str(said.get("dataset", "")) if isinstance(said, dict) else ""


def _objects(aws: LocalAws, span: timedelta, names: Names) -> None:
    for bucket in list(get_backend("s3")[aws.account]["aws"].buckets.values()):
        for key in list(bucket.keys):
            if names.include(key.partition("/")[0]):
                for version in bucket.keys.getlist(key, []):
                    version.last_modified -= span


def _glue(aws: LocalAws, span: timedelta, names: Names) -> None:
    model = aws.model("glue")
    crawls = [
        crawl for name, crawler in list(model.crawlers.items()) if names.include(name) for crawl in crawler.crawls
    ]
    runs = [run for name, job in list(model.jobs.items()) if names.include(name) for run in job.job_runs]
    for each in (*crawls, *runs):
        for name in ("start_time", "end_time", "started_on", "ended_on"):
            moment: datetime | None = getattr(each, name, None)
            if moment:
                setattr(each, name, moment - span)


def _ledger(aws: LocalAws, span: timedelta, names: Names) -> None:
    """Make every time in the rows of every table older: in those that have one of the names as a text."""
    for table in list(aws.model("dynamodb").tables.values()):
        rows = [[value for value in row.attrs.values() if value.type == "S"] for row in table.all_items()]
        for texts in [texts for texts in rows if names.include(*(each.value for each in texts))]:
            for text in texts:
                if MOMENT.fullmatch(text.value):
                    text.value = f"{datetime.fromisoformat(text.value) - span:%Y-%m-%dT%H:%M:%S.%fZ}"


def _logs(aws: LocalAws, span: timedelta) -> None:
    milliseconds = round(span.total_seconds() * 1000)
    for group in list(aws.model("logs").groups.values()):
        for stream in list(group.streams.values()):
            for event in list(stream.events):
                event.timestamp -= milliseconds


def _sessions(aws: LocalAws, span: timedelta) -> None:
    """Make the sessions of people and builds older; AWS renews the sessions of its services."""
    for session in list(get_backend("sts")[aws.account]["aws"].assumed_roles):
        session.expiration -= span


def _keys(aws: LocalAws, span: timedelta) -> None:
    """Make the keys older: a key's tags and aliases take effect some minutes after its creation."""
    for region in get_backend("kms")[aws.account].values():
        for key in list(region.keys.values()):
            key.creation_date -= span.total_seconds()
