"""A process with a warm Spark: it waits for one job, runs it, and ends."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from dataops.local_aws.glue.java_options import java_options, spark_environment

INSIDE = Path(__file__).with_name("spark_process.py")
HEAP_LINE = re.compile(r"heap (\d+) (\d+)")


class WarmJob:
    """A child process whose input stays open as long as this one lives: then it ends, and its Java with it."""

    def __init__(self, conf: Path, environment: dict[str, str], java_home: str | None, input_bytes: int = 0) -> None:
        changes = {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
        java = f"spark.driver.extraJavaOptions={java_options(input_bytes)}"
        changes |= spark_environment(conf, java_home, "--conf", java)
        changes |= {"JAVA_HOME": java_home} if java_home else {}
        self.process = subprocess.Popen(
            # -P: our own modules beside the one that runs must not hide those of the job.
            [sys.executable, "-P", INSIDE],
            env=os.environ | environment | changes,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        # Used and maximum bytes of the job's memory, once it has ended by itself.
        self.heap: tuple[int, int] | None = None
        # communicate() closes the process's own input.
        self.input, self.process.stdin = self.process.stdin, None

    @property
    def is_alive(self) -> bool:
        """Whether it can still take a job."""
        return self.process.poll() is None

    def end(self) -> None:
        """End it, whether or not it is busy."""
        self.process.kill()

    def do(self, order: dict[str, Any], seconds: float) -> tuple[int | None, list[str]]:
        """The exit code of the job, or None if it timed out; and the lines that it wrote, errors last."""
        assert self.input
        try:
            self.input.write(json.dumps(order) + "\n")
            self.input.flush()
        except OSError:
            # It has ended already: its last output has the reason.
            pass
        code: int | None = None
        try:
            said = self.process.communicate(timeout=seconds)
            code = self.process.returncode
        except subprocess.TimeoutExpired:
            self.end()
            said = self.process.communicate()
        lines = [line for text in said for line in text.splitlines() if line.strip() and line != "warm"]
        heap = next(filter(None, map(HEAP_LINE.fullmatch, lines)), None)
        self.heap = (int(heap[1]), int(heap[2])) if heap else None
        return code, [line for line in lines if not HEAP_LINE.fullmatch(line)]
