"""`dataops report`: the report of an environment on AWS, from its ledger, run reports and alarms."""

import json
import re
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from deployed import DEPLOYED, pretend_deployed
from event_chain import BAD, DUPLICATE, FAILS_THE_RUN, INPUT, NAME, EventChain, real
from ledger.keys import run_of_row

from dataops.operations import environment_report
from dataops.project import PROJECT
from dataops.project.deployment import Deployment
from dataops.report import collection
from dataops.report.report import Report

QUARANTINE = "acme-dev-quarantine"
COLUMN = {"name": "id", "type": "string"}
SETTINGS = DEPLOYED.settings | {
    "project": {"name": "Acme"},
    "names": DEPLOYED.names | {"canary": "canary"},
    "datasets": {"orders": {"prefix": "orders/", "format": "csv", "columns": [COLUMN]}},
}
ON_AWS = Deployment("dev", SETTINGS, {"region_name": "eu-west-1"})
# As a local AWS is reached; moto answers any address of AWS.
HERE = Deployment("dev", SETTINGS, ON_AWS.access | {"endpoint_url": "https://s3.eu-west-1.amazonaws.com"})


class Client:
    """A client that notes which rights its calls need."""

    def __init__(self, service: str, client: Any, used: set[str]) -> None:
        self.service, self.client, self.used = service, client, used

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.client, name)
        if not callable(found):
            return found

        def call(*given: Any, **arguments: Any) -> Any:
            operation = given[0] if name == "get_paginator" else name
            self.used.add(f"{self.service}:{''.join(word.capitalize() for word in operation.split('_'))}")
            return found(*given, **arguments)

        return call


class Glue:
    """The chain's Glue, and its crawls."""

    def __init__(self, chain: EventChain) -> None:
        self.chain, self.exceptions = chain, chain.glue.exceptions

    def list_crawls(self, **asked: Any) -> dict[str, Any]:
        assert asked == {"CrawlerName": NAME}
        return {"Crawls": [{"StartTime": self.chain.clock()}] * self.chain.glue.crawls}

    def get_job_run(self, **asked: Any) -> Any:
        return self.chain.glue.get_job_run(**asked)


@pytest.fixture
def used(chain: EventChain, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The rights that a command has used."""
    found: set[str] = set()
    monkeypatch.setattr(
        Deployment,
        "client",
        lambda _, service: Client(service, Glue(chain) if service == "glue" else real(service), found),
    )
    monkeypatch.setattr(Deployment, "table_client", lambda _: Client("dynamodb", real("dynamodb"), found))
    monkeypatch.setattr(environment_report, "notifications", lambda _: [])
    return found


def processed(chain: EventChain, key: str, *lines: str) -> str:
    """Upload a file and let its run end; return its batch."""
    chain.deliver(chain.upload(key, "\n".join(lines).encode()))
    chain.crawl()
    chain.job_ends()
    return str(max(chain.rows().values(), key=lambda row: row["uploaded_at"])["run"].rpartition("-")[0])


def quarantine(chain: EventChain, batch: str, *records: str) -> None:
    chain.s3.create_bucket(Bucket=QUARANTINE, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    rows_of_quarantine = [
        {"file": f"s3://{INPUT}/orders/a.csv", "line": line, "reasons": ["bad"], "record": record}
        for line, record in enumerate(records)
    ]
    body = "\n".join(map(json.dumps, rows_of_quarantine))
    chain.s3.put_object(Bucket=QUARANTINE, Key=f"orders/batch_id={batch}/part-0.json", Body=body)


def reported(chain: EventChain, deployment: Deployment = ON_AWS, days: int = 7) -> Report:
    return environment_report.report_of(deployment, days, chain.clock())


def test_files_and_runs_are_those_of_the_ledger_with_the_counts_of_their_reports(
    chain: EventChain, used: set[str]
) -> None:
    processed(chain, "orders/a.csv", "1", "2", BAD, DUPLICATE)

    report = reported(chain)

    (file,), (run,) = report["datasets"]["orders"]["files"], report["datasets"]["orders"]["runs"]
    assert (file["key"], file["state"], file["reasons"]) == ("orders/a.csv", "DONE", {"bad": 1})
    assert [file[count] for count in ("rows_in", "published", "quarantined", "duplicates")] == [4, 2, 1, 1]
    assert (run["state"], run["files"]) == ("PUBLISHED", 1)
    assert (report["datasets"]["orders"]["crawls"], report["datasets"]["orders"]["published_rows"]) == (1, 2)
    assert (report["place"], report["notifications"]) == ("on AWS, the last 7 days", None)


def test_the_page_of_aws_holds_no_value_of_a_row_and_that_of_a_laptop_one_for_each_reason(
    chain: EventChain, used: set[str]
) -> None:
    quarantine(chain, processed(chain, "orders/a.csv", BAD, BAD, "1"), "secret value", "another")

    assert reported(chain)["datasets"]["orders"]["files"][0]["examples"] == {}
    assert "secret" not in json.dumps(reported(chain))
    assert reported(chain, HERE)["datasets"]["orders"]["files"][0]["examples"] == {"bad": "'secret value'"}


def test_older_files_are_left_out_unless_they_still_wait(chain: EventChain, used: set[str]) -> None:
    processed(chain, "orders/old.csv", "1")
    chain.deliver(chain.upload("orders/waits.csv"))
    chain.clock.forward(days=8)

    def keys(days: int) -> list[str]:
        return [file["key"] for file in reported(chain, days=days)["datasets"]["orders"]["files"]]

    assert (keys(7), keys(9)) == (["orders/waits.csv"], ["orders/old.csv", "orders/waits.csv"])


def test_a_failed_run_has_its_sentence_in_the_row_of_its_file(chain: EventChain, used: set[str]) -> None:
    chain.deliver(chain.upload("orders/a.csv", FAILS_THE_RUN.encode()))
    chain.crawl()
    chain.job_ends()

    orders = reported(chain)["datasets"]["orders"]

    assert [file["reason"] for file in orders["files"]] == [run["reason"] for run in orders["runs"]] != [None]


def test_what_belongs_to_no_dataset_is_named_and_the_canary_is_not(chain: EventChain, used: set[str]) -> None:
    for key in ("stray.csv", "unknown/deep/a.csv", "canary/a.csv", "orders/a.csv"):
        chain.s3.put_object(Bucket=INPUT, Key=key, Body=b"1")

    assert reported(chain)["ignored_files"] == ["stray.csv", "unknown/deep/a.csv"]


def test_the_alarms_are_those_of_the_environment(chain: EventChain, used: set[str]) -> None:
    common = {"ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1, "Threshold": 1.0, "Period": 60}
    common |= {"MetricName": "m", "Namespace": "n", "Statistic": "Sum"}
    for name in ("acme-dev-late", "other-dev-late"):
        real("cloudwatch").put_metric_alarm(AlarmName=name, **common)
    real("cloudwatch").set_alarm_state(AlarmName="acme-dev-late", StateValue="ALARM", StateReason="late")

    assert [(alarm["name"], alarm["state"]) for alarm in reported(chain)["alarms"]] == [("acme-dev-late", "ALARM")]


def test_the_command_writes_the_page_and_needs_only_the_rights_that_the_page_names(
    chain: EventChain,
    used: set[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    pretend_deployed(monkeypatch)
    monkeypatch.setattr("dataops.project.deployment.settings_of", lambda *_: SETTINGS)
    monkeypatch.setattr(environment_report, "folder_of", lambda name: tmp_path / name)
    monkeypatch.setattr(environment_report, "datetime", SimpleNamespace(now=lambda _: chain.clock()))
    processed(chain, "orders/a.csv", "1", BAD)

    environment_report.main(["--environment", "dev", "--days", "90"], standalone_mode=False)

    assert "<title>Acme dev, on AWS, the last 90 days</title>" in (tmp_path / "dev/report.html").read_text()
    assert f"the report as a page: {tmp_path}/dev/report.html" in capsys.readouterr().out
    runbook = (PROJECT / "docs/runbook.md").read_text(encoding="utf-8").splitlines()
    (line,) = (line for line in runbook if "make report ENV=prod" in line)
    # Reading an encrypted object or table is a call of its service to KMS.
    named = set(re.findall("`([a-z0-9]+:[A-Za-z]+)`", line)) - {"kms:Decrypt"}
    assert {each.replace("ListObjectsV2", "ListBucket") for each in used} - {"sts:GetCallerIdentity"} == named


def test_a_day_is_what_is_called_the_latest(chain: EventChain, used: set[str]) -> None:
    assert reported(chain)["since"] == (chain.clock() - timedelta(days=1)).isoformat()[:19]


def test_only_the_report_of_a_laptop_compares_the_rules_of_published_files(
    chain: EventChain, used: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Path | None, dict[str, list[str]]]] = []

    def sentences(folder: Path | None, starts: dict[str, list[str]]) -> dict[str, str]:
        asked.append((folder, starts))
        return {"orders": "rules changed"} if folder else {}

    monkeypatch.setattr(collection, "sentences", sentences)
    processed(chain, "orders/a.csv", "1")
    chain.deliver(chain.upload("orders/waits.csv", b"1"))
    chain.crawl()
    published = next(row["run"] for row in chain.rows().values() if row["state"] == "DONE")
    starts = {
        "orders": [
            next(row["uploaded_at"] for row in chain.rows("run").values() if run_of_row(row["file"]) == published)
        ]
    }

    here, on_aws = (reported(chain, each) for each in (HERE, ON_AWS))

    assert (here["datasets"]["orders"]["earlier_rules"], on_aws["datasets"]["orders"]["earlier_rules"]) == (
        "rules changed",
        "",
    )
    assert asked == [(PROJECT / ".local/dev", starts), (None, starts)]
