"""Sessions of a role that another role's session has assumed: AWS ends them after an hour, whatever the roles allow.

IAM User Guide, "Terms and concepts", role chaining; the sentences are STS's own.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from moto.core.utils import utcnow
from moto.sts.exceptions import STSValidationError
from moto.sts.models import sts_backends
from moto.sts.responses import TokenResponse

from local.stand_in.caller import CREDENTIAL, caller_of
from local.stand_in.mending import replace

LONGEST_SECONDS = 3600


class ChainedSessions:
    """The access keys of chained sessions; how long those live that are made from now on."""

    def __init__(self) -> None:
        self.seconds: float = LONGEST_SECONDS
        self.accounts: dict[str, str] = {}
        replace(TokenResponse, "assume_role", self._noting)

    def has_expired(self, authorization: str) -> bool:
        """Whether a request is signed by a chained session that is over."""
        found = CREDENTIAL.search(authorization)
        account = self.accounts.get(found[1]) if found else None
        if found is None or account is None:
            return False
        session = sts_backends[account]["aws"].get_assumed_role_from_access_key(found[1])
        return session is not None and session.expiration < utcnow()

    def _noting(self, original: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def assume_role(response: Any) -> Any:
            if caller_of(response.headers.get("Authorization", "")).role is None:
                return original(response)
            if response._get_int_param("DurationSeconds", LONGEST_SECONDS) > LONGEST_SECONDS:
                raise STSValidationError(
                    "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
                )
            answer = original(response)
            session = answer.result["Credentials"]
            session.expiration = min(session.expiration, utcnow() + timedelta(seconds=self.seconds))
            self.accounts[session.access_key_id] = session.account_id
            return answer

        return assume_role
