"""What a person's command needs before it touches AWS: credentials of the right account, and words for what fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

from dataops.delivery.refusal import Refusal
from dataops.project.deployment import EXPIRED, REFUSED

LOG_IN = "Log in, for example: aws sso login"


@contextmanager
def aws_explained() -> Iterator[None]:
    """Report what a person can fix in one sentence."""
    try:
        yield
    except EndpointConnectionError as error:
        raise Refusal(
            f"{error.kwargs['endpoint_url']} cannot be reached: is there a network, and is the region right?"
        ) from None
    except ClientError as error:
        raise Refusal(_sentence(error)) from None
    except BotoCoreError as error:
        raise Refusal(f"AWS cannot be asked: {str(error).rstrip('.')}. {LOG_IN}") from None


def _sentence(error: ClientError) -> str:
    code = error.response["Error"]["Code"]
    if code in EXPIRED:
        return f"Your AWS credentials have expired. {LOG_IN}"
    if code in REFUSED:
        return f"Your AWS credentials do not allow {error.operation_name}: ask for it, or choose another AWS_PROFILE."
    return f"AWS refuses {error.operation_name}: {code}: {error.response['Error'].get('Message', '')}"


def refuse_other_accounts(account: str, what: str, sts: Any) -> None:
    """End unless the credentials are of the account that something belongs to."""
    found = sts.get_caller_identity()["Account"]
    if found != account:
        raise Refusal(
            f"Your AWS credentials are of account {found}, but {what} is account {account}: "
            f"choose other credentials, for example AWS_PROFILE=..."
        )
