"""Takes back every exercise of `make provoke`: settings, alarms, messages, files, rows and ledger lines.

It finds what exercises made by their names, so that it is safe to repeat, and touches nothing else.
"""

import json
import shutil
import time

from ledger.keys import alarm_row, dataset_row, drift_row, newest_row, version_row
from ledger.timestamps import as_moment
from notifications.messages.alarm_reason import section_of

from dataops.delivery.canary_traces import places_of, remove_traces
from dataops.delivery.empty_bucket import versions
from dataops.local_run.exercise_alarms import names_of_exercise_alarms
from dataops.local_run.exercise_forecast import followed_by
from dataops.local_run.exercise_record import EXERCISE
from dataops.local_run.exercise_settings import take_back
from dataops.local_run.scene import Row, Scene
from dataops.operations.prove import minutes_until_over
from dataops.operations.redrive import dead_letters
from dataops.project.deployment import Deployment

QUEUE_PATIENCE_SECONDS = 60
# In these the sweep fails, and AWS gives up its calls.
WITHOUT_A_SWEEP = ("lambda-errors", "lambda-throttled")
OF_A_SWEEP = {"dataset", "prefix", "crawl"}


def undo(scene: Scene) -> None:
    """Take everything back, and print what was done."""
    sections = scene.record.sections
    scene.ask("take-back")
    print(f"Taken back: {', '.join(sections)}." if sections else "No exercise is recorded; what has their names goes.")
    print("".join(f"{line}\n" for line in take_back(scene.client, scene.record)), end="")
    removed = {
        "alarms": remove_alarms(scene),
        "dead letters": remove_dead_letters(scene, sections),
        "log streams": remove_log_streams(scene),
    }
    settle(scene)
    removed |= remove_files_and_rows(scene)
    scene.ask("forget", names=[scene.dataset, scene.name()])
    scene.record.clear()
    scene.correct_file.unlink(missing_ok=True)
    # The newest measurement of the sweep is that of a waiting file.
    scene.let_pass(0, scene.sweep)
    print(f"Removed: {', '.join(counted(what, count) for what, count in removed.items() if count) or 'nothing'}.")
    print("\n".join(left_active(scene, list(sections))) or "No alarm about an exercise is active.")


def counted(what: str, count: int) -> str:
    """Return 1 object, or 3 objects."""
    return f"{count} {what.removesuffix('s') if count == 1 else what}"


def remove_alarms(scene: Scene) -> int:
    """Remove the alarms that exercises copied."""
    begin = names_of_exercise_alarms(scene.prefix)
    found = [each["AlarmName"] for each in scene.all_alarms() if each["AlarmName"].startswith(begin)]
    if found:
        scene.cloudwatch.delete_alarms(AlarmNames=found)
    return len(found)


def remove_dead_letters(scene: Scene, sections: dict[str, str]) -> int:
    """Remove what exercises left in the dead-letter queues; return the others to them as they were."""
    sqs, removed = scene.client("sqs"), 0
    for name in ("dead_letter_queue", "event_dead_letter"):
        address = sqs.get_queue_url(QueueName=scene.names[name])["QueueUrl"]
        for message in list(dead_letters(sqs, address)):
            handle = message["ReceiptHandle"]
            if is_of_an_exercise(message, scene.dataset, sections):
                sqs.delete_message(QueueUrl=address, ReceiptHandle=handle)
                removed += 1
            else:
                sqs.change_message_visibility(QueueUrl=address, ReceiptHandle=handle, VisibilityTimeout=0)
    return removed


def is_of_an_exercise(message: Row, dataset: str, sections: dict[str, str]) -> bool:
    """Whether an exercise sent a message or made it fail: of a sweep's call nothing is lost, the next does the same."""
    body = message["Body"]
    if f"{EXERCISE} of make provoke" in body:
        return True
    try:
        said = json.loads(body)
    except ValueError:
        return False
    if not isinstance(said, dict):
        return False
    begun = [as_moment(at).timestamp() for section, at in sections.items() if section in WITHOUT_A_SWEEP]
    sent = int(message["Attributes"]["SentTimestamp"]) / 1000
    return said.get("dataset") == dataset or (said.keys() >= OF_A_SWEEP and any(sent >= at for at in begun))


def remove_log_streams(scene: Scene) -> int:
    """Remove the lines that an exercise wrote into the network's flow log."""
    logs, removed = scene.client("logs"), 0
    filters = logs.describe_metric_filters(filterNamePrefix=scene.name("rejected-connections"))["metricFilters"]
    for group in [each["logGroupName"] for each in filters]:
        found = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=f"{EXERCISE}-")["logStreams"]
        for stream in found:
            logs.delete_log_stream(logGroupName=group, logStreamName=stream["logStreamName"])
            removed += 1
    return removed


def settle(scene: Scene) -> None:
    """Let the chain take what still waits, so that nothing is written after the removal; crawl again if it failed."""
    sqs, glue, deadline = scene.client("sqs"), scene.client("glue"), time.monotonic() + QUEUE_PATIENCE_SECONDS
    queue = sqs.get_queue_url(QueueName=scene.names["queue"])["QueueUrl"]
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]

    def waiting() -> int:
        found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
        return sum(map(int, found.values()))

    # A message of the team that nothing can read may stay there for hours.
    while waiting() and time.monotonic() < deadline:
        time.sleep(0.2)
    scene.until("nothing runs", lambda: not scene.ask("status")["busy"])
    crawler = glue.get_crawler(Name=scene.name())["Crawler"]
    if crawler.get("LastCrawl", {}).get("Status") == "FAILED":
        glue.start_crawler(Name=scene.name())
        scene.until("nothing runs", lambda: not scene.ask("status")["busy"])


def remove_files_and_rows(scene: Scene) -> dict[str, int]:
    """Remove every file, published row, report and ledger line of the dataset of the exercises."""
    deployment = Deployment(scene.platform.environment, scene.settings, dict(scene.platform.access))
    table, ledger = deployment.table_client(), scene.names["ledger"]
    pages = table.get_paginator("scan").paginate(TableName=ledger, ConsistentRead=True)
    rows = [row["file"] for page in pages for row in page["Items"] if is_of_the_dataset(row, scene)]
    places = places_of(deployment)
    files = sum(1 for place in places for _ in versions(deployment.client("s3"), *place))
    remove_traces(deployment)
    for row in rows:
        table.delete_item(TableName=ledger, Key={"file": row})
    for bucket, prefix in places:
        shutil.rmtree(scene.platform.folder / "storage" / bucket / prefix, ignore_errors=True)
    # The next sweep writes the dataset's own line again.
    return {"objects": files, "ledger lines": len({*rows} - {dataset_row(scene.dataset)})}


def is_of_the_dataset(row: Row, scene: Scene) -> bool:
    """Whether a ledger line is about the dataset of the exercises, or about an alarm that an exercise copied."""
    bucket, prefix = scene.buckets["input"], scene.settings["datasets"][scene.dataset]["prefix"]
    begins = (
        version_row(bucket, prefix, "").removesuffix("@"),
        newest_row(bucket, prefix),
        alarm_row(names_of_exercise_alarms(scene.prefix), "").removesuffix("/"),
    )
    own = (dataset_row(scene.dataset), drift_row(scene.dataset))
    return row["file"] in own or row.get("dataset") == scene.dataset or row["file"].startswith(begins)


def left_active(scene: Scene, sections: list[str]) -> list[str]:
    """The alarms of exercises that are still active, and for how long at most."""
    ends = tuple(each.ending for section in sections for each in followed_by(section, scene.settings["monitoring"]))
    active = [alarm for alarm in scene.all_alarms() if alarm["StateValue"] == "ALARM"]
    return [
        f"{alarm['AlarmName']} is still active. If the exercise was its only reason, it ends by itself within "
        f"{minutes_until_over(alarm)} minutes."
        for alarm in active
        if section_of(alarm["AlarmDescription"]) in sections or (ends and alarm["AlarmName"].endswith(ends))
    ]
