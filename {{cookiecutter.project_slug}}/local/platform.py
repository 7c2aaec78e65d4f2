"""`make local`: the whole platform on this machine, from nothing to a report."""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console

import build_archives
from local import spark_settings
from local.control import ask
from local.java import java_home
from local.job_settings import settings_of
from local.memory import PeakMemory
from local.observation import observe
from local.report_page import write_page
from local.report_text import print_report
from local.running import PROJECT, Platform, folder_of, running_platform
from local.steps import Steps
from local.terraform import Terraform
from local.upload import upload_new, wait_for

PATIENCE_SECONDS = 600
WARM_JOBS = 2
STATE_BUCKET = re.compile(r'bucket\s*=\s*"([^"]+)"')


def main() -> None:
    """Start what does not run yet, apply what has changed, upload what is new, and report."""
    given = parse_arguments()
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    if given.down:
        console.print(down(given.environment))
        return
    steps = Steps(console)
    refuse_unknown_environment(given.environment)
    java = java_home()
    with steps.step("reading project.yaml"):
        settings = settings_of(PROJECT, given.environment)
    memory = PeakMemory()
    platform = running_platform(given.environment) or start(given.environment, settings, java, steps)
    with memory.of(platform.process):
        resources = deploy(platform, settings, steps)
        files = upload_new(platform, settings, given.data, steps)
        ended = wait_for(platform, settings, files, steps, PATIENCE_SECONDS)
    report = observe(platform, settings, resources, steps, memory.peak)
    page = folder_of(given.environment) / "report.html"
    report["page"] = str(page)
    write_page(report, page)
    page.with_suffix(".json").write_text(json.dumps(report), encoding="utf-8")
    print_report(report, console)
    if not ended:
        sys.exit(f"Some files have not reached their end within {PATIENCE_SECONDS // 60} minutes: see the report.")


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--environment", required=True, help="a name from project.yaml")
    parser.add_argument("--data", type=Path, default=PROJECT / "samples", help="a folder with one folder per dataset")
    parser.add_argument("--down", action="store_true", help="end the platform instead")
    return parser.parse_args()


def refuse_unknown_environment(environment: str) -> None:
    """An environment has a folder."""
    if not (PROJECT / environment / "backend.tf").is_file():
        known = sorted(place.parent.name for place in PROJECT.glob("*/backend.tf"))
        sys.exit(f"There is no environment {environment}: this project has {', '.join(known)}. Say ENV=name.")


def down(environment: str) -> str:
    """End the platform of an environment; what to say about it."""
    platform = running_platform(environment)
    if not platform:
        return f"No local platform runs for {environment}."
    ask(platform, "stop")
    while running_platform(environment):
        time.sleep(0.1)
    return f"The local platform of {environment} has ended; its report is still in {folder_of(environment).name}/."


def start(environment: str, settings: dict[str, Any], java: str | None, steps: Steps) -> Platform:
    """Start the local AWS in a process of its own, which goes on when this command has ended."""
    folder = folder_of(environment)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "job_settings.json").write_text(json.dumps(settings["job_settings"]), encoding="utf-8")
    spark_settings.write(folder / "conf", folder / "storage", list(settings["buckets"].values()))
    with steps.step("starting the local AWS"), (folder / "platform.log").open("w") as log:
        here = settings["environment"]
        command = [sys.executable, "-m", "local.stand_in.server", "--environment", environment]
        command += ["--account", here["account"], "--region", here["region"], "--folder", str(folder)]
        command += ["--surroundings", json.dumps(surroundings(environment, settings))]
        subprocess.Popen(
            [*command, *(["--java-home", java] if java else [])],
            cwd=PROJECT,
            env=os.environ | {"MOTO_ACCOUNT_ID": here["account"], "PYTHONPATH": str(PROJECT)},
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        return wait_until_it_listens(environment, folder)


def wait_until_it_listens(environment: str, folder: Path) -> Platform:
    """The platform, as soon as it answers."""
    for _ in range(300):
        platform = running_platform(environment)
        if platform:
            return platform
        time.sleep(0.1)
    sys.exit(f"The local AWS did not start. It said:\n{(folder / 'platform.log').read_text()[-2000:]}")


def surroundings(environment: str, settings: dict[str, Any]) -> dict[str, Any]:
    """What the project expects to find in the account."""
    found = STATE_BUCKET.search((PROJECT / environment / "backend.tf").read_text(encoding="utf-8"))
    network = settings["environment"]["network"]
    return {
        "state_bucket": found[1] if found else "",
        "networks": [network] if network.get("vpc") else [],
        "topics": [target["arn"] for target in settings["notifications"].values() if target["protocol"] == "topic"],
    }


def deploy(platform: Platform, settings: dict[str, Any], steps: Steps) -> int:
    """Apply the environment's folder unless nothing has changed since it was applied; the number of resources."""
    folder = folder_of(platform.environment)
    build_archives.main(PROJECT)
    terraform = Terraform(PROJECT / platform.environment, folder / "terraform", platform.process_environment)
    applied, now = folder / "applied.txt", fingerprint(platform.environment)
    if applied.exists() and applied.read_text() == now:
        steps.say("Nothing in the project has changed since it was applied.")
        return len(terraform.resources())
    (folder / "job_settings.json").write_text(json.dumps(settings["job_settings"]), encoding="utf-8")
    with steps.step("terraform init"):
        terraform.init()
    is_warm: list[bool] = []

    def tell(address: str, number: int, count: int) -> None:
        # From here on Terraform mostly waits: that is the time in which Spark can start.
        if not is_warm:
            is_warm.append(True)
            ask(platform, "warm-up", count=min(WARM_JOBS, len(settings["datasets"])))
        if number % 20 == 0 or number == count:
            steps.say(f"terraform apply: {number} of {count} resources")

    with steps.step("terraform apply"):
        terraform.apply(tell)
    applied.write_text(now)
    return len(terraform.resources())


def fingerprint(environment: str) -> str:
    """Everything that Terraform applies, as one text that changes with it."""
    names = [PROJECT / "project.yaml", PROJECT / "files" / "etl.py"]
    for place in ("modules", environment, "build", "files/wheels"):
        names += [path for path in (PROJECT / place).rglob("*") if path.is_file() and ".terraform" not in path.parts]
    hashed = hashlib.sha256()
    for path in sorted(names):
        hashed.update(path.relative_to(PROJECT).as_posix().encode() + b"\0" + path.read_bytes())
    return hashed.hexdigest()


if __name__ == "__main__":
    main()
