"""One Spark for the jobs of several datasets: files/etl.py runs unchanged, once for each line of standard input.

Started as a program, it is the process that runs the jobs. Spark starts with the first job and serves all others.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from dataops.project import PROJECT


class SharedSpark:
    """A process that runs jobs one after the other; a new one takes over if it ends."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.environment, self.log = environment, log
        self.process: subprocess.Popen[str] | None = None

    def run(self, *arguments: str) -> str:
        """Run files/etl.py with these arguments; return what it and Spark wrote to standard error."""
        start = self.log.stat().st_size if self.log.exists() else 0
        process = self.running()
        assert process.stdin and process.stdout
        process.stdin.write(json.dumps(arguments) + "\n")
        process.stdin.flush()
        # Without an answer the process has ended: out of memory, or ended by a signal.
        if not process.stdout.readline():
            self.end()
        return self.log.read_bytes()[start:].decode("utf-8", errors="replace")

    def running(self) -> subprocess.Popen[str]:
        """The process, started if there is none."""
        if self.process is None:
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(
                    [sys.executable, "-m", "dataops.local_run.shared_spark"],
                    cwd=PROJECT,
                    env=self.environment,
                    text=True,
                    encoding="utf-8",
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                )
        return self.process

    def end(self) -> None:
        """End the process, and its Spark with it."""
        if self.process is not None:
            self.process.communicate()
            self.process = None


@contextmanager
def shared_spark(environment: dict[str, str], log: Path) -> Iterator[SharedSpark]:
    """One Spark for as long as the block lasts."""
    log.parent.mkdir(parents=True, exist_ok=True)
    spark = SharedSpark(environment, log)
    try:
        yield spark
    finally:
        spark.end()


def serve(lines: IO[str], answers: IO[str]) -> None:
    """Run the job for each line of arguments; answer each with its error, or null."""
    import etl

    for line in lines:
        error = error_of(etl.main, json.loads(line))
        start_afresh()
        print(json.dumps(error), file=answers, flush=True)


def error_of(main: Any, arguments: list[str]) -> str | None:
    """Run a job; print the text with which it ends, as Python does at the end of a program."""
    try:
        main(arguments)
    except SystemExit as ended:
        print(ended.code, file=sys.stderr, flush=True)
        return str(ended.code)
    return None


def start_afresh() -> None:
    """Give the next job a session of its own: a transform may have set options, cached rows or named views."""
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    if session is None:
        return
    session.catalog.clearCache()
    jvm: Any = session.sparkContext._jvm
    jvm.SparkSession.clearActiveSession()
    jvm.SparkSession.clearDefaultSession()
    SparkSession._instantiatedSession = None


if __name__ == "__main__":
    # A job prints to standard error: standard output has the answers alone.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    serve(sys.stdin, answers)
