"""Runs Glue jobs on local Spark: the deployed script and its modules, in a process of its own per run."""

import json
import logging
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event as Signal
from threading import Lock, Timer
from typing import Any

from moto.core.utils import utcnow

from dataops.local_aws.access import network
from dataops.local_aws.access.caller import Caller
from dataops.local_aws.access.identity import AccessDeniedError, require
from dataops.local_aws.access.roles import credentials
from dataops.local_aws.cloudwatch.metric_store import MetricStore
from dataops.local_aws.cloudwatch.service_metrics import of_job
from dataops.local_aws.glue import class_archive, table_pointer
from dataops.local_aws.glue.glue_logs import keep_job_log
from dataops.local_aws.glue.glue_role import UntrustedRoleError, require_setup, session_of_run
from dataops.local_aws.glue.java_options import LARGE_BYTES
from dataops.local_aws.glue.mirror import Mirror
from dataops.local_aws.glue.warm_job import WarmJob
from dataops.local_aws.server.client import LocalAws
from dataops.local_aws.server.workers import Workers

log = logging.getLogger("jobs")
# After the last run: whoever goes on at once, or ends the local AWS, needs no Spark that waits.
REST_SECONDS = 10


class Jobs:
    """Keeps a few warm Spark processes; a run takes one, and another is started soon after all have ended."""

    def __init__(self, aws: LocalAws, java_home: str | None, announce: Callable[[str, dict[str, Any]], None]) -> None:
        self.aws, self.java_home, self.announce = aws, java_home, announce
        self.mirror = Mirror(aws.client("s3"), aws.folder / "storage")
        # Two cores can run two jobs: more at once would only wait for each other.
        self.runs = Workers(2, "job")
        self.waiting: list[WarmJob] = []
        self.processes: list[WarmJob] = []
        self.archiving: subprocess.Popen[bytes] | None = None
        self.is_closed = False
        # By the name of the run that each works for.
        self.working: dict[str, WarmJob] = {}
        self.choosing, self.mirroring = Lock(), Lock()
        self.may_begin, self.ended_as = Signal(), dict[str, str]()
        self.may_begin.set()
        self.metrics = MetricStore(aws.account, aws.region)
        # The memory in bytes that a job has with a worker type, if it is less than this machine has.
        self.worker_bytes: dict[tuple[str, str], int] = {}

    @property
    def is_busy(self) -> bool:
        """Whether a run is unfinished, or its end not yet reported."""
        return self.runs.unfinished > 0

    def warm_up(self, count: int) -> None:
        """Make sure that this many Spark processes wait for a job."""
        with self.choosing:
            while len(self.waiting) < count and not self.is_closed:
                self.waiting.append(self._started())

    def run(self, job_run: Any) -> None:
        """Start a run that moto has recorded as STARTING."""
        job_run.status = "RUNNING"
        self.runs.submit(self._run, job_run)

    def hold(self, on: bool) -> None:
        """Make runs wait before their work until they are released, as those of a busy account do."""
        self.may_begin.clear() if on else self.may_begin.set()

    def end(self, name: str, state: str) -> None:
        """End the run of a job in a given state: TIMEOUT, STOPPED, ERROR."""
        self.ended_as[name] = state
        job = self.aws.model("glue").jobs.get(name)
        for run in list(job.job_runs) if job else []:
            process = self.working.get(run.job_run_id)
            if process:
                process.end()

    def stop(self, job_run: Any) -> None:
        """Stop one run as Glue does on request: the run is STOPPING first, and STOPPED when it has ended."""
        job_run.status = "STOPPING"
        process = self.working.get(job_run.job_run_id)
        if process:
            process.end()

    def end_at_work(self) -> None:
        """End the processes that work on a job."""
        with self.choosing:
            for process in self.processes:
                if process not in self.waiting:
                    process.end()

    def close(self) -> None:
        """End every process, and start no more."""
        with self.choosing:
            self.is_closed = True
            for process in self.processes:
                process.end()
            class_archive.end(self.archiving)

    def _run(self, job_run: Any) -> None:
        began = time.monotonic()
        try:
            state, complaint = self._work(job_run)
        except (AccessDeniedError, UntrustedRoleError, network.NetworkSetupError) as error:
            state, complaint = "FAILED", str(error)
        except Exception as error:
            state, complaint = "FAILED", f"{type(error).__name__}: {error}"
        if job_run.status == "STOPPING":
            state, complaint = "STOPPED", "It was stopped."
        state = self.ended_as.pop(job_run.job_name, state)
        job_run.complaint, job_run.ended_on, job_run.status = complaint, utcnow(), state
        log.info("%s %s in %.1f s: %s", job_run.job_name, state, time.monotonic() - began, complaint)
        detail = {"jobName": job_run.job_name, "jobRunId": job_run.job_run_id, "state": state}
        self.announce(
            "Glue Job State Change", {"severity": "INFO", "message": complaint or "Job run succeeded"} | detail
        )
        # Not sooner: before the last run has ended, a start would compete with it for the CPU.
        if self.runs.unfinished == 1:
            later = Timer(REST_SECONDS, self._prepare)
            later.daemon = True
            later.start()

    def _work(self, job_run: Any) -> tuple[str, str | None]:
        """Run the job; its final state and error message."""
        is_let_go = False
        while not is_let_go:
            is_let_go = self.may_begin.wait(0.1)
            # It may have been ended and released between two checks.
            if job_run.job_name in self.ended_as or job_run.status == "STOPPING":
                return "STOPPED", "It was ended before its work."
        job = self.aws.client("glue").get_job(JobName=job_run.job_name)["Job"]
        given = {name: value for name, value in job_run.arguments.items() if name.startswith("--")}
        session = self._session(job, job_run.job_run_id)
        environment = self._environment(job["Name"], session)
        as_role = self.aws.client_in(environment, "s3")
        settings = settings_at(as_role, given["--settings"])
        order = self._order(job, given, session) | {"environment": environment}
        files = self._files_of(given.get("--manifest"))
        self._bring_down(list(files), settings, as_role)
        seconds = float(job.get("Timeout", 2880)) * 60
        try:
            process = self._process_of(job_run, sum(files.values()))
            code, lines = process.do(order, seconds)
        finally:
            self.working.pop(job_run.job_run_id, None)
            self._bring_up(settings, as_role, self.aws.client_in(environment, "glue"))
        if process.heap:
            self._measure_heap(session, job, *process.heap)
        keep_job_log(self.aws, job, job_run.job_run_id, lines, session)
        if code is None:
            return "TIMEOUT", f"The job took longer than {seconds / 60:.0f} minutes."
        return ("SUCCEEDED", None) if code == 0 else ("FAILED", lines[-1] if lines else f"exit code {code}")

    def _process_of(self, job_run: Any, input_bytes: int) -> WarmJob:
        process = self.working[job_run.job_run_id] = self._taken(input_bytes)
        # It may have been stopped or ended before it had a process.
        if job_run.status == "STOPPING" or job_run.job_name in self.ended_as:
            process.end()
        return process

    def _measure_heap(self, session: Caller, job: dict[str, Any], used: int, possible: int) -> None:
        room = min(possible, self.worker_bytes.get((job["Name"], job.get("WorkerType", "")), possible))
        self._measure(session, job["Name"], min(used / room, 1.0))

    def _environment(self, name: str, session: Caller) -> dict[str, str]:
        """The environment variables of a run: its credentials, and the services that it reaches."""
        network.describe(name, session.network)
        reached = network.environment(session.network, self.aws.address)
        return credentials(session, "GlueJobRunnerSession") | reached

    def _session(self, job: dict[str, Any], run: str) -> Caller:
        """The session of a job's role, if the role may do Glue's steps before the script begins."""
        connections = job.get("Connections", {}).get("Connections", [])
        session = session_of_run(self.aws, job, run, connections)
        require_setup(self.aws, session, connections, job.get("SecurityConfiguration"))
        return session

    def _measure(self, session: Caller, name: str, share: float) -> None:
        """Send the memory of a run to CloudWatch, if its role may; Glue reports no error otherwise."""
        try:
            require(session, "cloudwatch:PutMetricData", "*", **{"cloudwatch:namespace": "Glue"})
        except AccessDeniedError as error:
            log.warning("no metrics of %s: %s", name, error)
        else:
            self.metrics.put(of_job(name, share))

    def _order(self, job: dict[str, Any], given: dict[str, str], session: Caller) -> dict[str, Any]:
        modules = [address for address in given.get("--extra-py-files", "").split(",") if address]
        return {
            "script": self._fetched(job["Command"]["ScriptLocation"], session),
            "modules": [self._fetched(address, session) for address in modules],
            "arguments": ["--JOB_NAME", job["Name"], *(text for pair in given.items() for text in pair)],
        }

    def _files_of(self, manifest: str | None) -> dict[str, int]:
        """The files of a manifest, with their bytes."""
        if not manifest:
            return {}
        bucket, _, key = manifest.removeprefix("s3://").partition("/")
        try:
            files = json.loads(self.aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())["files"]
            return {file["key"]: int(file.get("size", 0)) for file in files}
        except (self.aws.client("s3").exceptions.NoSuchKey, ValueError, KeyError, TypeError):
            # The job itself reports errors of its manifest.
            return {}

    def _bring_down(self, keys: list[str], settings: dict[str, Any], reader: Any) -> None:
        if keys:
            with self.mirroring:
                self.mirror.bring_down(settings["input_bucket"], keys, reader)

    def _bring_up(self, settings: dict[str, Any], writer: Any, glue: Any) -> None:
        with self.mirroring:
            for purpose in ("output", "quarantine"):
                self.mirror.bring_up(settings[f"{purpose}_bucket"], writer)
        place, table = f"{settings['output_bucket']}/{settings['database']}", f"{settings['dataset']}_rows"
        if metadata := table_pointer.metadata_file(self.mirror.folder / place / table):
            table_pointer.show(glue, settings["database"], table, f"s3://{place}/{table}", metadata)

    def _taken(self, input_bytes: int) -> WarmJob:
        with self.choosing:
            while self.waiting:
                process = self.waiting.pop(0)
                if input_bytes >= LARGE_BYTES:
                    # Its Java options are for small files; a large job needs the memory.
                    process.end()
                elif process.is_alive:
                    return process
            return self._started(input_bytes)

    def _started(self, input_bytes: int = 0) -> WarmJob:
        own = {name: value for name, value in self.aws.process_environment.items() if "KEY" not in name}
        process = WarmJob(self.aws.folder / "conf", own, self.java_home, input_bytes)
        self.processes = [*(each for each in self.processes if each.is_alive), process]
        return process

    def _prepare(self) -> None:
        """Let the next run start sooner; after the first runs on this machine, those of later days too."""
        if self.is_busy:
            return
        self.warm_up(1)
        with self.choosing:
            if not self.is_closed:
                self.archiving = self.archiving or class_archive.begin(self.java_home)

    def _fetched(self, address: str, session: Caller) -> str:
        """A local copy of a deployed file, if the role may read it: its name in the bucket contains a content hash."""
        bucket, _, key = address.removeprefix("s3://").partition("/")
        require(session, "s3:GetObject", f"arn:aws:s3:::{bucket}/{key}")
        path: Path = self.aws.folder / "deployed" / key
        with self.mirroring:
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(self.aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
        return str(path)


def settings_at(s3: Any, address: str) -> dict[str, Any]:
    """The settings at the address in a job's arguments."""
    bucket, _, key = address.removeprefix("s3://").partition("/")
    stored: dict[str, Any] = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    return stored
