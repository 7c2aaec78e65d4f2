"""One deployed environment: its names, and the address of its AWS, in the cloud or on this machine."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

from dataops.project import PROJECT
from dataops.project.job_settings import settings_of
from dataops.project.left_open import is_account_open
from dataops.project.running import running_platform

NOT_DEPLOYED = (
    "ResourceNotFoundException",
    "AWS.SimpleQueueService.NonExistentQueue",
    "QueueDoesNotExist",
    "NoSuchBucket",
)
EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")
REFUSED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "InvalidClientTokenId")


@dataclass(frozen=True)
class Deployment:
    """The names as modules/project composes them, and boto3's arguments to reach their AWS."""

    environment: str
    settings: dict[str, Any]
    access: dict[str, Any]

    @property
    def prefix(self) -> str:
        """The prefix of every name except those of buckets."""
        return str(self.settings["prefix"])

    @property
    def names(self) -> dict[str, str]:
        """The ledger, the queues and the rest."""
        return dict(self.settings["names"])

    @property
    def buckets(self) -> dict[str, str]:
        """The buckets by purpose."""
        return dict(self.settings["buckets"])

    @property
    def datasets(self) -> dict[str, Any]:
        """The datasets with all their settings."""
        return dict(self.settings["datasets"])

    def client(self, service: str) -> Any:
        """Return a client of this environment's AWS."""
        return boto3.client(service, **self.access)

    def table_client(self) -> Any:
        """Return a DynamoDB client that uses plain Python values."""
        return boto3.resource("dynamodb", **self.access).meta.client


def deployment_of(environment: str) -> Deployment:
    """Find an environment and print in one line where it is: on this machine, if its local AWS runs here."""
    platform = running_platform(environment)
    if platform:
        settings = settings_in_words(environment)
        print(f"This asks the local AWS of {environment} at {platform.address}, not AWS.")
        return Deployment(environment, settings, dict(platform.access))
    return on_aws(environment)


def on_aws(environment: str) -> Deployment:
    """Return an environment in the cloud, once the credentials are known to be of its account."""
    settings = settings_in_words(environment)
    entry = settings["environment"]
    if is_account_open(entry["account"]):
        sys.exit(f"The account of {environment} is not decided yet: write its number into project.yaml, environments.")
    deployment = Deployment(environment, settings, {"region_name": entry["region"]})
    print(f"Asking AWS: {environment} is account {entry['account']}, region {entry['region']}.")
    with explained(deployment):
        account = deployment.client("sts").get_caller_identity()["Account"]
    if account != entry["account"]:
        sys.exit(
            f"Your AWS credentials are of account {account}, but {environment} is account {entry['account']}: "
            f"choose other credentials, for example AWS_PROFILE=..."
        )
    return deployment


def settings_in_words(environment: str) -> dict[str, Any]:
    """Return the outputs of modules/project; an unknown environment is an error in one sentence."""
    try:
        return settings_of(PROJECT, environment)
    except SystemExit as refused:
        if f'names no environment "{environment}"' not in " ".join(str(refused.code).replace("│", " ").split()):
            raise
    sys.exit(f"project.yaml names no environment {environment!r}: its entry `environments` has those that there are.")


@contextmanager
def explained(deployment: Deployment) -> Iterator[None]:
    """Report what an operator can fix in one sentence."""
    try:
        yield
    except EndpointConnectionError as error:
        sys.exit(f"{error.kwargs['endpoint_url']} cannot be reached: is there a network, and is the region right?")
    except ClientError as error:
        sys.exit(_sentence(error, deployment))
    except BotoCoreError as error:
        # The library's own errors are about credentials and configuration, and they are sentences.
        sys.exit(f"AWS cannot be asked: {str(error).rstrip('.')}. Log in, for example: aws sso login")


def _sentence(error: ClientError, deployment: Deployment) -> str:
    code = error.response["Error"]["Code"]
    if code in NOT_DEPLOYED:
        how = "make local" if "endpoint_url" in deployment.access else "see docs/deploying.md"
        return f"{deployment.environment} is not deployed here ({error.operation_name}: {code}): {how}."
    if code in EXPIRED:
        return "Your AWS credentials have expired: log in again, for example: aws sso login"
    if code in REFUSED:
        return f"Your AWS credentials do not allow {error.operation_name}: ask for it, or use another profile."
    return f"AWS refuses {error.operation_name}: {code}: {error.response['Error'].get('Message', '')}"
