"""Apply exactly the approved plan, or refuse and name what has changed since."""

import os
import shutil
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3

from dataops.delivery.allowed_destroys import FILE, allowed_destroys
from dataops.delivery.approval import approval_of
from dataops.delivery.build import Build, access_of, credentials_of, this_build
from dataops.delivery.change import Change, changes_of
from dataops.delivery.commands_in_plan import refuse_commands
from dataops.delivery.crawlers_at_work import crawlers_changed, is_about_crawlers_at_work, wait_until_ready
from dataops.delivery.data_holding import sentence
from dataops.delivery.deploy_role import terraform_access
from dataops.delivery.deploy_window import refuse_outside_of_the_window
from dataops.delivery.deployed import record
from dataops.delivery.handed_over import manifest_handed_over, refuse_what_moved
from dataops.delivery.manifest import ARCHIVES, PLAN, manifest_of, sources_digest
from dataops.delivery.refusal import Refusal, TerraformRefusal, refusals_published
from dataops.delivery.summary import PlanSummary
from dataops.delivery.terraform import PATIENCE, State, Terraform
from dataops.project import PROJECT
from dataops.project.job_settings import settings_of
from dataops.project.terraform import LOCK

# A changed crawler collides with a starting crawl a few times at most.
ATTEMPTS = 4


def main() -> None:
    """Verify, apply, and record what is deployed."""
    build = this_build()
    environment = build.environment
    with refusals_published(f"The apply of {environment}", build.refuse):
        refuse_outside_of_the_window(environment, build.variables.get("DEPLOY_WINDOW"), datetime.now(UTC))
        folder = Path(os.environ.get(f"CODEBUILD_SRC_DIR_plan_{environment}", PROJECT / "plan"))
        terraform = Terraform(PROJECT, environment, terraform_access(build.variables.get("ROLE_ARN"), build, PROJECT))
        digest = build.variable("APPROVED_DIGEST")
        apply_approved(PROJECT, terraform, folder, build.commit, digest, lambda: glue_of(build))
        record(boto3.client("s3"), build, digest, approval_of(boto3.client("codepipeline"), build))
        print(f"{environment} is at {build.commit}.")


def glue_of(build: Build) -> Any:
    """Return a Glue client with the deployment role, if the apply may have to wait for crawlers."""
    region = settings_of(PROJECT, build.environment)["environment"]["region"]
    return boto3.client("glue", **access_of(credentials_of(build.variables.get("ROLE_ARN"), build), region))


def apply_approved(
    project: Path, terraform: Terraform, folder: Path, commit: str, digest: str, glue: Callable[[], Any]
) -> None:
    """Apply the plan in a folder if it is the approved one and nothing has changed; else refuse and change nothing."""
    approved = manifest_handed_over(folder, digest)
    sources = sources_digest(project, terraform.environment)
    # Terraform never starts on anything that was not approved: the state is read last.
    here = manifest_of(folder, terraform.environment, commit, State(**approved["state"]), sources)
    refuse_what_moved(approved, here)
    take_over(folder, project, terraform)
    terraform.init()
    refuse_what_moved(approved, here | {"state": asdict(terraform.state())})
    shown = terraform.shown(folder / PLAN)
    refuse_commands(terraform.environment, shown)
    refuse_losses(project, terraform.environment, commit, shown)
    apply_between_crawls(terraform, folder / PLAN, changes_of(shown), glue)


def apply_between_crawls(terraform: Terraform, saved: Path, approved: list[Change], glue: Callable[[], Any]) -> None:
    """Apply while no changed crawler runs; apply the rest afterwards if a crawl has interrupted the apply."""
    changes = approved
    for attempt in range(1, ATTEMPTS + 1):
        crawlers = crawlers_changed(changes)
        if crawlers:
            wait_until_ready(glue(), crawlers)
        try:
            terraform.apply(saved)
            return
        except TerraformRefusal as refused:
            # An upload can start a crawler between the check and the change.
            if not is_about_crawlers_at_work(refused.output) or attempt == ATTEMPTS:
                raise
        print("A crawler began to work meanwhile: the rest of the approved plan is applied when it has ended.")
        saved = saved.with_name("rest.tfplan")
        terraform.plan(saved, PATIENCE)
        changes = changes_of(terraform.shown(saved))
        refuse_other_changes(approved, changes)


def refuse_other_changes(approved: list[Change], rest: list[Change]) -> None:
    """Refuse unless the rest of an interrupted plan is a part of the approved plan, with the same values."""
    known = {change.address: change for change in approved}
    others = [change.address for change in rest if not _is_part_of(known.get(change.address), change)]
    if others:
        raise Refusal(
            f"A crawler interrupted the apply, and what is left is not what was approved: {', '.join(others)}. "
            f"What was done stays done. Release the change again: a new plan is made and needs its own approval."
        )


def _is_part_of(approved: Change | None, rest: Change) -> bool:
    if approved is None or rest.verb not in (
        approved.verb,
        *(("add", "destroy") if approved.verb == "replace" else ()),
    ):
        return False
    if rest.verb == "destroy":
        return True
    known = {name: value for name, value in approved.after.items() if not approved.unknown.get(name)}
    return all(rest.after.get(name) == value for name, value in known.items())


def take_over(folder: Path, project: Path, terraform: Terraform) -> None:
    """Put the plan's own archives and lock file where Terraform reads them."""
    shutil.rmtree(project / ARCHIVES, ignore_errors=True)
    shutil.copytree(folder / ARCHIVES, project / ARCHIVES)
    terraform.lock_file.unlink(missing_ok=True)
    if (folder / LOCK).exists():
        shutil.copy(folder / LOCK, terraform.lock_file)


def refuse_losses(project: Path, environment: str, commit: str, shown: dict[str, Any]) -> None:
    """Refuse to destroy data unless each loss has its line in allowed-destroys.yaml."""
    summary = PlanSummary(environment, commit, changes_of(shown), [], allowed_destroys(project))
    if summary.refused:
        losses = ". ".join(f"{sentence(change, environment)} ({change.address})" for change in summary.refused)
        raise Refusal(f"{losses}. {FILE} does not allow it; see docs/delivery.md. Nothing was changed.")
