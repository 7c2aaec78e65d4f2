"""One way to trigger each alarm, by its section of docs/runbook.md; a docstring describes what then has happened."""

import itertools
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

from dataops.local_run.exercise_record import EXERCISE
from dataops.local_run.scene import Row, Scene

MINUTE = 60
# No process listens there.
CLOSED = "127.0.0.1:1"
FLOW_LINE = "2 {account} eni-0123456789abcdef0 10.20.0.9 203.0.113.7 49152 443 6 1 60 {now} {now} REJECT OK"
ROWS_OF_A_LARGE_FILE = 2000
TEST = f"A test of whether notifications arrive: an {EXERCISE} of make provoke."
NO_UPLOAD = f"This is not an upload: it is an {EXERCISE} of make provoke."


def dead_letters(scene: Scene) -> None:
    """A message that is no upload reached the queue, and start_crawler refused it five times."""
    sqs, queue = scene.client("sqs"), scene.names["queue"]
    address, dead = (
        sqs.get_queue_url(QueueName=scene.names[name])["QueueUrl"] for name in ("queue", "dead_letter_queue")
    )
    before = _waiting(sqs, dead)
    usual = sqs.get_queue_attributes(QueueUrl=address, AttributeNames=["VisibilityTimeout"])["Attributes"]
    scene.set("visibility timeout", queue, "1")
    try:
        sqs.send_message(QueueUrl=address, MessageBody=NO_UPLOAD)
        scene.until("the message is among the dead letters", lambda: _waiting(sqs, dead) > before)
    finally:
        sqs.set_queue_attributes(QueueUrl=address, Attributes=usual)


def old_messages(scene: Scene) -> None:
    """The queue was detached from start_crawler, a file was uploaded, and more than longest_wait passed."""
    functions, sqs = scene.client("lambda"), scene.client("sqs")
    (fed,) = functions.list_event_source_mappings(FunctionName=scene.name("start-crawler"))["EventSourceMappings"]
    scene.set("event source mapping", fed["UUID"], False)
    scene.upload(good=5)
    queue = sqs.get_queue_url(QueueName=scene.names["queue"])["QueueUrl"]
    scene.until("the upload is in the queue", lambda: _waiting(sqs, queue))
    scene.let_pass(scene.settings["monitoring"]["longest_wait"] + MINUTE, scene.dataset)


def files_waiting(scene: Scene) -> None:
    """The sweeps were disabled, a crawl's event was lost, and more than longest_wait passed."""
    for name in scene.settings["datasets"]:
        scene.set("rule", scene.name(f"{name}-sweep"), False)
    scene.ask("lose", detail_type="Glue Crawler State Change", crawler=scene.name())
    scene.crawl(scene.upload(good=5))
    crawler = scene.client("glue")
    scene.until("the crawl has ended", lambda: _crawler(crawler, scene)["State"] == "READY")
    (period,) = {_period(alarm) for alarm in scene.alarms()}
    passed = max(scene.settings["monitoring"]["longest_wait"], period) + MINUTE
    scene.let_pass(passed, *scene.own_names, "seconds_waited")


def data_late(scene: Scene) -> None:
    """More time than expected_every passed, and nothing was published."""
    # The first sweep of a dataset notes since when it is watched.
    scene.let_pass(0, scene.sweep)
    expected = scene.settings["monitoring"]["datasets"][scene.chosen]["expected_seconds"]
    scene.let_pass(expected + 60 * MINUTE, *scene.own_names)


def crawl_failing(scene: Scene) -> None:
    """The crawler was pointed at a bucket, the bucket was deleted, and the crawler was started."""
    glue, s3, nowhere = scene.client("glue"), scene.client("s3"), f"{scene.prefix}-{EXERCISE}-nowhere"
    scene.until("the crawler is ready", lambda: _crawler(glue, scene)["State"] == "READY")
    # Glue refuses a target that does not exist.
    s3.create_bucket(Bucket=nowhere, CreateBucketConfiguration={"LocationConstraint": scene.platform.region})
    scene.set("crawled address", scene.name(), f"s3://{nowhere}/")
    s3.delete_bucket(Bucket=nowhere)
    glue.start_crawler(Name=scene.name())


def crawl_long(scene: Scene) -> None:
    """A file was uploaded whose crawl hangs, and more than longest_crawl passed."""
    glue = scene.client("glue")
    scene.ask("hang", crawler=scene.name())
    scene.crawl(scene.upload(good=5))
    scene.until("the crawler runs", lambda: _crawler(glue, scene)["State"] == "RUNNING")
    scene.let_pass(scene.settings["monitoring"]["longest_crawl"] + MINUTE, scene.name(), scene.sweep)


def runs_failed(scene: Scene) -> None:
    """A file with only bad rows was uploaded, and its run failed."""
    for _ in range(scene.settings["monitoring"]["failed_runs"]):
        scene.ended(scene.upload(good=0, bad=20))


def runs_timed_out(scene: Scene) -> None:
    """A file was uploaded, and the local AWS ended its run as Glue does after a timeout."""
    _while_held(scene, lambda run: scene.ask("end", job=scene.name(), state="TIMEOUT"))


def run_slow(scene: Scene) -> None:
    """CloudWatch received a history of runs of one minute; then a run took half an hour."""
    _remember(scene, usual=MINUTE)
    _while_held(scene, lambda run: scene.let_pass(30 * MINUTE, scene.name()))


def rows_unusual(scene: Scene) -> None:
    """CloudWatch received a history of a million rows per run; then a run had ten."""
    _remember(scene, usual=1_000_000)
    scene.ended(scene.upload(good=10))


def rows_quarantined(scene: Scene) -> None:
    """A file was uploaded of which a larger share than quarantined_share is quarantined."""
    most = float(scene.settings["datasets"][scene.dataset]["maximum_quarantined_share"])
    least = float(scene.settings["monitoring"]["datasets"][scene.chosen]["quarantined_share"])
    bad = ceil(min(1.75 * least, (least + most) / 2) * ROWS_OF_A_LARGE_FILE)
    if bad >= ROWS_OF_A_LARGE_FILE:
        sys.exit(f"quarantined_share of {scene.chosen} is 1: no run that publishes can reach it.")
    scene.ended(scene.upload(good=ROWS_OF_A_LARGE_FILE - bad, bad=bad))


def job_memory(scene: Scene) -> None:
    """A file was uploaded, and the local AWS gave its run a worker with next to no memory."""
    # Glue reports an average: a run in the same five minutes with enough memory would hide this one.
    scene.let_pass(_period(scene.alarm()), scene.name())
    job = scene.client("glue").get_job(JobName=scene.name())["Job"]
    scene.ask("shrink", job=scene.name(), worker_type=job["WorkerType"], bytes=1)
    scene.ended(scene.upload(good=10))


def lambda_errors(scene: Scene) -> None:
    """The ledger's name was removed from the sweep's settings, so it failed repeatedly."""
    scene.set_variable("sweep", "LEDGER_TABLE", None)
    _every_period(scene)


def lambda_slow(scene: Scene) -> None:
    """The sweep was called, and the local AWS reported that it took all the time that it may."""
    scene.ask("linger", function=scene.name("sweep"))
    scene.let_pass(0, scene.sweep)


def lambda_throttled(scene: Scene) -> None:
    """The concurrency of the sweep was set to 0, so its calls were throttled for 15 minutes."""
    scene.set("reserved concurrency", scene.name("sweep"), 0)
    _every_period(scene)


def endpoint_unreachable(scene: Scene) -> None:
    """The Lambda check_connections was given a closed port instead of an AWS service, and it tested the connection."""
    checked = scene.variable("check-connections", "SERVICES").split(",")[0]
    service = scene.client(checked).meta.service_model.service_id.replace(" ", "_").upper()
    scene.set_variable("check-connections", f"AWS_ENDPOINT_URL_{service}", f"http://{CLOSED}")
    scene.call("check-connections")


def connection_unreachable(scene: Scene) -> None:
    """The Lambda check_connections was given an address where no database listens, and it tested the connection."""
    databases = json.loads(scene.variable("check-connections", "DATABASES"))
    scene.set_variable("check-connections", "DATABASES", json.dumps(dict.fromkeys(databases, CLOSED)))
    scene.call("check-connections")


def connections_rejected(scene: Scene) -> None:
    """The local AWS wrote refused connections into the network's flow log."""
    logs, now = scene.client("logs"), round(time.time())
    (counted,) = logs.describe_metric_filters(filterNamePrefix=scene.name("rejected-connections"))["metricFilters"]
    group, stream = counted["logGroupName"], f"{EXERCISE}-{now}"
    line = FLOW_LINE.format(account=scene.platform.account, now=now)
    count = scene.settings["monitoring"]["rejected_connections"] + 1
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    logs.put_log_events(
        logGroupName=group, logStreamName=stream, logEvents=[{"timestamp": now * 1000, "message": line}] * count
    )


def notifications_failed(scene: Scene) -> None:
    """A message was published, and the local AWS failed its delivery to all recipients."""
    scene.ask("refuse")
    _publish(scene)


def notify_failing(scene: Scene) -> None:
    """The ledger's name was removed from notify's settings, and it failed at a message."""
    scene.set_variable("notify", "LEDGER_TABLE", None)
    _publish(scene)


def _waiting(sqs: Any, queue: str) -> int:
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])["Attributes"]
    return int(attributes["ApproximateNumberOfMessages"])


def _crawler(glue: Any, scene: Scene) -> Row:
    found: Row = glue.get_crawler(Name=scene.name())["Crawler"]
    return found


def _period(alarm: Row) -> int:
    """The seconds of an alarm's period."""
    return int(next(query["MetricStat"]["Period"] for query in alarm["Metrics"] if "MetricStat" in query))


def _while_held(scene: Scene, act: Callable[[Row], object]) -> None:
    """Do something while the run of a new file is in progress, and wait for its end."""
    scene.ask("hold", jobs=True)
    try:
        run = scene.run(scene.upload(good=5))["file"]
        act(scene.row(run))
    finally:
        scene.ask("hold", jobs=False)
    scene.until("the run has ended", lambda: scene.row(run)["state"] != "STARTED")


def _remember(scene: Scene, usual: int) -> None:
    """Give an alarm's metric a history of two weeks, with a little variation, as any real one has."""
    alarm, now = scene.alarm(), datetime.now(UTC)
    metric = next(query["MetricStat"]["Metric"] for query in alarm["Metrics"] if "MetricStat" in query)
    moments = [now - timedelta(seconds=number * _period(alarm)) for number in range(1, 15)]
    named = {"MetricName": metric["MetricName"], "Dimensions": metric["Dimensions"]}
    usually = itertools.cycle((usual, usual * 1.01, usual * 1.02))
    values = [named | {"Timestamp": moment, "Value": next(usually)} for moment in moments]
    scene.cloudwatch.put_metric_data(Namespace=metric["Namespace"], MetricData=values)


def _every_period(scene: Scene) -> None:
    """Let periods pass until the alarm has evaluated enough of them; the sweep is called in each."""
    period = max(_period(alarm) for alarm in scene.alarms())
    for _ in range(6):
        scene.let_pass(period, scene.name("sweep"), scene.sweep)


def _publish(scene: Scene) -> None:
    topics = (topic["TopicArn"] for topic in scene.client("sns").list_topics()["Topics"])
    (topic,) = (arn for arn in topics if arn.endswith(f":{scene.names['topic']}"))
    scene.client("sns").publish(TopicArn=topic, Subject=f"An {EXERCISE}", Message=TEST)


PROVOCATIONS: dict[str, Callable[[Scene], None]] = {
    act.__name__.replace("_", "-"): act
    for act in (
        dead_letters,
        old_messages,
        files_waiting,
        data_late,
        crawl_failing,
        crawl_long,
        runs_failed,
        runs_timed_out,
        run_slow,
        rows_unusual,
        rows_quarantined,
        job_memory,
        lambda_errors,
        lambda_slow,
        lambda_throttled,
        endpoint_unreachable,
        connection_unreachable,
        connections_rejected,
        notifications_failed,
        notify_failing,
    )
}
