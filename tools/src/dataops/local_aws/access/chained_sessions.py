"""Sessions of a role that another role's session has assumed: AWS ends them after an hour, whatever the roles allow.

IAM User Guide, "Roles terms and concepts", role chaining. Tests let them end earlier; what is refused then: caller.py.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from moto.core.utils import utcnow
from moto.sts.responses import TokenResponse

from dataops.local_aws.access.caller import caller_of
from dataops.local_aws.moto_patches.patching import replace

LONGEST_SECONDS = 3600


class ChainedSessions:
    """How long those live that are made from now on."""

    def __init__(self) -> None:
        self.seconds: float = LONGEST_SECONDS
        replace(TokenResponse, "assume_role", self._ending)

    def _ending(self, original: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def assume_role(response: Any) -> Any:
            answer = original(response)
            if caller_of(response.headers.get("Authorization", "")).role:
                session = answer.result["Credentials"]
                session.expiration = min(session.expiration, utcnow() + timedelta(seconds=self.seconds))
            return answer

        return assume_role
