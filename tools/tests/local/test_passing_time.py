"""The local AWS moves its clock forward: records become older, metrics are measured again, alarms follow."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from local_aws_server import Server, eventually

HOUR = 3600


@pytest.fixture
def alarm(server: Server, request: pytest.FixtureRequest) -> Iterator[str]:
    """An alarm for any value in the current hour."""
    cloudwatch, name = server.client("cloudwatch"), request.node.name
    metric = {"Namespace": "acme", "MetricName": name, "Statistic": "Maximum", "Period": HOUR}
    cloudwatch.put_metric_alarm(
        AlarmName=name, **metric, EvaluationPeriods=1, Threshold=0.0, ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )  # fmt: skip
    yield name
    cloudwatch.delete_alarms(AlarmNames=[name])


def state(server: Server, alarm: str) -> str:
    (found,) = server.client("cloudwatch").describe_alarms(AlarmNames=[alarm])["MetricAlarms"]
    return str(found["StateValue"])


def test_what_was_measured_belongs_to_an_earlier_period(server: Server, alarm: str) -> None:
    server.client("cloudwatch").put_metric_data(Namespace="acme", MetricData=[{"MetricName": alarm, "Value": 1.0}])
    eventually(lambda: state(server, alarm) == "ALARM", "the alarm")

    server.ask("pass", seconds=HOUR)

    eventually(lambda: state(server, alarm) == "OK", "the end of the alarm")


def test_messages_have_waited_longer_and_hidden_ones_show_up_again(server: Server) -> None:
    sqs = server.client("sqs")
    address = sqs.create_queue(QueueName="passing-time", Attributes={"VisibilityTimeout": "600"})["QueueUrl"]
    sqs.send_message(QueueUrl=address, MessageBody="hello")
    (hidden,) = sqs.receive_message(QueueUrl=address, AttributeNames=["SentTimestamp"])["Messages"]
    assert "Messages" not in sqs.receive_message(QueueUrl=address)

    server.ask("pass", seconds=HOUR)

    (again,) = sqs.receive_message(QueueUrl=address, AttributeNames=["SentTimestamp"])["Messages"]
    sent = [int(message["Attributes"]["SentTimestamp"]) for message in (hidden, again)]
    assert sent[0] - sent[1] == HOUR * 1000


def test_moments_in_a_table_are_earlier_and_other_texts_stay(server: Server) -> None:
    client, key = server.client("dynamodb"), [{"AttributeName": "file", "KeyType": "HASH"}]
    types = [{"AttributeName": "file", "AttributeType": "S"}]
    client.create_table(TableName="aged", KeySchema=key, AttributeDefinitions=types, BillingMode="PAY_PER_REQUEST")
    row = {"file": {"S": "a.csv"}, "seen_at": {"S": "2026-03-01T00:30:00.000000Z"}, "run": {"S": "2026-03-01"}}
    client.put_item(TableName="aged", Item=row)

    server.ask("pass", seconds=HOUR)

    found = client.get_item(TableName="aged", Key={"file": row["file"]})["Item"]
    assert found == row | {"seen_at": {"S": "2026-02-28T23:30:00.000000Z"}}


def test_objects_and_lines_of_logs_are_older(server: Server) -> None:
    s3, logs, now = server.client("s3"), server.client("logs"), round(time.time() * 1000)
    s3.create_bucket(Bucket="aged-bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="aged-bucket", Key="a", Body=b"")
    before = s3.head_object(Bucket="aged-bucket", Key="a")["LastModified"]
    logs.create_log_group(logGroupName="aged")
    logs.create_log_stream(logGroupName="aged", logStreamName="a")
    logs.put_log_events(logGroupName="aged", logStreamName="a", logEvents=[{"timestamp": now, "message": "hello"}])

    server.ask("pass", seconds=HOUR)

    assert (before - s3.head_object(Bucket="aged-bucket", Key="a")["LastModified"]).total_seconds() == HOUR
    (event,) = logs.filter_log_events(logGroupName="aged")["events"]
    assert now - event["timestamp"] == HOUR * 1000


def scheduled(server: Server, name: str, schedule: str, state: str = "ENABLED") -> str:
    """A function with a schedule; returns the name of its log group."""
    arn, events = (
        server.function(name, "def handle(event, context):\n    print('called', event)\n"),
        server.client("events"),
    )
    events.put_rule(Name=name, ScheduleExpression=schedule, State=state)
    target: dict[str, Any] = {"Id": "1", "Arn": arn, "Input": json.dumps({"dataset": "orders"})}
    events.put_targets(Rule=name, Targets=[target])
    return f"/aws/lambda/{name}"


def test_what_measures_every_few_minutes_has_measured_when_time_has_passed(server: Server) -> None:
    often = scheduled(server, "measuring", "rate(15 minutes)")
    spread = scheduled(server, "spread", "cron(7/15 * * * ? *)")
    never = scheduled(server, "switched-off", "rate(15 minutes)", "DISABLED")
    daily = scheduled(server, "each-morning", "cron(0 6 * * ? *)")

    server.ask("pass", seconds=HOUR)

    for each in (often, spread):
        assert "called {'dataset': 'orders'}" in server.logged(each)
    assert server.logged(never) == server.logged(daily) == []


def test_the_next_call_of_a_function_may_count_as_one_that_took_all_its_time(server: Server) -> None:
    server.function("lingering", "def handle(event, context):\n    return event\n", Timeout=7)
    server.ask("linger", function="lingering")

    assert [server.invoke("lingering", number) for number in (1, 2)] == [1, 2]

    reports = [json.loads(line) for line in server.logged("/aws/lambda/lingering") if "platform.report" in line]
    took = [report["record"]["metrics"]["durationMs"] for report in reports]
    assert took[0] == 7000 > took[1]


def test_a_message_may_be_refused_in_the_place_of_its_readers_and_is_measured_as_failed(server: Server) -> None:
    sns, cloudwatch = server.client("sns"), server.client("cloudwatch")
    topic = sns.create_topic(Name="refusing")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="gone@example.com")
    server.ask("refuse")

    for subject in ("refused", "taken"):
        sns.publish(TopicArn=topic, Subject=subject, Message="hello")

    received = [sent["subject"] for sent in server.ask("status")["notifications"] if sent["topic"] == topic]
    assert received == ["taken"]
    measured = cloudwatch.get_metric_statistics(
        Namespace="AWS/SNS", MetricName="NumberOfNotificationsFailed", Statistics=["Sum"], Period=HOUR,
        Dimensions=[{"Name": "TopicName", "Value": "refusing"}],
        StartTime=time.time() - HOUR, EndTime=time.time() + HOUR,
    )  # fmt: skip
    assert sum(point["Sum"] for point in measured["Datapoints"]) == 1


def test_alarms_are_found_by_name_and_state_together(server: Server, alarm: str) -> None:
    cloudwatch = server.client("cloudwatch")

    def found(state: str) -> list[str]:
        alarms = cloudwatch.describe_alarms(AlarmNamePrefix=alarm[:-1], StateValue=state)["MetricAlarms"]
        return [each["AlarmName"] for each in alarms]

    assert (found("OK"), found("ALARM")) == ([alarm], [])


def test_an_alarm_whose_formula_nothing_here_computes_keeps_no_other_from_ringing(server: Server) -> None:
    cloudwatch, metric = server.client("cloudwatch"), {"Namespace": "acme", "MetricName": "beside"}
    usual = {"EvaluationPeriods": 1, "Threshold": 0.0, "ComparisonOperator": "GreaterThanThreshold"}
    stat = {"Id": "m0", "ReturnData": False, "MetricStat": {"Metric": metric, "Period": HOUR, "Stat": "Sum"}}
    rate = [stat, {"Id": "e", "Expression": "RATE(m0)"}]
    cloudwatch.put_metric_alarm(AlarmName="rate", Metrics=rate, **usual)
    cloudwatch.put_metric_alarm(AlarmName="beside", **metric, Statistic="Sum", Period=HOUR, **usual)

    cloudwatch.put_metric_data(Namespace="acme", MetricData=[{"MetricName": "beside", "Value": 1.0}])

    eventually(lambda: state(server, "beside") == "ALARM", "the alarm")
    cloudwatch.delete_alarms(AlarmNames=["rate", "beside"])


def test_time_passes_for_some_names_and_for_nothing_else(server: Server) -> None:
    sqs, s3 = server.client("sqs"), server.client("s3")
    address = sqs.create_queue(QueueName="named-time")["QueueUrl"]
    for dataset in ("canary", "orders"):
        sqs.send_message(QueueUrl=address, MessageBody=json.dumps({"dataset": dataset}))
    sqs.send_message(QueueUrl=address, MessageBody="no JSON")
    s3.create_bucket(Bucket="named-time", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for key in ("canary/a.csv", "orders/a.csv"):
        s3.put_object(Bucket="named-time", Key=key, Body=b"")

    server.ask("pass", seconds=HOUR, names=["canary"])

    received = sqs.receive_message(QueueUrl=address, MaxNumberOfMessages=10, AttributeNames=["SentTimestamp"])
    ages = {
        each["Body"]: time.time() - int(each["Attributes"]["SentTimestamp"]) / 1000 for each in received["Messages"]
    }
    assert {body for body, age in ages.items() if age >= HOUR} == {'{"dataset": "canary"}'} < ages.keys()
    stored = {each["Key"]: time.time() - each["LastModified"].timestamp() for each in listed(s3, "named-time")}
    assert [key for key, age in stored.items() if age >= HOUR] == ["canary/a.csv"]


def listed(s3: Any, bucket: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = s3.list_objects_v2(Bucket=bucket)["Contents"]
    return found


def test_rows_and_metrics_of_other_names_stay_as_they_are(server: Server, alarm: str) -> None:
    client, key = server.client("dynamodb"), [{"AttributeName": "file", "KeyType": "HASH"}]
    types = [{"AttributeName": "file", "AttributeType": "S"}]
    client.create_table(TableName="named", KeySchema=key, AttributeDefinitions=types, BillingMode="PAY_PER_REQUEST")
    for dataset in ("canary", "orders"):
        row = {"file": dataset, "dataset": dataset, "seen_at": "2026-03-01T00:30:00.000000Z"}
        client.put_item(TableName="named", Item={name: {"S": text} for name, text in row.items()})
    server.client("cloudwatch").put_metric_data(Namespace="acme", MetricData=[{"MetricName": alarm, "Value": 1.0}])
    eventually(lambda: state(server, alarm) == "ALARM", "the alarm")

    server.ask("pass", seconds=HOUR, names=["canary"])
    server.ask("look")

    seen = {row["file"]["S"]: row["seen_at"]["S"] for row in client.scan(TableName="named")["Items"]}
    assert seen == {"canary": "2026-02-28T23:30:00.000000Z", "orders": "2026-03-01T00:30:00.000000Z"}
    assert state(server, alarm) == "ALARM"
    server.ask("pass", seconds=HOUR, names=[alarm])
    server.ask("look")
    assert state(server, alarm) == "OK"


def test_of_the_rules_only_the_named_one_is_called(server: Server) -> None:
    named = scheduled(server, "named-sweep", "rate(15 minutes)")
    other = scheduled(server, "other-sweep", "rate(15 minutes)")

    server.ask("pass", seconds=0, names=["named-sweep"])

    assert "called {'dataset': 'orders'}" in server.logged(named)
    assert server.logged(other) == []


def test_the_metrics_of_a_name_can_be_forgotten(server: Server) -> None:
    cloudwatch = server.client("cloudwatch")
    for dataset in ("canary", "orders"):
        dimensions = [{"Name": "dataset", "Value": dataset}]
        datum = {"MetricName": "rows", "Value": 1.0, "Dimensions": dimensions}
        cloudwatch.put_metric_data(Namespace="forgotten", MetricData=[datum])

    server.ask("forget", names=["canary"])

    left = cloudwatch.list_metrics(Namespace="forgotten")["Metrics"]
    assert [each["Dimensions"][0]["Value"] for each in left] == ["orders"]


def test_what_has_not_happened_yet_is_taken_back(server: Server) -> None:
    sns = server.client("sns")
    topic = sns.create_topic(Name="refusing-no-more")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="data@example.com")
    server.function("lingering_no_more", "def handle(event, context):\n    return event\n", Timeout=7)
    server.ask("refuse")
    server.ask("linger", function="lingering_no_more")

    server.ask("take-back")

    sns.publish(TopicArn=topic, Subject="delivered", Message="hello")
    assert [sent for sent in server.ask("status")["notifications"] if sent["topic"] == topic]
    server.invoke("lingering_no_more", 1)
    (report,) = [line for line in server.logged("/aws/lambda/lingering_no_more") if "platform.report" in line]
    assert json.loads(report)["record"]["metrics"]["durationMs"] < 7000
