"""Job runs that wait on purpose, as those of a busy account do."""

import json
import shlex
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from local_aws_server import Server, eventually, policy_for

from dataops.local_aws.glue import class_archive
from dataops.local_aws.glue.java_options import LARGE_BYTES, LARGE_INPUT, SMALL_INPUT
from dataops.local_aws.glue.jobs import REST_SECONDS, Jobs
from dataops.local_aws.glue.warm_job import WarmJob
from dataops.local_aws.server.client import LocalAws

PATIENCE_SECONDS = 300


@pytest.fixture
def announced() -> list[dict[str, Any]]:
    """The events about ended runs."""
    return []


@pytest.fixture
def jobs(tmp_path: Path, announced: list[dict[str, Any]]) -> Iterator[Jobs]:
    """Jobs of an account without a server: a run that starts its work fails."""
    nobody = LocalAws("111111111111", "eu-west-1", "http://127.0.0.1:1", tmp_path)
    made = Jobs(nobody, None, lambda kind, detail: announced.append(detail))
    yield made
    made.close()


@pytest.fixture
def prepared(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is done for the next run."""
    done: list[str] = []

    def start() -> SimpleNamespace:
        done.append("a Spark that waits")
        return SimpleNamespace(is_alive=True, end=lambda: None)

    monkeypatch.setattr(jobs, "_started", start)
    monkeypatch.setattr(class_archive, "begin", lambda java: done.append("the archive of classes"))
    return done


def held_run(jobs: Jobs) -> Any:
    """A run that has started, and waits."""
    run = SimpleNamespace(job_name="orders", job_run_id="jr_1", arguments={}, status="STARTING")
    jobs.hold(True)
    jobs.run(run)
    time.sleep(0.05)
    return run


class FakeProcess:
    """A waiting Spark process with the input size that its Java options are for."""

    def __init__(self, conf: Path, environment: dict[str, str], java_home: str | None, input_bytes: int) -> None:
        self.input_bytes, self.is_alive = input_bytes, True

    def end(self) -> None:
        self.is_alive = False


def test_a_run_over_large_files_gets_a_process_whose_java_is_set_for_them(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dataops.local_aws.glue.jobs.WarmJob", FakeProcess)
    waiting: list[Any] = [jobs._started(), jobs._started()]
    jobs.waiting += waiting

    small, large = jobs._taken(LARGE_BYTES - 1), jobs._taken(LARGE_BYTES)

    assert small is waiting[0] and small.is_alive
    assert vars(large)["input_bytes"] == LARGE_BYTES
    assert not waiting[1].is_alive and jobs.waiting == []


def test_a_process_of_spark_is_started_with_the_options_for_its_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[dict[str, str]] = []

    def start(command: list[str], env: dict[str, str], **_: Any) -> SimpleNamespace:
        started.append(env)
        return SimpleNamespace(stdin=None)

    monkeypatch.setattr("dataops.local_aws.glue.warm_job.subprocess.Popen", start)

    for size in (0, LARGE_BYTES):
        WarmJob(tmp_path, {}, None, size)

    settings = ["--properties-file", str(tmp_path / "spark-defaults.conf")]
    assert [shlex.split(env["PYSPARK_SUBMIT_ARGS"])[:4] for env in started] == [
        [*settings, "--conf", f"spark.driver.extraJavaOptions={options}"] for options in (SMALL_INPUT, LARGE_INPUT)
    ]


def test_soon_after_the_last_run_a_spark_is_started_for_the_next_one(
    jobs: Jobs, prepared: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    later: list[tuple[float, Callable[[], None]]] = []

    def timer(seconds: float, act: Callable[[], None]) -> SimpleNamespace:
        return SimpleNamespace(start=lambda: later.append((seconds, act)))

    monkeypatch.setattr("dataops.local_aws.glue.jobs.Timer", timer)
    held_run(jobs)
    jobs.hold(False)
    eventually(lambda: not jobs.is_busy)
    assert prepared == []

    ((seconds, act),) = later
    act()

    assert (seconds, prepared) == (REST_SECONDS, ["a Spark that waits", "the archive of classes"])


def test_no_spark_is_started_where_another_run_has_begun_meanwhile(jobs: Jobs, prepared: list[str]) -> None:
    held_run(jobs)

    jobs._prepare()

    assert prepared == []
    jobs.hold(False)


def test_no_spark_is_started_after_the_end_of_the_local_aws(jobs: Jobs, prepared: list[str]) -> None:
    jobs.close()

    jobs._prepare()

    assert prepared == []


def wait_until_announced(announced: list[dict[str, Any]]) -> None:
    """Wait for the end of a run."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not announced and time.monotonic() < deadline:
        time.sleep(0.01)


def test_a_waiting_run_that_is_ended_does_not_begin_however_soon_it_is_let_go(
    jobs: Jobs, announced: list[dict[str, Any]]
) -> None:
    held_run(jobs)

    jobs.end("orders", "TIMEOUT")
    jobs.hold(False)

    wait_until_announced(announced)
    assert [(each["state"], each["message"]) for each in announced] == [("TIMEOUT", "It was ended before its work.")]


def test_a_waiting_run_that_is_let_go_begins(jobs: Jobs, announced: list[dict[str, Any]]) -> None:
    run = held_run(jobs)
    assert (announced, run.status) == ([], "RUNNING")

    jobs.hold(False)

    wait_until_announced(announced)
    assert [each["state"] for each in announced] == ["FAILED"]


def test_the_newest_run_comes_first_as_glue_lists_them(server: Server) -> None:
    glue = server.client("glue")
    glue.create_job(Name="listed", Role="role", Command={}, ExecutionProperty={"MaxConcurrentRuns": 3})
    server.ask("hold", jobs=True)

    begun = [glue.start_job_run(JobName="listed")["JobRunId"] for _ in range(3)]

    listed = [run["Id"] for run in glue.get_job_runs(JobName="listed")["JobRuns"]]
    newest = glue.get_job_runs(JobName="listed", MaxResults=1)["JobRuns"]
    server.ask("hold", jobs=False)
    assert listed == begun[::-1]
    assert [run["Id"] for run in newest] == begun[-1:]


def test_a_job_whose_role_does_not_trust_glue_is_made_and_each_of_its_runs_fails(server: Server) -> None:
    trust = policy_for("lambda.amazonaws.com", "sts:AssumeRole")
    del trust["Statement"][0]["Resource"]
    made = server.client("iam").create_role(RoleName="not-glue-s", AssumeRolePolicyDocument=json.dumps(trust))
    glue, role = server.client("glue"), made["Role"]["Arn"]
    glue.create_job(Name="distrusted", Role=role, Command={"Name": "glueetl", "ScriptLocation": "s3://any/it.py"})

    run = glue.start_job_run(JobName="distrusted", Arguments={"--settings": "s3://any/it.json"})["JobRunId"]

    server.settle()
    ended = glue.get_job_run(JobName="distrusted", RunId=run)["JobRun"]
    assert (ended["JobRunState"], ended["ErrorMessage"]) == (
        "FAILED",
        f"JobName:distrusted and JobRunId:{run} failed to execute with exception "
        f"Role {role} should be given assume role permissions for Glue Service.",
    )
