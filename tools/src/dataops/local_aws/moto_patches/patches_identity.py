"""What IAM and STS need beyond moto: credentials of an account's owner, and boundaries that must be there."""

import re
from collections.abc import Callable
from typing import Any

from moto.core.responses import BaseResponse
from moto.iam import models as iam
from moto.iam.exceptions import NotFoundException
from moto.sts.models import STSBackend

from dataops.local_aws.access.caller import CREDENTIAL, root_of
from dataops.local_aws.moto_patches.patching import replace

ACCOUNT = re.compile(r"\d{12}")


def patch_moto(own_account: str) -> None:
    """An access key that is the number of an account is its owner's; one that nobody knows is our own account's."""
    replace(BaseResponse, "get_access_key", _of_any_form)
    replace(iam, "get_account_id_from", lambda original: _account_finder(original, own_account))
    replace(STSBackend, "get_caller_identity", _telling_of_owners)
    replace(iam.IAMBackend, "create_role", _bounded(3))
    replace(iam.IAMBackend, "put_role_permissions_boundary", _bounded(1))


def _of_any_form(original: Callable[[Any], str]) -> Callable[[Any], str]:
    def get_access_key(response: Any) -> str:
        # moto knows keys of twenty characters only.
        found = CREDENTIAL.search(response.headers.get("Authorization", ""))
        return found[1] if found else original(response)

    return get_access_key


def _account_finder(original: Callable[[str], str], own_account: str) -> Callable[[str], str]:
    def account_of(key: str) -> str:
        if ACCOUNT.fullmatch(key):
            return key
        found = original(key)
        return own_account if found == iam.DEFAULT_ACCOUNT_ID else found

    return account_of


def _telling_of_owners(original: Callable[..., tuple[str, str, str]]) -> Callable[..., tuple[str, str, str]]:
    def get_caller_identity(backend: Any, key: str, region: str) -> tuple[str, str, str]:
        user, arn, account = original(backend, key, region)
        return (account, root_of(account), account) if arn.endswith(":user/moto") else (user, arn, account)

    return get_caller_identity


def _bounded(position: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Refuses a boundary that is not there, as IAM does (hashicorp/terraform-provider-aws: "Scope ARN: ...")."""

    def refusing(original: Callable[..., Any]) -> Callable[..., Any]:
        def act(backend: Any, *values: Any, **named: Any) -> Any:
            boundary = named.get("permissions_boundary") or (values[position] if len(values) > position else None)
            is_arn = boundary and backend.policy_arn_regex.match(boundary)
            if is_arn and boundary not in backend.managed_policies:
                raise NotFoundException(f"Scope ARN: {boundary} does not exist or is not attachable.")
            return original(backend, *values, **named)

        return act

    return refusing
