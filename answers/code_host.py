"""What the code host reads: the owners of the files, and the pull request template.

CodeCommit has no owners of files: there, the approval rule of `pipeline/` names the approvers.
"""

import re
from typing import Any

from answers import left_open

HOSTS = {"github": "GitHub", "gitlab": "GitLab", "bitbucket": "Bitbucket"}
OWNERS = {"github": ".github/CODEOWNERS", "gitlab": "CODEOWNERS", "bitbucket": ".bitbucket/CODEOWNERS"}
# GitHub fills a pull request from the usual place; Bitbucket and CodeCommit have no place for it.
FORMS = {"gitlab": ".gitlab/merge_request_templates/Default.md"}
USUAL_FORM = "docs/pull_request_template.md"
TEAM = {
    "github": "a team of the organization, with write access to this repository",
    "gitlab": "a group that is invited to this project, or contains it (GitLab Premium enforces the file)",
    "bitbucket": "a group of the workspace (Bitbucket adds its members as reviewers and enforces nothing)",
}
# A build runs everything else, so approvers alone own it.
OF_DEVELOPERS_TOO = ("/docs/", "/files/transforms/", "/samples/")

HEAD = """\
# The reviewers on {host}, from `approvers` and `developers` in project.yaml: after a change there, run `make sync`.
# Each owner is {team}: create it under this name, or write the name of yours.
# For each file, the last line that matches counts.
"""
NOBODY = "\n# No file has an owner yet, because {reason}.\n"

FORM = """\
## What changes, and why

## What the plan shows

- [ ] Nothing that holds data is destroyed or replaced, or `allowed-destroys.yaml` lists it with a reason.
- [ ] In every environment, the plan adds and changes only what I expect.

## How to revert it

- [ ] A revert is enough: this change writes no data that the current version cannot read.

## Who approves

{who}
"""


def files_for_the_host(settings: dict[str, Any]) -> dict[str, str]:
    """Each file that the host reads, by its path."""
    provider = provider_of(settings)
    files = {FORMS.get(provider, USUAL_FORM): FORM.format(who=who_approves(settings))}
    return files | ({OWNERS[provider]: owners(settings)} if provider in OWNERS else {})


def provider_of(settings: dict[str, Any]) -> str:
    provider: str = settings.get("git", {}).get("provider", "codecommit")
    return provider


def owners(settings: dict[str, Any]) -> str:
    """The content of CODEOWNERS."""
    provider, repository = provider_of(settings), settings["git"]["repository"]
    head = HEAD.format(host=HOSTS[provider], team=TEAM[provider])
    approvers = teams(settings.get("approvers", []), settings)
    developers = teams(settings.get("delivery", {}).get("developers", []), settings)
    if left_open.is_open(repository):
        return head + NOBODY.format(reason="`git` names no repository")
    if not approvers:
        return head + NOBODY.format(reason="`approvers` names nobody")
    lines = {"*": approvers} | {path: approvers + developers for path in OF_DEVELOPERS_TOO if developers}
    return head + "".join(f"\n{path:20} {' '.join(dict.fromkeys(who))}" for path, who in lines.items()) + "\n"


def teams(roles: list[str], settings: dict[str, Any]) -> list[str]:
    """The team of each role, by the name that the host makes of the role's."""
    organisation = settings["git"]["repository"].split("/")[0]
    # Without it, Bitbucket would choose one member of a group.
    everybody = ":all" if provider_of(settings) == "bitbucket" else ""
    named = [team(role) for role in roles if not left_open.is_open(role)]
    return [f"@{organisation}/{name}{everybody}" for name in dict.fromkeys(filter(None, named))]


def team(role: str) -> str:
    """A role's name as a host writes it in addresses; of a role of IAM Identity Center, its permission set's name."""
    name = re.sub(r"^AWSReservedSSO_(.+)_[0-9a-f]{16}$", r"\1", role)
    return re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-")


def who_approves(settings: dict[str, Any]) -> str:
    """What the form says of approvals: of the pull request, then of each environment's plan."""
    named = ", ".join(role for role in settings.get("approvers", []) if not left_open.is_open(role))
    who = f"{named} (`approvers` in `project.yaml`)" if named else "anybody who may approve: `approvers` names nobody"
    count = settings.get("delivery", {}).get("approvals", 2)
    asked = [each["name"] for each in settings["environments"] if each.get("approval", True)]
    plan = f"Then the same people approve each plan of {', '.join(asked)}, in AWS"
    return (
        f"This pull request needs {count} {'approval' if count == 1 else 'approvals'}, none by its author: {who}.\n"
        f"{plan if asked else 'No environment needs an approval'} (`docs/change-management.md`)."
    )
