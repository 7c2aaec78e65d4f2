"""One call as a rule sees it: who calls, what is given, and what the local AWS holds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moto.backends import get_backend

from dataops.local_aws.access.caller import Caller
from dataops.local_aws.request_model.check import RefusedRequestError

# Services whose resources moto keeps for an account, not for a region.
GLOBAL = ("iam", "s3", "sts", "budgets")


@dataclass(frozen=True)
class Call:
    """A call that has the form of its service's model."""

    caller: Caller
    operation: str
    given: dict[str, Any]

    def held(self, service: str) -> Any:
        """What moto keeps for a service in the caller's account and region."""
        backends: Any = get_backend(service)  # type: ignore[call-overload]
        return backends[self.caller.account]["aws" if service in GLOBAL else self.caller.region]

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource in the caller's account and region."""
        return f"arn:aws:{service}:{self.caller.region}:{self.caller.account}:{resource}"


Rule = Callable[[Call], None]
Rules = dict[str, tuple[Rule, ...]]


def refuse(code: str, sentence: str, status: int = 400) -> None:
    """Answer with an error of the service."""
    raise RefusedRequestError(code, sentence, status)
