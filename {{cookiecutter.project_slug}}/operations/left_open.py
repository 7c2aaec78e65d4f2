"""`make check` lists what project.yaml leaves open; `make bootstrap` and `make pipeline` refuse it by name.

The interview writes placeholders for an account, approvers or a repository that is not known yet. `make local` works
with them, because nothing there is an account of AWS.
"""

from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).resolve().parent.parent
UNDECIDED = "not-decided-yet"
ACCOUNT_OF_NOBODY = "0000000000"
PIPELINE = "pipeline"


def main() -> None:
    """Print what is left open; that is no fault while nothing is deployed."""
    missing = left_open(settings_in(PROJECT))
    if missing:
        print("Not decided yet, in project.yaml (make local works; make bootstrap and make pipeline need them):")
        print("\n".join(f"  {each}" for each in missing))


def settings_in(project: Path) -> dict[str, Any]:
    """The content of project.yaml as it is written."""
    found: dict[str, Any] = yaml.safe_load((project / "project.yaml").read_text(encoding="utf-8"))
    return found


def left_open(settings: dict[str, Any]) -> list[str]:
    """Every placeholder, by the place where project.yaml has it."""
    found = [account_place(each["name"]) for each in settings["environments"] if is_account_open(each["account"])]
    if is_account_open(settings.get("delivery", {}).get("account", "")):
        found.append("delivery, account")
    if any(map(is_open, settings.get("approvers", []))):
        found.append("approvers")
    if is_open(settings.get("git", {}).get("repository", "")):
        found.append("git, repository")
    return found


def missing_for(settings: dict[str, Any], environment: str) -> list[str]:
    """What must be decided before something is made in an environment's account, or in the delivery account."""
    found = left_open(settings)
    if environment == PIPELINE:
        return found
    # The roles of an environment trust the delivery account, which is the first environment's unless it is named.
    first = settings["environments"][0]["name"]
    delivery = "delivery, account" if "account" in settings.get("delivery", {}) else account_place(first)
    return [place for place in found if place in (account_place(environment), delivery)]


def refuse_what_is_left_open(settings: dict[str, Any], environment: str) -> None:
    """One sentence that names each placeholder, before anything is asked of AWS."""
    missing = missing_for(settings, environment)
    if missing:
        raise SystemExit(f"Nothing was changed. Not decided yet, in project.yaml: {'; '.join(missing)}.")


def account_place(environment: str) -> str:
    """Where project.yaml has the account of an environment."""
    return f"environments, {environment}, account"


def is_account_open(account: str) -> bool:
    """Whether an account number is a placeholder: no account of AWS begins with ten zeros."""
    return account.startswith(ACCOUNT_OF_NOBODY)


def is_open(text: str) -> bool:
    """Whether a role or a repository is a placeholder."""
    return text.split("/")[0] == UNDECIDED


if __name__ == "__main__":
    main()
