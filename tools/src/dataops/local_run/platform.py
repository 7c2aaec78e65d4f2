"""Run the whole platform on this machine, from an empty local AWS to a report."""

import hashlib
import json
import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import build_archives
import click
from ledger.timestamps import as_text, utc_now
from rich.console import Console

from dataops.local_aws.account.account_profile import DEFAULT as DEFAULT_PROFILE
from dataops.local_aws.account.account_profile import PROFILES
from dataops.local_platform import Platform
from dataops.local_run.boundary import make_boundary
from dataops.local_run.data_folder import files_of_datasets, strangers_in
from dataops.local_run.digest import send_digest
from dataops.local_run.following import Following
from dataops.local_run.java import java_home
from dataops.local_run.lifetime import alone, down, start
from dataops.local_run.memory import PeakMemory
from dataops.local_run.observation import observe
from dataops.local_run.steps import Steps
from dataops.local_run.upload import upload
from dataops.project import PROJECT
from dataops.project.control import ask
from dataops.project.job_settings import settings_of_the_team
from dataops.project.running import folder_of, running_platform
from dataops.project.terraform import Terraform, refuse_unknown_environment
from dataops.report import earlier_rules
from dataops.report.report_page import write_page
from dataops.report.report_text import print_report
from dataops.validation.project_yaml import refuse_faults

PATIENCE_SECONDS = 600
WARM_JOBS = 2


@click.command(help=__doc__)
@click.option("--environment", required=True, help="a name from project.yaml")
@click.option(
    "--data", type=click.Path(path_type=Path), default=PROJECT / "samples", help="a folder with one folder per dataset"
)
@click.option("--profile", type=click.Choice(list(PROFILES)), help="the kind of AWS account to run in: docs/local.md")
@click.option("--down", "is_down", is_flag=True, help="stop the local AWS instead")
def main(environment: str, data: Path, profile: str | None, is_down: bool) -> None:
    """Start missing parts, apply changes, upload new files, and report."""
    with attended(environment) as console:
        if is_down:
            console.print(down(environment))
        elif not make_it_so(environment, data, profile, console):
            sys.exit("Some files have not reached a final state: the report shows how far each came, and why.")


@click.command(help="Stop the local AWS of an environment.")
@click.option("--environment", required=True, help="a name from project.yaml")
def local_down(environment: str) -> None:
    """Stop the local AWS, like --down."""
    with attended(environment) as console:
        console.print(down(environment))


@contextmanager
def attended(environment: str) -> Iterator[Console]:
    """Lock the platform of an environment for this command, and handle an interruption."""
    refuse_unknown_environment(PROJECT, environment)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    # boto3 would look for the user's own profile, which is irrelevant here.
    os.environ.pop("AWS_PROFILE", None)
    for name in ("SIGTERM", "SIGHUP"):
        signal.signal(getattr(signal, name), signal.default_int_handler)
    try:
        with alone(environment):
            yield console
    except KeyboardInterrupt:
        sys.exit("Stopped. `make local` continues from here; `make local-down` ends what runs.")


def make_it_so(environment: str, data: Path, profile: str | None, console: Console) -> bool:
    """Run all steps of `make local`; whether all files have reached their final state."""
    steps, memory, java, since = Steps(console), PeakMemory(), java_home(), as_text(utc_now())[:19]
    with steps.step("reading project.yaml"):
        refuse_faults(PROJECT)
        settings = settings_of_the_team(PROJECT, environment)
    found = files_of_datasets(data, settings["datasets"], "make local")
    strangers = strangers_in(data, settings["datasets"])
    if strangers:
        steps.say(f"Left out, because no dataset is called so: {', '.join(strangers)}")
    platform = still_running(environment, steps)
    if platform and profile not in (None, platform.profile):
        sys.exit(
            f"The local AWS of {environment} runs in an account of the profile {platform.profile}, not {profile}. "
            "End it with `make local-down`, then try again."
        )
    if not platform:
        with steps.step("starting the local AWS"):
            platform = start(environment, settings, java, profile or DEFAULT_PROFILE)
    with memory.of(platform.process):
        resources = deploy(platform, settings, steps)
        files = upload(platform, settings, found, data, steps)
        ended = Following(platform, settings, files, steps).until_ended(PATIENCE_SECONDS)
        send_digest(platform, settings)
    report = observe(platform, settings, resources, steps, memory.peak, since)
    page = folder_of(environment) / "report.html"
    report["page"] = str(page)
    write_page(report, page)
    page.with_suffix(".json").write_text(json.dumps(report), encoding="utf-8")
    print_report(report, console)
    return ended


def still_running(environment: str, steps: Steps) -> Platform | None:
    """The running platform; None after an interrupted apply, whose platform is ended."""
    platform = running_platform(environment)
    if platform and terraform_of(platform).was_broken_off:
        steps.say("The last terraform apply was interrupted: starting from an empty local AWS.")
        down(environment)
        return None
    return platform


def terraform_of(platform: Platform) -> Terraform:
    """Terraform for the folder of the platform's environment."""
    workspace = folder_of(platform.environment) / "terraform"
    return Terraform(PROJECT / platform.environment, workspace, platform.process_environment)


def deploy(platform: Platform, settings: dict[str, Any], steps: Steps) -> int:
    """Apply the environment's folder unless nothing has changed since the last apply; the number of resources."""
    folder = folder_of(platform.environment)
    applied = folder / "applied.txt"
    build_archives.main(PROJECT)
    now = fingerprint(platform.environment)
    if applied.exists() and applied.read_text() == now:
        steps.say("Nothing in the project has changed since it was applied.")
        return len(terraform_of(platform).resources())
    (folder / "job_settings.json").write_text(json.dumps(settings["job_settings"]), encoding="utf-8")
    with steps.step("terraform init"), ThreadPoolExecutor(1) as beside:
        bounded = beside.submit(make_boundary, platform)
        terraform = initialised(platform, is_first=not applied.exists())
        bounded.result()
    count = min(WARM_JOBS, len(settings["datasets"]))
    with steps.step("terraform apply"):
        terraform.apply(Applying(platform, count, steps).progress)
    applied.write_text(now)
    earlier_rules.note(folder, settings["job_settings"], PROJECT / "files/transforms", as_text(utc_now()))
    return len(terraform.resources())


def initialised(platform: Platform, is_first: bool) -> Terraform:
    """Terraform, ready to apply; without it a new platform is useless."""
    try:
        terraform = terraform_of(platform)
        terraform.init()
    except SystemExit:
        if is_first:
            down(platform.environment)
        raise
    return terraform


class Applying:
    """Shows the progress of an apply."""

    def __init__(self, platform: Platform, jobs: int, steps: Steps) -> None:
        self.platform, self.jobs, self.steps = platform, jobs, steps

    def progress(self, address: str, number: int, count: int) -> None:
        """Count one more finished resource."""
        if number == 1:
            # From here on Terraform mostly waits, so Spark can start in this time.
            ask(self.platform, "warm-up", count=self.jobs)
        if number % 20 == 0 or number == count:
            self.steps.say(f"terraform apply: {number} of {count} resources")


def fingerprint(environment: str) -> str:
    """A fingerprint of everything that Terraform applies."""
    names = [PROJECT / "project.yaml", PROJECT / "files" / "etl.py"]
    for folder in ("modules", "bootstrap", environment, "build", "files/wheels"):
        names += [path for path in (PROJECT / folder).rglob("*") if path.is_file() and ".terraform" not in path.parts]
    hashed = hashlib.sha256()
    for path in sorted(names):
        hashed.update(path.relative_to(PROJECT).as_posix().encode() + b"\0" + path.read_bytes())
    return hashed.hexdigest()
