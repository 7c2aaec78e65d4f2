"""Runs Glue jobs on local Spark: the deployed script and its modules, in a process of its own per run."""

import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty, Queue
from threading import Lock, Thread
from typing import Any

from moto.core.utils import utcnow

from local.stand_in.local_aws import LocalAws
from local.stand_in.mirror import Mirror

log = logging.getLogger("jobs")
INSIDE = Path(__file__).with_name("spark_process.py")
STATES = {True: "SUCCEEDED", False: "FAILED"}


class Jobs:
    """Keeps a number of warm Spark processes; a run takes one, and another is made in its place."""

    def __init__(self, aws: LocalAws, java_home: str | None, tell: Callable[[str, dict[str, Any]], None]) -> None:
        self.aws, self.java_home, self.tell = aws, java_home, tell
        self.mirror = Mirror(aws.client("s3"), aws.folder / "storage")
        self.waiting: Queue[subprocess.Popen[str]] = Queue()
        # Two cores carry two jobs: more at once would only wait for each other.
        self.runs = ThreadPoolExecutor(2, "job")
        self.running: dict[str, subprocess.Popen[str]] = {}
        self.mirroring = Lock()

    def warm_up(self, count: int) -> None:
        """Start Spark processes that wait for their job."""
        for _ in range(count):
            self.waiting.put(self._start())

    def run(self, job_run: Any) -> None:
        """Begin a run that moto has written down as STARTING."""
        job_run.status = "RUNNING"
        self.runs.submit(self._run, job_run)

    def close(self) -> None:
        """End every process."""
        for process in [*self.running.values(), *_all_of(self.waiting)]:
            process.kill()

    def _run(self, job_run: Any) -> None:
        began = time.monotonic()
        try:
            complaint = self._work(job_run)
        except Exception as error:
            complaint = f"{type(error).__name__}: {error}"
        job_run.complaint, job_run.ended_on = complaint, utcnow()
        if job_run.status == "RUNNING":
            job_run.status = STATES[complaint is None]
        log.info("%s %s in %.1f s: %s", job_run.job_name, job_run.status, time.monotonic() - began, complaint)
        detail = {"jobName": job_run.job_name, "jobRunId": job_run.job_run_id, "state": job_run.status}
        self.tell("Glue Job State Change", {"severity": "INFO", "message": complaint or "Job run succeeded"} | detail)

    def _work(self, job_run: Any) -> str | None:
        """What the job complained about, or None when it succeeded."""
        job = self.aws.client("glue").get_job(JobName=job_run.job_name)["Job"]
        given = {name: value for name, value in job_run.arguments.items() if name.startswith("--")}
        order = {"script": str(self._fetched(job["Command"]["ScriptLocation"]))}
        modules = [str(self._fetched(place)) for place in given.get("--extra-py-files", "").split(",") if place]
        arguments = ["--JOB_NAME", job_run.job_name, *(text for pair in given.items() for text in pair)]
        settings = json.loads(given["--settings"])
        self._bring_down(given.get("--manifest"), settings)
        process = self._warm()
        self.running[job_run.job_run_id] = process
        try:
            said = process.communicate(json.dumps(order | {"modules": modules, "arguments": arguments}) + "\n")
            self._keep_log(given.get("--continuous-log-logGroup"), job_run.job_run_id, "".join(said))
            lines = [line for line in said[1].splitlines() if line.strip()]
            return None if process.returncode == 0 else (lines[-1] if lines else f"exit code {process.returncode}")
        finally:
            del self.running[job_run.job_run_id]
            self._bring_up(settings)

    def _bring_down(self, manifest: str | None, settings: dict[str, Any]) -> None:
        if not manifest:
            return
        bucket, _, key = manifest.removeprefix("s3://").partition("/")
        try:
            files = json.loads(self.aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())["files"]
        except (self.aws.client("s3").exceptions.NoSuchKey, ValueError, KeyError, TypeError):
            # The job itself says what is wrong with its manifest.
            return
        with self.mirroring:
            self.mirror.bring_down(settings["input_bucket"], [file["key"] for file in files])

    def _bring_up(self, settings: dict[str, Any]) -> None:
        with self.mirroring:
            for purpose in ("output", "quarantine"):
                self.mirror.bring_up(settings[f"{purpose}_bucket"])

    def _warm(self) -> subprocess.Popen[str]:
        try:
            process = self.waiting.get_nowait()
        except Empty:
            process = self._start()
        Thread(target=self._replace, daemon=True).start()
        return process

    def _replace(self) -> None:
        # The next one starts when this run has ended: until then it would take the run's processor away.
        while self.running:
            time.sleep(0.2)
        if self.waiting.empty():
            self.warm_up(1)

    def _start(self) -> subprocess.Popen[str]:
        changes = {
            "SPARK_CONF_DIR": str(self.aws.folder / "conf"),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "PYSPARK_PYTHON": sys.executable,
            **({"JAVA_HOME": self.java_home} if self.java_home else {}),
        }
        return subprocess.Popen(
            [sys.executable, INSIDE],
            env=os.environ | self.aws.process_environment | changes,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def _fetched(self, address: str) -> Path:
        """A deployed file on this machine: its name in the bucket holds its content's hash."""
        bucket, _, key = address.removeprefix("s3://").partition("/")
        place = self.aws.folder / "deployed" / key
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(self.aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
        return place

    def _keep_log(self, group: str | None, stream: str, text: str) -> None:
        if not group or not text:
            return
        now = round(time.time() * 1000)
        events = [{"timestamp": now, "message": line} for line in text.splitlines() if line and line != "warm"]
        if events:
            self.aws.client("logs").create_log_stream(logGroupName=group, logStreamName=stream)
            self.aws.client("logs").put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def _all_of(queue: "Queue[Any]") -> list[Any]:
    found = []
    while not queue.empty():
        found.append(queue.get_nowait())
    return found
