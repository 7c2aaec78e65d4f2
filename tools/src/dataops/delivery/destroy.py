"""Destroy one environment and its data, after you type its name. Refuses a protected environment."""

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
from dataops.delivery.summary import PlanSummary
from dataops.delivery.terraform import PATIENCE, Terraform
from dataops.project import PROJECT
from dataops.project.job_settings import settings_of

# The first pass empties and destroys; the second, of seconds, is for what was written meanwhile to one or two buckets.
ATTEMPTS = 4
NOT_EMPTY = "BucketNotEmpty"
Clients = Callable[[str], Any]
STAYS = "The state bucket, its key and the deployment roles stay: bootstrap/ made them."


@click.command(help=__doc__)
@click.option("--environment", required=True, help="a name from project.yaml")
def main(environment: str) -> None:
    """Show the plan, ask, stop writers, empty the buckets, destroy."""
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
        summary, saved = planned_destruction(PROJECT, terraform)
        if not summary.changes:
            raise Refusal(f"There is nothing to destroy: nothing of {environment} is in its state.")
        confirm(summary)
        destroy(terraform, saved, lambda service: boto3.client(service, region_name=region), settings)
    print(f"{environment} is destroyed. {STAYS}")


def planned_destruction(project: Path, terraform: Terraform) -> tuple[PlanSummary, Path]:
    """Save a plan that destroys everything, and return its summary."""
    build_archives.main(project)
    terraform.init()
    saved = project / ".delivery" / terraform.environment / "destroy.tfplan"
    terraform.plan(saved, "-destroy", PATIENCE)
    changes = changes_of(terraform.shown(saved))
    return PlanSummary(terraform.environment, "", changes, [], []), saved


def confirm(summary: PlanSummary) -> None:
    """Show what would be lost, and ask for the environment's name."""
    print(f"\n{summary.environment} would be destroyed, {len(summary.changes)} resources. This would be lost:\n")
    for change in summary.losses:
        print(f"  - {lost(change, summary.environment)}")
    try:
        typed = input(f"\nType {summary.environment} to destroy it: ")
    except EOFError:
        typed = ""
    if typed.strip() != summary.environment:
        raise Refusal(f"{summary.environment} was not typed: nothing was destroyed.")


def destroy(terraform: Terraform, saved: Path, clients: Clients, settings: dict[str, Any]) -> None:
    """Stop what writes, empty the buckets, apply the plan; repeat once for what was written meanwhile."""
    stop_writing(clients, settings)
    for attempt in range(1, ATTEMPTS + 1):
        # The others log into this one until they are destroyed.
        for purpose in sorted(settings["buckets"], key=lambda purpose: purpose == "access-log"):
            print(f"emptying {settings['buckets'][purpose]}")
            empty_bucket(clients("s3"), settings["buckets"][purpose])
        try:
            terraform.apply(saved)
            return
        except TerraformRefusal as refused:
            # S3 delivers access logs hours after the requests, also into a bucket that was emptied meanwhile.
            if NOT_EMPTY not in refused.output or attempt == ATTEMPTS:
                raise
        print("Something was written into a bucket meanwhile: it is emptied again, and the rest destroyed.")
        terraform.plan(saved, "-destroy", PATIENCE)


def stop_writing(clients: Clients, settings: dict[str, Any]) -> None:
    """Disable event rules, end current runs, and disable access logs."""
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
        # A missing bucket logs nothing.
        with suppress(ClientError):
            s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={})


def end_runs(glue: Any, job: str) -> None:
    """End the unfinished runs of a job."""
    runs = glue.get_job_runs(JobName=job)["JobRuns"]
    under_way = [run["Id"] for run in runs if run["JobRunState"] in ("STARTING", "RUNNING", "WAITING")]
    if under_way:
        print(f"ending {len(under_way)} runs of {job}")
        glue.batch_stop_job_run(JobName=job, JobRunIds=under_way)


def end_crawls(glue: Any, prefix: str) -> None:
    """End the running crawls: Glue deletes no running crawler."""
    names = [name for name in crawler_names(glue) if name.startswith(prefix)]
    for name in names:
        # A crawler that is not running, or is stopping, cannot be stopped.
        with suppress(ClientError):
            glue.stop_crawler(Name=name)
    wait_until_ready(glue, names)


def crawler_names(glue: Any) -> Iterator[str]:
    """Return the name of every crawler; boto3 has no paginator for them."""
    token: dict[str, str] = {}
    while True:
        page = glue.list_crawlers(**token)
        yield from page["CrawlerNames"]
        if not page.get("NextToken"):
            return
        token = {"NextToken": page["NextToken"]}
