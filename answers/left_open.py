"""The placeholders that stand for answers that are not known yet: nobody takes one for a real account or repository."""

from dataops.project.left_open import UNDECIDED, UNDECIDED_ACCOUNT, is_account_open, is_open, left_open

__all__ = ["UNDECIDED", "account", "is_account_open", "is_open", "left_open", "repository"]


def account(number: int) -> str:
    """The placeholder for the account of the environment with a number; each environment has its own."""
    return f"{UNDECIDED_ACCOUNT}{number:02d}"


def repository(slug: str) -> str:
    """The placeholder for a repository that is reached through a connection."""
    return f"{UNDECIDED}/{slug}"
