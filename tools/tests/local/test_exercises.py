"""An exercise of `make provoke` leaves the team's datasets as they are, and UNDO takes back everything that it made."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from local_aws_server import ACCOUNT, REGION, ROLE, Server, eventually
from notifications.messages.alarm import KINDS

from dataops.local_run.exercise_alarms import copy_for_an_exercise
from dataops.local_run.exercise_forecast import SHARED, announced, followed_by, meant
from dataops.local_run.exercise_record import Change, ExerciseRecord
from dataops.local_run.exercise_settings import SETTINGS, set_for_an_exercise, take_back
from dataops.local_run.exercise_undo import remove_dead_letters, undo
from dataops.local_run.provocations import NO_UPLOAD, PROVOCATIONS
from dataops.local_run.scene import Scene

PREFIX, HERE = "practised-dev", {"LocationConstraint": REGION}
BUCKETS = {purpose: f"{PREFIX}-{purpose}" for purpose in ("input", "output", "quarantine")}
NAMES = {
    "canary": "canary", "ledger": f"{PREFIX}-ledger", "database": "practised_dev", "queue": f"{PREFIX}-uploads",
    "dead_letter_queue": f"{PREFIX}-uploads-dead-letters", "event_dead_letter": f"{PREFIX}-events-dead-letters",
}  # fmt: skip
MONITORING = {"longest_wait": 3600, "failed_runs": 1}
SETTINGS_OF_A_PROJECT: dict[str, Any] = {
    "prefix": PREFIX, "names": NAMES, "buckets": BUCKETS, "monitoring": MONITORING,
    "datasets": {name: {"prefix": f"{name}/"} for name in ("canary", "customers", "orders")},
}  # fmt: skip
ALL_ALARMS = [
    f"{PREFIX}-{end}"
    for end in (
        "uploads-dead-letters", "events-dead-letters", "files-waiting", "orders-late", "customers-late", "runs-failed",
        "crawl-failing", "sweep-errors", "notify-errors",
    )
]  # fmt: skip


@pytest.fixture(scope="module")
def environment(server: Server) -> Server:
    """What an environment has that exercises use, without Terraform."""
    for name in BUCKETS.values():
        server.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=HERE)
        server.client("s3").put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    for queue in ("queue", "dead_letter_queue", "event_dead_letter"):
        server.queue(NAMES[queue])
    server.client("dynamodb").create_table(
        TableName=NAMES["ledger"], BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "file", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "file", "AttributeType": "S"}],
    )  # fmt: skip
    glue = server.client("glue")
    glue.create_database(DatabaseInput={"Name": NAMES["database"]})
    target = {"Path": f"s3://{BUCKETS['input']}/canary/"}
    glue.create_crawler(
        Name=f"{PREFIX}-canary", Role=ROLE, DatabaseName=NAMES["database"], Targets={"S3Targets": [target]}
    )
    server.function(f"{PREFIX}-sweep", "", Handler="sweep.handle", Environment={"Variables": {"LEDGER_TABLE": "it"}})
    return server


@pytest.fixture
def scene(environment: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """The environment, with a folder of its own for the record."""
    monkeypatch.chdir(tmp_path)
    made = Scene(environment.platform, SETTINGS_OF_A_PROJECT, "runs-failed")
    made.platform.folder.mkdir(parents=True)
    yield made
    undo(made)


def variables(server: Server) -> dict[str, str]:
    found = server.client("lambda").get_function_configuration(FunctionName=f"{PREFIX}-sweep")
    return dict(found["Environment"]["Variables"])


def alarms(server: Server) -> set[str]:
    found = server.client("cloudwatch").describe_alarms(AlarmNamePrefix=f"{PREFIX}-")["MetricAlarms"]
    return {alarm["AlarmName"] for alarm in found}


def keys(server: Server, bucket: str) -> set[str]:
    """The keys of all versions and delete markers."""
    found = server.client("s3").list_object_versions(Bucket=bucket)
    return {each["Key"] for each in [*found.get("Versions", []), *found.get("DeleteMarkers", [])]}


def rows(server: Server) -> set[str]:
    return {row["file"]["S"] for row in server.client("dynamodb").scan(TableName=NAMES["ledger"])["Items"]}


# Settings


def test_a_changed_variable_comes_back_and_another_one_says_who_changed_it(environment: Server, scene: Scene) -> None:
    scene.set_variable("sweep", "LEDGER_TABLE", None)
    assert variables(environment) == {
        "EXERCISE": "make provoke changed LEDGER_TABLE. To take it back: make provoke UNDO=1"
    }

    for _ in range(2):
        undo(scene)
        assert variables(environment) == {"LEDGER_TABLE": "it"}


def test_a_variable_that_a_deployment_has_set_since_stays(environment: Server, scene: Scene) -> None:
    scene.set_variable("sweep", "LEDGER_TABLE", None)
    environment.client("lambda").update_function_configuration(
        FunctionName=f"{PREFIX}-sweep", Environment={"Variables": {"LEDGER_TABLE": "newer"}}
    )

    said = take_back(scene.client, scene.record)

    assert variables(environment) == {"LEDGER_TABLE": "newer"}
    assert said[0].endswith("LEDGER_TABLE: changed since by somebody else, stays as it is")
    environment.client("lambda").update_function_configuration(
        FunctionName=f"{PREFIX}-sweep", Environment={"Variables": {"LEDGER_TABLE": "it"}}
    )


def mapping(server: Server) -> str:
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{PREFIX}-sweep"
    queue = server.queue(f"{PREFIX}-mapped")
    made = server.client("lambda").create_event_source_mapping(EventSourceArn=queue, FunctionName=arn)
    return str(made["UUID"])


def test_every_kind_of_setting_comes_back_and_says_so(environment: Server, scene: Scene) -> None:
    environment.client("events").put_rule(Name=f"{PREFIX}-orders-sweep", ScheduleExpression="rate(15 minutes)")
    changed = {
        "variable": (f"{PREFIX}-sweep/LEDGER_TABLE", None),
        "reserved concurrency": (f"{PREFIX}-sweep", 0),
        "event source mapping": (mapping(environment), False),
        "rule": (f"{PREFIX}-orders-sweep", False),
        "crawled address": (f"{PREFIX}-canary", f"s3://{BUCKETS['output']}/"),
        "visibility timeout": (NAMES["queue"], "1"),
    }
    before = {kind: SETTINGS[kind].read(scene.client, name) for kind, (name, _) in changed.items()}

    for kind, (name, value) in changed.items():
        set_for_an_exercise(scene.client, scene.record, kind, name, value)
    during = {kind: SETTINGS[kind].read(scene.client, name) for kind, (name, _) in changed.items()}
    said = take_back(scene.client, scene.record)

    assert set(changed) == set(SETTINGS)
    assert during == {kind: value for kind, (_, value) in changed.items()}
    assert {kind: SETTINGS[kind].read(scene.client, name) for kind, (name, _) in changed.items()} == before
    assert [line for line in said if not line.endswith(": as before the exercise")] == []
    environment.client("events").delete_rule(Name=f"{PREFIX}-orders-sweep")
    gone = take_back(scene.client, scene.record)
    assert [line for line in gone if "orders-sweep" in line] == [
        f"  rule of {PREFIX}-orders-sweep: removed since by somebody else"
    ]


def test_the_record_has_a_change_before_it_is_made(tmp_path: Path) -> None:
    record = ExerciseRecord(tmp_path)

    def fails(service: str) -> Any:
        assert len(record.changes) == (service == "written")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        set_for_an_exercise(fails, record, "rule", "it", False)
    assert record.changes == []
    record.note(Change("rule", "it", True, False))
    record.begin("files-waiting", "2026-11-29T23:00:00.000000Z")
    record.begin("files-waiting", "2026-11-29T23:30:00.000000Z")
    assert (record.changes, record.sections) == (
        [Change("rule", "it", True, False)], {"files-waiting": "2026-11-29T23:00:00.000000Z"},
    )  # fmt: skip


# Alarms


def put_alarm(server: Server, name: str, section: str, **dimensions: str) -> None:
    """An alarm as modules/dataset creates it, with a limit of 0.02."""
    named = [{"Name": each, "Value": value} for each, value in dimensions.items()]
    metric = {"Namespace": "practised", "MetricName": "quarantined", "Dimensions": named}
    stat = {"Metric": metric, "Period": 900, "Stat": "Sum"}
    server.client("cloudwatch").put_metric_alarm(
        AlarmName=f"{PREFIX}-{name}", AlarmDescription=f"A share of {name}. What to do: docs/runbook.md#{section}",
        Metrics=[{"Id": "rows", "MetricStat": stat, "ReturnData": True}], EvaluationPeriods=1, DatapointsToAlarm=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold", Threshold=0.02, TreatMissingData="notBreaching",
        AlarmActions=[f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms"], OKActions=[],
    )  # fmt: skip


def measured(server: Server, **dimensions: str) -> bool:
    """Measure a share of a half; in a loop, because a period may end between a measurement and its evaluation."""
    named = [{"Name": each, "Value": value} for each, value in (dimensions | {"environment": "dev"}).items()]
    datum = {"MetricName": "quarantined", "Value": 0.5, "Dimensions": named}
    server.client("cloudwatch").put_metric_data(Namespace="practised", MetricData=[datum])
    return True


def test_the_alarm_of_a_dataset_is_copied_for_the_canary_rings_for_it_alone_and_goes(environment: Server) -> None:
    put_alarm(environment, "orders-quarantined", "rows-quarantined", dataset="orders", environment="dev")
    put_alarm(environment, "runs-failed", "runs-failed", environment="dev")
    scene = Scene(environment.platform, SETTINGS_OF_A_PROJECT, "rows-quarantined")
    copied = scene.copied_alarm()
    assert copied
    scene.cloudwatch.put_metric_alarm(**copied)

    (alarm,) = eventually(lambda: measured(environment, dataset="canary") and scene.ringing(), "the alarm")
    (original,) = [each for each in scene.alarms() if each != alarm]
    assert alarm["AlarmName"] == f"{PREFIX}-exercise-canary-quarantined"
    assert alarm["AlarmDescription"].startswith("This is an exercise (make provoke) on the dataset canary")
    assert alarm["AlarmActions"] == original["AlarmActions"] and alarm["Threshold"] == original["Threshold"] == 0.02
    assert original["StateValue"] != "ALARM"
    assert scene.alarm() == alarm
    undo(scene)
    assert alarms(environment) == {f"{PREFIX}-orders-quarantined", f"{PREFIX}-runs-failed"}
    assert Scene(environment.platform, SETTINGS_OF_A_PROJECT, "runs-failed").copied_alarm() is None


@pytest.mark.parametrize("end", ["-late", "-quarantined"])
def test_the_copy_of_an_alarm_is_notified_to_the_same_people(end: str) -> None:
    metric = {"Dimensions": [{"Name": "JobName", "Value": "acme-dev-orders"}, {"Name": "Type", "Value": "gauge"}]}
    alarm = {
        "AlarmName": f"acme-dev-orders{end}", "AlarmDescription": "", "Metrics": [{"MetricStat": {"Metric": metric}}],
        "Threshold": None, "ThresholdMetricId": "any",
    }  # fmt: skip

    copied = copy_for_an_exercise(alarm, "acme-dev", "orders", "canary")

    assert end in KINDS and copied["AlarmName"].endswith(end)
    (query,) = copied["Metrics"]
    assert [each["Value"] for each in query["MetricStat"]["Metric"]["Dimensions"]] == ["acme-dev-canary", "gauge"]
    assert "Threshold" not in copied and copied["ThresholdMetricId"] == "any"
    assert metric["Dimensions"][0]["Value"] == "acme-dev-orders"


# Messages


def send(server: Server, queue: str, body: Any) -> None:
    sqs = server.client("sqs")
    address = sqs.get_queue_url(QueueName=NAMES[queue])["QueueUrl"]
    sqs.send_message(QueueUrl=address, MessageBody=body if isinstance(body, str) else json.dumps(body))


def bodies(server: Server, queue: str) -> list[str]:
    """The messages of a queue, all visible again."""
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{NAMES[queue]}"
    found = server.messages(arn)
    sqs = server.client("sqs")
    address = sqs.get_queue_url(QueueName=NAMES[queue])["QueueUrl"]
    for message in found:
        sqs.change_message_visibility(QueueUrl=address, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
    return sorted(message["Body"] for message in found)


def test_of_the_dead_letters_only_those_of_exercises_go(environment: Server, scene: Scene) -> None:
    upload = {"version": 1, "dataset": "orders", "detail": {}}
    sweep = {"dataset": "orders", "prefix": "orders/", "crawl": "on-upload"}
    for body in (NO_UPLOAD, upload, "Somebody else's.", {"dataset": "canary"}):
        send(environment, "dead_letter_queue", body)
    send(environment, "event_dead_letter", sweep)
    hour = timedelta(hours=1)
    later, earlier = (f"{datetime.now(UTC) + span:%Y-%m-%dT%H:%M:%S.%fZ}" for span in (hour, -hour))

    for sections in ({}, {"lambda-errors": later}, {"runs-failed": earlier}):
        remove_dead_letters(scene, sections)
        assert bodies(environment, "dead_letter_queue") == sorted(["Somebody else's.", json.dumps(upload)])
        assert bodies(environment, "event_dead_letter") == [json.dumps(sweep)]
    remove_dead_letters(scene, {"lambda-errors": earlier})
    assert bodies(environment, "event_dead_letter") == []


# Files and rows

STORED = {
    "input": ["{}/exercise-runs-failed.csv"], "quarantine": ["{}/batch_id=1/a.json"],
    "output": ["_commits/{}/1.json", "{database}/{}_rows/data/a.parquet", "_reports/{}/1-0.json", "_manifests/{}/1-0.json"],
}  # fmt: skip


def store_objects(server: Server, dataset: str) -> None:
    """Two versions of everything that an upload and its run leave, and a delete marker."""
    s3 = server.client("s3")
    for purpose, names in STORED.items():
        for key in [name.format(dataset, database=NAMES["database"]) for name in names] * 2:
            s3.put_object(Bucket=BUCKETS[purpose], Key=key, Body=b"it")
    s3.delete_object(Bucket=BUCKETS["input"], Key=f"{dataset}/exercise-runs-failed.csv")


def store_rows(server: Server, dataset: str, alarm: str) -> None:
    """Every kind of ledger line about a dataset, one without an attribute that says so, and one about an alarm."""
    ledger, named = server.client("dynamodb"), f"{BUCKETS['input']}/{dataset}/exercise-runs-failed.csv"
    for row in (f"{named}@1", f"key/{named}", f"run/{dataset}", f"day/1/{dataset}", f"drift/{dataset}"):
        ledger.put_item(TableName=NAMES["ledger"], Item={"file": {"S": row}, "dataset": {"S": dataset}})
    for row in (f"dataset/{dataset}", f"alarm/{PREFIX}-{alarm}/1"):
        ledger.put_item(TableName=NAMES["ledger"], Item={"file": {"S": row}})


def test_undo_removes_every_version_and_row_of_the_canary_and_nothing_of_the_team(
    environment: Server, scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = scene.platform.folder / "storage" / BUCKETS["output"]
    for dataset, alarm in (("canary", "exercise-canary-late"), ("orders", "orders-late")):
        store_objects(environment, dataset)
        store_rows(environment, dataset, alarm)
        (folder / dataset).mkdir(parents=True)
    glue, database = environment.client("glue"), {"DatabaseName": NAMES["database"]}
    glue.create_table(**database, TableInput={"Name": "canary_rows"})

    for removed in ("13 objects, 6 ledger lines", "nothing"):
        undo(scene)

        assert f"Removed: {removed}." in capsys.readouterr().out
        left = {key for bucket in BUCKETS.values() for key in keys(environment, bucket)}
        assert left == {name.format("orders", database=NAMES["database"]) for names in STORED.values() for name in names}
        assert all("orders" in row for row in rows(environment)) and len(rows(environment)) == 7
        assert glue.get_tables(**database)["TableList"] == []
        assert [path.name for path in folder.iterdir()] == ["orders"]


def test_undo_names_the_alarms_of_its_exercises_that_are_still_active_and_no_others(
    environment: Server, scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("runs-timed-out", "runs-failed", "orders-late")
    for name, section in zip(names, ("runs-timed-out", "runs-failed", "data-late"), strict=True):
        put_alarm(environment, name, section, environment="dev", about=name)

    def active() -> int:
        assert all(measured(environment, about=name) for name in names)
        return sum(alarm["StateValue"] == "ALARM" for alarm in scene.all_alarms())

    eventually(lambda: active() == len(names), "the alarms")
    scene.record.begin("runs-timed-out", "2026-11-29T23:00:00.000000Z")

    undo(scene)
    undone = capsys.readouterr().out
    undo(scene)

    for name in ("runs-timed-out", "runs-failed"):
        assert (
            f"{PREFIX}-{name} is still active. If the exercise was its only reason, it ends by itself within 30"
            in undone
        )
    assert "orders-late" not in undone
    assert capsys.readouterr().out.endswith("No alarm about an exercise is active.\n")
    scene.cloudwatch.delete_alarms(AlarmNames=[f"{PREFIX}-{name}" for name in ("runs-timed-out", "orders-late")])


# What is said before


@pytest.mark.parametrize("section", PROVOCATIONS)
def test_before_it_acts_an_exercise_says_what_will_be_active_and_how_to_take_it_back(section: str) -> None:
    said = announced(section, "canary", "dev", MONITORING, [f"{PREFIX}-it"], ALL_ALARMS)

    assert "no row gets into your tables" in said
    assert f"Will be active: {PREFIX}-it." in said
    assert said.endswith("To take everything back: make provoke UNDO=1 ENV=dev")
    ends = [follows.ending for follows in followed_by(section, MONITORING)]
    assert ("No other alarm will be active." in said) == (not ends)
    others = {name for name in ALL_ALARMS if name.endswith(tuple(ends))} if ends else set()
    assert {name for name in ALL_ALARMS if name in said} == others


def test_an_alarm_that_the_environment_lacks_is_not_announced() -> None:
    said = announced("files-waiting", "canary", "dev", MONITORING, ["it"], [f"{PREFIX}-files-waiting"])

    assert "No other alarm will be active." in said


def test_a_limit_of_several_failed_runs_is_not_reached_by_one() -> None:
    assert followed_by("runs-timed-out", MONITORING | {"failed_runs": 2}) == []


def test_of_many_alarms_of_a_section_only_that_of_the_exercise_is_named() -> None:
    assert meant("lambda-errors", ["acme-dev-notify-errors", "acme-dev-sweep-errors"]) == ["acme-dev-sweep-errors"]
    assert meant("runs-failed", ["acme-dev-runs-failed"]) == ["acme-dev-runs-failed"]


def test_what_is_shared_is_said_of_exercises_that_exist() -> None:
    assert set(SHARED) <= set(PROVOCATIONS)
