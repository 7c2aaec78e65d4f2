"""Remove what `make bootstrap` created. The last step of removing an environment."""

import json
import shutil
import sys
from typing import Any

import boto3
import click
from botocore.exceptions import ClientError

from dataops.delivery.bootstrap import root_of
from dataops.delivery.bootstrap_root import MISSING, BootstrapRoot
from dataops.delivery.data_lake import leave_administrators
from dataops.delivery.refusal import Refusal
from dataops.project.deployment import Deployment, explained, on_aws


@click.command(help=__doc__)
@click.option("--environment", required=True, help="a name from project.yaml, or pipeline")
@click.option("--yes", is_flag=True, help="remove without asking")
def main(environment: str, yes: bool) -> None:
    """Remove everything that `make bootstrap` has created, and every state with it."""
    deployment = on_aws(environment)
    with explained(deployment):
        root = root_of(deployment)
        refuse_what_is_still_used(deployment, root)
        if not yes:
            ask(root)
        leave_administrators(deployment)
        remove(deployment, root)
    print(f"What the bootstrap of {environment} had made is gone; its key can be restored for 30 days.")


def refuse_what_is_still_used(deployment: Deployment, root: BootstrapRoot) -> None:
    """Refuse while a state has resources: without the state they would be left behind, unmanaged."""
    key = root.location.key.replace("bootstrap.tfstate", "terraform.tfstate")
    try:
        stored = deployment.client("s3").get_object(Bucket=root.location.bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in MISSING:
            return
        raise
    left = sum(len(resource["instances"]) for resource in json.loads(stored["Body"].read())["resources"])
    if left:
        pipeline = root.environment == "pipeline"
        how = "terraform -chdir=pipeline destroy" if pipeline else f"make destroy ENV={root.environment}"
        raise Refusal(f"{root.environment} still has {left} resources: remove them first, by `{how}`.")


def ask(root: BootstrapRoot) -> None:
    """Ask for the environment's name as confirmation."""
    question = f"This removes {root.location.bucket} with every state of {root.environment}. Type {root.environment}: "
    if not sys.stdin.isatty() or input(question) != root.environment:
        raise Refusal("Nothing was removed.")


def remove(deployment: Deployment, root: BootstrapRoot) -> None:
    """Take the state out of the bucket, empty the bucket, destroy; each step may be repeated."""
    stored = root.stored(deployment.client("s3"))
    if stored:
        root.state.write_text(json.dumps(stored), encoding="utf-8")
    if not root.kept_here():
        raise Refusal(f"There is no bootstrap of {root.environment} to remove.")
    root.begin_on_this_machine()
    for name in ("state_bucket", "state_log_bucket"):
        empty(boto3.resource("s3", **deployment.access).Bucket(deployment.names[name]))
    root.destroy()
    shutil.rmtree(root.workspace)


def empty(bucket: Any) -> None:
    """Remove every version of every object; a missing bucket counts as empty."""
    try:
        bucket.object_versions.delete()
    except ClientError as error:
        if error.response["Error"]["Code"] not in MISSING:
            raise
