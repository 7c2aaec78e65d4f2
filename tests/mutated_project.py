"""Runs inside a generated project: breaks it in many places, applies it to a new local AWS and restores it, by steps.

On standard input: the steps. Prints as JSON the dependencies of dev/, and by step: what Terraform said of each resource
that it could not make, the resources that it reached, and the mutations that no longer fit.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import build_archives
from botocore.exceptions import ClientError
from dataops.local_platform import Platform
from dataops.local_run.boundary import make_boundary
from dataops.local_run.lifetime import down, start
from dataops.local_run.platform import initialised
from dataops.project import PROJECT
from dataops.project.control import ask
from dataops.project.job_settings import settings_of_the_team
from dataops.project.running import folder_of
from dataops.project.terraform import AT_ONCE, Terraform

DEV = "dev"
# Several times what all steps take on a busy machine.
LIMIT_SECONDS = 3000
RULES, GATEWAYS = 300, 20


def squeezed(text: str) -> str:
    return " ".join(text.split())


def apply(terraform: Terraform, targets: list[str]) -> dict[str, Any]:
    """Apply to the end, however long the provider tries again what AWS has refused.

    An interrupted Terraform reports its own interruption in place of AWS's answer.
    """
    words = ["-auto-approve", "-input=false", "-json", "-refresh=false", f"-parallelism={AT_ONCE}"]
    done = terraform._run("apply", *words, *(f"-target={each}" for each in targets))
    events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert events, done.stderr
    return {
        "reached": [each["hook"]["resource"]["addr"] for each in events if each["type"] == "apply_start"],
        "errors": [error(each) for each in events if each["@level"] == "error"],
    }


def error(event: dict[str, Any]) -> dict[str, str]:
    """A resource that Terraform could not make, and why."""
    diagnostic = event.get("diagnostic", {})
    said = f"{diagnostic.get('summary', event['@message'])} {diagnostic.get('detail', '')}"
    return {"address": diagnostic.get("address", ""), "said": squeezed(said)}


@contextmanager
def broken(edits: list[list[str]]) -> Iterator[list[str]]:
    """Change files of the project while the block lasts; gives what does not fit any more."""
    before: dict[Path, str] = {}
    lost = []
    for file, old, new in edits:
        path = PROJECT / file
        text = path.read_text(encoding="utf-8")
        before.setdefault(path, text)
        if text.count(old) != 1:
            lost.append(f"{file} holds {text.count(old)} times: {old}")
        path.write_text(text.replace(old, new), encoding="utf-8")
    try:
        yield lost
    finally:
        for path, text in before.items():
            path.write_text(text, encoding="utf-8")


def crawls_at_work(platform: Platform, settings: dict[str, Any]) -> None:
    """Two crawlers start, and do not end."""
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


BEFORE = {
    "a region full of endpoints": region_full_of_endpoints,
    "crawls at work": crawls_at_work,
    "a full bus": full_bus,
    "rest": rest,
}


def message_with_an_accent(platform: Platform, settings: dict[str, Any], _: str) -> str:
    """What comes of a notification with an accent in its subject."""
    message = {"Sns": {"Subject": "Coût", "Message": "A budget of somebody.", "MessageId": "1"}}
    function = boto3.client("lambda", **platform.access)
    answer = function.invoke(FunctionName=f"{settings['prefix']}-notify", Payload=json.dumps({"Records": [message]}))
    return str(answer["Payload"].read().decode())


def saved_query(platform: Platform, settings: dict[str, Any], _: str) -> str:
    """What comes of the query for old messages, as `make logs` runs it."""
    done = subprocess.run(
        [sys.executable, "-m", "dataops", "logs", "--", "old-messages"],
        env=os.environ | platform.process_environment | {"PREFIX": settings["prefix"]},
        text=True,
        capture_output=True,
        check=False,
    )
    return done.stdout + done.stderr


def run_of_a_job(platform: Platform, settings: dict[str, Any], _: str) -> str:
    """What comes of a run of a dataset's job."""
    glue = boto3.client("glue", **platform.access)
    return refusal_of(lambda: glue.start_job_run(JobName=f"{settings['prefix']}-orders"))


def changed_mapping(platform: Platform, *_: Any) -> str:
    """What comes of another batch size: then Lambda asks the function's role for its rights."""
    function = boto3.client("lambda", **platform.access)
    (mapping,) = function.list_event_source_mappings()["EventSourceMappings"]
    return refusal_of(lambda: function.update_event_source_mapping(UUID=mapping["UUID"], BatchSize=50))


def changed_function(platform: Platform, settings: dict[str, Any], address: str) -> str:
    """What comes of more memory: then Lambda asks for the rights of the function's role, whose address is given."""
    key = address.rpartition('["')[2].removesuffix('"]')
    function = boto3.client("lambda", **platform.access)
    name = f"{settings['prefix']}-{key.replace('_', '-')}"
    return refusal_of(lambda: function.update_function_configuration(FunctionName=name, MemorySize=512))


def refusal_of(call: Callable[[], Any]) -> str:
    try:
        return str(call())
    except ClientError as refused:
        return str(refused)


# By refusal: how what Terraform has made is used.
CALLS = {
    "functions.role_may_do_what_the_function_needs": changed_function,
    "functions.source_suits_the_function": changed_mapping,
    "glue.account_has_room_for_a_run": run_of_a_job,
    "logs.query_can_be_read": saved_query,
    "topics.subject_is_one_line_of_ascii": message_with_an_accent,
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
        done = apply(dev if step["folder"] == DEV else bootstrap(platform), step["targets"])
        for row in (each for each in step["mutations"].values() if each["is_called"]):
            said = squeezed(CALLS[row["refusal"]](platform, settings, row["address"]))
            done["errors"].append({"address": row["address"], "said": said})
    return done | {"lost": lost}


def end_in_order(*_: Any) -> None:
    raise TimeoutError(f"The steps took more than {LIMIT_SECONDS} s")


def main() -> None:
    signal.signal(signal.SIGALRM, end_in_order)
    signal.alarm(LIMIT_SECONDS)
    steps = json.load(sys.stdin)
    settings = settings_of_the_team(PROJECT, DEV)
    platform = start(DEV, settings, None, "plain")
    try:
        make_boundary(platform)
        dev = initialised(platform, is_first=False)
        graph = dev._run("graph").stdout
        outcomes = {name: walk(step, platform, settings, dev) for name, step in steps.items()}
        print(json.dumps({"graph": graph, "steps": outcomes}))
    finally:
        down(DEV)


if __name__ == "__main__":
    main()
