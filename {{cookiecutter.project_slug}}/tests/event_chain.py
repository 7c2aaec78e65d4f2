"""The event chain in one process: real Lambdas over moto; tests control Glue, its job and the clock."""

import importlib
import itertools
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from threading import RLock
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from steps.inspection import newest_version, version_of
from steps.settings import ManifestFile

PREFIX, DATASET, NAME = "acme-dev", "orders", "acme-dev-orders"
PIPELINE = "acme-pipeline"
SUBJECT = f"{PREFIX} {DATASET}:"
INPUT, OUTPUT, TABLE = "acme-dev-input", "acme-dev-output", "acme-dev-ledger"
HANDLERS = ("start_crawler", "start_etl_job", "close_run", "sweep", "notify", "send_digest")
# The functions of pipeline/, which notify of deliveries.
HANDLERS_OF_DELIVERY = ("tell_delivery", "remind_approvers")
BUILT_AT_IMPORT = ("runtime.aws", "ledger.timestamps", *HANDLERS, *HANDLERS_OF_DELIVERY)
MAXIMUM_ATTEMPTS = 3
# The kinds of the tests' inbox: all.
KINDS = ["run succeeded", "run failed", "rows quarantined", "crawl failed", "data late", "dead letters"]
KINDS += ["drift found", "budget", "alarm", "daily digest", "pipeline started", "pipeline failed", "approval needed"]
KINDS += ["pull request opened", "pull request approved", "pull request overridden"]
# The crawler's folder, and its table.
CRAWLED = {
    "DatabaseName": "acme_dev",
    "TablePrefix": "raw_",
    "Targets": {"S3Targets": [{"Path": f"s3://{INPUT}/orders/"}]},
}
COUNTS = ("rows_in", "published", "quarantined", "duplicates")
# Lines that the fake job does not publish.
BAD, DUPLICATE, FAILS_THE_RUN = "bad", "duplicate", "fails-the-run"


@cache
def real(service: str) -> Any:
    """Return a client of moto's AWS; building one takes longer than most tests."""
    session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name="eu-west-1")
    return session.resource(service).meta.client if service == "dynamodb" else session.client(service)


class Crash(BaseException):
    """A Lambda that dies: nothing in its code may catch it."""


class RefusedError(ClientError):
    """The error of an AWS service, as a test injects it."""


def refusal(code: str) -> RefusedError:
    """Return an injected error of some kind."""
    return RefusedError({"Error": {"Code": code, "Message": code}}, "AnyOperation")


class Clock:
    """A clock that only tests move; the objects of moto's S3 have their times from it too."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **amount: float) -> None:
        self.now += timedelta(**amount)


class Wire:
    """A client whose calls can be refused, counted, or die before or after they take effect."""

    def __init__(self, service: str, client: Any, chain: "EventChain") -> None:
        self.service, self.client, self.chain, self.function = service, client, chain, chain.importing

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.client, name)
        if not callable(found):
            return found

        def call(*operation: str, **arguments: Any) -> Any:
            with self.chain.lock:
                self.chain.calls[f"{self.service}.{name}"] += 1
                self.chain.calls_of[self.function].add((self.service, *(operation or (name,))))
            self.chain.before(self.service, name)
            # DynamoDB serialises the writes of a row; moto has no lock of its own.
            with self.chain.lock:
                answer = found(*operation, **arguments)
            self.chain.after(self.service, name)
            return answer

        return call


class Glue:
    """One crawler and one job, controlled by the test."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.crawler: dict[str, Any] = {"Name": NAME, "State": "READY"} | CRAWLED
        self.tables: dict[str, dict[str, Any]] = {}
        self.crawl_began = clock()
        self.job_runs: list[dict[str, Any]] = []
        self.exceptions = real("glue").exceptions
        self.crawls = 0

    def start_crawler(self, *, Name: str) -> None:  # noqa: N803
        self._known(Name)
        if self.crawler["State"] != "READY":
            raise self.exceptions.CrawlerRunningException(
                {"Error": {"Code": "CrawlerRunningException"}}, "StartCrawler"
            )
        self.crawler["State"], self.crawl_began = "RUNNING", self.clock()
        self.crawls += 1

    def get_crawler(self, *, Name: str) -> dict[str, Any]:  # noqa: N803
        self._known(Name)
        return {"Crawler": self.crawler}

    def get_table(self, *, DatabaseName: str, Name: str) -> dict[str, Any]:  # noqa: N803
        if DatabaseName != CRAWLED["DatabaseName"] or Name not in self.tables:
            raise self.exceptions.EntityNotFoundException({"Error": {"Code": "EntityNotFoundException"}}, "GetTable")
        return {"Table": {"Name": Name} | self.tables[Name]}

    def finish_crawl(self, status: str = "SUCCEEDED") -> None:
        self.crawler |= {"State": "READY", "LastCrawl": {"Status": status, "StartTime": self.crawl_began}}

    def start_job_run(self, *, JobName: str, Arguments: dict[str, str]) -> dict[str, str]:  # noqa: N803
        self._known(JobName)
        if any(run["JobRunState"] == "RUNNING" for run in self.job_runs):
            raise refusal("ConcurrentRunsExceededException")
        name = f"jr_{len(self.job_runs)}"
        self.job_runs.append({"Id": name, "JobName": JobName, "Arguments": Arguments, "JobRunState": "RUNNING"})
        return {"JobRunId": name}

    def get_job_run(self, *, JobName: str, RunId: str) -> dict[str, Any]:  # noqa: N803
        self._known(JobName)
        return {"JobRun": next(run for run in self.job_runs if run["Id"] == RunId)}

    def get_paginator(self, operation: str) -> Any:
        assert operation == "get_job_runs"
        return self

    def paginate(self, *, JobName: str, PaginationConfig: dict[str, int]) -> list[dict[str, Any]]:  # noqa: N803
        self._known(JobName)
        return [{"JobRuns": list(reversed(self.job_runs))}]

    def _known(self, name: str) -> None:
        if name != NAME:
            raise self.exceptions.EntityNotFoundException({"Error": {"Code": "EntityNotFoundException"}}, "Any")


class CodePipeline:
    """CodePipeline's answers about a pipeline, set by the test."""

    def __init__(self) -> None:
        self.actions: list[dict[str, Any]] = []
        self.stages: list[dict[str, Any]] = []

    def list_action_executions(self, *, pipelineName: str, filter: dict[str, str]) -> dict[str, Any]:  # noqa: N803
        assert pipelineName == PIPELINE
        wanted = filter["pipelineExecutionId"]
        return {"actionExecutionDetails": [each for each in self.actions if each["pipelineExecutionId"] == wanted]}

    def get_pipeline_state(self, *, name: str) -> dict[str, Any]:
        assert name == PIPELINE
        return {"pipelineName": name, "stageStates": self.stages}


class EventChain:
    """Uploads, events and the fake job; `before` and `after` are called around every call to AWS."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lock, self.calls = RLock(), Counter[str]()
        self.importing, self.calls_of = "", defaultdict[str, set[tuple[str, ...]]](set)
        self.before: Callable[[str, str], None] = lambda service, call: None
        self.after: Callable[[str, str], None] = lambda service, call: None
        self.clock = Clock()
        self.glue = Glue(self.clock)
        self.codepipeline = CodePipeline()
        self.s3, self.sns, self.sqs, self.table = map(real, ("s3", "sns", "sqs", "dynamodb"))
        self.topic, self.inbox = self._resources()
        self.sequence = itertools.count(1)
        self._load(monkeypatch)

    def _resources(self) -> tuple[str, str]:
        for bucket in (INPUT, OUTPUT):
            self.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
            self.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        keys = [("open", "HASH"), ("uploaded_at", "RANGE")]
        self.table.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "file", "KeyType": "HASH"}],
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"} for name in ("file", "open", "uploaded_at")
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "open",
                    "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in keys],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        )
        inbox = self.sqs.create_queue(QueueName="inbox")["QueueUrl"]
        return self._topic_into("acme-dev", inbox), inbox

    def another_inbox(self, name: str) -> str:
        """Return the topic of one more target, whose messages come into the same inbox."""
        return self._topic_into(name, self.inbox)

    def _topic_into(self, name: str, queue: str) -> str:
        topic = str(self.sns.create_topic(Name=name)["TopicArn"])
        self.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=self._arn(queue))
        return topic

    def _arn(self, queue: str) -> str:
        found = self.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
        return str(found["Attributes"]["QueueArn"])

    def _load(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Import the Lambdas as AWS does, with the tests' clock and clients."""
        values = {"PREFIX": PREFIX, "INPUT_BUCKET": INPUT, "OUTPUT_BUCKET": OUTPUT, "LEDGER_TABLE": TABLE}
        values |= {"NOTIFICATION_ROUTES": json.dumps([{"form": "text", "kinds": KINDS, "topics": [self.topic]}])}
        values |= {"MAXIMUM_ATTEMPTS": str(MAXIMUM_ATTEMPTS), "CANARY": "canary", "APPROVAL_MINUTES": "4320"}
        values |= {"WORKER_TYPE": "G.1X", "WORKERS": "2"}
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        clients = {"s3": self.s3, "sns": self.sns, "glue": self.glue, "codepipeline": self.codepipeline}
        monkeypatch.setattr("runtime.aws.client", lambda service: Wire(service, clients[service], self))
        monkeypatch.setattr("runtime.aws.table_client", lambda: Wire("dynamodb", self.table, self))
        monkeypatch.setattr("ledger.timestamps.utc_now", self.clock)
        monkeypatch.setattr("moto.s3.models.utcnow", lambda: self.clock().replace(tzinfo=None))
        for name in BUILT_AT_IMPORT[2:]:
            monkeypatch.delitem(sys.modules, name, raising=False)
        lambdas = map(self._imported, HANDLERS)
        self.start_crawler, self.start_etl_job, self.close_run, self.sweeper, self.notify, self.digest = lambdas
        monkeypatch.setenv("PREFIX", PIPELINE)
        self.tell_delivery, self.remind_approvers = map(self._imported, HANDLERS_OF_DELIVERY)

    def _imported(self, name: str) -> Any:
        self.importing = name
        return importlib.import_module(name)

    # Uploads and their messages

    def upload(self, key: str, body: bytes = b"1\n") -> str:
        """Put an object; return the body of its queue message."""
        put = self.s3.put_object(Bucket=INPUT, Key=key, Body=body)
        stored = {
            "key": key,
            "size": len(body),
            "etag": put["ETag"].strip('"'),
            "version-id": put["VersionId"],
            "sequencer": f"{next(self.sequence):016X}",
        }
        detail = {"bucket": {"name": INPUT}, "object": stored}
        time = self.clock().isoformat()
        return json.dumps({"version": 1, "dataset": DATASET, "crawl": "on-upload", "time": time, "detail": detail})

    def deliver(self, *bodies: str) -> list[str]:
        """Deliver messages to start_crawler as SQS does; return the ids of those to be delivered again."""
        sent = str(int(self.clock().timestamp() * 1000))
        records = [
            {"messageId": str(number), "body": body, "attributes": {"SentTimestamp": sent}}
            for number, body in enumerate(bodies)
        ]
        answer = self.start_crawler.handler({"Records": records}, None)
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    # Events of Glue

    def crawl(self, status: str = "SUCCEEDED", send_event: bool = True) -> Any:
        """Let the running crawler end, and call start_etl_job unless the event is lost."""
        self.clock.forward(minutes=1)
        self.glue.finish_crawl(status)
        state = "Succeeded" if status == "SUCCEEDED" else "Failed"
        return (
            self.start_etl_job.handler({"detail": {"crawlerName": NAME, "state": state}}, None) if send_event else None
        )

    def job_ends(self, state: str = "SUCCEEDED", send_event: bool = True, **outcome: Any) -> None:
        """Let the running job end with commit and report as the contract says, and call close_run."""
        self.clock.forward(minutes=1)
        job_run = next(run for run in self.glue.job_runs if run["JobRunState"] == "RUNNING")
        self.work(job_run, state, **outcome)
        if send_event:
            self.tell_job_ended(job_run["Id"])

    def tell_job_ended(self, job_run: str) -> Any:
        return self.close_run.handler({"detail": {"jobName": NAME, "jobRunId": job_run}}, None)

    def job_succeeded(self) -> Any:
        """Tell start_etl_job that a job run has succeeded: more files may be waiting."""
        return self.start_etl_job.handler({"detail": {"jobName": NAME, "state": "SUCCEEDED"}}, None)

    def work(
        self,
        job_run: dict[str, Any],
        state: str,
        file_reasons: dict[str, str] | None = None,
        reason: str | None = None,
        lasting: tuple[str, ...] = (),
        commits: bool | None = None,
        snapshot: int | None = None,
    ) -> None:
        """Write the job's output: the lines decide what is published, quarantined or a duplicate."""
        if "--manifest" not in job_run["Arguments"]:
            job_run["JobRunState"] = state
            return
        bucket, _, key = job_run["Arguments"]["--manifest"].removeprefix("s3://").partition("/")
        manifest = json.loads(self.s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        files = [
            self._file_report(file, (file_reasons or {}).get(file["key"])) | {"lasting": file["key"] in lasting}
            for file in manifest["files"]
        ]
        if any(file["reasons"].get(FAILS_THE_RUN) for file in files):
            state, reason, commits = "FAILED", "too-many-bad-rows", False
        if state == "SUCCEEDED" if commits is None else commits:
            self._commit(manifest)
        why = None if state == "SUCCEEDED" else reason or "did-not-finish"
        ended = {"state": "failed" if why else "published", "reason": why}
        totals = {count: sum(file[count] for file in files) for count in COUNTS}
        about = {name: manifest[name] for name in ("run", "dataset", "batch")} | {"snapshot": snapshot}
        about |= {"output": f"s3://{OUTPUT}/{CRAWLED['DatabaseName']}/{DATASET}_rows"}
        self._put(
            f"_reports/{DATASET}/{manifest['run']}.json", about | {"files": files} | ended | totals
        )
        job_run["JobRunState"] = state

    def _file_report(self, file: dict[str, Any], file_reason: str | None) -> dict[str, Any]:
        version = ManifestFile(**file)
        identity = {"bucket": version.bucket, "key": version.key, "version_id": version.version_id}
        gone = newest_version(self.s3, version) is None
        body = b"" if gone else self.s3.get_object(**version_of(version))["Body"].read()
        reason = "gone" if gone else "encoding" if body.startswith(b"\xff") else file_reason
        lines = [] if reason else body.decode().splitlines()
        bad = Counter(line for line in lines if line in (BAD, FAILS_THE_RUN))
        counts = {"rows_in": len(lines), "quarantined": bad.total(), "duplicates": lines.count(DUPLICATE)}
        counts["published"] = counts["rows_in"] - counts["quarantined"] - counts["duplicates"]
        return identity | counts | {"reasons": dict(bad), "file_reason": reason}

    def _commit(self, manifest: dict[str, Any]) -> None:
        commit = {"run": manifest["run"], "batch": manifest["batch"]}
        try:
            self._put(f"_commits/{DATASET}/{manifest['batch']}.json", commit, IfNoneMatch="*")
        except ClientError as error:
            assert error.response["Error"]["Code"] == "PreconditionFailed"

    def _put(self, key: str, content: dict[str, Any], **condition: str) -> None:
        self.s3.put_object(Bucket=OUTPUT, Key=key, Body=json.dumps(content).encode(), **condition)

    def sweep(self, **event: str) -> Any:
        return self.sweep_with(None, **event)

    def sweep_with(self, context: Any, **event: str) -> Any:
        return self.sweeper.handler({"dataset": DATASET, "prefix": "orders/", "crawl": "on-upload"} | event, context)

    # The present state

    def rows(self, kind: str = INPUT) -> dict[str, dict[str, Any]]:
        """Return the ledger's rows about files (or runs, datasets, keys), by name."""
        pages = self.table.get_paginator("scan").paginate(TableName=TABLE, ConsistentRead=True)
        items = [item for page in pages for item in page["Items"]]
        return {item["file"]: item for item in items if item["file"].startswith(f"{kind}/")}

    def states(self) -> Counter[str]:
        return Counter(row["state"] for row in self.rows().values())

    def published(self) -> Counter[str]:
        """Return how often each file version was read into a committed batch: once is right."""
        return Counter(
            f"{file['bucket']}/{file['key']}@{file['version_id']}"
            for report in self.published_reports()
            for file in report["files"]
            if not file["file_reason"]
        )

    def published_reports(self) -> list[dict[str, Any]]:
        """Return the report of each run that has committed its batch."""
        return [self._stored(f"_reports/{DATASET}/{commit['run']}.json")[0] for commit in self.commits()]

    def _stored(self, prefix: str) -> list[dict[str, Any]]:
        keys = [item["Key"] for item in self.s3.list_objects_v2(Bucket=OUTPUT, Prefix=prefix).get("Contents", [])]
        return [json.loads(self.s3.get_object(Bucket=OUTPUT, Key=key)["Body"].read()) for key in keys]

    def commits(self) -> list[dict[str, Any]]:
        return self._stored(f"_commits/{DATASET}/")

    def manifests(self) -> list[dict[str, Any]]:
        return self._stored(f"_manifests/{DATASET}/")

    def notifications(self) -> list[dict[str, str]]:
        """Return the notifications since the last call."""
        messages: list[dict[str, str]] = []
        while found := self.sqs.receive_message(QueueUrl=self.inbox, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                self.sqs.delete_message(QueueUrl=self.inbox, ReceiptHandle=message["ReceiptHandle"])
                messages.append(json.loads(message["Body"]))
        return messages

    def refuse(self, service: str, call: str, code: str, times: int = 1) -> None:
        """Let the next calls of one kind fail with an error."""
        left = itertools.count(times, -1)

        def before(at: str, name: str) -> None:
            if (at, name) == (service, call) and next(left) > 0:
                raise refusal(code)

        self.before = before

    def settle(self) -> None:
        """Let time pass without further events: Glue works, and the sweep runs."""
        self.before = self.after = lambda service, call: None
        for _ in range(12):
            self.clock.forward(minutes=15)
            if self.glue.crawler["State"] != "READY":
                self.glue.finish_crawl()
            for job_run in self.glue.job_runs:
                if job_run["JobRunState"] == "RUNNING":
                    self.work(job_run, "SUCCEEDED")
            self.sweep()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An account in this process, for one test."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws():
        yield


@pytest.fixture
def chain(aws: None, monkeypatch: pytest.MonkeyPatch) -> EventChain:
    """A new event chain for one test."""
    return EventChain(monkeypatch)
