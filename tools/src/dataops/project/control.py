"""Asks the running local platform, or tells it, what no AWS service has a call for."""

import json
import urllib.request
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataops.local_platform import Platform

# The platform is on loopback: a proxy in the user's environment must not see the question.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(platform: "Platform", question: str, **given: Any) -> dict[str, Any]:
    """POST to /local/<question>; the answer."""
    request = urllib.request.Request(f"{platform.address}/local/{question}", json.dumps(given).encode(), method="POST")
    with DIRECT.open(request, timeout=60) as answer:
        found: dict[str, Any] = json.load(answer)
    return found
