"""A process that runs one version of a function, and stays warm between calls."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from threading import Event as Signal
from threading import Timer
from typing import Any
from uuid import uuid4

INSIDE = Path(__file__).with_name("function_process.py")
# AWS gives a function this long to load; its own timeout counts from then on. A busy laptop is slower.
LOADING_SECONDS = 60


class WarmFunction:
    """A function with its archive and its own environment, and nothing else of this machine."""

    def __init__(self, folder: Path, version: str, handler: str, environment: dict[str, str]) -> None:
        self.version, self.handler, self.used_at, self.is_loaded = version, handler, time.monotonic(), False
        self.log_stream = f"{time.strftime('%Y/%m/%d', time.gmtime())}/[$LATEST]{uuid4().hex}"
        inherited = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
        self.process = subprocess.Popen(
            # -P: our own modules beside the one that runs must not hide those of the archive.
            [sys.executable, "-P", "-X", "utf8", INSIDE, handler],
            cwd=folder,
            env=inherited | environment | {"PYTHONPATH": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    @property
    def is_alive(self) -> bool:
        """Whether it can take another call."""
        return self.process.poll() is None

    def end(self) -> None:
        """End it, whether or not it is busy."""
        self.process.kill()
        self.process.wait()

    def ask(self, request: dict[str, Any], timeout: float) -> dict[str, Any]:
        """The response of the handler: payload, failed, log."""
        assert self.process.stdin
        try:
            self.is_loaded = self.is_loaded or bool(self._line(LOADING_SECONDS))
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            answer: dict[str, Any] = json.loads(self._line(timeout))
        except (OSError, ValueError) as error:
            self.end()
            kind = "Sandbox.Timedout" if isinstance(error, TimeoutError) else "Runtime.ExitError"
            message = f"RequestId: {request['id']} Error: {error}"
            return {
                "payload": json.dumps({"errorType": kind, "errorMessage": message}),
                "failed": True,
                "log": str(error),
            }
        self.used_at = time.monotonic()
        return answer

    def _line(self, seconds: float) -> str:
        assert self.process.stdout
        late = Signal()

        def end() -> None:
            late.set()
            self.process.kill()

        # Not every system supports a timeout on a pipe; on every system the pipe ends with its process.
        timer = Timer(seconds, end)
        timer.start()
        line = self.process.stdout.readline()
        timer.cancel()
        if late.is_set():
            raise TimeoutError(f"Task timed out after {seconds:.2f} seconds")
        if not line:
            raise ChildProcessError(f"Runtime exited with exit status {self.process.wait()}")
        return line
