"""Tests of the whole chain in one process: each file ends exactly once, whatever is lost, repeated or dies."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest
from event_chain import DATASET, HANDLERS, NAME, SUBJECT, Crash, EventChain
from moto import mock_aws
from steps.inspection import Inspection, inspect
from steps.settings import ManifestFile, Settings

ENDED = {"DONE", "QUARANTINED", "GONE", "DEAD"}


def each_file_ended_exactly_once(chain: EventChain) -> None:
    """Check that no file is lost, and no version is in two committed batches."""
    versions = chain.s3.list_object_versions(Bucket="acme-dev-input")["Versions"]
    names = {f"acme-dev-input/{version['Key']}@{version['VersionId']}" for version in versions}
    rows = chain.rows()
    assert set(rows) == names
    assert {row["state"] for row in rows.values()} <= ENDED, chain.states()
    published = chain.published()
    assert set(published.values()) <= {1}, published
    assert {file for file, row in rows.items() if row["state"] == "DONE"} == set(published)


def test_a_file_goes_from_upload_to_published_without_the_sweep(chain: EventChain) -> None:
    chain.deliver(chain.upload("orders/a.csv"))
    chain.crawl()
    chain.job_ends()

    each_file_ended_exactly_once(chain)
    assert chain.states() == {"DONE": 1}
    assert [message["Subject"] for message in chain.notifications()] == [f"{SUBJECT} published"]


def test_with_every_event_lost_the_sweep_reaches_the_same_end(chain: EventChain) -> None:
    for number in range(5):
        chain.upload(f"orders/{number}.csv")

    chain.settle()

    each_file_ended_exactly_once(chain)
    assert [message["Subject"] for message in chain.notifications()] == [f"{SUBJECT} published"]


def test_a_replay_of_every_message_and_event_changes_nothing(chain: EventChain) -> None:
    bodies = [chain.upload(f"orders/{number}.csv") for number in range(5)]
    chain.deliver(*bodies)
    chain.crawl()
    chain.job_ends()
    before, said = chain.rows(), chain.notifications()

    chain.deliver(*bodies)
    chain.crawl()
    chain.tell_job_ended("jr_0")
    chain.settle()

    assert (chain.rows(), len(said), chain.notifications()) == (before, 1, [])
    each_file_ended_exactly_once(chain)


def carry(chain: EventChain) -> None:
    """Process two files; a step whose Lambda dies is not repeated."""
    bodies = [chain.upload("orders/a.csv"), chain.upload("orders/b.csv")]
    steps: list[Callable[[], Any]] = [lambda: chain.deliver(*bodies), chain.crawl, chain.job_ends]
    for step in steps:
        with suppress(Crash, StopIteration):
            step()


def calls_of_the_chain() -> list[tuple[str, str, int]]:
    """Return every call of the chain to AWS: the service, its operation, and its number among its kind."""
    with mock_aws(), pytest.MonkeyPatch.context() as monkeypatch:
        chain = EventChain(monkeypatch)
        carry(chain)
        kinds = [(kind.partition("."), count) for kind, count in chain.calls.items()]
    return [(service, call, nth) for (service, _, call), count in kinds for nth in range(count)]


CALLS = calls_of_the_chain()


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(("service", "call", "nth"), CALLS)
def test_a_lambda_that_dies_at_any_call_leads_to_the_same_end(
    chain: EventChain, service: str, call: str, nth: int, moment: str
) -> None:
    seen: list[int] = []
    said_before: list[int] = []

    def die(at: str, name: str) -> None:
        if (at, name) == (service, call):
            seen.append(1)
            if len(seen) == nth + 1:
                said_before.append(chain.calls["sns.publish"])
                raise Crash

    setattr(chain, moment, die)
    carry(chain)
    chain.settle()

    each_file_ended_exactly_once(chain)
    assert chain.states() == {"DONE": 2}
    notified = [str(message["Message"].split("Run ")[1].split(" ")[0]) for message in chain.notifications()]
    published = {commit["run"] for commit in chain.commits()}
    assert set(notified) == published
    # Only a sender that dies between sending and marking as sent sends a notification twice.
    assert len(notified) - len(published) <= (sum(said_before) > 0)


ODD_FILES = {"orders/10:30.csv": "QUARANTINED", "orders/deleted.csv": "GONE"}


def test_files_that_are_never_published_have_a_reason(chain: EventChain) -> None:
    chain.deliver(*[chain.upload(key) for key in ("orders/a.csv", *ODD_FILES)])
    chain.crawl()
    chain.job_ends(file_reasons={"orders/deleted.csv": "gone"})

    ends = {row["key"]: row for row in chain.rows().values()}
    assert {key: ends[key]["state"] for key in ODD_FILES} == ODD_FILES
    assert {key: ends[key]["reason"] for key in ODD_FILES} == {
        "orders/10:30.csv": "unreadable-name",
        "orders/deleted.csv": "gone",
    }


# A deleted upload is withdrawn: although S3 keeps the version, a job that comes later does not read it.


def settings() -> Settings:
    """Return settings of a dataset of one JSON column; nothing else matters here."""
    names = [field.name for field in fields(Settings) if field.default is MISSING]
    given: dict[str, Any] = dict.fromkeys(names, None) | {"format": "json", "columns": [], "on_drift": "report"}
    return Settings(**given)


def looked_at(chain: EventChain, version: str) -> Inspection:
    return inspect(chain.s3, ManifestFile("acme-dev-input", "orders/a.json", version, "e", 9, "t"), settings())


def put(chain: EventChain) -> str:
    stored = chain.s3.put_object(Bucket="acme-dev-input", Key="orders/a.json", Body=b'{"id": 1}')
    return str(stored["VersionId"])


def test_a_file_that_is_there_is_read(chain: EventChain) -> None:
    found = looked_at(chain, put(chain))

    assert (found.rejected, found.current) == (None, True)


def test_a_file_that_was_deleted_is_gone_although_its_version_still_exists(chain: EventChain) -> None:
    version = put(chain)
    chain.s3.delete_object(Bucket="acme-dev-input", Key="orders/a.json")
    assert chain.s3.get_object(Bucket="acme-dev-input", Key="orders/a.json", VersionId=version)

    assert looked_at(chain, version).rejected == "gone"


def test_a_version_that_a_newer_one_replaced_is_still_read(chain: EventChain) -> None:
    version, _ = put(chain), put(chain)

    found = looked_at(chain, version)

    assert (found.rejected, found.current) == (None, False)


@pytest.mark.parametrize("event_came", [True, False], ids=["the event came", "the event was lost"])
def test_the_ledger_says_gone_and_why_and_people_are_notified(chain: EventChain, event_came: bool) -> None:
    chain.deliver(chain.upload("orders/kept.csv"), *[chain.upload("orders/deleted.csv")][: int(event_came)])
    chain.s3.delete_object(Bucket="acme-dev-input", Key="orders/deleted.csv")

    chain.settle()

    ends = {row["key"]: (row["state"], row.get("reason")) for row in chain.rows().values()}
    assert ends == {"orders/kept.csv": ("DONE", None), "orders/deleted.csv": ("GONE", "gone")}
    assert sum("orders/deleted.csv: gone" in message["Message"] for message in chain.notifications()) == 1


def test_a_run_whose_files_were_all_deleted_has_not_failed(chain: EventChain) -> None:
    chain.deliver(chain.upload("orders/deleted.csv"))
    chain.s3.delete_object(Bucket="acme-dev-input", Key="orders/deleted.csv")

    chain.crawl()
    chain.job_ends()

    assert chain.states() == {"GONE": 1} and len(chain.glue.job_runs) == 1


# Each Lambda's role allows every call of its code: AWS would refuse it only in production.
ROLES = Path(__file__).parents[1] / "modules/environment/role_lambda.tf"
# IAM actions whose name differs from the call's.
NAMED_OTHERWISE = {"s3:ListObjectVersions": "s3:ListBucketVersions"}


def granted(function: str) -> set[str]:
    """Return the actions of a function's grants."""
    text = ROLES.read_text()
    grants = dict(re.findall(r"^ +(\w+) += \{ actions = \[(.*?)\]", text, re.MULTILINE))
    every = re.findall(r"_every = \[(.*?)\]", text)
    own = re.findall(rf"^ +{function} += concat\(local\._every, \[(.*?)\]\)", text, re.MULTILINE)
    names = re.findall(r'"(\w+)"', ", ".join(every + own))
    return {action for name in names for action in re.findall(r'"([\w:]+)"', grants[name])}


def made(chain: EventChain, function: str) -> set[str]:
    """Return the actions that a function's calls need."""
    actions = {
        f"{service}:{''.join(word.title() for word in call.split('_'))}" for service, call in chain.calls_of[function]
    }
    return {NAMED_OTHERWISE.get(action, action) for action in actions}


def everything_happens(chain: EventChain) -> None:
    """Run uploads, refusals, busy crawlers and jobs, failures and lost events."""
    chain.deliver(*[chain.upload(key) for key in ("orders/a.csv", "orders/10:30.csv", "orders/a.csv")])
    chain.crawl("FAILED")
    chain.sweep()
    chain.refuse("glue", "start_job_run", "ConcurrentRunsExceededException")
    chain.crawl()
    chain.before = lambda service, call: None
    chain.sweep()
    chain.job_ends("FAILED")
    chain.deliver(chain.upload("orders/b.csv"))
    chain.clock.forward(minutes=1)
    chain.deliver(chain.upload("orders/c.csv"))
    chain.crawl()
    chain.start_crawler.handler({"dataset": DATASET, "scheduled": True}, None)
    chain.upload("orders/no-event.csv")
    chain.settle()
    chain.start_etl_job.handler({"detail": {"jobName": NAME, "state": "SUCCEEDED"}}, None)
    chain.notify.handler({"Records": [{"Sns": {"Message": "an alarm", "MessageId": "1"}}] * 2}, None)
    chain.digest.handler({"time": "2026-03-02T06:00:00Z", "datasets": {DATASET: "1 hours"}}, None)


def test_every_lambda_may_make_every_call_that_it_makes(chain: EventChain) -> None:
    everything_happens(chain)

    assert min(len(made(chain, function)) for function in HANDLERS) >= 3
    assert {function: made(chain, function) - granted(function) for function in HANDLERS} == {
        function: set() for function in HANDLERS
    }
