"""Destroys one environment with everything in it, after its name was typed; a protected one it does not touch."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import boto3
import build_archives
import click
from botocore.exceptions import ClientError

from dataops.delivery.change import changes_of
from dataops.delivery.crawlers_at_work import wait_until_ready
from dataops.delivery.data_holding import lost
from dataops.delivery.empty_bucket import empty_bucket
from dataops.delivery.own_account import aws_explained, refuse_other_accounts
from dataops.delivery.refusal import Refusal, TerraformRefusal
from dataops.delivery.release import release_of
from dataops.delivery.summary import Judgement
from dataops.delivery.terraform import PATIENCE, Terraform
from dataops.project import PROJECT
from dataops.project.job_settings import settings_of

# The first empties and destroys; what was written meanwhile is in one or two buckets then, which takes seconds.
ATTEMPTS = 4
NOT_EMPTY = "BucketNotEmpty"
Clients = Callable[[str], Any]
STAYS = "The state bucket, its key and the deployment roles stay: bootstrap/ made them."


@click.command(help=__doc__)
@click.option("--environment", required=True, help="a name from project.yaml")
def main(environment: str) -> None:
    """Show, ask, stop, empty, destroy."""
    terraform = Terraform(PROJECT, environment)
    if release_of(PROJECT).is_protected(environment):
        raise Refusal(
            f"{environment} is protected, so it is not destroyed: if that is meant, set `protected: false` for it "
            f"in project.yaml, by a pull request."
        )
    settings = settings_of(PROJECT, environment)
    with aws_explained():
        region = settings["environment"]["region"]
        refuse_other_accounts(settings["environment"]["account"], environment, boto3.client("sts", region_name=region))
        judgement, saved = planned_destruction(PROJECT, terraform)
        if not judgement.changes:
            raise Refusal(f"There is nothing to destroy: nothing of {environment} is in its state.")
        confirm(judgement)
        destroy(terraform, saved, lambda service: boto3.client(service, region_name=region), settings)
    print(f"{environment} is destroyed. {STAYS}")


def planned_destruction(project: Path, terraform: Terraform) -> tuple[Judgement, Path]:
    """A saved plan that destroys everything, and what is to be judged about it."""
    build_archives.main(project)
    terraform.init()
    saved = project / ".delivery" / terraform.environment / "destroy.tfplan"
    terraform.plan(saved, "-destroy", PATIENCE)
    changes = changes_of(terraform.shown(saved))
    return Judgement(terraform.environment, "", changes, [], []), saved


def confirm(judgement: Judgement) -> None:
    """Say what would be lost, and want the environment's name."""
    print(f"\n{judgement.environment} would be destroyed, {len(judgement.changes)} resources. This would be lost:\n")
    for change in judgement.losses:
        print(f"  - {lost(change, judgement.environment)}")
    try:
        typed = input(f"\nType {judgement.environment} to destroy it: ")
    except EOFError:
        typed = ""
    if typed.strip() != judgement.environment:
        raise Refusal(f"{judgement.environment} was not typed: nothing was destroyed.")


def destroy(terraform: Terraform, saved: Path, clients: Clients, settings: dict[str, Any]) -> None:
    """Stop what writes, empty the buckets, apply the plan that was shown; once more for what was written meanwhile."""
    stop_writing(clients, settings)
    for attempt in range(1, ATTEMPTS + 1):
        # The others log into this one until they are gone.
        for purpose in sorted(settings["buckets"], key=lambda purpose: purpose == "access-log"):
            print(f"emptying {settings['buckets'][purpose]}")
            empty_bucket(clients("s3"), settings["buckets"][purpose])
        try:
            terraform.apply(saved)
            return
        except TerraformRefusal as refused:
            # S3 delivers access logs hours after the requests, also into a bucket that was emptied meanwhile.
            if NOT_EMPTY not in refused.told or attempt == ATTEMPTS:
                raise
        print("Something was written into a bucket meanwhile: it is emptied again, and the rest destroyed.")
        terraform.plan(saved, "-destroy", PATIENCE)


def stop_writing(clients: Clients, settings: dict[str, Any]) -> None:
    """Let no event start anything any more, end the runs that are under way, and log no more requests."""
    events, glue, s3 = clients("events"), clients("glue"), clients("s3")
    prefix = f"{settings['prefix']}-"
    for page in events.get_paginator("list_rules").paginate(NamePrefix=prefix):
        for rule in page["Rules"]:
            events.disable_rule(Name=rule["Name"])
    for page in glue.get_paginator("list_jobs").paginate():
        for job in [name for name in page["JobNames"] if name.startswith(prefix)]:
            end_runs(glue, job)
    end_crawls(glue, prefix)
    for bucket in settings["buckets"].values():
        # One that is gone logs nothing.
        with suppress(ClientError):
            s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={})


def end_runs(glue: Any, job: str) -> None:
    """End the runs of a job that have not ended."""
    runs = glue.get_job_runs(JobName=job)["JobRuns"]
    under_way = [run["Id"] for run in runs if run["JobRunState"] in ("STARTING", "RUNNING", "WAITING")]
    if under_way:
        print(f"ending {len(under_way)} runs of {job}")
        glue.batch_stop_job_run(JobName=job, JobRunIds=under_way)


def end_crawls(glue: Any, prefix: str) -> None:
    """End the crawls that are under way: Glue removes no crawler that is at work."""
    names = [name for name in crawler_names(glue) if name.startswith(prefix)]
    for name in names:
        # One that is not at work, or ends by itself, cannot be stopped.
        with suppress(ClientError):
            glue.stop_crawler(Name=name)
    wait_until_ready(glue, names)


def crawler_names(glue: Any) -> Iterator[str]:
    """Every crawler; boto3 has no pages for them."""
    token: dict[str, str] = {}
    while True:
        page = glue.list_crawlers(**token)
        yield from page["CrawlerNames"]
        if not page.get("NextToken"):
            return
        token = {"NextToken": page["NextToken"]}
