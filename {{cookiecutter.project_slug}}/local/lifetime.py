"""Starts and ends the process that is the local AWS of an environment."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException
from typing import Any

from local import spark_settings
from local.control import ask
from local.running import PROJECT, Platform, folder_of, running_platform

try:
    import fcntl
except ImportError:
    sys.exit("The local platform runs on Linux, on macOS and in WSL: this Python runs on none of them.")

STATE_BUCKET = re.compile(r'bucket\s*=\s*"([^"]+)"')
STARTING_SECONDS = 60


@contextmanager
def alone(environment: str) -> Iterator[None]:
    """Only one command at a time changes a platform; the system gives the lock back however a command ends."""
    place = folder_of(environment).with_suffix(".lock")
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            sys.exit(
                f"Another `make local` or `make local-down` is at work on {environment}: "
                "wait until it has ended, or end it with Ctrl-C where it runs."
            )
        yield


def start(environment: str, settings: dict[str, Any], java: str | None) -> Platform:
    """Start the local AWS in a process of its own, which goes on when this command has ended."""
    folder = folder_of(environment)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "job_settings.json").write_text(json.dumps(settings["job_settings"]), encoding="utf-8")
    spark_settings.write(folder / "conf", folder / "storage", list(settings["buckets"].values()))
    here = settings["environment"]
    command = [sys.executable, "-m", "local.stand_in.server", "--environment", environment]
    command += ["--home", f"{here['account']}/{here['region']}", "--folder", str(folder)]
    command += ["--surroundings", json.dumps(surroundings(environment, settings))]
    with (folder / "platform.log").open("w") as log:
        process = subprocess.Popen(
            [*command, *(["--java-home", java] if java else [])],
            cwd=PROJECT,
            env=os.environ | {"PYTHONPATH": str(PROJECT)},
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        return _answering(environment, process)
    except BaseException:
        process.terminate()
        process.wait()
        raise


def down(environment: str) -> str:
    """End the platform of an environment; what to say about it."""
    platform = running_platform(environment)
    if not platform:
        return f"No local platform runs for {environment}."
    # It may end before it has finished its answer.
    with suppress(HTTPException, OSError):
        ask(platform, "stop")
    while running_platform(environment):
        time.sleep(0.1)
    return f"The local platform of {environment} has ended; its report is still in {folder_of(environment).name}/."


def surroundings(environment: str, settings: dict[str, Any]) -> dict[str, Any]:
    """What the project expects to find in the account."""
    found = STATE_BUCKET.search((PROJECT / environment / "backend.tf").read_text(encoding="utf-8"))
    network = settings["environment"]["network"]
    return {
        "state_bucket": found[1] if found else "",
        "networks": [network] if network.get("vpc") else [],
        "topics": [target["arn"] for target in settings["notifications"].values() if target["protocol"] == "topic"],
    }


def _answering(environment: str, process: "subprocess.Popen[bytes]") -> Platform:
    """The platform, as soon as it answers."""
    deadline = time.monotonic() + STARTING_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        platform = running_platform(environment)
        if platform:
            return platform
        time.sleep(0.1)
    said = (folder_of(environment) / "platform.log").read_text(encoding="utf-8", errors="replace")
    sys.exit(f"The local AWS did not start. It said:\n{said[-2000:]}")
