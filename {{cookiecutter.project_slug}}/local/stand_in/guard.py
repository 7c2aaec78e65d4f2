"""Judges whether a call is allowed before anybody answers it: for sessions of roles, by all that the request tells."""

import logging
from collections.abc import Callable
from typing import Any

from local.stand_in.call import call_of
from local.stand_in.caller import Caller
from local.stand_in.identity import AccessDeniedError, require_role, role_may
from local.stand_in.permission import Request

log = logging.getLogger("guard")
# Everybody may ask who he is.
FREE = ("sts:GetCallerIdentity",)


def guard(caller: Caller, service: str, environ: dict[str, Any], body: Callable[[], bytes]) -> None:
    """AccessDeniedError where the policies of the caller's role cannot allow it; an account itself may do anything."""
    if caller.role is None and service != "sts":
        return
    call = call_of(caller, service, environ, body)
    if call is None:
        log.warning("nobody judges %s %s %s", service, environ["REQUEST_METHOD"], environ.get("PATH_INFO"))
        return
    if call.action == "sts:AssumeRole":
        require_role(caller, str(call.resource))
    elif caller.role and call.action not in FREE:
        request = Request(call.action, call.resource, caller.names, caller.context, is_partial=True)
        if not role_may(caller.role, request):
            raise AccessDeniedError(caller.arn, call.action, call.resource or "*")
