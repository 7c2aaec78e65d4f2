"""Who asks: the credentials of a request decide the account and the identity, as on AWS."""

import re
from dataclasses import dataclass, field
from typing import Any

from moto.core.utils import utcnow
from moto.iam import models as iam
from moto.sts.models import sts_backends

from dataops.local_aws.access.network import Network

CREDENTIAL = re.compile(r"Credential=([^/,]+)/\d+/([^/]+)/([^/]+)/aws4_request")


class ExpiredSessionError(Exception):
    """The credentials of a request have ended."""


@dataclass(frozen=True)
class Caller:
    """An identity in a region: a session of a role, or the account itself, which may do anything and has no role."""

    account: str
    region: str
    arn: str
    role: str | None
    # The session policy that the role was assumed with.
    policy: str = ""
    # Keys of conditions that AWS puts into the session itself, as Lambda does with the function's ARN.
    session_keys: dict[str, str] = field(default_factory=dict, hash=False)
    # Where a function, job or crawler sends its requests from; None outside of a VPC.
    network: Network | None = None

    @property
    def names(self) -> frozenset[str]:
        """What policies may call it."""
        own = {self.arn, self.role} if self.role else {self.arn}
        return frozenset({*filter(None, own), self.account, root_of(self.account)})

    @property
    def context(self) -> dict[str, str]:
        """What the conditions of policies may ask of it."""
        return {
            "aws:PrincipalArn": self.role or self.arn,
            "aws:PrincipalAccount": self.account,
            "aws:PrincipalType": "AssumedRole" if self.role else "Account",
            "aws:PrincipalIsAWSService": "false",
            "aws:RequestedRegion": self.region,
            "aws:SecureTransport": "true",
            "aws:SourceIp": "127.0.0.1",
            "aws:ViaAWSService": "false",
            **self.session_keys,
        }


def root_of(account: str) -> str:
    """The ARN of an account itself."""
    return f"arn:aws:iam::{account}:root"


def caller_of(authorization: str) -> Caller:
    """Who signed a request, by its header Authorization; one that nobody signed comes from the platform's account."""
    found = CREDENTIAL.search(authorization)
    key, region = (found[1], found[2]) if found else ("", "us-east-1")
    account = iam.get_account_id_from(key)
    session: Any = sts_backends[account]["aws"].get_assumed_role_from_access_key(key)
    if session is None:
        return Caller(account, region, root_of(account), None)
    # AWS renews the credentials that its services work with.
    if not hasattr(session, "service") and session.expiration < utcnow():
        raise ExpiredSessionError("The security token included in the request is expired")
    keys = getattr(session, "session_keys", {})
    network = getattr(session, "network", None)
    return Caller(account, region, session.arn, session.role_arn, session.policy or "", keys, network)
