"""Compare every environment with what was applied; send one notification if one differs, none otherwise."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import boto3
import build_archives
from notifications.message_form import as_text
from notifications.messages.pipeline import infrastructure_drift

from dataops.delivery.build import Build, this_build
from dataops.delivery.change import Change, changes_by_hand, changes_of
from dataops.delivery.deploy_role import terraform_access
from dataops.delivery.deployed import history
from dataops.delivery.git import attempt, is_repository
from dataops.delivery.refusal import Refusal, refusals_published
from dataops.delivery.summary import PlanSummary
from dataops.delivery.terraform import State, Terraform
from dataops.project import PROJECT

MOST_LINES = 30
WHAT_TO_DO = [
    "To undo the manual change: start the pipeline again. Its plan undoes exactly this.",
    "To keep the manual change: add it to the code with a pull request.",
]


def main() -> None:
    """Check each environment, then notify once."""
    build = this_build()
    with refusals_published("The drift check", build.refuse):
        found = [drift for role in json.loads(build.variable("PLAN_ROLES")) if (drift := drift_of(build, **role))]
        if found:
            facts = [line for summary in found for line in lines_of(summary)]
            message = infrastructure_drift(build.origin, [summary.environment for summary in found], facts, WHAT_TO_DO)
            print(as_text(message))
            build.notify(message, "drift")
        else:
            print("Every environment is as it was applied.")


def drift_of(build: Build, environment: str, role: str) -> PlanSummary | None:
    """Return what an apply of the deployed commit would change in an environment; None if nothing."""
    known = history(boto3.client("s3"), build.summary_bucket, environment)
    commit = known[0]["commit"] if known else ""
    with TemporaryDirectory() as folder:
        project = sources_of(PROJECT, commit, Path(folder, "project"))
        try:
            terraform = Terraform(project, environment, terraform_access(role, build, project))
            return compared(project, terraform, commit)
        finally:
            attempt(PROJECT, "worktree", "remove", "--force", str(project))


def sources_of(project: Path, commit: str, folder: Path) -> Path:
    """Return the sources of the deployed commit: main may be ahead of an environment, and that is no drift."""
    if not commit or not is_repository(project):
        return project
    if attempt(project, "worktree", "add", "--detach", str(folder), commit).returncode:
        raise Refusal(f"The deployed commit {commit[:12]} is not in the repository, so drift cannot be computed.")
    return folder


def compared(project: Path, terraform: Terraform, commit: str) -> PlanSummary | None:
    """Plan without locking the state, and compare."""
    build_archives.main(project)
    terraform.init()
    if terraform.state() == State():
        print(f"{terraform.environment} is not deployed yet.")
        return None
    saved = project / ".delivery" / terraform.environment / "drift.tfplan"
    if not terraform.plan(saved, "-lock=false"):
        return None
    shown = terraform.shown(saved)
    return PlanSummary(terraform.environment, commit, changes_of(shown), changes_by_hand(shown), [])


def lines_of(summary: PlanSummary) -> list[str]:
    """Return one environment's drift in lines."""
    lines = [f"- {_sentence(change)}" for change in summary.changes]
    more = [f"and {len(lines) - MOST_LINES} more"] if len(lines) > MOST_LINES else []
    head = f"{summary.environment} differs from what was applied (commit {summary.commit[:12] or 'unknown'})."
    return [head, f"Terraform would restore it ({summary.counts()}):", *lines[:MOST_LINES], *more]


def _sentence(change: Change) -> str:
    happened = {"add": "was removed", "destroy": "was added"}.get(change.verb, "was changed")
    attributes = f", to be taken back: {', '.join(change.attributes)}" if change.attributes else ""
    return f"{change.address} {happened}{attributes}"
