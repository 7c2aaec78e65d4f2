"""Destroys one environment with everything in it, after its name was typed; a protected one it does not touch."""

import argparse
from pathlib import Path
from typing import Any

import boto3

import build_archives
from delivery import PROJECT
from delivery.change import changes_of
from delivery.data_holding import lost
from delivery.empty_bucket import empty_bucket
from delivery.own_account import aws_explained, refuse_other_accounts
from delivery.refusal import Refusal
from delivery.release import release_of
from delivery.summary import Judgement
from delivery.terraform import PATIENCE, Terraform
from local.job_settings import settings_of

STAYS = "The state bucket, its key and the deployment roles stay: bootstrap/ made them."


def main(arguments: list[str] | None = None) -> None:
    """Show, ask, empty, destroy."""
    given = parse_arguments(arguments)
    environment = given.environment
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
        destroy(terraform, saved, boto3.client("s3", region_name=region), settings["buckets"])
    print(f"{environment} is destroyed. {STAYS}")


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m delivery.destroy", description=__doc__)
    parser.add_argument("--environment", required=True, help="a name from project.yaml")
    return parser.parse_args(arguments)


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


def destroy(terraform: Terraform, saved: Path, s3: Any, buckets: dict[str, str]) -> None:
    """Empty the buckets, all versions, then apply the plan that was shown."""
    # The others log into this one until they are gone.
    for purpose in sorted(buckets, key=lambda purpose: purpose == "access-log"):
        print(f"emptying {buckets[purpose]}")
        empty_bucket(s3, buckets[purpose])
    terraform.apply(saved)


if __name__ == "__main__":
    main()
