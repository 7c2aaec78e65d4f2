"""Placeholders in project.yaml: `make check` lists them; `make bootstrap` and `make pipeline` refuse them by name.

The interview writes a placeholder for an account, approvers or a repository that is not decided yet. `make local`
works with placeholders, because the local AWS has no real account.
"""

from pathlib import Path
from typing import Any

import yaml

UNDECIDED = "not-decided-yet"
# No AWS account number begins with ten zeros.
UNDECIDED_ACCOUNT = "0000000000"
PIPELINE = "pipeline"
DELIVERY_ACCOUNT = "the delivery account"


def settings_in(project: Path) -> dict[str, Any]:
    """The content of project.yaml, without Terraform's defaults."""
    found: dict[str, Any] = yaml.safe_load((project / "project.yaml").read_text(encoding="utf-8"))
    return found


def list_what_is_left_open(settings: dict[str, Any]) -> None:
    """Print every placeholder. This is no error: a project needs no account before its first deployment."""
    missing = left_open(settings)
    if missing:
        print("Not decided yet in project.yaml (make local works; make bootstrap and make pipeline need it):")
        print("\n".join(f"  {each}" for each in missing))


def left_open(settings: dict[str, Any]) -> list[str]:
    """What has a placeholder in project.yaml."""
    found = [account_of(each["name"]) for each in settings["environments"] if is_account_open(each["account"])]
    if is_account_open(settings.get("delivery", {}).get("account", "")):
        found.append(DELIVERY_ACCOUNT)
    if any(map(is_open, settings.get("approvers", []))):
        found.append("the approvers")
    if is_open(settings.get("git", {}).get("repository", "")):
        found.append("the repository")
    return found


def missing_for(settings: dict[str, Any], environment: str) -> list[str]:
    """What must be decided before anything is created in the account of an environment, or of the delivery."""
    found = left_open(settings)
    if environment == PIPELINE:
        return found
    # The roles of an environment trust the delivery account, which is the first environment's by default.
    first = settings["environments"][0]["name"]
    delivery = DELIVERY_ACCOUNT if "account" in settings.get("delivery", {}) else account_of(first)
    return [each for each in found if each in (account_of(environment), delivery)]


def refuse_what_is_left_open(settings: dict[str, Any], environment: str) -> None:
    """Name each placeholder in one sentence, before AWS gets a request."""
    missing = missing_for(settings, environment)
    if missing:
        raise SystemExit(f"Nothing was changed. Not decided yet in project.yaml: {'; '.join(missing)}.")


def account_of(environment: str) -> str:
    """What an environment's account is called in a sentence."""
    return f"the account of {environment}"


def is_account_open(account: str) -> bool:
    """Whether an account number is a placeholder."""
    return account.startswith(UNDECIDED_ACCOUNT)


def is_open(text: str) -> bool:
    """Whether a role or a repository is a placeholder."""
    return text.split("/")[0] == UNDECIDED
