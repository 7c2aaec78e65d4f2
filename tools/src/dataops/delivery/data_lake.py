"""Makes the deploy roles administrators of an account's data lake, where Lake Formation governs its Data Catalog.

Only an administrator can grant permissions on tables that a crawler makes one day, and only administrators see every
table: whoever applies becomes one, whoever plans a read-only one.
"""

from typing import Any

from botocore.exceptions import ClientError

from dataops.delivery.refusal import Refusal
from dataops.project.deployment import Deployment

REFUSED = ("AccessDenied", "AccessDeniedException")
# What each list of administrators gets; the rest of the settings stays as somebody has set it.
ROLES = {"DataLakeAdmins": ("apply_role",), "ReadOnlyAdmins": ("plan_role", "read_role")}


def join_administrators(deployment: Deployment) -> str:
    """Add the deploy roles where project.yaml says that Lake Formation governs; what was done, in a sentence."""
    if not deployment.settings["environment"]["lake_formation"]:
        return ""
    _put(deployment, lambda known, own: [*known, *(each for each in own if each not in known)])
    return "The deploy roles are administrators of the data lake."


def leave_administrators(deployment: Deployment) -> None:
    """Take the deploy roles out of the lists before they are removed: Lake Formation would keep their names."""
    if deployment.settings["environment"]["lake_formation"]:
        _put(deployment, lambda known, own: [each for each in known if each not in own])


def _put(deployment: Deployment, change: Any) -> None:
    lake, account = deployment.client("lakeformation"), deployment.settings["environment"]["account"]
    partition = _partition(deployment)
    try:
        settings = lake.get_data_lake_settings()["DataLakeSettings"]
        wanted = settings | {
            name: change(
                settings.get(name, []),
                [
                    {"DataLakePrincipalIdentifier": f"arn:{partition}:iam::{account}:role/{deployment.names[role]}"}
                    for role in roles
                ],
            )
            for name, roles in ROLES.items()
        }
        if wanted != settings:
            lake.put_data_lake_settings(DataLakeSettings=wanted)
    except ClientError as error:
        if error.response["Error"]["Code"] not in REFUSED:
            raise
        raise Refusal(_sentence(deployment)) from None


def _sentence(deployment: Deployment) -> str:
    names = deployment.names
    return (
        f"You may not change who administers the data lake of {deployment.environment}. Ask a data lake administrator "
        f"to make {names['apply_role']} an administrator and {names['plan_role']} and {names['read_role']} read-only "
        "administrators (console of Lake Formation, Administrative roles and tasks), then run the same command again."
    )


def _partition(deployment: Deployment) -> str:
    return str(deployment.client("sts").get_caller_identity()["Arn"].split(":")[1])
