"""The smoke test: a canary flies through the real Lambdas, is checked, and leaves no trace, however it ends."""

import io
import json
from typing import Any

import event_chain
import pyarrow
import pyarrow.parquet
import pytest
from event_chain import INPUT, OUTPUT, PREFIX, TABLE, EventChain, real

from dataops.delivery import canary as flight
from dataops.delivery.canary import COUNTED, PUBLISHED, Canary
from dataops.delivery.canary_traces import remove_traces
from dataops.delivery.smoke import smoke_test
from dataops.project.deployment import Deployment

NAME, QUARANTINE, DATABASE = "canary", "acme-dev-quarantine", "acme_dev"
ROWS_TABLE = f"{NAME}_rows"
SETTINGS: dict[str, Any] = {
    "prefix": PREFIX,
    "names": {"ledger": TABLE, "queue": "acme-dev-uploads", "database": DATABASE, "canary": NAME},
    "buckets": {"input": INPUT, "output": OUTPUT, "quarantine": QUARANTINE},
}
ROWS = sorted(PUBLISHED)


class Environment:
    """The event chain as an environment: each pause of the canary brings it one step on."""

    def __init__(self, chain: EventChain) -> None:
        self.chain = chain
        self.deployment = Deployment("dev", SETTINGS, {"region_name": "eu-west-1"})
        self.steps = [self.upload_event, chain.crawl, self.job]
        self.done, self.stands_still_after = 0, len(self.steps)
        self.seconds, self.published = 0.0, ROWS
        self.counts: dict[str, int] = COUNTED
        self.has_table = True

    def canary(self) -> Canary:
        return Canary(self.deployment, lambda: self.seconds, self.pause)

    def pause(self, seconds: float) -> None:
        self.seconds += 60
        if self.done < self.stands_still_after:
            self.steps[self.done]()
            self.done += 1

    def upload_event(self) -> None:
        """Tell of the newest upload, as the rule does."""
        (version,) = self.chain.s3.list_object_versions(Bucket=INPUT, Prefix=f"{NAME}/")["Versions"]
        stored = {"key": version["Key"], "size": version["Size"], "etag": version["ETag"].strip('"')}
        stored |= {"version-id": version["VersionId"], "sequencer": "01"}
        detail = {"bucket": {"name": INPUT}, "object": stored}
        message = {"version": 1, "dataset": NAME, "crawl": "on-upload", "time": self.chain.clock().isoformat()}
        assert self.chain.deliver(json.dumps(message | {"detail": detail})) == []

    def job(self) -> None:
        """What the job leaves: rows, table, commit and report."""
        (job_run,) = self.chain.glue.job_runs[-1:]
        manifest = self.chain.manifests()[-1]
        batch = manifest["batch"]
        table = pyarrow.table({"id": [id for id, _ in self.published], "sent_at": [at for _, at in self.published]})
        written = io.BytesIO()
        pyarrow.parquet.write_table(table, written)
        self.chain.s3.put_object(Bucket=OUTPUT, Key=f"{DATABASE}/{ROWS_TABLE}/data/a.parquet", Body=written.getvalue())
        if self.has_table:
            found = {"Name": ROWS_TABLE, "Parameters": {"metadata_location": f"s3://{OUTPUT}/{DATABASE}/{ROWS_TABLE}/metadata/v1"}}
            real("glue").create_table(DatabaseName=DATABASE, TableInput=found)
        file = {**manifest["files"][0], **self.counts, "reasons": {}, "file_reason": None}
        report = {"run": manifest["run"], "files": [file], "state": "published", "reason": None, **self.counts}
        self.chain._put(f"_reports/{NAME}/{manifest['run']}.json", report)
        self.chain._put(f"_commits/{NAME}/{batch}.json", {"run": manifest["run"], "batch": batch})
        job_run["JobRunState"] = "SUCCEEDED"
        self.chain.tell_job_ended(job_run["Id"])

    def traces(self) -> list[str]:
        """Everything that is there and that an environment without canaries has not."""
        found = [f"ledger: {name}" for kind in (INPUT, "dataset", "key", "run") for name in self.chain.rows(kind)]
        for bucket in (INPUT, OUTPUT, QUARANTINE):
            listed = self.chain.s3.list_object_versions(Bucket=bucket)
            found += [
                f"{bucket}: {each['Key']}" for each in listed.get("Versions", []) + listed.get("DeleteMarkers", [])
            ]
        return found + [f"table: {table['Name']}" for table in real("glue").get_tables(DatabaseName=DATABASE)["TableList"]]


@pytest.fixture
def environment(aws: None, monkeypatch: pytest.MonkeyPatch) -> Environment:
    monkeypatch.setattr(event_chain, "DATASET", NAME)
    monkeypatch.setattr(event_chain, "NAME", f"{PREFIX}-{NAME}")
    targets = {"Targets": {"S3Targets": [{"Path": f"s3://{INPUT}/{NAME}/"}]}}
    monkeypatch.setattr(event_chain, "CRAWLED", event_chain.CRAWLED | targets)
    chain = EventChain(monkeypatch)
    chain.s3.create_bucket(Bucket=QUARANTINE, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    real("glue").create_database(DatabaseInput={"Name": DATABASE})
    return Environment(chain)


def stopped(environment: Environment) -> str:
    """The sentence with which the smoke test stops."""
    with pytest.raises(SystemExit) as refused:
        smoke_test(environment.canary())
    return str(refused.value.code)


def test_a_canary_that_comes_through_leaves_no_trace(
    environment: Environment, capsys: pytest.CaptureFixture[str]
) -> None:
    smoke_test(environment.canary())

    assert environment.done == 3 and environment.traces() == []
    output = capsys.readouterr().out
    assert "no Lambda has taken it in" in output and "its job has not ended" in output


def test_nobody_is_notified_of_the_canary(environment: Environment) -> None:
    smoke_test(environment.canary())

    assert environment.chain.notifications() == []


@pytest.mark.parametrize(
    ("steps", "where", "look_at"),
    [
        (0, "no Lambda has taken it in", "the rules of acme-dev-canary, the queue acme-dev-uploads"),
        (1, "it waits for its crawler or its job", "the crawler acme-dev-canary"),
        (2, "its job has not ended", "the runs of the job acme-dev-canary"),
    ],
)
def test_a_canary_that_gets_stuck_says_where_and_what_to_look_at(
    environment: Environment, steps: int, where: str, look_at: str
) -> None:
    environment.stands_still_after = steps

    said = stopped(environment)

    assert said.startswith(f"The smoke test of dev stopped: {where}, 40 minutes after it was sent. Look at {look_at}")
    assert environment.traces() == []


def test_a_report_that_does_not_add_up_to_what_was_sent_fails(environment: Environment) -> None:
    environment.counts = COUNTED | {"published": 1, "quarantined": 1}

    assert "the report counts {'rows_in': 3, 'published': 1, 'quarantined': 1" in stopped(environment)
    assert environment.traces() == []


def test_rows_that_are_not_those_that_were_sent_fail(environment: Environment) -> None:
    environment.published = [("first", "2026-01-01 00:00:00"), ROWS[1]]

    assert "2 rows were published, which are not those that were sent. Look at the output" in stopped(environment)
    assert environment.traces() == []


def test_a_batch_that_the_catalog_does_not_know_fails(environment: Environment) -> None:
    environment.has_table = False

    assert "its rows are in no table of the catalog" in stopped(environment)
    assert environment.traces() == []


def test_a_refused_file_ends_the_test_at_once(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("uploads.admission.refusal", lambda _: "too-large")

    assert "it ended as QUARANTINED (too-large)" in stopped(environment)
    assert environment.seconds == 60 and environment.traces() == []


def test_what_an_earlier_test_could_not_remove_is_removed(environment: Environment) -> None:
    environment.canary().fly()
    assert len(environment.traces()) == 10

    remove_traces(environment.deployment)
    assert environment.traces() == []


def test_a_file_of_the_team_is_no_trace(environment: Environment) -> None:
    for bucket, key in (
        (INPUT, "orders/a.csv"),
        (OUTPUT, "orders/batch_id=b/a.parquet"),
        (OUTPUT, "_commits/orders/b"),
    ):
        environment.chain.s3.put_object(Bucket=bucket, Key=key, Body=b"")

    remove_traces(environment.deployment)

    assert len(environment.traces()) == 3


def test_the_canarys_own_numbers_add_up() -> None:
    assert len(flight.SENT) == COUNTED["rows_in"] == sum(COUNTED.values()) - COUNTED["rows_in"]
    assert len(PUBLISHED) == COUNTED["published"] and set(flight.SENT) >= PUBLISHED
