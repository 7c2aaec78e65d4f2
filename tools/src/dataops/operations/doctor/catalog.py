"""Checks the governance of the account's Glue Data Catalog, and its encryption."""

from typing import Any

from dataops.operations.doctor.check import Check
from dataops.operations.doctor.finding import Finding, fails, fine, look
from dataops.operations.doctor.needs import Needs
from dataops.operations.doctor.quotas import in_an_environment
from dataops.operations.doctor.reading import Reader

EVERYBODY = "IAM_ALLOWED_PRINCIPALS"
AWS_OWNED = "alias/aws/glue"
NAME_THE_KEY = "Name the key's ARN under `kms_keys` in project.yaml, and let its key policy admit this account."


def read_lake(needs: Needs, reader: Reader) -> dict[str, Any]:
    """Read Lake Formation's settings of the catalog."""
    found: dict[str, Any] = reader.ask("lakeformation", "GetDataLakeSettings")["DataLakeSettings"]
    return found


def check_lake(needs: Needs, settings: dict[str, Any]) -> list[Finding]:
    """Check the setting: the project must use Lake Formation's grants only if IAM alone does not decide."""
    defaults = settings.get("CreateDatabaseDefaultPermissions") or []
    is_governed = all(each["Principal"]["DataLakePrincipalIdentifier"] != EVERYBODY for each in defaults)
    environment = needs.environment
    if is_governed and not needs.uses_lake_formation:
        says = f"Lake Formation governs this account's catalog: the deployment of {environment} may make no database."
        advice = f"Set `lake_formation: true` for {environment} in project.yaml: docs/deploying.md."
        return [fails(says, advice)]
    if needs.uses_lake_formation and not is_governed:
        says = f"{environment} has `lake_formation: true`, but IAM alone decides about new databases here."
        return [look(says, "Remove the option, or have Lake Formation govern the catalog first.")]
    return [fine("it governs the catalog, as set in project.yaml" if is_governed else "IAM alone decides")]


def read_encryption(needs: Needs, reader: Reader) -> dict[str, Any]:
    """Read how the catalog's metadata is encrypted."""
    found = reader.ask("glue", "GetDataCatalogEncryptionSettings")["DataCatalogEncryptionSettings"]
    return dict(found.get("EncryptionAtRest") or {})


def check_encryption(needs: Needs, found: dict[str, Any]) -> list[Finding]:
    """Check the key: with a customer managed key, readers and writers of the catalog need that key."""
    key = found.get("SseAwsKmsKeyId", "")
    if not found.get("CatalogEncryptionMode", "DISABLED").startswith("SSE-KMS") or key.endswith(AWS_OWNED):
        return [fine("no key of the customer's own")]
    if key in needs.foreign_keys:
        return [fine(f"encrypted with {key}, which project.yaml names")]
    says = f"The Data Catalog is encrypted with {key}, which no role of this project may use."
    return [fails(says, NAME_THE_KEY)]


CHECKS = [
    Check("Lake Formation", read_lake, check_lake, in_an_environment),
    Check("catalog encryption", read_encryption, check_encryption, in_an_environment),
]
