"""Starts and ends the local AWS process of an environment."""

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

from dataops.local_aws.account.account_profile import DEFAULT as DEFAULT_PROFILE
from dataops.local_platform import Platform
from dataops.local_run import spark_settings
from dataops.local_run.build_machine import build_environment
from dataops.local_run.data_folder import shown
from dataops.project import PROJECT
from dataops.project.control import ask
from dataops.project.running import folder_of, running_platform

try:
    import fcntl
except ImportError:
    sys.exit("The local AWS needs Linux, macOS or WSL. This Python runs on none of them: run the same command in WSL.")

# The delivery account's own section of project.yaml: no environment has this name.
DELIVERY = "pipeline"
STATE_BUCKET = re.compile(r'bucket\s*=\s*"([^"]+)"')
STARTING_SECONDS = 60


@contextmanager
def alone(environment: str) -> Iterator[None]:
    """Lock a platform, so that only one command changes it; the system releases the lock however a command ends."""
    lock_file = folder_of(environment).with_suffix(".lock")
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    with lock_file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            sys.exit(
                f"Another `make local` or `make local-down` runs for {environment}: "
                "wait until it has ended, or end it with Ctrl-C where it runs."
            )
        yield


def start(environment: str, settings: dict[str, Any], java: str | None, profile: str = DEFAULT_PROFILE) -> Platform:
    """Start the local AWS of one environment in a process of its own, which outlives this command."""
    folder = _fresh_folder(environment)
    (folder / "job_settings.json").write_text(json.dumps(settings["job_settings"]), encoding="utf-8")
    spark_settings.write(folder / "conf", folder / "storage", list(settings["buckets"].values()))
    here = settings["environment"]
    regions = [f"{here['account']}/{here['region']}"]
    return _served(
        environment, regions, existing_resources(environment, settings), [*_java(java), "--profile", profile]
    )


def start_delivery(settings: dict[str, dict[str, Any]], java: str | None, profile: str = DEFAULT_PROFILE) -> Platform:
    """Start the local AWS of the whole delivery, named `pipeline`: the delivery account and every environment's."""
    folder, delivery = _fresh_folder(DELIVERY), settings[DELIVERY]["delivery"]
    buckets = [name for each in settings.values() for name in each["buckets"].values()]
    spark_settings.write(folder / "conf", folder / "storage", buckets)
    regions = [f"{one['account']}/{one['region']}" for one in (delivery, *delivery["environments"])]
    builds = ["--build-environment", json.dumps(build_environment(java))]
    options = [*_java(java), *builds, "--profile", profile]
    return _served(DELIVERY, regions, existing_resources_of_delivery(settings), options)


def _java(home: str | None) -> list[str]:
    return ["--java-home", home] if home else []


def _fresh_folder(name: str) -> Path:
    folder = folder_of(name)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _served(name: str, account_regions: list[str], around: dict[str, Any], options: list[str]) -> Platform:
    """A process that serves several accounts and regions, as soon as it answers."""
    command = [sys.executable, "-m", "dataops.local_aws.server.server", "--environment", name]
    command += ["--folder", str(folder_of(name))]
    command += [word for each in account_regions for word in ("--account-region", each)]
    with (folder_of(name) / "platform.log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--existing-resources", json.dumps(around), *options],
            cwd=PROJECT,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        return _answering(name, process)
    except BaseException:
        process.terminate()
        process.wait()
        raise


def down(environment: str) -> str:
    """End the platform of an environment; return the text to print."""
    platform = running_platform(environment)
    if not platform:
        return f"The local AWS of {environment} is not running."
    # It may end before it has finished its answer.
    with suppress(HTTPException, OSError):
        ask(platform, "stop")
    while running_platform(environment):
        time.sleep(0.1)
    return f"The local AWS of {environment} has ended; its files are in {shown(folder_of(environment))}/."


def existing_resources(environment: str, settings: dict[str, Any]) -> dict[str, Any]:
    """The resources that the project expects in the account of an environment."""
    here = settings["environment"]
    found = STATE_BUCKET.search((PROJECT / environment / "backend.tf").read_text(encoding="utf-8"))
    return (
        _of_somebody_else([settings])
        | _bootstrapped_lake(settings)
        | {"state_buckets": [(here["account"], here["region"], found[1])] if found else []}
        | {"state_tags": settings["tags"]}
    )


def _bootstrapped_lake(settings: dict[str, Any]) -> dict[str, Any]:
    """The Lake Formation settings of `make bootstrap`: who applies is an administrator; the smoke test has a role."""
    here = settings["environment"]
    if not here["lake_formation"]:
        return {"roles": [], "data_lake_administrators": []}
    return {
        "roles": [f"arn:aws:iam::{here['account']}:role/{settings['names']['smoke_role']}", *readers_of(settings)],
        "data_lake_administrators": [(here["region"], f"arn:aws:iam::{here['account']}:root")],
    }


def readers_of(settings: dict[str, Any]) -> list[str]:
    """The roles that may query the datasets of an environment."""
    return sorted({arn for each in settings["queries"]["workgroups"].values() for arn in each["roles"]})


def existing_resources_of_delivery(settings: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The resources that it expects in all accounts before anybody has bootstrapped one: among others, people."""
    own = settings[DELIVERY]
    people = dict.fromkeys([*own["project"]["approvers"], *own["delivery"]["developers"]])
    roles = [f"arn:aws:iam::{own['delivery']['account']}:role/{name}" for name in people]
    roles += sorted({arn for each in settings.values() for arn in readers_of(each)})
    return _of_somebody_else(list(settings.values())) | {"state_buckets": [], "roles": roles}


def _of_somebody_else(settings: list[dict[str, Any]]) -> dict[str, Any]:
    here = [each["environment"] for each in settings if each["environment"].get("network", {}).get("vpc")]
    networks = [{"account": each["account"], "region": each["region"], **each["network"]} for each in here]
    targets = [target for each in settings for target in each["notifications"].values()]
    topics: dict[str, list[str]] = {}
    for each in settings:
        for arn in [target["arn"] for target in each["notifications"].values() if target["protocol"] == "topic"]:
            topics[arn] = sorted({*topics.get(arn, []), each["environment"]["account"]})
    secrets = [
        (each["environment"]["account"], each["environment"]["region"], connection["secret"])
        for each in settings
        for connection in each["environment"].get("jdbc", {}).values()
    ]
    workspaces = {key: sorted({target[key] for target in targets if target[key]}) for key in ("workspace", "team")}
    return {"networks": networks, "topics": topics, "secrets": sorted({*secrets}), "workspaces": workspaces}


def _answering(environment: str, process: "subprocess.Popen[bytes]") -> Platform:
    """The platform, as soon as it answers."""
    deadline = time.monotonic() + STARTING_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        platform = running_platform(environment)
        if platform:
            return platform
        time.sleep(0.1)
    said = (folder_of(environment) / "platform.log").read_text(encoding="utf-8", errors="replace")
    sys.exit(f"The local AWS did not start. Its output:\n{said[-2000:]}")
