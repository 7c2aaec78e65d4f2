"""Runs inside a generated project: breaks it in many places, applies it to a new local AWS, and mends it, by steps.

On standard input: the steps. Prints as JSON, by step: what Terraform said of each resource that it could not make, what
no longer fits, and what AWS never said.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
import build_archives
from local.boundary import make_boundary
from local.control import ask
from local.job_settings import settings_of_the_team
from local.lifetime import down, start
from local.platform import initialised
from local.running import PROJECT, Platform, folder_of
from local.terraform import Terraform

DEV = "dev"
# As long as a busy machine may need for one apply.
PATIENCE_SECONDS = 1200
RULES, GATEWAYS = 300, 20
ENDED_EARLY = ("execution halted", "context canceled", "use of closed network connection")


def squeezed(text: str) -> str:
    return " ".join(text.split())


class Apply:
    """One `terraform apply` that AWS refuses in many places."""

    def __init__(self, terraform: Terraform, step: dict[str, Any]) -> None:
        self.terraform, self.step = terraform, step
        self.refused = {name: row for name, row in step["mutations"].items() if not row["is_called"]}
        self.log = folder_of(DEV) / "platform.log"
        self.begun_at = self.log.stat().st_size
        self.at_work: set[str] = set()
        self.errors: list[dict[str, str]] = []
        self.changed_at = time.monotonic()

    def run(self) -> None:
        """Apply until Terraform ends, or until it only tries again what AWS has refused.

        The provider repeats some calls for minutes, because a new role may not be known everywhere yet.
        """
        words = [*(f"-target={each}" for each in self.step["targets"]), "-refresh=false"]
        with self.terraform._started(
            "apply", "-auto-approve", "-input=false", "-json", "-parallelism=40", *words
        ) as it:
            reader = Thread(target=self.read, args=(it.stdout,))
            reader.start()
            deadline = time.monotonic() + PATIENCE_SECONDS
            while reader.is_alive() and not self.is_only_trying_again and time.monotonic() < deadline:
                time.sleep(0.2)
            if reader.is_alive():
                it.send_signal(signal.SIGINT)
            reader.join()

    def read(self, lines: Iterator[str]) -> None:
        for line in lines:
            try:
                event = json.loads(line)
            except ValueError:
                continue
            address = event.get("hook", {}).get("resource", {}).get("addr", "")
            if event.get("type") == "apply_start":
                self.at_work.add(address)
            elif event.get("type") in ("apply_complete", "apply_errored"):
                self.at_work.discard(address)
            elif event.get("@level") == "error":
                told = event.get("diagnostic", {})
                said = squeezed(f"{told.get('summary', event['@message'])} {told.get('detail', '')}")
                if not self.is_of_the_interruption(said):
                    self.errors.append({"address": told.get("address", ""), "said": said})
            if event.get("type") != "apply_progress":
                self.changed_at = time.monotonic()

    def is_of_the_interruption(self, said: str) -> bool:
        """Whether Terraform says only that it, or a call, was ended before its time, and nothing that AWS said."""
        is_of_aws = any(mutation["sentence"] in said for mutation in self.refused.values())
        return not is_of_aws and any(words in said for words in ENDED_EARLY)

    @property
    def is_only_trying_again(self) -> bool:
        broken = tuple(mutation["address"] for mutation in self.refused.values())
        is_quiet = time.monotonic() - self.changed_at > 2 and self.at_work
        return bool(is_quiet and all(each.startswith(broken) for each in set(self.at_work)) and not self.unsaid())

    def unsaid(self) -> list[str]:
        """The mutations that AWS has not refused in this apply."""
        said = squeezed(self.log.read_bytes()[self.begun_at :].decode())
        told = said + " ".join(each["said"] for each in self.errors)
        return [name for name, mutation in self.refused.items() if mutation["sentence"] not in told]


@contextmanager
def broken(edits: list[list[str]]) -> Iterator[list[str]]:
    """Change files of the project while the block lasts; gives what does not fit any more."""
    before: dict[Path, str] = {}
    lost = []
    for file, old, new in edits:
        place = PROJECT / file
        text = place.read_text(encoding="utf-8")
        before.setdefault(place, text)
        if text.count(old) != 1:
            lost.append(f"{file} holds {text.count(old)} times: {old}")
        place.write_text(text.replace(old, new), encoding="utf-8")
    try:
        yield lost
    finally:
        for place, text in before.items():
            place.write_text(text, encoding="utf-8")


def crawls_at_work(platform: Platform, settings: dict[str, Any]) -> None:
    """Two crawlers begin, and do not end."""
    ask(platform, "hold", crawls=True)
    glue = boto3.client("glue", **platform.access)
    for dataset in ("customers", "canary"):
        glue.start_crawler(Name=f"{settings['prefix']}-{dataset}")


def region_full_of_endpoints(platform: Platform, _: dict[str, Any]) -> None:
    """Others have as many gateway endpoints as leave room for the project's own two."""
    ec2 = boto3.client("ec2", **platform.access)
    vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    for _number in range(GATEWAYS - 2):
        ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=f"com.amazonaws.{platform.region}.s3")


def rest(platform: Platform, _: dict[str, Any]) -> None:
    """Crawlers end that were kept at work."""
    ask(platform, "hold")
    while ask(platform, "status")["busy"]:
        time.sleep(0.1)


def full_bus(platform: Platform, _: dict[str, Any]) -> None:
    """Others have as many rules as the bus still takes."""
    events = boto3.client("events", **platform.access)
    count = sum(len(page["Rules"]) for page in events.get_paginator("list_rules").paginate())
    for number in range(RULES - count):
        events.put_rule(Name=f"of-another-team-{number}", EventPattern='{"source": ["aws.ec2"]}')


def calls(platform: Platform, settings: dict[str, Any], step: dict[str, Any]) -> list[dict[str, str]]:
    """What comes of a message with an accent, of a saved query, and of a run."""
    prefix = settings["prefix"]
    clients = {name: boto3.client(name, **platform.access) for name in ("lambda", "glue")}
    message = {"Sns": {"Subject": "Coût", "Message": "A budget of somebody.", "MessageId": "1"}}
    told = clients["lambda"].invoke(FunctionName=f"{prefix}-notify", Payload=json.dumps({"Records": [message]}))
    asked = subprocess.run(
        [sys.executable, "-m", "operations.logs", "old-messages"],
        env=os.environ | platform.process_environment | {"PREFIX": prefix},
        text=True,
        capture_output=True,
        check=False,
    )
    try:
        run = str(clients["glue"].start_job_run(JobName=f"{prefix}-orders"))
    except clients["glue"].exceptions.ClientError as error:
        run = str(error)
    told_by = {
        "topics.subject_is_one_line_of_ascii": told["Payload"].read().decode(),
        "logs.query_can_be_read": asked.stdout + asked.stderr,
        "glue.account_has_room_for_a_run": run,
    }
    rows = [mutation for mutation in step["mutations"].values() if mutation["is_called"]]
    return [{"address": row["address"], "said": squeezed(told_by[row["refusal"]])} for row in rows]


BEFORE = {
    "a region full of endpoints": region_full_of_endpoints,
    "crawls at work": crawls_at_work,
    "a full bus": full_bus,
    "rest": rest,
}


def bootstrap(platform: Platform) -> Terraform:
    """Terraform for bootstrap/ as it is now, with the state that its boundary is in."""
    make_boundary(platform)
    workspace = folder_of(DEV) / "boundary"
    terraform = Terraform(workspace / "project" / "bootstrap", workspace, platform.process_environment)
    terraform.environment |= {"TF_VAR_environment": DEV}
    return terraform


def walk(step: dict[str, Any], platform: Platform, settings: dict[str, Any], dev: Terraform) -> dict[str, Any]:
    if step["before"]:
        BEFORE[step["before"]](platform, settings)
    edits = [[mutation[key] for key in ("file", "before", "after")] for mutation in step["mutations"].values()]
    with broken(edits + step["also"]) as lost:
        build_archives.main(PROJECT)
        began = time.monotonic()
        apply = Apply(dev if step["folder"] == DEV else bootstrap(platform), step)
        apply.run()
        is_called = any(mutation["is_called"] for mutation in step["mutations"].values())
        called = calls(platform, settings, step) if is_called else []
        took = time.monotonic() - began
    return {
        "lost": lost,
        "errors": apply.errors + called,
        "unsaid": apply.unsaid(),
        "seconds": took,
        "at_work": sorted(apply.at_work),
    }


def main() -> None:
    steps = json.load(sys.stdin)
    settings = settings_of_the_team(PROJECT, DEV)
    platform = start(DEV, settings, None, "plain")
    try:
        make_boundary(platform)
        dev = initialised(platform, is_first=False)
        print(json.dumps({name: walk(step, platform, settings, dev) for name, step in steps.items()}))
    finally:
        down(DEV)


if __name__ == "__main__":
    main()
