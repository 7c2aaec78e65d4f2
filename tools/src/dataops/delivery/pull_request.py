"""Check a pull request's commit, plan every environment with it, and comment the result."""

import json
import subprocess
from dataclasses import dataclass
from typing import Any

import boto3

from dataops.delivery.branch import complaint_about
from dataops.delivery.build import Build, this_build
from dataops.delivery.deploy_role import terraform_access
from dataops.delivery.message import message
from dataops.delivery.plan import account_of, planned
from dataops.delivery.refusal import Refusal
from dataops.delivery.summary import page
from dataops.delivery.terraform import Terraform
from dataops.project import PROJECT

CHECKS = ("check", "validate", "scan", "test")
# CodeCommit takes 10,240 characters; a summary begins with the losses and the counts.
LONGEST_COMMENT = 10_000


@dataclass(frozen=True)
class Finding:
    """The result of one check: its subject, whether it passed, the details, and the essence."""

    name: str
    is_fine: bool
    text: str = ""
    essence: str = ""


def main() -> None:
    """Run every check, comment, and fail if any check fails."""
    build = this_build()
    request = pull_request(build)
    findings = [*branch_name(build, request), *map(checked, CHECKS)]
    findings += [plan_of(build, **role) for role in json.loads(build.variable("PLAN_ROLES"))]
    text = comment(build.variable("SOURCE_COMMIT"), findings)
    print(text)
    if request:
        post(request, text)
    failed = [finding.name for finding in findings if not finding.is_fine]
    if failed:
        raise Refusal(f"This change has failed checks: {', '.join(failed)}. See the comment and the log above.")


def pull_request(build: Build) -> dict[str, Any] | None:
    """Return the CodeCommit pull request; with a connection there is none that could be commented on."""
    number = build.variables.get("PULL_REQUEST_ID")
    if not number:
        return None
    found: dict[str, Any] = boto3.client("codecommit").get_pull_request(pullRequestId=number)["pullRequest"]
    return found


def branch_name(build: Build, request: dict[str, Any] | None) -> list[Finding]:
    """Check the branch's name, if this build knows it."""
    target = request["pullRequestTargets"][0]["sourceReference"] if request else build.variables.get("SOURCE_BRANCH")
    if not target:
        return []
    complaint = complaint_about(target.removeprefix("refs/heads/"))
    return [Finding("the branch's name", complaint is None, complaint or "")]


def checked(verb: str) -> Finding:
    """Return the result of one of the Makefile's checks; its output is in the log."""
    done = subprocess.run(["make", "--no-print-directory", verb], cwd=PROJECT, check=False)
    return Finding(f"make {verb}", done.returncode == 0)


def plan_of(build: Build, environment: str, role: str) -> Finding:
    """Return the plan for an environment in its present state; a pull request never delays an apply."""
    folder = PROJECT / ".delivery" / "pull-request" / environment
    try:
        terraform = Terraform(PROJECT, environment, terraform_access(role, build, PROJECT))
        commit = build.variable("SOURCE_COMMIT")
        summary, _ = planned(PROJECT, terraform, commit, folder, "-lock=false", account=account_of(role))
    except SystemExit as refused:
        return Finding(f"the plan of {environment}", False, str(refused.code))
    return Finding(f"the plan of {environment}", True, page(summary), message(summary))


def comment(commit: str, findings: list[Finding]) -> str:
    """Return the comment: the result first, then each finding's text as far as there is room."""
    is_fine = all(finding.is_fine for finding in findings)
    rows = [f"| {finding.name} | {'passed' if finding.is_fine else '**failed**'} |" for finding in findings]
    head = [
        f"**{'Passed' if is_fine else 'Failed'}** for commit {commit[:12]}",
        "",
        "| what | result |",
        "| --- | --- |",
    ]
    whole = "\n".join([*head, *rows])
    explained = [finding for finding in findings if finding.text]
    room = (LONGEST_COMMENT - len(whole)) // max(len(explained), 1) - len("\n\n")
    return "\n\n".join([whole, *(_cut(finding, room) for finding in explained)])


def _cut(finding: Finding, room: int) -> str:
    """Return the whole text if there is room; else the essence, and as much of the text as fits."""
    text, begin, end = finding.text.strip(), f"{finding.essence}\n\n", "\n\n… cut; the build's log has all of it."
    if len(text) <= room:
        return text
    return f"{begin}{text[: max(room - len(begin) - len(end), 0)].rpartition(chr(10))[0]}{end}"


def post(request: dict[str, Any], text: str) -> None:
    """Comment on the checked commit; a build may not edit the comment of an earlier build."""
    target = request["pullRequestTargets"][0]
    boto3.client("codecommit").post_comment_for_pull_request(
        pullRequestId=request["pullRequestId"],
        repositoryName=target["repositoryName"],
        beforeCommitId=target["destinationCommit"],
        afterCommitId=this_build().variable("SOURCE_COMMIT"),
        content=text,
    )
