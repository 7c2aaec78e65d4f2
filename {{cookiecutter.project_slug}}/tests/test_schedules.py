"""Tests of random schedules: each file ends exactly once, and each failure is notified.

`SEEDS=200` tries more schedules than by default; `SEED=17` repeats the one with the number in a failed test's name.
"""

import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from event_chain import BAD, COUNTS, DUPLICATE, FAILS_THE_RUN, INPUT, NAME, Crash, EventChain, RefusedError, refusal
from moto import mock_aws
from moto.moto_api._internal import mock_random

STEPS = 50
REFUSALS = ("ThrottlingException", "ProvisionedThroughputExceededException", "InternalErrorException")
# The probability that a call is refused, or the last of its Lambda; publishing fails more often than the rest.
TROUBLE = {"publish": 0.2}
LINES = ("1", "1", BAD, DUPLICATE)


def seeds() -> list[int]:
    """The schedules to try."""
    one = os.environ.get("SEED")
    return [int(one)] if one else list(range(int(os.environ.get("SEEDS", "8"))))


class Schedule:
    """A random schedule from one seed: the same seed gives the same calls in the same order."""

    def __init__(self, chain: EventChain, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.chain, self.chance = chain, random.Random(seed)
        self.bodies: list[str] = []
        self.lines: dict[str, int] = {}
        self.notifications: list[dict[str, str]] = []
        self.lambda_has_died = self.is_interrupted = False
        # moto draws the version ids, and threads run in any order.
        mock_random.seed(seed)
        monkeypatch.setattr("runtime.aws.THREADS", 1)

    def run(self) -> None:
        """Run many steps with faults, then only let time pass."""
        self.chain.before = self.chain.after = self.trouble
        files = [self.upload, self.upload, self.upload, self.event_is_lost, self.delete, self.redeliver]
        glue = [self.crawl_ends, self.crawl_ends, self.job_ends, self.job_ends, self.job_ends, self.sweep]
        others = [self.somebody_crawls, self.somebody_runs_the_job]
        for _ in range(STEPS):
            self.chain.clock.forward(minutes=self.chance.choice([0, 1, 30]))
            self.lambda_has_died = False
            with self.injected_errors():
                self.chance.choice([*files, *glue, *others])()
        self.settle()

    def trouble(self, service: str, call: str) -> None:
        """Refuse a call, or let the Lambda die before or after it; a dead Lambda makes no more calls."""
        if self.lambda_has_died:
            raise Crash
        if not self.is_interrupted and self.chance.random() < 0.03:
            self.another_lambda_runs()
        if self.chance.random() < TROUBLE.get(call, 0.02):
            self.lambda_has_died = self.chance.random() < 0.5
            raise Crash if self.lambda_has_died else refusal(self.chance.choice(REFUSALS))

    def another_lambda_runs(self) -> None:
        """Run another Lambda in the middle of this one; if it fails, only it fails."""
        self.is_interrupted = True
        with self.injected_errors():
            self.chance.choice([self.sweep, self.redeliver, self.event_is_repeated])()
        self.is_interrupted = self.lambda_has_died = False

    @contextmanager
    def injected_errors(self) -> Iterator[None]:
        """Check that only injected errors end a step; a Lambda logs errors that it catches itself."""
        try:
            yield
        except (Crash, RefusedError):
            pass
        except RuntimeError as error:
            if not str(error).startswith("The sweep of "):
                raise

    def settle(self) -> None:
        """Let time pass; after a notification of a crawler without progress, run the crawler by hand."""
        for _ in range(2):
            self.chain.settle()
            self.notifications += self.chain.notifications()
            if any("makes no progress" in message["Subject"] for message in self.notifications):
                self.chain.glue.start_crawler(Name=NAME)
        self.chain.settle()
        self.notifications += self.chain.notifications()

    def put(self) -> str:
        """Put a new file, or a new version of one: rows of all kinds, sometimes an unreadable one."""
        key = f"orders/{self.chance.choice([*'abcdef', '10:30'])}.csv"
        lines = self.chance.choices(LINES, k=self.chance.randrange(1, 5))
        if self.chance.random() < 0.08:
            lines.append(FAILS_THE_RUN)
        body = "\n".join(lines).encode() if self.chance.random() < 0.9 else b"\xff\xfe"
        message = self.chain.upload(key, body)
        version = json.loads(message)["detail"]["object"]["version-id"]
        self.lines[f"{INPUT}/{key}@{version}"] = len(lines)
        return message

    def upload(self) -> None:
        self.bodies.append(self.put())
        self.chain.deliver(*self.chance.sample(self.bodies, min(3, len(self.bodies))))

    def event_is_lost(self) -> None:
        self.put()

    def delete(self) -> None:
        self.chain.s3.delete_object(Bucket=INPUT, Key=f"orders/{self.chance.choice('abcdef')}.csv")

    def redeliver(self) -> None:
        self.chain.deliver(*self.chance.choices(self.bodies or ["not json"], k=5))

    def event_is_repeated(self) -> None:
        self.chain.start_etl_job.handler({"detail": {"crawlerName": NAME, "state": "Succeeded"}}, None)

    def crawl_ends(self) -> None:
        if self.chain.glue.crawler["State"] == "RUNNING":
            self.chain.crawl(
                self.chance.choice(["SUCCEEDED", "SUCCEEDED", "FAILED"]), send_event=self.chance.random() < 0.5
            )

    def job_ends(self) -> None:
        """End the job, which may also be refused at its commit, or die after it."""
        state = self.chance.choice(["SUCCEEDED", "SUCCEEDED", "FAILED", "TIMEOUT"])
        commits = state == "SUCCEEDED" or self.chance.random() < 0.3
        if any(run["JobRunState"] == "RUNNING" for run in self.chain.glue.job_runs):
            self.chain.job_ends(state, send_event=self.chance.random() < 0.5, commits=commits)
            if state == "SUCCEEDED" and self.chance.random() < 0.5:
                self.chain.job_succeeded()

    def sweep(self) -> None:
        self.chain.sweep()

    def somebody_crawls(self) -> None:
        if self.chain.glue.crawler["State"] == "READY":
            self.chain.glue.start_crawler(Name=NAME)

    def somebody_runs_the_job(self) -> None:
        if all(run["JobRunState"] != "RUNNING" for run in self.chain.glue.job_runs):
            self.chain.glue.start_job_run(JobName=NAME, Arguments={})


def each_version_ended_once(schedule: Schedule) -> None:
    """Check each version: published by exactly one batch, or never and with a reason; nothing is left open."""
    rows, published = schedule.chain.rows(), schedule.chain.published()
    assert set(rows) == set(schedule.lines)
    assert {row["state"] for row in rows.values()} <= {"DONE", "QUARANTINED", "GONE", "DEAD"}, schedule.chain.states()
    assert published == Counter(file for file, row in rows.items() if row["state"] == "DONE")
    assert all(row["reason"] for row in rows.values() if row["state"] != "DONE")
    assert not [name for name, row in (rows | schedule.chain.rows("run")).items() if "open" in row]


def everybody_was_notified(schedule: Schedule) -> None:
    """Check the notifications: of each ended run; of each unpublished file by name, with its run or by itself."""
    texts = "\n".join(message["Message"] for message in schedule.notifications)
    ended = [name for name, row in schedule.chain.rows("run").items() if row["state"] in ("PUBLISHED", "FAILED")]
    assert [name for name in ended if f"Run {name.removeprefix('run/')} " not in texts] == []
    for file, row in schedule.chain.rows().items():
        run, name = (
            (f"Run {row['run']} ", row["key"]) if "run" in row else ("", f"{row['key']}, version {row['version_id']}")
        )
        about = [
            message for message in schedule.notifications if run in message["Message"] and name in message["Message"]
        ]
        assert row["state"] == "DONE" or about, f"Nobody was notified of {file}: {row['state']}, {row['reason']}."


def every_row_is_accounted_for(schedule: Schedule) -> None:
    """Check that rows in = published + quarantined + duplicates, and that they are the rows of the read files."""
    reports = schedule.chain.published_reports()
    total = {count: sum(report[count] for report in reports) for count in COUNTS}
    done = [file for file, row in schedule.chain.rows().items() if row["state"] == "DONE"]
    assert total["rows_in"] == sum(schedule.lines[file] for file in done)
    assert total["rows_in"] == total["published"] + total["quarantined"] + total["duplicates"]


def errors_in(log: str) -> set[str]:
    """Return the kinds of error that the Lambdas have caught."""
    lines = [json.loads(line) for line in log.splitlines()]
    return {line["error"] for line in lines if "error" in line}


@pytest.mark.parametrize("seed", seeds(), ids=lambda seed: f"SEED={seed}")
def test_no_schedule_of_faults_loses_or_doubles_a_file_or_keeps_silent_about_one(
    chain: EventChain, seed: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    schedule = Schedule(chain, seed, monkeypatch)

    schedule.run()

    assert errors_in(capsys.readouterr().out) <= {*REFUSALS, "JSONDecodeError"}
    each_version_ended_once(schedule)
    everybody_was_notified(schedule)
    every_row_is_accounted_for(schedule)


def test_a_seed_gives_the_same_schedule_each_time() -> None:
    def ends() -> tuple[dict[str, str], Counter[str]]:
        with mock_aws(), pytest.MonkeyPatch.context() as monkeypatch:
            schedule = Schedule(EventChain(monkeypatch), 3, monkeypatch)
            schedule.run()
            return {file: row["state"] for file, row in schedule.chain.rows().items()}, schedule.chain.calls

    assert ends() == ends()
