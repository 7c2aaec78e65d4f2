"""Answers that are not known yet: placeholders that nobody takes for a real account, role or repository.

tools/src/dataops/project/left_open.py finds them by the same rules.
"""

from typing import Any

UNDECIDED = "not-decided-yet"
ACCOUNT_OF_NOBODY = "0000000000"


def account(number: int) -> str:
    """The placeholder for the account of the environment with a number; each environment has its own."""
    return f"{ACCOUNT_OF_NOBODY}{number:02d}"


def is_account_open(given: str) -> bool:
    return given.startswith(ACCOUNT_OF_NOBODY)


def repository(slug: str) -> str:
    """The placeholder for a repository that is reached through a connection."""
    return f"{UNDECIDED}/{slug}"


def is_open(text: str) -> bool:
    """Whether a role or a repository is a placeholder."""
    return text.split("/")[0] == UNDECIDED


def left_open(settings: dict[str, Any]) -> list[str]:
    """What a project.yaml leaves open, by name."""
    environments = [each["name"] for each in settings["environments"] if is_account_open(each["account"])]
    found = [f"environments, {name}, account" for name in environments]
    account_of_deliveries = settings.get("delivery", {}).get("account", "")
    found += ["delivery, account"] if is_account_open(account_of_deliveries) else []
    found += ["approvers"] if any(map(is_open, settings.get("approvers", []))) else []
    found += ["git, repository"] if is_open(settings.get("git", {}).get("repository", "")) else []
    return found
