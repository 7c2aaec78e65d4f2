"""Runs Lambda functions: concurrency, retries, and the destination of failures."""

import hashlib
import heapq
import io
import itertools
import json
import logging
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition
from threading import Event as Signal
from typing import Any
from uuid import uuid4

from moto.core.exceptions import JsonRESTError

from dataops.local_aws.access import network
from dataops.local_aws.access.authorization import DeniedCallError, require_call
from dataops.local_aws.access.roles import as_function, credentials
from dataops.local_aws.cloudwatch.log_stream import keep_log
from dataops.local_aws.cloudwatch.metric_store import MetricStore
from dataops.local_aws.cloudwatch.service_metrics import of_call, of_throttle, report_line
from dataops.local_aws.functions.warm_function import WarmFunction
from dataops.local_aws.server.client import LocalAws
from dataops.local_aws.server.workers import Workers

log = logging.getLogger("functions")
# Seconds after which an idle process ends, so that a burst does not keep its memory.
IDLE_SECONDS = 60
UNRESERVED = 10
# The maximum wait of an event for a throttled function.
PATIENCE_SECONDS = 3600


class ThrottledError(JsonRESTError):
    """A function has reached its concurrency limit."""

    code = 429

    def __init__(self, function: Any, limit: int) -> None:
        super().__init__("TooManyRequestsException", f"{function.function_name} runs {limit} times already")


@dataclass
class Pool:
    """The processes of one function; `busy` counts invocations in progress."""

    later: Workers = field(default_factory=lambda: Workers(UNRESERVED, "function"))
    idle: list[WarmFunction] = field(default_factory=list)
    busy: int = 0


class Functions:
    """Invokes functions; concurrency is limited to what each has reserved, as on AWS."""

    def __init__(self, aws: LocalAws, retry_after: tuple[float, ...]) -> None:
        self.aws, self.retry_after = aws, retry_after
        self.metrics = MetricStore(aws.account, aws.region)
        # To avoid waiting for a slow call, the next call of one of these is recorded as having taken all its time.
        self.lingering: set[str] = set()
        self.pools: dict[str, Pool] = {}
        self.processes: set[WarmFunction] = set()
        self.retries: list[tuple[float, int, tuple[Any, ...]]] = []
        self.changed, self.order = Condition(), itertools.count()

    @property
    def is_busy(self) -> bool:
        """Whether a function runs, or is about to."""
        return any(pool.busy or pool.later.unfinished for pool in list(self.pools.values()))

    def invoke(self, function: Any, event: Any, wait: float = 0, request: str = "") -> tuple[str, bool, str]:
        """(payload, whether the function failed, its log); ThrottledError without capacity within `wait` seconds."""
        asked = {"id": request or str(uuid4()), "event": event, "function": function.function_name}
        asked |= {"arn": function.function_arn, "timeout": function.timeout, "memory": function.memory_size}
        with self._process(function, wait) as process:
            began = time.monotonic()
            answer = process.ask(asked, function.timeout)
        name = function.function_name
        took = round((time.monotonic() - began) * 1000)
        if name in self.lingering:
            self.lingering.discard(name)
            took = int(function.timeout) * 1000
        self.metrics.put(of_call(name, took, answer["failed"]))
        group = function.forgotten.get("LoggingConfig", {}).get("LogGroup") or function.logs_group_name
        end = report_line(asked["id"], took, int(function.memory_size), answer["failed"])
        lines = [f"START RequestId: {asked['id']}", *answer["log"].splitlines(), end]
        keep_log(self.aws, group, process.log_stream, lines, as_function(function, self.aws.region))
        return answer["payload"], answer["failed"], answer["log"]

    def invoke_later(self, function: Any, event: Any) -> None:
        """Invoke asynchronously: a failure is retried twice, then goes to the function's dead-letter queue."""
        self._pool(function).later.submit(self._attempt, function, event, str(uuid4()), 0)

    def retry(self, stopped: Signal) -> None:
        """Retry what is due, until the platform stops."""
        while not stopped.wait(0.1):
            with self.changed:
                while self.retries and self.retries[0][0] <= time.monotonic():
                    attempt = heapq.heappop(self.retries)[2]
                    self._pool(attempt[0]).later.submit(self._attempt, *attempt)

    def end_at_work(self, name: str) -> None:
        """End the busy processes of a function, named as in the code."""
        with self.changed:
            idle = [process for pool in self.pools.values() for process in pool.idle]
            for process in self.processes:
                if process.handler == f"{name}.handler" and process not in idle:
                    process.process.kill()

    def close(self) -> None:
        """End every process, also one in the middle of a call."""
        with self.changed:
            for process in self.processes:
                process.end()

    def _attempt(self, function: Any, event: Any, request: str, number: int) -> None:
        try:
            payload, failed, _ = self.invoke(function, event, PATIENCE_SECONDS, request)
        except Exception as error:
            payload, failed = json.dumps({"errorType": type(error).__name__, "errorMessage": str(error)}), True
        if failed and number < len(self.retry_after):
            due, again = time.monotonic() + self.retry_after[number], (function, event, request, number + 1)
            with self.changed:
                heapq.heappush(self.retries, (due, next(self.order), again))
        elif failed:
            self._give_up(function, event, request, payload)

    def _give_up(self, function: Any, event: Any, request: str, payload: str) -> None:
        log.warning("%s gave up: %s", function.function_name, payload)
        target = function.forgotten.get("DeadLetterConfig", {}).get("TargetArn")
        if target:
            attributes = {"RequestID": request, "ErrorCode": "200", "ErrorMessage": payload[:1024]}
            session, queue = as_function(function, self.aws.region), {"QueueUrl": target.rpartition(":")[2]}
            try:
                require_call(session, "sqs", "SendMessage", queue, {})
            except DeniedCallError as denied:
                log.warning("no dead letter of %s: %s", function.function_name, denied)
            else:
                self.aws.send(target, json.dumps(event), attributes)

    def _pool(self, function: Any) -> Pool:
        with self.changed:
            return self.pools.setdefault(function.function_name, Pool())

    @contextmanager
    def _process(self, function: Any, wait: float) -> Iterator[WarmFunction]:
        """A process of the function, for one call."""
        pool, reserved, process = self._pool(function), function.reserved_concurrency, None
        limit = UNRESERVED if reserved is None else int(reserved)
        with self.changed:
            if pool.busy >= limit:
                self.metrics.put(of_throttle(function.function_name))
            if not self.changed.wait_for(lambda: pool.busy < limit, wait):
                raise ThrottledError(function, limit)
            pool.busy += 1
        try:
            process = self._taken(pool, function)
            yield process
        finally:
            with self.changed:
                pool.busy -= 1
                if process and process.is_alive:
                    pool.idle.append(process)
                self.changed.notify_all()

    def _taken(self, pool: Pool, function: Any) -> WarmFunction:
        version = _version(function, self.aws.address)
        with self.changed:
            self._end_idle(pool, version)
            if pool.idle:
                return pool.idle.pop()
            session = credentials(as_function(function, self.aws.region), function.function_name)
            reached = network.environment(network.of_function(function), self.aws.address)
            network.describe(function.function_name, network.of_function(function))
            # A function's own AWS_ENDPOINT_URL_... counts, as in every AWS SDK.
            environment = self.aws.process_environment | reached | function.environment_vars | session
            process = WarmFunction(self._unpacked(function), version, function.handler, environment)
            self.processes.add(process)
            return process

    def _end_idle(self, pool: Pool, version: str) -> None:
        """End idle processes: those of old versions, and those unused for long."""
        for each in self.pools.values():
            for process in list(each.idle):
                is_old = each is pool and process.version != version
                if is_old or time.monotonic() - process.used_at > IDLE_SECONDS:
                    each.idle.remove(process)
                    process.end()
        self.processes = {process for process in self.processes if process.is_alive}

    def _unpacked(self, function: Any) -> Path:
        code = hashlib.sha256(function.code_bytes).hexdigest()[:16]
        folder = self.aws.folder / "functions" / f"{function.function_name}-{code}"
        if not folder.exists():
            with zipfile.ZipFile(io.BytesIO(function.code_bytes)) as archive:
                archive.extractall(folder)
        return folder


def _version(function: Any, address: str) -> str:
    """The version of a function: a change of code, handler, role, environment or network makes new processes."""
    parts = (function.code_sha_256, function.handler, function.role, sorted(function.environment_vars.items()))
    return json.dumps([*parts, sorted(network.environment(network.of_function(function), address))])
