"""Applies exactly the plan that was approved, or refuses and says what has moved since."""

import os
import shutil
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3

from delivery import PROJECT
from delivery.allowed_destroys import FILE, allowed_destroys
from delivery.build import this_build
from delivery.change import changes_of
from delivery.data_holding import sentence
from delivery.deploy_role import terraform_access
from delivery.deploy_window import refuse_outside_of_the_window
from delivery.deployed import record
from delivery.handed_over import manifest_handed_over, refuse_what_moved
from delivery.manifest import ARCHIVES, PLAN, manifest_of, sources_digest
from delivery.refusal import Refusal, refusals_published
from delivery.summary import Judgement
from delivery.terraform import State, Terraform
from local.terraform import LOCK


def main() -> None:
    """Verify, then apply, then note down what is deployed."""
    build = this_build()
    environment = build.environment
    with refusals_published(f"The apply of {environment}", build.refuse):
        refuse_outside_of_the_window(environment, build.variables.get("DEPLOY_WINDOW"), datetime.now(UTC))
        folder = Path(os.environ.get(f"CODEBUILD_SRC_DIR_plan_{environment}", PROJECT / "plan"))
        terraform = Terraform(PROJECT, environment, terraform_access(build.variables.get("ROLE_ARN"), build, PROJECT))
        digest = build.told("APPROVED_DIGEST")
        apply_approved(PROJECT, terraform, folder, build.commit, digest)
        record(boto3.client("s3"), build, digest)
        print(f"{environment} is at {build.commit}.")


def apply_approved(project: Path, terraform: Terraform, folder: Path, commit: str, digest: str) -> None:
    """Apply the plan in a folder if it is the approved one and nothing has moved; else refuse and change nothing."""
    approved = manifest_handed_over(folder, digest)
    sources = sources_digest(project, terraform.environment)
    # Terraform is not started on anything that was not approved: the state is asked for last.
    here = manifest_of(folder, terraform.environment, commit, State(**approved["state"]), sources)
    refuse_what_moved(approved, here)
    take_over(folder, project, terraform)
    terraform.init()
    refuse_what_moved(approved, here | {"state": asdict(terraform.state())})
    refuse_losses(project, terraform.environment, commit, terraform.shown(folder / PLAN))
    terraform.apply(folder / PLAN)


def take_over(folder: Path, project: Path, terraform: Terraform) -> None:
    """Put the plan's own archives and lock file where Terraform reads them."""
    shutil.rmtree(project / ARCHIVES, ignore_errors=True)
    shutil.copytree(folder / ARCHIVES, project / ARCHIVES)
    terraform.lock_file.unlink(missing_ok=True)
    if (folder / LOCK).exists():
        shutil.copy(folder / LOCK, terraform.lock_file)


def refuse_losses(project: Path, environment: str, commit: str, shown: dict[str, Any]) -> None:
    """Data is destroyed only by name: each loss needs its line in allowed-destroys.yaml."""
    judgement = Judgement(environment, commit, changes_of(shown), [], allowed_destroys(project))
    if judgement.refused:
        told = ". ".join(f"{sentence(change, environment)} ({change.address})" for change in judgement.refused)
        raise Refusal(f"{told}. {FILE} does not allow it: docs/delivery.md says how to. Nothing was changed.")


if __name__ == "__main__":
    main()
