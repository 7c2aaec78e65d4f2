"""Runs Lambda functions: the deployed archive, its own environment and nothing else, in processes that stay warm."""

import io
import json
import logging
import os
import select
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, Timer
from typing import Any
from uuid import uuid4

from local.stand_in.local_aws import LocalAws

log = logging.getLogger("functions")
BOOTSTRAP = Path(__file__).with_name("function_process.py")
# A second after which an idle process goes, so that a burst does not keep its memory.
IDLE_SECONDS = 60
UNRESERVED = 10


@dataclass
class Warm:
    """One process that runs one version of a function."""

    process: subprocess.Popen[str]
    used_at: float


@dataclass
class Pool:
    """The processes of one version of a function; `busy` counts invocations that are under way."""

    idle: list[Warm] = field(default_factory=list)
    busy: int = 0


class Functions:
    """Invokes functions; how many at once is bounded by what each has reserved, as on AWS."""

    def __init__(self, aws: LocalAws, retry_after: tuple[float, ...]) -> None:
        self.aws, self.retry_after = aws, retry_after
        self.pools: dict[tuple[str, ...], Pool] = {}
        self.free = Condition()

    def invoke(self, function: Any, event: Any, wait: float = 0) -> tuple[str, bool, str]:
        """(payload, whether the function failed, its log); TimeoutError when it is throttled for longer than `wait`."""
        warm = self._take(function, wait)
        request = {"id": str(uuid4()), "event": event, "function": function.function_name}
        request |= {"arn": function.function_arn, "timeout": function.timeout, "memory": function.memory_size}
        began = time.monotonic()
        answer = self._ask(warm, request, function.timeout)
        self._give_back(function, warm)
        took = (time.monotonic() - began) * 1000
        self._keep_log(function, request["id"], answer["log"], took)
        return json.dumps(answer["payload"]), bool(answer.get("failed")), answer["log"]

    def invoke_later(self, function: Any, event: Any, attempt: int = 0) -> None:
        """Invoke without waiting: a failure is tried again twice, then goes to the function's dead letters."""
        try:
            payload, failed, _ = self.invoke(function, event, wait=3600)
        except Exception as error:
            payload, failed = json.dumps({"errorType": type(error).__name__, "errorMessage": str(error)}), True
        if not failed:
            return
        if attempt < len(self.retry_after):
            retry = Timer(self.retry_after[attempt], self.invoke_later, (function, event, attempt + 1))
            retry.daemon = True
            retry.start()
            return
        self._give_up(function, event, payload)

    def close(self) -> None:
        """End every process."""
        for pool in self.pools.values():
            for warm in pool.idle:
                warm.process.kill()

    def _give_up(self, function: Any, event: Any, payload: str) -> None:
        target = function.forgotten.get("DeadLetterConfig", {}).get("TargetArn")
        log.warning("%s gave up: %s", function.function_name, payload)
        if target:
            queue = self.aws.client("sqs").get_queue_url(QueueName=target.split(":")[-1])["QueueUrl"]
            told = {"RequestID": str(uuid4()), "ErrorCode": "200", "ErrorMessage": payload[:1024]}
            self.aws.client("sqs").send_message(
                QueueUrl=queue,
                MessageBody=json.dumps(event),
                MessageAttributes={name: {"DataType": "String", "StringValue": value} for name, value in told.items()},
            )

    def _take(self, function: Any, wait: float) -> Warm:
        limit = function.reserved_concurrency or UNRESERVED
        with self.free:
            pool = self.pools.setdefault(_version(function), Pool())
            if not self.free.wait_for(lambda: pool.busy < limit, wait):
                raise TimeoutError(f"{function.function_name} runs {limit} times already")
            pool.busy += 1
            old = [warm for warm in pool.idle[:-1] if time.monotonic() - warm.used_at > IDLE_SECONDS]
            for warm in old:
                pool.idle.remove(warm)
                warm.process.kill()
            if pool.idle:
                return pool.idle.pop()
        return Warm(self._start(function), time.monotonic())

    def _give_back(self, function: Any, warm: Warm) -> None:
        with self.free:
            pool = self.pools[_version(function)]
            pool.busy -= 1
            if warm.process.poll() is None:
                warm.used_at = time.monotonic()
                pool.idle.append(warm)
            self.free.notify()

    def _start(self, function: Any) -> subprocess.Popen[str]:
        folder = self.aws.folder / "functions" / "-".join(_version(function))
        if not folder.exists():
            with zipfile.ZipFile(io.BytesIO(function.code_bytes)) as archive:
                archive.extractall(folder)
        inherited = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
        return subprocess.Popen(
            [sys.executable, "-X", "utf8", BOOTSTRAP, function.handler],
            cwd=folder,
            env=inherited | self.aws.process_environment | function.environment_vars | {"PYTHONPATH": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def _ask(self, warm: Warm, request: dict[str, Any], timeout: float) -> dict[str, Any]:
        assert warm.process.stdin and warm.process.stdout
        try:
            warm.process.stdin.write(json.dumps(request) + "\n")
            warm.process.stdin.flush()
            if not select.select([warm.process.stdout], [], [], timeout)[0]:
                raise TimeoutError(f"Task timed out after {timeout} seconds")
            answer: dict[str, Any] = json.loads(warm.process.stdout.readline())
        except (OSError, ValueError) as error:
            warm.process.kill()
            told = {"errorType": type(error).__name__, "errorMessage": str(error)}
            return {"payload": told, "failed": True, "log": str(error)}
        return answer

    def _keep_log(self, function: Any, request: str, text: str, took: float) -> None:
        group = function.forgotten.get("LoggingConfig", {}).get("LogGroup") or function.logs_group_name
        lines = [f"START RequestId: {request}", *text.splitlines(), f"END RequestId: {request} Duration: {took:.0f} ms"]
        now = round(time.time() * 1000)
        events = [{"timestamp": now, "message": line} for line in lines if line]
        try:
            self.aws.client("logs").create_log_stream(logGroupName=group, logStreamName=request)
            self.aws.client("logs").put_log_events(logGroupName=group, logStreamName=request, logEvents=events)
        except Exception as error:
            log.warning("log of %s not kept: %s", function.function_name, error)


def _version(function: Any) -> tuple[str, ...]:
    """A change of code or environment makes new processes."""
    environment = "-".join(f"{name}={value}" for name, value in sorted(function.environment_vars.items()))
    return function.function_name, function.code_sha_256[:8].replace("/", "_"), f"{hash(environment) & 0xFFFFFFFF:x}"
