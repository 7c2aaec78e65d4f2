"""A running project on the local AWS, accessed as its users and operators do: by AWS calls."""

import itertools
import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import boto3

from dataops.acceptance.platform.project_copy import run
from dataops.local_platform import Platform
from dataops.project.control import ask
from dataops.project.job_settings import settings_of

Row = dict[str, Any]
ENDED = ("DONE", "QUARANTINED", "GONE", "DEAD")
PATIENCE_SECONDS = 900
order_ids = itertools.count(900_001)


def orders(count: int, amount: str = "10.00") -> bytes:
    """Return a CSV file of new orders."""
    lines = [f"{next(order_ids)},1001,2026-04-01 10:00:00,{amount},paid," for _ in range(count)]
    return "\n".join(["order_id,customer_id,ordered_at,amount,status,note", *lines, ""]).encode()


class RunningProject:
    """The clients of a running project, and the actions of the tests."""

    def __init__(self, folder: Path, environment: str) -> None:
        self.folder, self.environment = folder, environment
        self.platform = Platform(**json.loads((folder / ".local" / environment / "platform.json").read_text()))
        self.settings = settings_of(folder, environment)
        self.prefix, self.names = self.settings["prefix"], self.settings["names"]
        self.input, self.output = (self.settings["buckets"][purpose] for purpose in ("input", "output"))
        self.s3, self.glue, self.sqs, self.events = map(self.client, ("s3", "glue", "sqs", "events"))
        self.functions, self.cloudwatch = self.client("lambda"), self.client("cloudwatch")
        self.table = boto3.resource("dynamodb", **self.platform.access).Table(self.names["ledger"])

    def client(self, service: str) -> Any:
        """Return a boto3 client of the local AWS."""
        return boto3.client(service, **self.platform.access)

    def ask(self, question: str, **given: Any) -> dict[str, Any]:
        """Call one of the local AWS's own endpoints."""
        return ask(self.platform, question, **given)

    # Uploads and their messages

    def upload(self, key: str, body: bytes) -> str:
        """Put an object; return its version's name in the ledger."""
        return f"{self.input}/{key}@{self.s3.put_object(Bucket=self.input, Key=key, Body=body)['VersionId']}"

    def message(self, dataset: str, file: str, sequencer: int = 1) -> str:
        """Return the message that the dataset's rule sends to the queue for an upload."""
        key, _, version = file.removeprefix(f"{self.input}/").rpartition("@")
        stored = self.s3.head_object(Bucket=self.input, Key=key, VersionId=version)
        described = {"key": key, "size": stored["ContentLength"], "etag": stored["ETag"].strip('"')}
        described |= {"version-id": version, "sequencer": f"{sequencer:016X}"}
        fields = {"version": 1, "dataset": dataset, "crawl": "on-upload", "time": stored["LastModified"].isoformat()}
        return json.dumps(fields | {"detail": {"bucket": {"name": self.input}, "object": described}})

    def queue(self, purpose: str = "queue") -> str:
        """Return the URL of a queue."""
        return str(self.sqs.get_queue_url(QueueName=self.names[purpose])["QueueUrl"])

    def send(self, *bodies: str) -> None:
        """Put messages into the queue of uploads."""
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.queue(), MessageBody=body)

    def waiting_messages(self, purpose: str = "queue") -> int:
        """Return the number of messages of a queue, including those in flight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.sqs.get_queue_attributes(QueueUrl=self.queue(purpose), AttributeNames=names)["Attributes"]
        return sum(map(int, found.values()))

    def collect_batches_for(self, seconds: int) -> None:
        """Set how long the queue collects messages before it delivers a batch."""
        (mapping,) = self.functions.list_event_source_mappings()["EventSourceMappings"]
        self.functions.update_event_source_mapping(UUID=mapping["UUID"], MaximumBatchingWindowInSeconds=seconds)

    # Functions

    def invoke(self, function: str, event: Row) -> Row:
        """Invoke a function and wait for its answer; the answer of a failed function has `errorType`."""
        answer = self.functions.invoke(FunctionName=f"{self.prefix}-{function}", Payload=json.dumps(event))
        found: Row = json.loads(answer["Payload"].read())
        return found

    def sweep(self, dataset: str) -> None:
        """Invoke the sweep as its schedule does, and wait until it has ended."""
        (target,) = self.events.list_targets_by_rule(Rule=f"{self.prefix}-{dataset}-sweep")["Targets"]
        assert "errorType" not in self.invoke("sweep", json.loads(target["Input"]))

    def tell_crawl_succeeded(self, dataset: str) -> Row:
        """Invoke start_etl_job as the crawler's event does, and wait for its answer."""
        return self.invoke("start-etl-job", {"detail": {"crawlerName": self.name(dataset), "state": "Succeeded"}})

    def name(self, dataset: str) -> str:
        """Return the name of the dataset's crawler, job and rule."""
        return f"{self.prefix}-{dataset}"

    # The ledger

    def rows(self) -> list[Row]:
        """Return every row."""
        pages = self.table.meta.client.get_paginator("scan").paginate(TableName=self.table.name, ConsistentRead=True)
        return [row for page in pages for row in page["Items"]]

    def row(self, file: str) -> Row:
        """Return one row, or an empty one if there is none."""
        found: Row = self.table.get_item(Key={"file": file}, ConsistentRead=True).get("Item", {})
        return found

    def states(self, files: Iterable[str]) -> list[str]:
        """Return the state of each file, or `unknown`."""
        return [self.row(file).get("state", "unknown") for file in files]

    def age(self, run: str, minutes: int) -> None:
        """Move everything that the ledger has about a run into the past, as if so much time had passed."""
        for row in self.rows():
            if row.get("run") == run or row["file"] == f"run/{run}":
                then = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(time.time() - 60 * minutes))
                times = {"updated_at": then} | ({"uploaded_at": then} if row["file"].startswith("run/") else {})
                self.table.update_item(
                    Key={"file": row["file"]},
                    AttributeUpdates={name: {"Value": value, "Action": "PUT"} for name, value in times.items()},
                )

    # Waiting

    def wait(self, what: str, is_so: Callable[[], Any]) -> Any:
        """Return the first answer that is true; fail with a description of what did not happen."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            found = is_so()
            if found:
                return found
            time.sleep(0.1)
        states = sorted((row["file"], row.get("state", "")) for row in self.rows() if "open" in row)
        raise AssertionError(f"After {PATIENCE_SECONDS} seconds still not: {what}. Open in the ledger: {states}")

    def wait_for(self, state: str, *files: str) -> None:
        """Wait until all files are in a state."""
        self.wait(f"{len(files)} files {state}", lambda: set(self.states(files)) == {state})

    def wait_until_quiet(self) -> None:
        """Wait until the ledger has no open rows, and nothing runs."""
        self.wait("an empty queue", lambda: not self.waiting_messages())
        self.wait("nothing open in the ledger", lambda: not any("open" in row for row in self.rows()))
        self.wait("nothing at work", lambda: not self.ask("status")["busy"])

    # Notifications and published data

    def notifications(self, text: str) -> list[Row]:
        """Return the notifications that contain a text."""
        return [sent for sent in self.ask("status")["notifications"] if text in f"{sent['subject']}\n{sent['message']}"]

    def query(self, sql: str) -> list[str]:
        """Return the values of a result of one column, from `make query`."""
        words = ["--environment", self.environment, "--sql", sql]
        answered = run(self.folder, "-m", "dataops", "query", *words)
        assert answered.code == 0, answered.said
        return answered.said.split()

    def logged(self, function: str) -> str:
        """Return everything that a function has logged."""
        return self.log(f"/aws/lambda/{self.prefix}-{function}")

    def log(self, group: str) -> str:
        """Return the content of a log group."""
        pages = self.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
        return "\n".join(event["message"] for page in pages for event in page["events"])

    def stored(self, bucket: str, prefix: str) -> dict[str, bytes]:
        """Return the content of every object below a prefix."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        keys = [found["Key"] for page in pages for found in page.get("Contents", [])]
        return {key: self.s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}

    def report(self, dataset: str, run: str) -> Row:
        """Return the report of a run."""
        body = self.s3.get_object(Bucket=self.output, Key=f"_reports/{dataset}/{run}.json")["Body"].read()
        found: Row = json.loads(body)
        return found

    def reported(self, dataset: str, file: str) -> Row:
        """Return a file's line in the report of its run."""
        key, _, version = file.removeprefix(f"{self.input}/").rpartition("@")
        lines = self.report(dataset, self.row(file)["run"])["files"]
        return next(line for line in lines if (line["key"], line["version_id"]) == (key, version))

    def job_runs(self, dataset: str, run: str) -> list[Row]:
        """Return the job runs that got a run's manifest."""
        found = self.glue.get_job_runs(JobName=self.name(dataset))["JobRuns"]
        return [each for each in found if each["Arguments"].get("--manifest", "").endswith(f"/{run}.json")]
