"""What the fault of a section of docs/runbook.md still shows besides its alarm; nothing if it is over."""

import json
from collections.abc import Callable
from typing import Any

from ledger.ledger import Ledger
from ledger.timestamps import utc_now

from dataops.project.deployment import Deployment

Proof = Callable[[Deployment, str], list[str]]
RUNNING = ("STARTING", "RUNNING", "WAITING", "STOPPING")


def no_dead_letters(deployment: Deployment, dataset: str) -> list[str]:
    """Both dead-letter queues are empty."""
    names = deployment.names
    return [
        *_messages_in(deployment, names["dead_letter_queue"]),
        *_messages_in(deployment, names["event_dead_letter"]),
    ]


def no_messages(deployment: Deployment, dataset: str) -> list[str]:
    """The queue of the uploads is empty."""
    return _messages_in(deployment, deployment.names["queue"])


def _messages_in(deployment: Deployment, queue: str) -> list[str]:
    sqs, names = deployment.client("sqs"), ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    address = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    given = sqs.get_queue_attributes(QueueUrl=address, AttributeNames=names)["Attributes"]
    count = sum(int(given[name]) for name in names)
    return [f"{queue} has {count} message{'' if count == 1 else 's'}."] if count else []


def no_file_waits(deployment: Deployment, dataset: str) -> list[str]:
    """No file of the dataset waits for a run or is in one."""
    ledger = Ledger(deployment.table_client(), deployment.names["ledger"], utc_now)
    waiting = ledger.open_rows(dataset, ("PENDING", "CLAIMED"))
    if not waiting:
        return []
    named = ", ".join(row["key"] for row in waiting[:3]) + (", …" if len(waiting) > 3 else "")
    states = "/".join(sorted({row["state"] for row in waiting}))
    return [f"{len(waiting)} of the files of {dataset} are {states}: {named}."]


def last_run_succeeded(deployment: Deployment, dataset: str) -> list[str]:
    """The newest run of the dataset's job has succeeded."""
    job = f"{deployment.prefix}-{dataset}"
    runs = deployment.client("glue").get_job_runs(JobName=job, MaxResults=1)["JobRuns"]
    if not runs:
        return [f"{job} has never run."]
    state = runs[0]["JobRunState"]
    if state in RUNNING:
        return [f"The newest run of {job} is {state}."]
    return [] if state == "SUCCEEDED" else [f"The newest run of {job} is {state}."]


def no_file_waits_and_last_run_succeeded(deployment: Deployment, dataset: str) -> list[str]:
    """Both of it."""
    return [*no_file_waits(deployment, dataset), *last_run_succeeded(deployment, dataset)]


def last_crawl_succeeded(deployment: Deployment, dataset: str) -> list[str]:
    """The dataset's crawler is ready, and its newest crawl has succeeded."""
    name = f"{deployment.prefix}-{dataset}"
    crawler = deployment.client("glue").get_crawler(Name=name)["Crawler"]
    status = crawler.get("LastCrawl", {}).get("Status", "SUCCEEDED")
    if crawler["State"] != "READY":
        return [f"The crawler {name} is {crawler['State']}."]
    given = crawler.get("LastCrawl", {}).get("ErrorMessage", "")
    return [] if status == "SUCCEEDED" else [f"The newest crawl of {name} is {status}: {given or 'see its log'}."]


def crawler_is_ready(deployment: Deployment, dataset: str) -> list[str]:
    """The dataset's crawler does not run."""
    name = f"{deployment.prefix}-{dataset}"
    state = deployment.client("glue").get_crawler(Name=name)["Crawler"]["State"]
    return [] if state == "READY" else [f"The crawler {name} is {state}."]


def sweep_answers(deployment: Deployment, dataset: str) -> list[str]:
    """The sweep, called as its rule calls it, answers without an error."""
    rule = f"{deployment.prefix}-{dataset}-sweep"
    targets = deployment.client("events").list_targets_by_rule(Rule=rule)["Targets"]
    answer = _called(deployment, "sweep", targets[0]["Input"])
    if "errorType" not in answer:
        return []
    return [f"{deployment.prefix}-sweep failed: {answer['errorType']}: {answer.get('errorMessage', '')}"]


def everything_is_reached(deployment: Deployment, dataset: str) -> list[str]:
    """The check of the connections, called now, reaches every service and database."""
    answer = _called(deployment, "check-connections", "{}")
    if "errorType" in answer:
        return [f"check_connections failed: {answer['errorType']}: {answer.get('errorMessage', '')}"]
    return [f"Cannot be reached: {', '.join(answer['unreachable'])}."] if answer["unreachable"] else []


def _called(deployment: Deployment, function: str, event: str) -> dict[str, Any]:
    called = deployment.client("lambda").invoke(FunctionName=f"{deployment.prefix}-{function}", Payload=event.encode())
    answer: dict[str, Any] = json.loads(called["Payload"].read() or b"{}")
    return answer


PROOFS: dict[str, Proof] = {
    "dead-letters": no_dead_letters,
    "old-messages": no_messages,
    "files-waiting": no_file_waits,
    "crawl-failing": last_crawl_succeeded,
    "crawl-long": crawler_is_ready,
    "runs-failed": no_file_waits_and_last_run_succeeded,
    "runs-timed-out": no_file_waits_and_last_run_succeeded,
    "lambda-errors": sweep_answers,
    "endpoint-unreachable": everything_is_reached,
    "connection-unreachable": everything_is_reached,
}
