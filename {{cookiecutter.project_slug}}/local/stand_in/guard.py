"""Judges whether a call is allowed before anybody answers it."""

from collections.abc import Callable
from urllib.parse import parse_qs

from local.stand_in.caller import Caller
from local.stand_in.identity import require_role


def guard(caller: Caller, service: str, body: Callable[[], bytes]) -> None:
    """AccessDeniedError where the caller may not do what it asks for; missing.py says what is not judged."""
    if service == "sts":
        given = parse_qs(body().decode())
        if given.get("Action") == ["AssumeRole"]:
            require_role(caller, given["RoleArn"][0])
