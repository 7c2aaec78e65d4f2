"""Reads an account: every call is bounded in time and made once; a refused one becomes a sentence."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Any

from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, HTTPClientError

from dataops.project.deployment import EXPIRED, REFUSED

# A service that does not answer is named in the table instead of being waited for.
PATIENCE = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 2}, max_pool_connections=32)
SECONDS = 120.0
# What IAM calls a right whose name is not the operation's.
RIGHTS = {
    ("s3", "HeadBucket"): "s3:ListBucket",
    ("s3", "ListBuckets"): "s3:ListAllMyBuckets",
    ("budgets", "DescribeBudgets"): "budgets:ViewBudget",
}
SERVICES_IN_RIGHTS = {"service-quotas": "servicequotas"}
INVALID = ("InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "AuthFailure")
# Lake Formation refuses in the name of Glue.
GOVERNED = "Lake Formation permission"
ALSO_REFUSED = (*REFUSED, "AuthorizationError", "AuthorizationErrorException", "403", "Forbidden", "AccessDeniedFault")
Client = Callable[[str, str | None], Any]


class UnreadError(Exception):
    """Something could not be read; the text is the reason, the code AWS's own where it answered."""

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.code = code


class Reader:
    """Asks AWS with the person's own credentials; may be used by many threads."""

    def __init__(self, make_client: Callable[..., Any], seconds: float = SECONDS) -> None:
        self._make_client, self._lock = make_client, Lock()
        self._ends, self._seconds = time.monotonic() + seconds, seconds
        self._clients: dict[tuple[str, str | None], Any] = {}
        self._answers: dict[str, tuple[Lock, list[Any]]] = {}

    def ask(
        self, service: str, operation: str, absent: tuple[str, ...] = (), region: str | None = None, **given: Any
    ) -> Any:
        """The answer of one call, or None where AWS answers with one of the codes in `absent`."""
        key = repr((service, operation, absent, region, sorted(given.items())))
        with self._lock:
            lock, answer = self._answers.setdefault(key, (Lock(), []))
        with lock:
            if not answer:
                answer.append(self._asked(service, operation, absent, region, given))
        if isinstance(answer[0], UnreadError):
            raise answer[0]
        return answer[0]

    def ask_all(self, service: str, operation: str, part: str, absent: tuple[str, ...] = (), **given: Any) -> list[Any]:
        """The same of every page of a list."""
        client, method = self._client(service, None), xform_name(operation)
        found: list[Any] = []
        if not client.can_paginate(method):
            return list((self.ask(service, operation, absent, **given) or {}).get(part) or [])
        pages = iter(client.get_paginator(method).paginate(**given))
        while True:
            page = self._guarded(service, operation, absent, lambda: next(pages, None))
            if page is None:
                return found
            found += page.get(part) or []

    def _asked(self, service: str, operation: str, absent: tuple[str, ...], region: str | None, given: Any) -> Any:
        try:
            client = self._client(service, region)
            call = getattr(client, xform_name(operation))
            return self._guarded(service, operation, absent, lambda: call(**given))
        except UnreadError as error:
            return error

    def _guarded(self, service: str, operation: str, absent: tuple[str, ...], call: Callable[[], Any]) -> Any:
        if time.monotonic() > self._ends:
            raise UnreadError(f"no answer within {self._seconds:.0f} seconds")
        try:
            return call()
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in absent:
                return None
            reason = reason_of(service, operation, code, error.response["Error"].get("Message", ""))
            raise UnreadError(reason, code) from None
        except (EndpointConnectionError, HTTPClientError):
            raise UnreadError(f"{service} does not answer from here") from None
        except BotoCoreError as error:
            raise UnreadError(f"{service} cannot be asked: {str(error).rstrip('.')}") from None

    def _client(self, service: str, region: str | None) -> Any:
        with self._lock:
            key = (service, region)
            if key not in self._clients:
                elsewhere = {"region_name": region} if region else {}
                self._clients[key] = self._make_client(service, config=PATIENCE, **elsewhere)
            return self._clients[key]


def reason_of(service: str, operation: str, code: str, message: str) -> str:
    """Why a call brought nothing, in a person's words."""
    if code in EXPIRED:
        return "your AWS credentials have expired: log in again"
    if GOVERNED in message:
        return f"needs a grant of Lake Formation for glue:{operation}: {message}"
    if code in INVALID:
        return "AWS does not know your credentials"
    if code in ALSO_REFUSED or "AccessDenied" in code:
        return f"needs {right_for(service, operation)}"
    return f"AWS refuses {operation}: {code}: {message}".rstrip(": ")


def right_for(service: str, operation: str) -> str:
    """The IAM action that a call needs."""
    return RIGHTS.get((service, operation), f"{SERVICES_IN_RIGHTS.get(service, service)}:{operation}")
