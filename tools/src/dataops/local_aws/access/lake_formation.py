"""Lake Formation beside IAM: who may see, make, change and remove what is in the Data Catalog, and who may grant that.

Implicit rights: Lake Formation Developer Guide, "Implicit Lake Formation permissions". Permissions of databases and
tables: the same guide, "Lake Formation permissions reference".
"""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from moto.glue.models import glue_backends
from moto.lakeformation.models import LakeFormationBackend, PermissionCatalog, lakeformation_backends

from dataops.local_aws.access.caller import Caller
from dataops.local_aws.access.identity import role_of
from dataops.local_aws.account.account_profile import current
from dataops.local_aws.moto_patches.patching import replace

Given = dict[str, Any]
EVERYBODY = "IAM_ALLOWED_PRINCIPALS"
ON_A_DATABASE = {
    "CreateTable": ["CREATE_TABLE"],
    "DeleteDatabase": ["DROP"],
    "GetDatabase": ["DESCRIBE"],
    # AWS leaves out of the answer what the caller may not see; who may not see the database is refused.
    "GetTables": ["DESCRIBE"],
    "UpdateDatabase": ["ALTER"],
}
# Of partitions no document says which of two permissions counts: here both are asked for.
ON_A_TABLE = {
    "BatchCreatePartition": ["ALTER", "INSERT"],
    "BatchDeletePartition": ["ALTER", "DELETE"],
    "BatchGetPartition": ["SELECT"],
    "BatchUpdatePartition": ["ALTER", "INSERT"],
    "CreatePartition": ["ALTER", "INSERT"],
    "DeletePartition": ["ALTER", "DELETE"],
    "DeleteTable": ["DROP"],
    "GetPartition": ["SELECT"],
    "GetPartitions": ["SELECT"],
    "GetTable": ["DESCRIBE"],
    "GetTableVersions": ["DESCRIBE"],
    "UpdatePartition": ["ALTER", "INSERT"],
    "UpdateTable": ["ALTER"],
}
# rudderlabs/rudder-server and others quote the sentences of both forms.
INSUFFICIENT = "Insufficient Lake Formation permission(s): Required {permission} on {what}"
INSUFFICIENT_LOCATION = "Insufficient Lake Formation permission(s) on {location}"
# hashicorp/terraform-provider-aws, internal/service/lakeformation/permissions.go, tries again at these.
NOT_GRANTABLE = "Resource does not exist or requester is not authorized to access requested permissions."
INVALID_PRINCIPAL = "Invalid principal"


class LakeFormationError(Exception):
    """Lake Formation refuses a call."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def patch_moto() -> None:
    """moto loses a permission that was granted in two steps when it is revoked: its hash has changed meanwhile."""
    replace(PermissionCatalog, "remove_permission", lambda _: _revoke)


def begin(account: str, region: str) -> None:
    """Give an account the settings of its profile."""
    backend, settings = _lake(account, region)
    if current().is_governed_by_lake_formation:
        settings["CreateDatabaseDefaultPermissions"] = settings["CreateTableDefaultPermissions"] = []
    else:
        _grant(backend, EVERYBODY, {"Catalog": {}}, ["CREATE_DATABASE"])


def administrate(region: str, arn: str) -> None:
    """Let somebody be a data lake administrator of their account."""
    _lake(arn.split(":")[4], region)[1]["DataLakeAdmins"].append(_principal(arn))


def govern(caller: Caller, service: str, environ: dict[str, Any], body: Callable[[], bytes]) -> None:
    """LakeFormationError where the Data Catalog, or its permissions, are not the caller's to use in this way."""
    if service == "glue":
        operation = str(environ.get("HTTP_X_AMZ_TARGET", "")).rpartition(".")[2]
        if operation == "CreateDatabase" or operation in ON_A_DATABASE or operation in ON_A_TABLE:
            _govern_catalog(caller, operation, json.loads(body() or b"{}"))
    elif service == "lakeformation":
        operation = str(environ.get("PATH_INFO", "")).strip("/")
        if operation in ("GrantPermissions", "RevokePermissions"):
            _govern_grants(caller, json.loads(body() or b"{}"), is_new=operation == "GrantPermissions")


def _govern_catalog(caller: Caller, operation: str, given: Given) -> None:
    if operation == "CreateDatabase":
        _require(caller, ["CREATE_DATABASE"], {"Catalog": {}}, "Catalog")
        _own(caller, _database(given["DatabaseInput"]["Name"]))
    elif operation in ON_A_DATABASE:
        name = given.get("DatabaseName") or given["Name"]
        _require(caller, ON_A_DATABASE[operation], _database(name), name)
        if operation == "CreateTable":
            _require_location(caller, given["TableInput"])
            _own(caller, _table(name, given["TableInput"]["Name"]))
    else:
        table = given.get("TableName") or given.get("Name") or given["TableInput"]["Name"]
        _require(caller, ON_A_TABLE[operation], _table(given["DatabaseName"], table), table)
        if operation == "UpdateTable":
            _require_location(caller, given["TableInput"])


def _govern_grants(caller: Caller, given: Given, is_new: bool) -> None:
    who, backend = given["Principal"]["DataLakePrincipalIdentifier"], _lake(caller.account, caller.region)[0]
    if is_new and re.fullmatch(r"arn:[^:]+:iam::\d{12}:role/.+", who) and role_of(who) is None:
        raise LakeFormationError("InvalidInputException", INVALID_PRINCIPAL)
    if _is_administrator(caller):
        return
    own = [each for each in _grants(backend) if each.principal == _principal(_who(caller))]
    grantable = {name for each in own if _covers(each.resource, given["Resource"]) for name in _with_option(each)}
    if "ALL" not in grantable and not set(given["Permissions"]) <= grantable:
        raise LakeFormationError("AccessDeniedException", NOT_GRANTABLE)


def _require(caller: Caller, permissions: list[str], resource: Given, what: str) -> None:
    if _is_administrator(caller) and permissions in (["CREATE_DATABASE"], ["DESCRIBE"]):
        return
    if _is_administrator(caller, "ReadOnlyAdmins") and permissions == ["DESCRIBE"]:
        return
    held = _held(caller, resource)
    if not _is_there(caller, resource) and _principal(EVERYBODY) in _holders(caller, _around(resource)):
        return
    for permission in permissions:
        # Who may select from a table may see it.
        enough = {permission, "ALL"} | ({"SELECT"} if permission == "DESCRIBE" else set())
        if not held & enough:
            words = permission.replace("_", " ").title()
            raise LakeFormationError("AccessDeniedException", INSUFFICIENT.format(permission=words, what=what))


def _require_location(caller: Caller, table: Given) -> None:
    """A table may point into a registered location only for who has that location."""
    location = str(table.get("StorageDescriptor", {}).get("Location", ""))
    arn = location.replace("s3://", f"arn:{_partition(caller)}:s3:::", 1).rstrip("/")
    backend = _lake(caller.account, caller.region)[0]
    registered = [each for each in backend.resources if arn == each or arn.startswith(f"{each.rstrip('/')}/")]
    if registered and not _is_administrator(caller):
        held = {name for each in registered for name in _held(caller, {"DataLocation": {"ResourceArn": each}})}
        if "DATA_LOCATION_ACCESS" not in held:
            raise LakeFormationError("AccessDeniedException", INSUFFICIENT_LOCATION.format(location=location))


def _own(caller: Caller, resource: Given) -> None:
    """Whoever makes a database or table holds all of it; the defaults are held by everybody whom IAM allows it."""
    backend, settings = _lake(caller.account, caller.region)
    _forget(backend, resource)
    _grant(backend, _who(caller), resource, ["ALL"], ["ALL"])
    for default in _defaults(caller, settings, resource):
        _grant(backend, default["Principal"]["DataLakePrincipalIdentifier"], resource, default["Permissions"])


def _defaults(caller: Caller, settings: Given, resource: Given) -> list[Given]:
    if "Database" in resource:
        return settings.get("CreateDatabaseDefaultPermissions") or []
    databases = glue_backends[caller.account][caller.region].databases
    made_as = getattr(databases.get(resource["Table"]["DatabaseName"]), "input", {})
    own = made_as.get("CreateTableDefaultPermissions")
    return own if own is not None else settings.get("CreateTableDefaultPermissions") or []


def _held(caller: Caller, resource: Given) -> set[str]:
    """The permissions that the caller holds of a resource."""
    names = [_principal(_who(caller)), _principal(EVERYBODY)]
    grants = _grants(_lake(caller.account, caller.region)[0])
    return {
        name
        for each in grants
        if each.principal in names and _covers(each.resource, resource)
        for name in each.permissions
    }


def _holders(caller: Caller, resource: Given) -> list[dict[str, str]]:
    return [
        each.principal
        for each in _grants(_lake(caller.account, caller.region)[0])
        if each.permissions and _covers(each.resource, resource)
    ]


def _is_there(caller: Caller, resource: Given) -> bool:
    """Who may not see something does not hear either that it is not there, unless all around it is left to IAM."""
    databases = glue_backends[caller.account][caller.region].databases
    if "Database" in resource:
        return resource["Database"]["Name"] in databases
    if "Table" in resource:
        database = databases.get(resource["Table"]["DatabaseName"])
        return database is not None and resource["Table"]["Name"] in database.tables
    return True


def _around(resource: Given) -> Given:
    return _database(resource["Table"]["DatabaseName"]) if "Table" in resource else {"Catalog": {}}


def _covers(granted: Given, wanted: Given) -> bool:
    """Whether a grant on one resource is one on another: all tables of a database are each of them."""
    kind = next(iter(wanted))
    if kind not in granted:
        return False
    has, wants = ({key: value for key, value in each[kind].items() if key != "CatalogId"} for each in (granted, wanted))
    if kind == "Table" and "TableWildcard" in has:
        return bool(has["DatabaseName"] == wants["DatabaseName"])
    return bool(has == wants)


def _forget(backend: LakeFormationBackend, resource: Given) -> None:
    """What was granted on something of the same name, which is gone, does not hold for the new one."""
    if backend.account_id in backend.grants:
        catalog = backend.grants[backend.account_id]
        catalog.permissions = {each for each in catalog.permissions if each.resource != resource}


def _revoke(catalog: PermissionCatalog, revoked: Any) -> None:
    for granted in list(catalog.permissions):
        if revoked.equal_principal_and_resouce(granted):
            granted.diff(revoked)
    catalog.permissions = {each for each in catalog.permissions if not each.is_empty()}


def _is_administrator(caller: Caller, which: str = "DataLakeAdmins") -> bool:
    settings = _lake(caller.account, caller.region)[1]
    return _principal(_who(caller)) in settings.get(which, [])


def _with_option(grant: Any) -> Iterable[str]:
    return grant.permissions_with_grant_options or []


def _lake(account: str, region: str) -> tuple[LakeFormationBackend, Given]:
    backend = lakeformation_backends[account][region]
    return backend, backend.settings[account]


def _grants(backend: LakeFormationBackend) -> list[Any]:
    catalog = backend.grants.get(backend.account_id)
    return list(catalog.permissions) if catalog else []


def _grant(
    backend: LakeFormationBackend, who: str, resource: Given, permissions: list[str], grantable: list[str] | None = None
) -> None:
    backend.grant_permissions(backend.account_id, _principal(who), resource, permissions, grantable or [])


def _who(caller: Caller) -> str:
    return caller.role or caller.arn


def _principal(arn: str) -> dict[str, str]:
    return {"DataLakePrincipalIdentifier": arn}


def _partition(caller: Caller) -> str:
    return caller.arn.split(":")[1]


def _database(name: str) -> Given:
    return {"Database": {"Name": name}}


def _table(database: str, name: str) -> Given:
    return {"Table": {"DatabaseName": database, "Name": name}}
