"""Plan one environment and pack the content of an approval: the plan, its archives, its lock file, its summary."""

import shutil
from dataclasses import replace
from pathlib import Path

import boto3
import build_archives
from notifications.messages.pipeline import approval_needed

from dataops.delivery.allowed_destroys import allowed_destroys
from dataops.delivery.build import Build, this_build
from dataops.delivery.change import changes_by_hand, changes_of
from dataops.delivery.commands_in_plan import other_providers, refuse_commands
from dataops.delivery.delivered_change import MOST_COMMITS, delivered_change, named_by_merges, pull_requests
from dataops.delivery.deploy_role import terraform_access
from dataops.delivery.deployed import history, smoke_test_of
from dataops.delivery.manifest import ARCHIVES, PLAN, SUMMARY, manifest_of, sources_digest, written
from dataops.delivery.message import BETWEEN, message
from dataops.delivery.permission_change import completed_later
from dataops.delivery.refusal import refusals_published
from dataops.delivery.summary import PlanSummary, page
from dataops.delivery.terraform import PATIENCE, State, Terraform
from dataops.project import PROJECT

FOLDER = PROJECT / "plan"
EXPORTED = PROJECT / ".delivery" / "exported"


def main() -> None:
    """Plan, pack, upload the summary, export what the approval message needs."""
    build = this_build()
    with refusals_published(f"The plan of {build.environment}", build.refuse):
        role = build.variables.get("ROLE_ARN")
        terraform = Terraform(PROJECT, build.environment, terraform_access(role, build, PROJECT))
        change_summary, state = planned(PROJECT, terraform, build.commit, FOLDER, PATIENCE, account=account_of(role))
        change_summary = with_its_history(change_summary, build)
        (FOLDER / SUMMARY).write_text(page(change_summary), encoding="utf-8")
        sources = sources_digest(PROJECT, build.environment)
        digest = written(manifest_of(FOLDER, build.environment, build.commit, state, sources), FOLDER)
        link = upload(build, page(change_summary))
        summary = message(change_summary, digest)
        export({"DIGEST": digest, "SUMMARY": summary, "SUMMARY_LINK": link}, EXPORTED)
        ask_for_approval(build, summary, link)


def with_its_history(change_summary: PlanSummary, build: Build) -> PlanSummary:
    """Add what the change is, and the result of the commit in the environment before this one."""
    s3, variables = boto3.client("s3"), build.variables
    known = history(s3, build.summary_bucket, build.environment)
    change = delivered_change(PROJECT, known[0]["commit"] if known else "", build.commit, variables.get("BRANCH", ""))
    if change and variables.get("GIT_PROVIDER") == "codecommit":
        client, repository = boto3.client("codecommit"), build.variable("REPOSITORY")
        requests, note = pull_requests(PROJECT, client, repository, change.commits[:MOST_COMMITS])
        change = replace(change, requests=requests, note=" ".join(filter(None, [change.note, note])))
    elif change:
        change = replace(change, requests=named_by_merges(PROJECT, change.commits))
    before = variables.get("ENVIRONMENT_BEFORE", "")
    tested = smoke_test_of(before, history(s3, build.summary_bucket, before), build.commit) if before else ""
    return replace(change_summary, change=change, tested_before=tested)


def account_of(role: str | None) -> str:
    """Return the account of a role: principals of other accounts are marked."""
    return role.split(":")[4] if role else ""


def ask_for_approval(build: Build, summary: str, link: str) -> None:
    """Notify the approvers, if the pipeline waits for them after this build."""
    minutes = int(build.variables.get("APPROVAL_MINUTES") or 0)
    if minutes:
        lines = summary.split(BETWEEN)
        asked = approval_needed(build.origin, build.execution, build.environment, lines, link, minutes)
        build.notify(asked, "approval")


def planned(
    project: Path, terraform: Terraform, commit: str, folder: Path, *options: str, account: str = ""
) -> tuple[PlanSummary, State]:
    """Plan into an empty folder, with the archives, the lock file and the summary beside the plan."""
    allowed = allowed_destroys(project)
    build_archives.main(project)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    chosen_here = terraform.init()
    state = terraform.state()
    terraform.plan(folder / PLAN, *options)
    shown = terraform.shown(folder / PLAN)
    refuse_commands(terraform.environment, shown)
    change_summary = replace(
        PlanSummary(terraform.environment, commit, changes_of(shown), changes_by_hand(shown), allowed, chosen_here),
        account=account,
        completed_later=completed_later(shown, account),
        other_providers=other_providers(shown),
    )
    shutil.copytree(project / ARCHIVES, folder / ARCHIVES)
    if terraform.lock_file.exists():
        shutil.copy(terraform.lock_file, folder)
    (folder / SUMMARY).write_text(page(change_summary), encoding="utf-8")
    return change_summary, state


def upload(build: Build, text: str) -> str:
    """Upload the summary for approvers; return its link."""
    bucket, key = build.summary_bucket, f"summaries/{build.execution}/{build.environment}.md"
    # A browser shows plain text; it would only offer to save markdown.
    content = {"Body": text.encode(), "ContentType": "text/plain; charset=utf-8"}
    boto3.client("s3").put_object(Bucket=bucket, Key=key, **content)
    return build.origin.stored_object(bucket, key)


def export(variables: dict[str, str], folder: Path) -> None:
    """Write values for the buildspec; each is one line, because it becomes a variable."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in variables.items():
        (folder / name).write_text(value, encoding="utf-8")
        print(f"{name}: {value}")
