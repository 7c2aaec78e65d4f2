"""How branches are named: the first word says what a change is for."""

import re

PURPOSES = ("feature", "fix", "hotfix", "rollback", "upgrade", "docs", "chore")
CONVENTION = re.compile(rf"({'|'.join(PURPOSES)})/[a-z0-9][a-z0-9._-]*")


def complaint_about(branch: str) -> str | None:
    """Why a branch may not become a pull request by its name, or None."""
    if CONVENTION.fullmatch(branch):
        return None
    return (
        f"The branch {branch} does not follow the naming convention: a name begins with {'/, '.join(PURPOSES)}/, "
        f"followed by lower-case letters, digits, dots, hyphens and underscores, as in feature/late-orders."
    )
